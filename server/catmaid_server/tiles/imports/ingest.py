"""Turn sections into a multiscale OME-Zarr volume: a few at a time, and again from where it was ended.

The volume grows in `<destination>.partial` and gets its name when it is whole; a journal there says which
sections are on disk (see `journal`).
"""

from __future__ import annotations

import math
import os
import shutil
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import tensorstore
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress
from catmaid_server.tiles.imports import journal as journals
from catmaid_server.tiles.imports.grey import ValueRange
from catmaid_server.tiles.imports.journal import IngestJournal, JournalEntry
from catmaid_server.tiles.imports.sections import BadSection, BadSections, MissingSection, Section, reason_of
from catmaid_server.tiles.imports.survey import SectionChoice, survey
from catmaid_server.tiles.imports.value_range import with_range
from catmaid_server.tiles.omezarr import VolumeLayout, cache_context, create_volume
from catmaid_server.tiles.pyramid import halved, halved_labels

TILE_SIZE: Final = 512
_PIXELS_AT_ONCE: Final = 2**30
OnBad = Literal["refuse", "skip"]


class IngestInterrupted(Exception):
    """The caller set `stop`; finished sections are kept."""


@dataclass(frozen=True, slots=True)
class IngestedVolume:
    """A finished volume on disk.

    revision: a name for exactly these pixels. broken: sections that are black, with their index along z.
    resumed: sections that an earlier run had finished.
    """

    path: Path
    layout: VolumeLayout
    revision: str
    broken: dict[int, BadSection]
    resumed: int


def ingest_sections(
    source: Path | Iterable[Path],
    destination: Path,
    resolution_nm: tuple[float, float, float],
    *,
    choice: SectionChoice | None = None,
    on_bad: OnBad = "refuse",
    tile_size: int = TILE_SIZE,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> IngestedVolume:
    """Make the volume `destination` from TIFF, PNG or JPEG sections (a folder or files), in order of their numbers.

    Level 0 holds the sections' grey values exactly (other values scaled from the range of `choice`, or the one that
    is found, to 8 bit; colours as luma); each further level is the 2x2 mean of the one before, until a section fits
    one tile. At most a few sections are in memory. Called again after any end, it goes on after the finished sections.

    Raises
    ------
    BadSections
        If sections are unreadable, truncated or of another size than most, unless `on_bad` is "skip": then
        they are black and reported as `broken`, as are in any case those whose number is missing.
    InvalidInput
        If `source` names no image, or `destination` holds another volume.
    Interrupted
        If `stop` was set.
    """
    stack = with_range(survey(source, choice))
    return ingest(
        stack.sections,
        destination,
        resolution_nm,
        on_bad=on_bad,
        value_range=stack.value_range,
        tile_size=tile_size,
        progress=progress,
        stop=stop,
    )


def ingest(
    sections: Sequence[Section | BadSection],
    destination: Path,
    resolution_nm: tuple[float, float, float],
    *,
    on_bad: OnBad = "refuse",
    value_range: ValueRange | None = None,
    tile_size: int = TILE_SIZE,
    dtype: str = "uint8",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> IngestedVolume:
    """As `ingest_sections`, from sections of any origin; the good ones have one size.

    dtype: of the images; others than uint8 are ids, of which further levels have the most frequent of 2x2.
    """
    if not all(math.isfinite(step) and step > 0 for step in resolution_nm) or tile_size < 16:
        raise InvalidInput("The resolution must be positive, and a tile at least 16 pixels wide.")
    bad = [section for section in sections if isinstance(section, BadSection)]
    if len(bad) == len(sections) or (on_bad == "refuse" and not all(map(_is_missing, bad))):
        raise BadSections([section for section in bad if not _is_missing(section)] or bad)
    width, height = next(section.size for section in sections if not isinstance(section, BadSection))
    layout = VolumeLayout((width, height, len(sections)), resolution_nm, tile_size, dtype)
    header = _header(layout, value_range)
    if destination.exists():
        return _existing(destination, sections, layout, header, on_bad)

    partial = destination.with_name(destination.name + ".partial")
    partial.mkdir(parents=True, exist_ok=True)
    with IngestJournal(partial) as journal:
        if journal.header != header:
            journal.forget()
            _clear(partial)
            journal.begin(header)
        resumed = {index for index, section in enumerate(sections) if _is_written(journal.entries.get(index), section)}
        stores = create_volume(partial, layout, title=destination.name, context=cache_context(0))
        _write_all(_IngestRun(sections, stores, on_bad, progress, stop or threading.Event()), journal, resumed)
        _sync_folder(partial)
        partial.rename(destination)
        _sync_folder(destination.parent)
        return _described(destination, layout, sections, header, journal.entries, len(resumed))


@dataclass(frozen=True, slots=True)
class _IngestRun:
    sections: Sequence[Section | BadSection]
    stores: list[tensorstore.TensorStore]
    on_bad: OnBad
    progress: Progress | None
    stop: threading.Event

    def accepts_black(self, section: Section | BadSection) -> bool:
        """Whether the section may be black if it cannot be read."""
        return self.on_bad == "skip" or _is_missing(section)

    def report(self, done: int) -> None:
        if self.progress is not None:
            self.progress(done, len(self.sections))


def _write_all(run: _IngestRun, journal: IngestJournal, finished: set[int]) -> None:
    """Write what is not finished; a window of sections is in memory at a time."""
    unread: list[BadSection] = []
    todo = [index for index in range(len(run.sections)) if index not in finished]
    pixels = math.prod(run.stores[0].shape[1:])
    workers = max(1, min(4, os.cpu_count() or 1, _PIXELS_AT_ONCE // pixels))
    run.report(len(finished))
    with ThreadPoolExecutor(workers, thread_name_prefix="ingest") as pool:
        written = _windowed(pool, lambda index: _write(run, index), todo, workers)
        for done, future in enumerate(written, start=len(finished) + 1):
            if run.stop.is_set():
                raise IngestInterrupted
            entry = future.result()
            section = run.sections[entry.section]
            if entry.bad is not None and not _is_missing(section):
                unread.append(BadSection(section.name, entry.bad))
            if entry.bad is None or run.accepts_black(section):
                journal.record(entry)
            run.report(done)
    missing = sum(map(_is_missing, run.sections))
    if unread and (run.on_bad == "refuse" or len(unread) + missing == len(run.sections)):
        raise BadSections(unread)


def _windowed(
    pool: ThreadPoolExecutor, work: Callable[[int], JournalEntry], todo: Sequence[int], width: int
) -> Iterator[Future[JournalEntry]]:
    """Do the work with at most `width` pieces begun and not yet taken."""
    waiting = iter(todo)
    begun: set[Future[JournalEntry]] = set()
    while True:
        while len(begun) < width and (index := next(waiting, None)) is not None:
            begun.add(pool.submit(work, index))
        if not begun:
            return
        finished, begun = wait(begun, return_when=FIRST_COMPLETED)
        yield from finished


def _write(run: _IngestRun, index: int) -> JournalEntry:
    """Read one section and write all its levels; a bad one is written black where it is to be skipped."""
    section = run.sections[index]
    dtype: np.dtype[Any] = np.dtype(run.stores[0].dtype.numpy_dtype)
    image, problem = _pixels(section, run.stores[0].shape[1:], dtype)
    smaller = halved if dtype == np.uint8 else halved_labels
    fingerprint = "" if isinstance(section, BadSection) else section.fingerprint
    if problem is None or run.accepts_black(section):
        pending = []
        level = image
        for zoom, store in enumerate(run.stores):
            if zoom > 0:
                level = smaller(level)
            pending.append(store[index].write(level, can_reference_source_data_indefinitely=True))
        for write in pending:
            write.result()
    return JournalEntry(index, fingerprint, zlib.crc32(image.data), problem)


def _pixels(
    section: Section | BadSection, shape: tuple[int, ...], dtype: np.dtype[Any]
) -> tuple[NDArray[Any], str | None]:
    """The image and None, or black and what is wrong."""
    if isinstance(section, BadSection):
        return np.zeros(shape, dtype), section.reason
    try:
        image = section.pixels()
    except Exception as error:  # decoders raise all kinds of errors over bytes they did not expect
        return np.zeros(shape, dtype), reason_of(error)
    if image.shape != shape:
        return np.zeros(shape, dtype), f"has pixels of the shape {image.shape} where {shape} was announced"
    if image.dtype != dtype:
        return np.zeros(shape, dtype), f"has values of {image.dtype} where {dtype} was announced"
    return np.ascontiguousarray(image), None


def _header(layout: VolumeLayout, value_range: ValueRange | None) -> dict[str, Any]:
    return {
        "format": 1,
        "dimension": list(layout.dimension),
        "resolution": list(layout.resolution),
        "tile_size": layout.tile_size,
        "value_range": None if value_range is None else list(value_range),
        **({} if layout.dtype == "uint8" else {"dtype": layout.dtype}),
    }


def _is_written(entry: JournalEntry | None, section: Section | BadSection) -> bool:
    """Whether the entry says that this section, as it is now, is on disk."""
    return (
        entry is not None
        and entry.bad is None
        and not isinstance(section, BadSection)
        and entry.fingerprint == section.fingerprint
    )


def _existing(
    destination: Path,
    sections: Sequence[Section | BadSection],
    layout: VolumeLayout,
    header: dict[str, Any],
    on_bad: OnBad,
) -> IngestedVolume:
    """The volume that is there already, if it is made from these sections."""
    if not holds(destination, sections):
        raise InvalidInput(f"{destination} exists and is not made from these sections.")
    found, entries = journals.read(destination)
    if found != header:
        raise InvalidInput(f"{destination} exists and was made with another resolution, range or tile size.")
    volume = _described(destination, layout, sections, header, entries, len(sections))
    bad = [broken for index, broken in volume.broken.items() if not _is_missing(sections[index])]
    if bad and on_bad == "refuse":
        raise BadSections(bad)
    return volume


def _is_missing(section: Section | BadSection) -> bool:
    return isinstance(section, MissingSection)


def holds(volume: Path, sections: Sequence[Section | BadSection]) -> bool:
    """Whether a finished volume is made from just these sections, unchanged since."""
    _, entries = journals.read(volume)
    return entries.keys() == set(range(len(sections))) and all(
        entries[index].bad is not None
        if isinstance(section, BadSection)
        else entries[index].fingerprint == section.fingerprint
        for index, section in enumerate(sections)
    )


def _described(
    path: Path,
    layout: VolumeLayout,
    sections: Sequence[Section | BadSection],
    header: dict[str, Any],
    entries: dict[int, JournalEntry],
    resumed: int,
) -> IngestedVolume:
    broken = {
        index: BadSection(sections[index].name, entry.bad)
        for index, entry in sorted(entries.items())
        if entry.bad is not None
    }
    return IngestedVolume(path, layout, journals.revision(header, entries), broken, resumed)


def _clear(partial: Path) -> None:
    """Remove all but the journal."""
    for path in partial.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != journals.NAME:
            path.unlink()


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
