"""What people say of a stack that they register by its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from catmaid_server.domain.errors import InvalidInput

ORIENTATIONS: Final = ("xy", "xz", "zy")
"""Planes of sections, by CATMAID's numbers."""

Triple = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class StackRequest:
    """A stack to register; what is None is found, where the source says it.

    address, mirrors
        Where the images are: URLs, or paths of this machine. Mirrors have the same images and are asked in this order.
    dimension, resolution, translation
        (x, y, z): pixels and sections; nm for each; where the first voxel is in the project, in nm.
    orientation
        The plane of the sections: `xy`, `xz` or `zy`. For volumes dimension and so on are those of the sections.
    tile_source_type
        CATMAID's number, 1 to 14, where the address does not tell.
    tile_size
        Width and height in pixels.
    dataset
        Path of an array below the address, where there are several.
    channel
        Which of several, counted from 1.
    window, gamma
        The values that become black and white, and the exponent of the grey between them.
    labels
        Whether values are ids, to be shown in colours.
    token
        Sent to the server of the images as `Authorization: Token …`; never shown.
    """

    address: str
    mirrors: tuple[str, ...] = ()
    title: str | None = None
    dimension: tuple[int, int, int] | None = None
    resolution: Triple | None = None
    translation: Triple | None = None
    orientation: str = "xy"
    tile_source_type: int | None = None
    file_extension: str | None = None
    tile_size: tuple[int, int] | None = None
    zoom_levels: int | None = None
    dataset: str | None = None
    channel: int | None = None
    window: tuple[float, float] | None = None
    gamma: float | None = None
    labels: bool | None = None
    token: str | None = None
    broken_sections: tuple[int, ...] = ()
    comment: str = ""
    attribution: str | None = None

    @property
    def plane(self) -> int:
        """CATMAID's number of the orientation. Raises `InvalidInput` if it is none."""
        try:
            return ORIENTATIONS.index(self.orientation.lower())
        except ValueError:
            raise InvalidInput(f"Sections are cut along xy, xz or zy, not along {self.orientation!r}.") from None
