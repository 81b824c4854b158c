"""The sections of a stack as they come: TIFF (also multi-page), PNG or JPEG files, in natural order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles import tiff
from catmaid_server.tiles.grey import to_grey

_TIFF: Final = frozenset({".tif", ".tiff"})
EXTENSIONS: Final = _TIFF | {".png", ".jpg", ".jpeg"}
"""Endings, in lower case, of the files that can be sections."""

ValueRange = tuple[int, int]
"""The 16 bit values that become black and white."""


class Section(Protocol):
    """One image to come at its place along z."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    @property
    def fingerprint(self) -> str:
        """Changes when the pixels may have changed."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""

    def pixels(self) -> NDArray[np.uint8]:
        """The image, (height, width) uint8; raises anything at all if it cannot be read."""


@dataclass(frozen=True, slots=True)
class BadSection:
    """A section that cannot be used, and why."""

    name: str
    reason: str


class BadSections(InvalidInput):
    """Some sections are unreadable, truncated or of another size; `sections` has them all."""

    def __init__(self, sections: Sequence[BadSection], *, shown: int = 20) -> None:
        self.sections = tuple(sections)
        lines = [f"  {bad.name}: {bad.reason}" for bad in self.sections[:shown]]
        if len(self.sections) > shown:
            lines.append(f"  and {len(self.sections) - shown} more")
        super().__init__(
            f"{len(self.sections)} section(s) cannot be used, so nothing was registered:\n"
            + "\n".join(lines)
            + "\nMend them and repeat the command (finished sections are not read again), or skip them: they"
            " become black, broken sections."
        )


@dataclass(frozen=True, slots=True)
class FileSection:
    """A page of an image file."""

    path: Path
    page: int
    name: str
    fingerprint: str
    size: tuple[int, int]
    value_range: ValueRange | None

    def pixels(self) -> NDArray[np.uint8]:
        """Decode to grey: 16 bit scaled from `value_range` or all of it, colours to luma."""
        if self.path.suffix.lower() in _TIFF:
            return tiff.read_page(self.path, self.page, self.value_range)
        with Image.open(self.path) as image:
            return _grey_of(image, self.value_range)


@dataclass(frozen=True, slots=True)
class ArraySection:
    """A section that a program makes when it is needed."""

    index: int
    size: tuple[int, int]
    fingerprint: str
    make: Callable[[int], NDArray[np.uint8]]

    @property
    def name(self) -> str:
        """Its place in the stack."""
        return f"section {self.index}"

    def pixels(self) -> NDArray[np.uint8]:
        """Call `make` with the index."""
        return self.make(self.index)


def natural_key(path: Path) -> tuple[tuple[str | int, ...], ...]:
    """Sort key that puts `s2.tif` before `s10.tif`."""
    return tuple(
        tuple(int(part) if part.isdecimal() else part.casefold() for part in re.split(r"(\d+)", component))
        for component in path.parts
    )


def section_files(source: Path | Iterable[Path]) -> list[Path]:
    """All image files that `source` (a folder, a file, or several of either) names, in natural order.

    Raises `InvalidInput` if a path does not exist or is no image, or if there is none at all.
    """
    given = [source] if isinstance(source, Path) else list(source)
    found: list[Path] = []
    for path in given:
        if path.is_dir():
            found += [
                p
                for p in path.iterdir()
                if p.suffix.lower() in EXTENSIONS and not p.name.startswith(".") and p.is_file()
            ]
        elif not path.is_file():
            raise InvalidInput(f"There is no file or folder {path}.")
        elif path.suffix.lower() not in EXTENSIONS:
            raise InvalidInput(f"{path} is not a TIFF, PNG or JPEG file.")
        else:
            found.append(path)
    if not found:
        raise InvalidInput(f"No TIFF, PNG or JPEG file in {', '.join(map(str, given)) or 'an empty list'}.")
    return sorted({path.resolve() for path in found}, key=natural_key)


def survey(source: Path | Iterable[Path], *, value_range: ValueRange | None = None) -> list[FileSection | BadSection]:
    """Read the heads of all files and list their sections along z, the unusable ones in their places.

    The size that most sections have is the stack's; sections of another size are bad.
    """
    # Sections of real stacks are larger than what Pillow takes for an attack.
    Image.MAX_IMAGE_PIXELS = None
    entries = [entry for path in section_files(source) for entry in _sections_of(path, value_range)]
    sizes = Counter(entry.size for entry in entries if isinstance(entry, FileSection))
    if not sizes:
        raise BadSections([entry for entry in entries if isinstance(entry, BadSection)])
    common = sizes.most_common(1)[0][0]
    return [_unless_odd(entry, common) for entry in entries]


def _unless_odd(entry: FileSection | BadSection, common: tuple[int, int]) -> FileSection | BadSection:
    if isinstance(entry, BadSection) or entry.size == common:
        return entry
    return BadSection(
        entry.name, f"is {entry.size[0]} x {entry.size[1]} pixels; the stack is {common[0]} x {common[1]}"
    )


def _sections_of(path: Path, value_range: ValueRange | None) -> Iterator[FileSection | BadSection]:
    try:
        status = path.stat()
        if path.suffix.lower() in _TIFF:
            sizes, problem = tiff.survey_pages(path)
        else:
            with Image.open(path) as image:
                sizes, problem = [image.size], None
    except Exception as error:  # decoders raise all kinds of errors over bytes they did not expect
        yield BadSection(path.name, reason_of(error))
        return
    for page, size in enumerate(sizes):
        name = path.name if len(sizes) == 1 else f"{path.name} page {page + 1}"
        fingerprint = f"{path.name}:{page}:{status.st_size}:{status.st_mtime_ns}"
        yield FileSection(path, page, name, fingerprint, size, value_range)
    if problem is not None:
        yield BadSection(f"{path.name} page {len(sizes) + 1}", problem)


def _grey_of(image: Image.Image, value_range: ValueRange | None) -> NDArray[np.uint8]:
    if image.mode == "L":
        return np.asarray(image)
    if image.mode.startswith("I"):
        return to_grey(np.asarray(image).astype(np.uint16), value_range)
    return np.asarray(image.convert("L"))


def reason_of(error: BaseException) -> str:
    """One line on why a section could not be read."""
    text = " ".join(str(error).split())
    return f"cannot be read: {text or type(error).__name__}"
