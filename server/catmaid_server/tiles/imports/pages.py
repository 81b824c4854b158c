"""Pages of image files, before and after they are decoded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.tiles.imports.grey import ValueRange, ValueType, to_grey

_DEFLATE_LIMIT: Final = 1032
_JPEG_LIMIT: Final = 1024  # pixels in a byte: a bit for each block of 64 in a first scan, and no more in others
"""No deflated byte becomes more bytes."""

_UPRIGHT: Final = 1


class NoSuchPlane(ValueError):
    """A file has fewer channels or time points than the number of the one that is wanted."""


@dataclass(frozen=True, slots=True)
class PlaneChoice:
    """Which of a file's channels and time points is wanted, from 1; None: the first, and said."""

    channel: int | None = None
    time_point: int | None = None


@dataclass(frozen=True, slots=True)
class PageHead:
    """What is known of a page before it is decoded.

    page: as `read_page` counts. size: width and height in pixels. display_range: the values for black and white that
    the file names. channel: the sample, from 0, that is wanted of several.
    """

    page: int
    size: tuple[int, int]
    values: ValueType
    display_range: ValueRange | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class PageValues:
    """A decoded page: (h, w) or (h, w, samples) values, of which `bits` are used; inverted: 0 is white."""

    image: NDArray[Any]
    bits: int | None = None
    inverted: bool = False

    def to_grey(self, value_range: ValueRange | None = None, channel: int | None = None) -> NDArray[np.uint8]:
        """The page in 8 bit grey; see `grey.to_grey`."""
        grey = to_grey(self.image, value_range, bits=self.bits, channel=channel)
        return np.invert(grey) if self.inverted else grey


def index_of(name: str, number: int, count: int) -> int:
    """The index, from 0, of a channel or time point that people count from 1; `NoSuchPlane` if there are fewer."""
    if not 1 <= number <= count:
        raise NoSuchPlane(f"has {count} {name}{'' if count == 1 else 's'}, so there is no {name} {number}")
    return number - 1


def orientation_notes(orientation: object) -> list[str]:
    """What is said of the orientation tag of TIFF and EXIF, which other programs for microscopy ignore, too."""
    if not isinstance(orientation, int) or orientation == _UPRIGHT:
        return []
    return [f"Pixels were imported as they are stored, although the orientation tag is {int(orientation)}."]


def check_jpeg(pixels: int, size: int) -> None:
    """`ValueError` if an image of so many pixels cannot be a JPEG file of `size` bytes."""
    if pixels > _JPEG_LIMIT * (size + 1024):
        raise ValueError(f"its {size} bytes cannot hold that many pixels")


def check_deflated(size: int, deflated: int) -> None:
    """`ValueError` if a page of `size` bytes cannot have been deflated to so few."""
    if size > _DEFLATE_LIMIT * (deflated + 1024):
        raise ValueError(f"its {deflated} bytes cannot hold that many pixels")
