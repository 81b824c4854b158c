"""Bring image stacks into a project: from sections, from an array, or as tiles that exist already."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import itertools
import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress
from catmaid_server.domain.projects import projects
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import Mirror, NewStack, Triple
from catmaid_server.tiles.encode import image_kind
from catmaid_server.tiles.imports.file_tiles import FileTiles, inspect_tiles
from catmaid_server.tiles.imports.ingest import TILE_SIZE, IngestedVolume, OnBad, holds, ingest
from catmaid_server.tiles.imports.sections import ArraySection, BadSection, LabelSection, Section, readable
from catmaid_server.tiles.imports.survey import SectionChoice, SurveyedStack, ranged, section_files, survey
from catmaid_server.tiles.imports.value_range import with_range
from catmaid_server.tiles.imports.volumes import is_volume, opened_volume
from catmaid_server.tiles.imports.voxel_size import voxel_size
from catmaid_server.tiles.omezarr import VolumeLayout


@dataclass(frozen=True, slots=True)
class ImportedStack:
    """The stack of an import; `created` is False if the project had it already.

    dimension: (x, y, z) pixels. broken: sections without an image, with the reason, by index along z. notes: what was
    found or decided that nobody asked for.
    """

    project_id: int
    stack_id: int
    title: str
    dimension: tuple[int, int, int]
    zoom_levels: int
    broken: Mapping[int, str]
    path: Path
    created: bool
    notes: Sequence[str] = ()


async def import_stack(
    store: Store,
    data_dir: Path,
    source: Path | Iterable[Path],
    *,
    project: str,
    owner: str,
    resolution_nm: Triple | None = None,
    translation_nm: Triple = (0, 0, 0),
    title: str | None = None,
    choice: SectionChoice | None = None,
    dataset: str | None = None,
    labels: bool | None = None,
    on_bad: OnBad = "refuse",
    tile_size: int = TILE_SIZE,
    file_extension: str = "jpg",
    progress: Progress | None = None,
) -> ImportedStack:
    """Turn sections or a volume into a volume under `data_dir` and register it as a stack.

    Parameters
    ----------
    store, data_dir
        The service's database and data folder.
    source
        A folder, or files (TIFF, PNG, JPEG); sections come in the order of their numbers, and are broken where a
        number is missing. Or one volume: OME-Zarr, Zarr, N5, precomputed, HDF5, MRC or NRRD.
    project, owner
        Title of the project, made if there is none, and name of the user who imports.
    resolution_nm, translation_nm
        (x, y, z): size of a voxel, by default what the volume says, and where the first one is in the project.
    title
        Of the stack; by default the folder's name.
    choice, dataset
        The values that become black and white, the channel and so on; path of the array in a volume with several.
    labels
        Whether values are ids, which stay as they are; by default what the volume says, else grey values.
    on_bad
        "refuse": nothing is registered if a section is unusable. "skip": such sections are black and broken.
    tile_size, file_extension
        Width and height of the tiles in pixels, and what viewers ask for: `jpg`, or `png` for exact values.
    progress
        Called with the numbers of finished and of all sections, from another thread.

    Raises as `ingest_sections` does. After a kill, or when bad sections were repaired, the same call goes on.
    """
    given = [source] if isinstance(source, Path) else list(source)
    found = await _surveyed(given, choice or SectionChoice(), dataset, labels)
    resolution, notes = _resolution(resolution_nm, found)
    place = await _checked(store, _Placement(project, owner, title or _title_of(given), translation_nm))
    given_range = None if choice is None else choice.value_range
    kind = [found.dtype, dataset] if found.dtype != "uint8" or dataset else []
    name = _volume_name(place.title, [*given, *map(float, resolution), tile_size, given_range, *kind])
    destination = _free_or_same(data_dir / "stacks", name, found.sections)
    write = partial(ingest, found.sections, destination, resolution, on_bad=on_bad, value_range=found.stack.value_range)
    volume = await _in_thread(lambda stop: write(tile_size=tile_size, dtype=found.dtype, progress=progress, stop=stop))
    made = await _register_volume(store, data_dir, volume, place, file_extension)
    return dataclasses.replace(made, notes=notes)


async def import_volume(
    store: Store,
    data_dir: Path,
    shape: tuple[int, int, int],
    section: Callable[[int], NDArray[np.uint8]],
    *,
    fingerprint: str,
    title: str,
    project: str,
    owner: str,
    resolution_nm: Triple,
    translation_nm: Triple = (0, 0, 0),
    tile_size: int = TILE_SIZE,
    file_extension: str = "jpg",
    progress: Progress | None = None,
) -> ImportedStack:
    """As `import_stack`, from a program: `section(z)` makes the (y, x) uint8 image of a section.

    `shape` is (z, y, x); `fingerprint` names what is made, so that an interrupted import goes on only with
    the same. `section` is called from several threads, and in any order.
    """
    place = await _checked(store, _Placement(project, owner, title, translation_nm))
    depth, height, width = shape
    sections = [ArraySection(z, (width, height), f"{fingerprint}:{z}", section) for z in range(depth)]
    name = _volume_name(title, [fingerprint, *shape, *map(float, resolution_nm), tile_size])
    destination = data_dir / "stacks" / name
    volume = await _in_thread(
        lambda stop: ingest(sections, destination, resolution_nm, tile_size=tile_size, progress=progress, stop=stop)
    )
    return await _register_volume(store, data_dir, volume, place, file_extension)


async def import_tiles(
    store: Store,
    folder: Path,
    *,
    project: str,
    owner: str,
    tile_source_type: int | None = None,
    dimension: tuple[int, int, int] | None = None,
    resolution_nm: Triple | None = None,
    translation_nm: Triple | None = None,
    tile_size: tuple[int, int] | None = None,
    zoom_levels: int | None = None,
    file_extension: str | None = None,
    title: str | None = None,
    on_bad: OnBad = "refuse",
) -> ImportedStack:
    """Register a pyramid of tile files, laid out as CATMAID's tile source type 1, 4 or 5, where it is.

    What is not given is read from `stack.json` in the folder or above it, if there is one, or else found in the
    files. Sections of which the first tile is missing or unreadable are refused, or broken sections, by `on_bad`.

    Raises
    ------
    InvalidInput
        If something is neither given nor found, the folder does not hold such tiles, or its zoom levels are not halved.
    BadSections
        If sections are missing and `on_bad` is "refuse".
    """
    given = {
        "tile_source_type": tile_source_type,
        "dimension": dimension,
        "resolution": resolution_nm,
        "translation": translation_nm,
        "tile_size": tile_size,
        "zoom_levels": zoom_levels,
        "file_extension": file_extension,
        "title": title,
    }
    tiles = await asyncio.to_thread(inspect_tiles, folder, given, on_bad)
    stack = _stack_of_files(tiles)
    place = _Placement(project, owner, tiles.title, tiles.translation)
    made = await _register(store, stack, place, tiles.broken, tiles.folder)
    return dataclasses.replace(made, notes=tiles.notes)


def _stack_of_files(tiles: FileTiles) -> NewStack:
    """A stack with one mirror, which reads these tile files."""
    source = {
        "kind": "tiles",
        "path": str(tiles.folder),
        "revision": tiles.revision,
        "tile_source_type": tiles.tile_source_type,
        "file_extension": tiles.file_extension,
        "widths": dict(tiles.widths),
    }
    mirror = Mirror(
        tile_width=tiles.tile_size[0],
        tile_height=tiles.tile_size[1],
        file_extension="png" if image_kind(tiles.file_extension) == "png" else "jpg",
        source=source,
    )
    return NewStack(
        title=tiles.title,
        dimension=tiles.dimension,
        resolution=tiles.resolution,
        zoom_levels=tiles.zoom_levels,
        mirrors=[mirror],
        broken_sections=sorted(tiles.broken),
    )


@dataclass(frozen=True, slots=True)
class _Survey:
    """What is to be imported. sections: as they are written, of a dtype."""

    stack: SurveyedStack
    sections: Sequence[Section | BadSection]
    dtype: str
    resolution: Triple | None
    notes: list[str]


async def _surveyed(given: Sequence[Path], choice: SectionChoice, dataset: str | None, labels: bool | None) -> _Survey:
    """Look at what is given, before anything is written."""
    resolution = None
    if len(given) == 1 and is_volume(given[0]):
        volume = await opened_volume(given[0], dataset=dataset, channel=choice.channel)
        stack = SurveyedStack(volume.sections, choice.value_range, volume.notes)
        resolution, labels = volume.resolution, volume.is_labels if labels is None else labels
        if choice.value_range is not None:
            stack = dataclasses.replace(
                stack, sections=[ranged(section, choice.value_range) for section in volume.sections]
            )
    elif dataset is not None:
        raise InvalidInput("--dataset is a path in a volume, and these are files of sections.")
    else:
        files = await asyncio.to_thread(section_files, given)
        stack = await asyncio.to_thread(survey, given, choice)
        resolution = await asyncio.to_thread(voxel_size, files[0])
    if labels:
        if choice.value_range is not None:
            raise InvalidInput("Ids of labels stay as they are: leave out --range.")
        sizes = [np.dtype(s.values.dtype).itemsize for s in stack.sections if not isinstance(s, BadSection)]
        dtype = "uint64" if max(sizes) > 4 else "uint32"
        made = [s if isinstance(s, BadSection) else LabelSection(s, dtype) for s in stack.sections]
        return _Survey(stack, made, dtype, resolution, stack.notes)
    stack = await asyncio.to_thread(with_range, stack)
    return _Survey(stack, stack.sections, "uint8", resolution, stack.notes)


def _resolution(given: Triple | None, found: _Survey) -> tuple[Triple, list[str]]:
    """The size of a voxel, and what is said of the import. Raises `InvalidInput` if nobody says the size."""
    if given is not None:
        return given, found.notes
    if found.resolution is None:
        raise InvalidInput("The images do not say how large a voxel is: --resolution X,Y,Z says it in nm.")
    said = "Voxels are {:g} x {:g} x {:g} nm, as the images say.".format(*found.resolution)
    return found.resolution, [said, *found.notes]


@dataclass(frozen=True, slots=True)
class _Placement:
    """Where a stack goes: the project by title, as what, by whom, and where its first voxel is (nm)."""

    project: str
    owner: str
    title: str
    translation: Triple


async def _checked(store: Store, place: _Placement) -> _Placement:
    """Refuse what the store would refuse after hours of work."""
    if not place.title.strip() or not place.project.strip():
        raise InvalidInput("A stack and its project need titles.")
    async with store.reading() as connection:
        await users.require_user(connection, place.owner)
    return place


async def _register_volume(
    store: Store, data_dir: Path, volume: IngestedVolume, place: _Placement, file_extension: str
) -> ImportedStack:
    path, layout = str(volume.path.relative_to(data_dir)), volume.layout
    is_labels = layout.dtype != "uint8"
    source = _labels_source(path, layout) if is_labels else {"kind": "zarr", "path": path}
    source["revision"] = volume.revision
    mirror = Mirror(
        tile_width=layout.tile_size,
        tile_height=layout.tile_size,
        source=source,
        file_extension="png" if is_labels else file_extension,
    )
    stack = NewStack(
        title=place.title,
        metadata={"labels": True} if is_labels else None,
        dimension=layout.dimension,
        resolution=layout.resolution,
        zoom_levels=layout.levels,
        mirrors=[mirror],
        broken_sections=sorted(volume.broken),
    )
    broken = {z: f"{bad.name} {bad.reason}" for z, bad in volume.broken.items()}
    return await _register(store, stack, place, broken, volume.path)


def _labels_source(path: str, layout: VolumeLayout) -> dict[str, Any]:
    """Where ids are read, and that each is shown in a colour."""
    return {
        "kind": "volume",
        "driver": "zarr3",
        "base": path,
        "path": path,
        "levels": [{"path": str(zoom), "factors": [2**zoom, 2**zoom, 1]} for zoom in range(layout.levels)],
        "axes": [2, 1, 0],
        "dimension": list(layout.dimension),
        "labels": True,
    }


async def _register(
    store: Store, stack: NewStack, place: _Placement, broken: Mapping[int, str], path: Path
) -> ImportedStack:
    """Register in one transaction, unless the project has a stack with the same images already."""
    source = stack.mirrors[0].source or {}
    async with store.reading() as connection:
        owner = await users.require_user(connection, place.owner)
        known = await projects.find_project(connection, place.project)
        existing = None if known is None else await stacks.stack_with_source(connection, known, source)
    if known is not None and existing is not None:
        project_id, stack_id = known, existing
    else:
        async with store.writing(user_id=owner.id, project_id=known, label="stacks.import") as tx:
            project_id = await projects.ensure_project(tx, place.project, owner_id=owner.id)
            stack_id = await stacks.register_stack(tx, project_id, stack, translation=place.translation)
    return ImportedStack(
        project_id, stack_id, stack.title, stack.dimension, stack.zoom_levels, broken, path, created=existing is None
    )


async def _in_thread(work: Callable[[threading.Event], IngestedVolume]) -> IngestedVolume:
    """Run in a thread, which gets a signal to stop when this is cancelled."""
    stop = threading.Event()
    try:
        return await asyncio.to_thread(work, stop)
    finally:
        stop.set()


def _title_of(given: Sequence[Path]) -> str:
    """The only file's name, or the folder's with the one above it: many folders are called raw or images."""
    first = given[0].resolve()
    if first.is_file() and len(given) == 1:
        return readable(first.stem)
    folder = first if first.is_dir() else first.parent
    return readable("/".join(folder.parts[-2:]).lstrip("/"))


def _volume_name(title: str, identity: Sequence[Any]) -> str:
    """A folder's name that people recognize, and that another source does not get."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:40] or "stack"
    text = "\n".join(str(part.resolve() if isinstance(part, Path) else part) for part in identity)
    return f"{slug}-{hashlib.sha256(os.fsencode(text)).hexdigest()[:8]}"


def _free_or_same(volumes: Path, name: str, sections: Sequence[Section | BadSection]) -> Path:
    """Where to put the volume: where it is already, or where nothing is; changed files make another one."""
    for number in itertools.count(1):
        path = volumes / (name if number == 1 else f"{name}-{number}")
        if not path.exists() or holds(path, sections):
            return path
    raise AssertionError("unreachable")
