"""How values become grey or colours: the range between black and white, gamma, and colours of labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.encode import JPEG_QUALITY

_DARKEST: Final = 64


@dataclass(frozen=True, slots=True)
class StackLook:
    """How the values of a stack are shown.

    window
        The values that become black and white; None: 8 bits as they are, others over the range of their type.
    gamma
        Exponent of the grey between black and white; below 1 makes what is dark brighter.
    labels
        Whether values are ids, each with a colour of its own; 0 is black.
    """

    window: tuple[float, float] | None = None
    gamma: float = 1.0
    labels: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether 8 bits are shown as they are."""
        return self.window is None and self.gamma == 1 and not self.labels


@dataclass(frozen=True, slots=True)
class TileWish:
    """How a tile is wanted: its file kind, the quality of lossy ones, and another look than the stack's."""

    extension: str
    quality: int = JPEG_QUALITY
    look: StackLook | None = None


def parsed_window(text: str) -> tuple[float, float]:
    """The values of black and white, from text such as `0,4095`. Raises `InvalidInput` if it is not that."""
    try:
        black, white = (float(part) for part in text.split(","))
    except ValueError:
        black = white = math.nan
    return checked_window(black, white)


def checked_window(black: float, white: float) -> tuple[float, float]:
    """These two values. Raises `InvalidInput` if they are not two different finite numbers."""
    if not (math.isfinite(black) and math.isfinite(white) and black != white):
        raise InvalidInput("A window is two different values, those of black and of white, such as 0,4095.")
    return black, white


def shown(pixels: NDArray[Any], look: StackLook) -> NDArray[np.uint8]:
    """Pixels of any type as uint8: (h, w) grey, or (h, w, 3) for labels and for what has colours already."""
    if look.labels and pixels.ndim == 2:
        return label_colors(pixels)
    if pixels.dtype == np.uint8 and look.is_plain:
        return pixels
    if pixels.dtype == np.bool_:
        return pixels.astype(np.uint8) * np.uint8(255)
    black, white = look.window or _whole_range(pixels.dtype)
    values = np.nan_to_num(pixels.astype(np.float32), nan=black, posinf=white, neginf=black)
    grey = np.clip((values - black) / (white - black), 0, 1)
    if look.gamma != 1:
        grey **= look.gamma
    return np.asarray(np.rint(grey * 255), np.uint8)


def label_colors(labels: NDArray[Any]) -> NDArray[np.uint8]:
    """A colour for each id, the same everywhere: (h, w) integers to (h, w, 3) uint8; 0 is black."""
    mixed = labels.astype(np.uint64)
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53), (33, 1)):
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    channels = np.stack([(mixed >> np.uint64(shift)) & np.uint64(0xFF) for shift in (0, 8, 16)], axis=-1)
    colors = _DARKEST + channels * np.uint64(255 - _DARKEST) // np.uint64(255)
    colors[labels == 0] = 0
    return np.asarray(colors, np.uint8)


def _whole_range(dtype: np.dtype[Any]) -> tuple[float, float]:
    if dtype.kind in "iu":
        return float(np.iinfo(dtype).min), float(np.iinfo(dtype).max)
    return 0.0, 1.0
