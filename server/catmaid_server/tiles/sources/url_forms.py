"""The addresses of tiles on other servers, by CATMAID's tile source types.

Conventions: https://catmaid.readthedocs.io/en/stable/tile_sources.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_wire import tile_layouts

XY: Final = 0
XZ: Final = 1
ZY: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteTiles:
    """Tiles on another server: what CATMAID knows of a mirror. orientation: 0 xy, 1 xz, 2 zy."""

    base: str
    tile_source_type: int
    file_extension: str
    tile_width: int
    tile_height: int
    orientation: int = XY

    @property
    def is_transposed(self) -> bool:
        """Whether images have rows for columns: DVID cuts along yz where CATMAID has zy."""
        return self.orientation == ZY and self.tile_source_type in (6, 8)

    def url(self, address: TileAddress) -> str:
        """The address of a tile."""
        return _FORMS[self.tile_source_type](self, address)


def require_form(tile_source_type: int) -> None:
    """Raise `InvalidInput` for a type whose tiles have no addresses."""
    if tile_source_type not in _FORMS:
        known = ", ".join(map(str, sorted(_FORMS)))
        raise InvalidInput(f"Tile source type {tile_source_type} is none of tiles on a server: these are {known}.")


def _pixel(of: RemoteTiles, at: TileAddress) -> tuple[int, int]:
    return at.col * of.tile_width, at.row * of.tile_height


def _file(of: RemoteTiles, at: TileAddress) -> str:
    layout = tile_layouts.PATHS[1 if of.tile_source_type == 9 else of.tile_source_type]
    base, _, query = of.base.partition("?")
    path = layout.format(zoom=at.zoom, z=at.z, row=at.row, col=at.col)
    return f"{_slashed(base)}{path}.{of.file_extension}{'?' if query else ''}{query}"


def _query(of: RemoteTiles, at: TileAddress) -> str:
    x, y = _pixel(of, at)
    text = f"x={x}&y={y}&z={at.z}&width={of.tile_width}&height={of.tile_height}&scale={2.0**-at.zoom:.15g}&row=y&col=x"
    return f"{of.base}{'&' if '?' in of.base else '?'}{text}"


def _catmaid_hdf5(of: RemoteTiles, at: TileAddress) -> str:
    return f"{_query(of, at)}&file_extension={quote(of.file_extension)}&type=all"


def _dvid_voxels(of: RemoteTiles, at: TileAddress) -> str:
    x, y = _pixel(of, at)
    size = (of.tile_width, of.tile_height)
    corner = {XY: (x, y, at.z), XZ: (x, at.z, y), ZY: (at.z, y, x)}[of.orientation]
    if of.orientation == ZY:
        size = (of.tile_height, of.tile_width)
    return f"{_slashed(of.base)}{size[0]}_{size[1]}/{corner[0]}_{corner[1]}_{corner[2]}/{of.file_extension}"


def _dvid_tiles(of: RemoteTiles, at: TileAddress) -> str:
    plane, corner = {
        XY: ("xy", (at.col, at.row, at.z)),
        XZ: ("xz", (at.col, at.z, at.row)),
        ZY: ("yz", (at.z, at.row, at.col)),
    }[of.orientation]
    return f"{_slashed(of.base)}{plane}/{at.zoom}/{corner[0]}_{corner[1]}_{corner[2]}"


def _render(of: RemoteTiles, at: TileAddress) -> str:
    size = f"{of.tile_width}/{of.tile_height}"
    return f"{_slashed(of.base)}largeDataTileSource/{size}/{at.zoom}/{at.z}/{at.row}/{at.col}.{of.file_extension}"


def _h2n5(of: RemoteTiles, at: TileAddress) -> str:
    x, y = _pixel(of, at)
    path = of.base.replace("%SCALE_DATASET%", f"s{at.zoom}")
    for name, value in (("%AXIS_0%", x), ("%AXIS_1%", y), ("%AXIS_2%", at.z)):
        path = path.replace(name, str(value))
    return f"{path}.{of.file_extension}"


def _boss(of: RemoteTiles, at: TileAddress) -> str:
    return f"{_slashed(of.base)}xy/{of.tile_width}/{at.zoom}/{at.col}/{at.row}/{at.z}"


def _slashed(base: str) -> str:
    return f"{base.rstrip('/')}/"


_FORMS: Final[Mapping[int, Callable[[RemoteTiles, TileAddress], str]]] = {
    1: _file,
    2: _query,
    3: _catmaid_hdf5,
    4: _file,
    5: _file,
    6: _dvid_voxels,
    7: _render,
    8: _dvid_tiles,
    9: _file,
    10: _h2n5,
    12: _boss,
}
