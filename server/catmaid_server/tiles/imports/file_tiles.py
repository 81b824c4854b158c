"""Inspect a folder of tile files before it becomes a stack."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stacks import Triple
from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.imports.sections import BadSection, BadSections, readable, reason_of
from catmaid_server.tiles.imports.stack_file import stack_file
from catmaid_server.tiles.imports.tile_factors import level_problem
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sources.tile_files import tile_file
from catmaid_server.tiles.tile_folders import FoundTiles, find_tiles, section_tiles
from catmaid_wire import tile_layouts

_MISSING_BESIDES_PRESENT: Final = 10
_MOST_MISSING: Final = 100_000
_PIXELS_KEPT: Final = 2**26
_SERVED_MODES: Final = frozenset({"1", "L", "LA", "P", "PA", "RGB", "RGBA", "YCbCr"})


@dataclass(frozen=True, slots=True)
class FileTiles:
    """A pyramid of tile files as it was found; units as in `NewStack`.

    widths: to how many digits numbers in paths are padded with zeros. broken: why the first tile of a section cannot
    be used, by index along z. notes: what was found.
    """

    folder: Path
    title: str
    tile_source_type: int
    dimension: tuple[int, int, int]
    resolution: Triple
    translation: Triple
    tile_size: tuple[int, int]
    zoom_levels: int
    file_extension: str
    widths: Mapping[str, int]
    revision: str
    broken: dict[int, str]
    notes: list[str]


def inspect_tiles(folder: Path, given: Mapping[str, Any], on_bad: str) -> FileTiles:
    """Complete what is `given` (None: not) from `stack.json` and the files; check each section's first tile.

    Raises
    ------
    InvalidInput
        If something is neither given nor found, does not fit the files, or zoom levels are not halved.
    BadSections
        If sections are missing and `on_bad` is not "skip".
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.")
    if readable(str(folder)) != str(folder):
        raise InvalidInput(f"The name of the folder {readable(str(folder))} has to be UTF-8, since it is kept.")
    known = stack_file(folder) | {name: value for name, value in given.items() if value is not None}
    if (folder / "tiles").is_dir() and (folder / "stack.json").is_file():
        folder /= "tiles"
    found = _found(folder, known)
    digest = hashlib.sha256(repr((str(folder), sorted(known.items()))).encode())
    sections = _check_sections(folder, found, _depth(folder, found, known), digest)
    if sections.tile_size is None or (sections.broken and on_bad != "skip"):
        example = tile_file(folder, found.layout, TileAddress(0, 0, 0, 0), found.extension)
        raise BadSections(
            [BadSection(f"section {z} (as {example} for section 0)", why) for z, why in sections.broken.items()]
        )
    notes: list[str] = []
    tile_size = _tile_size(folder, found, sections.tile_size, known.get("tile_size"))
    dimension = known.get("dimension") or _dimension(folder, found, tile_size, notes)
    zoom_levels = _zoom_levels(folder, found, known.get("zoom_levels"), notes)
    _check_levels(folder, found, zoom_levels, sections.good, tile_size)
    return FileTiles(
        folder=folder,
        title=known.get("title", folder.name),
        tile_source_type=found.tile_source_type,
        dimension=dimension,
        resolution=known["resolution"],
        translation=known.get("translation", (0, 0, 0)),
        tile_size=tile_size,
        zoom_levels=zoom_levels,
        file_extension=found.extension,
        widths=found.widths,
        revision=digest.hexdigest()[:12],
        broken=sections.broken,
        notes=[_summary(found, tile_size, zoom_levels, dimension), *notes],
    )


def _summary(found: FoundTiles, tile_size: tuple[int, int], zoom_levels: int, dimension: tuple[int, int, int]) -> str:
    return (
        f"Tiles of {tile_size[0]} x {tile_size[1]} pixels ({found.extension}), tile source type"
        f" {found.tile_source_type} ({tile_layouts.PATHS[found.tile_source_type]}), {zoom_levels} zoom level(s),"
        f" {dimension[0]} x {dimension[1]} pixels, {dimension[2]} section(s)."
    )


def _found(folder: Path, known: Mapping[str, Any]) -> FoundTiles:
    """What the files say, or else what is known."""
    tile_source_type, extension = known.get("tile_source_type"), known.get("file_extension")
    missing = [name for name in ("tile_source_type", "dimension", "resolution") if name not in known]
    if tile_source_type is not None and tile_source_type not in tile_layouts.PATHS:
        raise InvalidInput(
            f"Tile source type {tile_source_type} is not one of files;"
            f" those are {', '.join(map(str, tile_layouts.PATHS))}."
        )
    found = find_tiles(folder, tile_source_type, extension)
    if found is not None:
        missing = [name for name in missing if name == "resolution"]
    if missing:
        reason = "" if found is not None else f": no file has a path such as {_examples(extension or 'jpg')}"
        raise InvalidInput(f"Say what the {' and '.join(missing).replace('_', ' ')} of {folder} is{reason}.")
    return found or FoundTiles(known["tile_source_type"], extension or "jpg", [])


def _examples(extension: str) -> str:
    return " or ".join(f"{layout}.{extension}" for layout in tile_layouts.PATHS.values())


def _depth(folder: Path, found: FoundTiles, known: Mapping[str, Any]) -> int:
    """The number of sections; `InvalidInput` if most of them would be missing."""
    present = found.sections
    if "dimension" in known:
        depth = int(known["dimension"][2])
        if depth > len(present) + _MOST_MISSING:
            raise InvalidInput(f"{folder} has {len(present)} of the {depth} sections that the dimension says.")
        return depth
    depth = present[-1] + 1
    if depth - len(present) > len(present) + _MISSING_BESIDES_PRESENT:
        raise InvalidInput(
            f"The sections in {folder} have the numbers {present[0]} to {present[-1]}, so {depth - len(present)} of"
            f" {depth} would be missing. Say --dimension X,Y,Z if that is right; else number the folders from 0."
        )
    return depth


@dataclass(frozen=True, slots=True)
class _CheckedSections:
    """Size of the tiles of sections, which are good, and why the others are not."""

    tile_size: tuple[int, int] | None
    good: list[int]
    broken: dict[int, str]


def _check_sections(folder: Path, found: FoundTiles, depth: int, digest: Any) -> _CheckedSections:
    """StackLook at the first tile of each section; stirs all of them into `digest`."""
    broken: dict[int, str] = {}
    size: tuple[int, int] | None = None
    good: list[int] = []
    for z in range(depth):
        path = _first_tile(folder, found, z)
        try:
            status = path.stat()
            found_size = _served_size(path)
        except FileNotFoundError:
            broken[z] = "is missing"
            continue
        except Exception as error:  # decoders raise all kinds of errors over bytes they did not expect
            broken[z] = reason_of(error)
            continue
        size = size or found_size
        if found_size != size:
            broken[z] = f"has tiles of {found_size[0]} x {found_size[1]} pixels, others of {size[0]} x {size[1]}"
        else:
            good.append(z)
        digest.update(f"{z}:{status.st_size}:{status.st_mtime_ns};".encode())
    return _CheckedSections(size, good, broken)


def _first_tile(folder: Path, found: FoundTiles, z: int) -> Path:
    """The upper left tile of a section, or another one where black tiles were left out."""
    path = _path(folder, found, TileAddress(0, z, 0, 0))
    if not path.exists() and (z in found.sections):
        others = (address for address in section_tiles(folder, found, z) if address.zoom == 0)
        path = next((_path(folder, found, address) for address in others), path)
    return path


def _path(folder: Path, found: FoundTiles, address: TileAddress) -> Path:
    return tile_file(folder, found.layout, address, found.extension)


def _served_size(path: Path) -> tuple[int, int]:
    """Width and height of a tile. `ValueError` if its values are not of 8 bits."""
    with Image.open(path) as image:
        if image.mode not in _SERVED_MODES:
            raise ValueError(f"its values are {image.mode}, not 8 bit grey or colours")
        return image.size


def _tile_size(
    folder: Path, found: FoundTiles, first: tuple[int, int], given: tuple[int, int] | None
) -> tuple[int, int]:
    """The size of whole tiles: the first one may be smaller where it is the only one of its row or column."""
    level = found.levels.get(0)
    cols, rows = (1, 1) if level is None else (level.cols, level.rows)
    width, height = first
    if given is not None:
        for extent, wanted, count in ((width, given[0], cols), (height, given[1], rows)):
            if extent > wanted or (count > 1 and extent < wanted):
                raise InvalidInput(f"The tiles in {folder} are {width} x {height} pixels, not {given[0]} x {given[1]}.")
        return given
    if cols > 1 and rows == 1:
        height = max(width, height)
    if rows > 1 and cols == 1:
        width = max(width, height)
    return width, height


def _dimension(folder: Path, found: FoundTiles, tile_size: tuple[int, int], notes: list[str]) -> tuple[int, int, int]:
    """The size of the stack, as far as tiles reach."""
    level = found.levels[0]
    assert level.in_last_col is not None
    assert level.in_last_row is not None
    last_width = _served_size(_path(folder, found, level.in_last_col))[0]
    last_height = _served_size(_path(folder, found, level.in_last_row))[1]
    if (last_width, last_height) == tile_size:
        notes.append("The last tiles of rows and columns are whole; --dimension X,Y,Z says if the images are smaller.")
    x = (level.cols - 1) * tile_size[0] + last_width
    y = (level.rows - 1) * tile_size[1] + last_height
    return x, y, found.sections[-1] + 1


def _zoom_levels(folder: Path, found: FoundTiles, given: int | None, notes: list[str]) -> int:
    levels = max(1, found.zoom_levels)
    if given is not None and given > levels:
        raise InvalidInput(f"{folder} has tiles of {levels} zoom level(s), not of {given}.")
    beyond = [zoom for zoom in found.levels if zoom > levels]
    if beyond and given is None:
        notes.append(f"Zoom level {min(beyond)} is not used, as there is no level {levels}.")
    return given or levels


def _check_levels(
    folder: Path, found: FoundTiles, zoom_levels: int, sections: list[int], tile_size: tuple[int, int]
) -> None:
    """`InvalidInput` if a zoom level is not the one before, half as large: viewers take it for that."""

    @lru_cache(maxsize=max(4, _PIXELS_KEPT // math.prod(tile_size)))
    def read(address: TileAddress) -> NDArray[np.uint8] | None:
        try:
            return decode_grey(_path(folder, found, address).read_bytes())
        except Exception:  # a tile that cannot be read says nothing of the factor
            return None

    z = sections[len(sections) // 2]
    for zoom in range(1, zoom_levels):
        if zoom not in found.levels:
            return
        problem = level_problem(read, found.levels[zoom - 1], found.levels[zoom], zoom, z, tile_size)
        if problem is not None:
            raise InvalidInput(
                f"Zoom level {zoom} in {folder} {problem}; only levels that are the one before, reduced by 2 in x and"
                f" y, can be used. --zoom-levels {zoom} leaves it out."
            )
