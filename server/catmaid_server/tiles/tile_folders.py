"""Find how a folder of tile files is laid out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_wire import tile_layouts

TILE_EXTENSIONS: Final = frozenset({"jpg", "jpeg", "png", "webp", "tif", "tiff", "bmp", "gif"})
"""Endings, in lower case, of files that can be tiles."""

_SECTIONS_LISTED: Final = 8
_PARTS: Final = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class TileName:
    """A tile file: its address, its ending, and the digits of each number as they are written."""

    address: TileAddress
    extension: str
    digits: Mapping[str, str]


@dataclass(slots=True)
class LevelTiles:
    """The tiles of a zoom level in some sections: which, how many rows and columns, and a tile in the last of each."""

    rows: int = 0
    cols: int = 0
    in_last_row: TileAddress | None = None
    in_last_col: TileAddress | None = None
    sections: set[int] = field(default_factory=set)

    def add(self, address: TileAddress) -> None:
        """Count a tile."""
        self.sections.add(address.z)
        if address.row >= self.rows:
            self.rows, self.in_last_row = address.row + 1, address
        if address.col >= self.cols:
            self.cols, self.in_last_col = address.col + 1, address


@dataclass(slots=True)
class FoundTiles:
    """What the names of tile files say.

    sections: their numbers. levels: by zoom level. widths: how many digits numbers have that are padded with zeros.
    """

    tile_source_type: int
    extension: str
    sections: list[int]
    levels: dict[int, LevelTiles] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)

    @property
    def layout(self) -> str:
        """The path of a tile without its ending, to be formatted with `zoom`, `z`, `row` and `col`."""
        return padded_layout(self.tile_source_type, self.widths)

    @property
    def zoom_levels(self) -> int:
        """How many zoom levels there are from 0 on without a gap."""
        levels = 0
        while levels in self.levels:
            levels += 1
        return levels


def padded_layout(tile_source_type: int, widths: Mapping[str, int]) -> str:
    """The layout of a tile source type with numbers that are padded with zeros to these widths."""
    layout = tile_layouts.PATHS[tile_source_type]
    for name, width in widths.items():
        layout = layout.replace(f"{{{name}}}", f"{{{name}:0{width}}}")
    return layout


def find_tiles(folder: Path, tile_source_type: int | None, extension: str | None) -> FoundTiles | None:
    """What the tile files in a folder say of themselves; None if it has none in a layout that is served.

    Raises `InvalidInput` if they are laid out in another way than is said, or do not say what they are.
    """
    types = (candidate for candidate in tile_layouts.PATHS if next(_tiles(folder, candidate, None, extension), None))
    found_type = next(types, None)
    if found_type is None:
        return None
    if tile_source_type not in (None, found_type):
        raise InvalidInput(
            f"{folder} has tiles of tile source type {found_type}"
            f" ({tile_layouts.PATHS[found_type]}), not {tile_source_type}."
        )
    names = _section_names(folder, found_type)
    listed = [names[index] for index in _spread(len(names), _SECTIONS_LISTED)]
    tiles = [tile for name in listed for tile in _tiles(folder, found_type, name, extension)]
    if not tiles:
        tiles = list(_tiles(folder, found_type, None, extension))
    return _described(folder, found_type, names, tiles)


def _described(folder: Path, tile_source_type: int, section_names: list[str], tiles: list[TileName]) -> FoundTiles:
    """What these tiles, of some of the sections, say of all."""
    extensions = sorted({tile.extension for tile in tiles})
    if len(extensions) > 1:
        raise InvalidInput(f"The tiles in {folder} end in {' and '.join(extensions)}: say --file-extension.")
    found = FoundTiles(tile_source_type, extensions[0], sorted(int(name) for name in section_names))
    written: dict[str, set[str]] = {"z": set(section_names)}
    for tile in tiles:
        found.levels.setdefault(tile.address.zoom, LevelTiles()).add(tile.address)
        for part, digits in tile.digits.items():
            written.setdefault(part, set()).add(digits)
    if 0 not in found.levels:
        raise InvalidInput(f"{folder} has tiles of zoom level {min(found.levels)}, but none of level 0.")
    for part, names in written.items():
        width = _padded_width(names, folder)
        if width > 1:
            found.widths[part] = width
    return found


def section_tiles(folder: Path, found: FoundTiles, z: int) -> Iterator[TileAddress]:
    """The tiles of a section, of all zoom levels."""
    name = f"{z:0{found.widths.get('z', 1)}}"
    return (tile.address for tile in _tiles(folder, found.tile_source_type, name, found.extension))


def _spread(count: int, wanted: int) -> list[int]:
    """Up to so many indices, evenly spaced, with the first and the last."""
    if count <= wanted:
        return list(range(count))
    return [index * (count - 1) // (wanted - 1) for index in range(wanted)]


def _section_names(folder: Path, tile_source_type: int) -> list[str]:
    parts = tile_layouts.PATHS[tile_source_type].split("/")
    folders = [folder] if parts[0] == "{z}" else list(_numbered_folders(folder))
    names = {path.name for parent in folders for path in _numbered_folders(parent)}
    return sorted(names, key=lambda name: (int(name), name))


def _numbered_folders(folder: Path) -> Iterator[Path]:
    """Folders whose name is a number."""
    return (path for path in sorted(folder.iterdir()) if re.fullmatch(r"[0-9]{1,9}", path.name) and path.is_dir())


def _tiles(folder: Path, tile_source_type: int, section: str | None, extension: str | None) -> Iterator[TileName]:
    """The tiles of a layout, of one section or (None) of all."""
    *folders, file = tile_layouts.PATHS[tile_source_type].split("/")
    pattern = re.compile(_PARTS.sub(r"(?P<\1>[0-9]{1,9})", file) + r"\.(?P<extension>\w+)")
    endings = TILE_EXTENSIONS if extension is None else {extension}

    def below(path: Path, levels: list[str], digits: dict[str, str]) -> Iterator[TileName]:
        if levels:
            part = levels[0].strip("{}")
            inner = [path / section] if part == "z" and section is not None else _numbered_folders(path)
            for child in inner:
                if child.is_dir():
                    yield from below(child, levels[1:], digits | {part: child.name})
            return
        for child in sorted(path.iterdir()):
            match = pattern.fullmatch(child.name)
            if match is not None and (match["extension"] if extension else match["extension"].lower()) in endings:
                all_digits = digits | {name: text for name, text in match.groupdict().items() if name != "extension"}
                numbers = {name: int(text) for name, text in all_digits.items()}
                yield TileName(TileAddress(**numbers), match["extension"], all_digits)

    return below(folder, folders, {})


def _padded_width(names: set[str], folder: Path) -> int:
    """To how many digits numbers are padded with zeros; 1 if they are not. `InvalidInput` if only some are."""
    padded = [name for name in names if len(name) > 1 and name.startswith("0")]
    if not padded:
        return 1
    width = len(padded[0])
    odd = next((name for name in sorted(names) if name != f"{int(name):0{width}}"), None)
    if odd is not None:
        raise InvalidInput(
            f"In {folder} some numbers are padded with zeros ({padded[0]}) and others in another way ({odd})."
        )
    return width
