"""Inspect a folder of tile files before it becomes a stack."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stacks import Triple
from catmaid_server.tiles.encode import image_size
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.sections import BadSection, BadSections, reason_of
from catmaid_server.tiles.sources import tile_file
from catmaid_wire import tile_layouts

_NAMES_IN_FILE = {
    "tile_source_type": "tile_source_type",
    "dimension": "dimension_xyz",
    "resolution": "resolution_nm_xyz",
    "translation": "translation_nm_xyz",
    "file_extension": "file_extension",
    "title": "title",
}


@dataclass(frozen=True, slots=True)
class FileTiles:
    """A pyramid of tile files as it was found; units as in `NewStack`.

    broken: why the first tile of a section cannot be used, by index along z.
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
    revision: str
    broken: dict[int, str]


def inspect_tiles(folder: Path, given: Mapping[str, Any], on_bad: str) -> FileTiles:
    """Complete what is `given` (None: not) from `stack.json` and the files; check each section's first tile.

    Raises `InvalidInput` or, if sections are missing and `on_bad` is not "skip", `BadSections`.
    """
    folder = folder.resolve()
    if not folder.is_dir():
        raise InvalidInput(f"There is no folder {folder}.")
    known = _described(folder) | {name: value for name, value in given.items() if value is not None}
    if (folder / "tiles").is_dir() and (folder / "stack.json").is_file():
        folder /= "tiles"
    missing = [name for name in ("tile_source_type", "dimension", "resolution") if name not in known]
    if missing:
        raise InvalidInput(f"Say what the {' and '.join(missing).replace('_', ' ')} of {folder} is.")
    if known["tile_source_type"] not in tile_layouts.PATHS:
        raise InvalidInput(
            f"Tile source type {known['tile_source_type']} is not one of files;"
            f" those are {', '.join(map(str, tile_layouts.PATHS))}."
        )
    layout = tile_layouts.PATHS[known["tile_source_type"]]
    extension = known.get("file_extension", "jpg")
    digest = hashlib.sha256(repr((str(folder), sorted(known.items()))).encode())
    broken, found_size = _check_sections(folder, layout, extension, known["dimension"][2], digest)
    if found_size is None or (broken and on_bad != "skip"):
        example = tile_file(folder, layout, TileAddress(0, 0, 0, 0), extension)
        raise BadSections([BadSection(f"section {z} (as {example} for section 0)", why) for z, why in broken.items()])
    first = next(z for z in range(known["dimension"][2]) if z not in broken)
    return FileTiles(
        folder=folder,
        title=known.get("title", folder.name),
        tile_source_type=known["tile_source_type"],
        dimension=_triple(known["dimension"]),
        resolution=_triple(known["resolution"]),
        translation=_triple(known.get("translation", (0, 0, 0))),
        tile_size=known.get("tile_size", found_size),
        zoom_levels=known.get("zoom_levels") or _count_levels(folder, layout, extension, first),
        file_extension=extension,
        revision=digest.hexdigest()[:12],
        broken=broken,
    )


def _described(folder: Path) -> dict[str, Any]:
    """What `stack.json` in the folder or the one above says."""
    for path in (folder / "stack.json", folder.parent / "stack.json"):
        if path.is_file():
            break
    else:
        return {}
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
        known = {name: description[key] for name, key in _NAMES_IN_FILE.items() if key in description}
        if "tile_width" in description and "tile_height" in description:
            known["tile_size"] = (int(description["tile_width"]), int(description["tile_height"]))
        if "zoom_levels" in description:
            known["zoom_levels"] = len(description["zoom_levels"])
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"{path} is not a description of a stack: {error}.") from error
    return known


def _check_sections(
    folder: Path, layout: str, extension: str, sections: int, digest: Any
) -> tuple[dict[int, str], tuple[int, int] | None]:
    """Why sections are bad, and the size of the first good tile; stirs all of them into `digest`."""
    broken: dict[int, str] = {}
    size: tuple[int, int] | None = None
    for z in range(sections):
        path = tile_file(folder, layout, TileAddress(0, z, 0, 0), extension)
        try:
            status = path.stat()
            found = image_size(path.read_bytes())
        except OSError as error:
            broken[z] = "is missing" if isinstance(error, FileNotFoundError) else reason_of(error)
            continue
        size = size or found
        if found != size:
            broken[z] = f"has tiles of {found[0]} x {found[1]} pixels, others of {size[0]} x {size[1]}"
        digest.update(f"{z}:{status.st_size}:{status.st_mtime_ns};".encode())
    return broken, size


def _count_levels(folder: Path, layout: str, extension: str, z: int) -> int:
    levels = 1
    while tile_file(folder, layout, TileAddress(levels, z, 0, 0), extension).is_file():
        levels += 1
    return levels


def _triple(values: Any) -> Any:
    x, y, z = values
    return x, y, z
