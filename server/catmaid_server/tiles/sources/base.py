"""What a tile source is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from numpy.typing import NDArray

from catmaid_server.tiles.pyramid import TileAddress

Pixels: TypeAlias = NDArray[Any]
"""(h, w) of any type, or (h, w, 3) uint8."""


@dataclass(frozen=True, slots=True)
class ImageFile:
    """A tile as an image file that exists; `kind` is its extension without variants, such as `jpg`."""

    data: bytes
    kind: str


class TileSource(Protocol):
    """An image stack cut into tiles of one size."""

    async def tile(self, address: TileAddress) -> ImageFile | Pixels | None:
        """A tile as a file or as values, which may be smaller than a tile at the edges; None if there is none.

        Raises `ImagesUnavailable` if that cannot be found out now.
        """
