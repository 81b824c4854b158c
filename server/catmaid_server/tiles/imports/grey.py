"""Pixels of any kind to 8 bit grey."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

ValueRange = tuple[float, float]
"""The values that become black and white."""

_BLOCK_VALUES: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class ValueType:
    """How the values of an image are stored: the name of the dtype, and how many bits of it are used."""

    dtype: str
    bits: int

    @property
    def full_range(self) -> ValueRange | None:
        """The smallest and the largest value that the bits can have; None where that says nothing of the image."""
        if self.dtype == "bool":
            return 0, 1
        return (0, 2**self.bits - 1) if self.dtype in ("uint8", "uint16") else None

    @property
    def needs_range(self) -> bool:
        """Whether the values in use may be a small part of those that are possible."""
        return self.full_range is None or self.bits >= 16

    def __str__(self) -> str:
        return f"{self.bits}-bit" if self.dtype in ("bool", "uint8", "uint16") else self.dtype


def value_type(dtype: np.dtype[Any], bits: int | None = None) -> ValueType:
    """The type of the values of an array, of which `bits` are used (default: all)."""
    if dtype == np.bool_:
        return ValueType("bool", 1)
    return ValueType(dtype.name, bits or dtype.itemsize * 8)


def to_grey(
    image: NDArray[Any], value_range: ValueRange | None = None, *, bits: int | None = None, channel: int | None = None
) -> NDArray[np.uint8]:
    """Turn an image into 8 bit grey: values of other types scaled, colours to luma (ITU-R 601).

    Parameters
    ----------
    image : (h, w) or (h, w, samples), real numbers
        With 3 or 4 samples red, green, blue; with 1 or 2 grey. Further samples are not used.
    value_range
        The values that become 0 and 255; by default all that unsigned integers of so many bits can have. Values
        beyond are clipped; NaN is black.
    bits
        How many bits of unsigned integers are used; all if None.
    channel
        The sample, from 0, to take instead of luma.

    Raises
    ------
    ValueError
        If the values are of another kind, or signed, floating or of more than 16 bits without a `value_range`.
    """
    if channel is not None and image.ndim == 3:
        image = image[:, :, channel]
    limits = value_range or value_type(image.dtype, bits).full_range
    if image.dtype.kind not in "biuf":
        raise ValueError(f"its values are {image.dtype}, not real numbers")
    if limits is None:
        raise ValueError(f"its values are {image.dtype}, of which --range has to name those for black and white")
    grey = image if image.dtype == np.uint8 and limits == (0, 255) else scaled(image, *limits)
    if grey.ndim == 2:
        return grey
    if grey.shape[2] < 3:
        return np.ascontiguousarray(grey[:, :, 0])
    return np.asarray(Image.fromarray(np.ascontiguousarray(grey[:, :, :3])).convert("L"))


def scaled(image: NDArray[Any], low: float, high: float) -> NDArray[np.uint8]:
    """Map low..high linearly to 0..255, rounded; values beyond are clipped, NaN becomes 0."""
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{low:g}..{high:g} is not a range of values")
    if image.dtype == np.bool_:
        image = image.view(np.uint8)
    if image.dtype.kind in "iu" and image.dtype.itemsize <= 2:
        limits = np.iinfo(image.dtype)
        table = _linear(np.arange(limits.min, limits.max + 1, dtype=np.float64), low, high)
        if limits.min < 0:
            table = np.roll(table, limits.min)  # negative values count from the end of the table
        return np.asarray(table[image])
    grey = np.empty(image.shape, np.uint8)
    rows = max(1, _BLOCK_VALUES // max(1, math.prod(image.shape[1:])))
    for top in range(0, image.shape[0], rows):
        grey[top : top + rows] = _linear(image[top : top + rows].astype(np.float64), low, high)
    return grey


def _linear(values: NDArray[np.float64], low: float, high: float) -> NDArray[np.uint8]:
    clipped = np.nan_to_num(values, nan=low, posinf=high, neginf=low).clip(low, high)
    return np.floor((clipped - low) * 255 / (high - low) + 0.5).astype(np.uint8)
