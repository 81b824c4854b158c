"""Pixels of any kind to 8 bit grey."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def to_grey(image: NDArray[Any], value_range: tuple[int, int] | None = None) -> NDArray[np.uint8]:
    """Turn an image into 8 bit grey: 8 bit grey unchanged, 16 bit scaled, colours to luma (ITU-R 601).

    Parameters
    ----------
    image : (h, w) or (h, w, samples) bool, uint8 or uint16
        With 3 or 4 samples red, green, blue; with 1 or 2 grey. Further samples are not used.
    value_range
        The 16 bit values that become 0 and 255; all of them if None.

    Raises
    ------
    ValueError
        If the values are of another kind.
    """
    if image.dtype == np.bool_:
        image = image.astype(np.uint8) * np.uint8(255)
    elif image.dtype == np.uint16:
        image = _scaled(image, *(value_range or (0, 65535)))
    elif image.dtype != np.uint8:
        raise ValueError(f"its values are {image.dtype}, not 8 or 16 bit unsigned integers")
    if image.ndim == 2:
        return image
    if image.shape[2] < 3:
        return np.ascontiguousarray(image[:, :, 0])
    return np.asarray(Image.fromarray(np.ascontiguousarray(image[:, :, :3])).convert("L"))


def _scaled(image: NDArray[np.uint16], low: int, high: int) -> NDArray[np.uint8]:
    """Map low..high linearly to 0..255, rounded; values beyond are clipped."""
    if not 0 <= low < high <= 65535:
        raise ValueError(f"{low}..{high} is not a range of 16 bit values")
    values = np.arange(65536, dtype=np.int64).clip(low, high) - low
    table = ((values * 510 + (high - low)) // (2 * (high - low))).astype(np.uint8)
    return table[image]
