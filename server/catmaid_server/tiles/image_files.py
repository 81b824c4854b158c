"""PNG and JPEG files as sections."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import imagecodecs
import numpy as np
from PIL import Image

from catmaid_server.tiles.grey import ValueType
from catmaid_server.tiles.pages import PageHead, PageValues, check_deflated

_COLOURS: Final = frozenset({"RGB", "RGBA", "P", "PA"})
_GREY: Final = frozenset({"1", "L", "LA", "I", "I;16", "I;16B"})
_PNG_BIT_DEPTH_AT: Final = 24


def survey_image(path: Path, channel: int | None) -> PageHead:
    """What is known of the image of a PNG or JPEG file; `channel` (from 1) is the colour that is wanted.

    Raises `ValueError`, or what Pillow raises, if it is no such file or of a kind that is not handled.
    """
    with Image.open(path) as image:
        if image.format not in ("PNG", "JPEG", "MPO"):
            raise ValueError(f"it is a {image.format} file by another name")
        if image.mode == "CMYK":
            raise ValueError("its colours are for print (CMYK)")
        if image.mode not in _COLOURS | _GREY:
            raise ValueError(f"its colours are {image.mode}, not grey or RGB")
        count = 3 if image.mode in _COLOURS else 1
        if channel is not None and not 1 <= channel <= count:
            raise ValueError(f"has {count} channel{'' if count == 1 else 's'}, so there is no channel {channel}")
        values = ValueType("uint16", 16) if _is_deep(path, image) else ValueType("uint8", 8)
        return PageHead(0, image.size, values, channel=None if channel is None or count == 1 else channel - 1)


def read_image(path: Path) -> PageValues:
    """Decode a PNG or JPEG file. Raises what the decoder raises."""
    with Image.open(path) as image:
        if image.format == "PNG":
            check_deflated(math.prod(image.size) * (2 if _is_deep(path, image) else 1) // 8, path.stat().st_size)
        if _is_deep(path, image):
            # Pillow takes the upper byte of deep colours.
            return PageValues(np.asarray(imagecodecs.png_decode(path.read_bytes())))
        if image.mode == "1":
            return PageValues(np.asarray(image.convert("L")))
        return PageValues(np.asarray(image.convert("RGB") if image.mode in ("P", "PA") else image))


def _is_deep(path: Path, image: Image.Image) -> bool:
    """Whether it is a PNG file of 16 bits for each sample."""
    if image.format != "PNG":
        return False
    with path.open("rb") as file:
        head = file.read(_PNG_BIT_DEPTH_AT + 1)
    return head[_PNG_BIT_DEPTH_AT:] == b"\x10"
