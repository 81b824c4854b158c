"""PNG and JPEG files as sections."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import imagecodecs
import numpy as np
from PIL import Image

from catmaid_server.tiles.grey import ValueType
from catmaid_server.tiles.pages import PageHead, PageValues, check_deflated, orientation_notes

_COLOURS: Final = frozenset({"RGB", "RGBA", "P", "PA"})
_VALUES: Final = {
    "I;16": ValueType("uint16", 16),
    "I;16B": ValueType("uint16", 16),
    "I": ValueType("int32", 32),
    "F": ValueType("float32", 32),
}
_GREY: Final = frozenset({"1", "L", "LA", *_VALUES})
_ORIENTATION: Final = 274
_PNG_BIT_DEPTH_AT: Final = 24


def survey_image(path: Path, channel: int | None) -> tuple[PageHead, list[str]]:
    """What is known of the image of a PNG or JPEG file, and what is to be said of it.

    `channel` (from 1) is the colour that is wanted.

    Raises `ValueError`, or what Pillow raises, if it is no such file or of a kind that is not handled.
    """
    with Image.open(path) as image:
        if image.mode == "CMYK":
            raise ValueError("its colours are for print (CMYK)")
        if image.mode not in _COLOURS | _GREY:
            raise ValueError(f"its colours are {image.mode}, not grey or RGB")
        count = 3 if image.mode in _COLOURS else 1
        if channel is not None and not 1 <= channel <= count:
            raise ValueError(f"has {count} channel{'' if count == 1 else 's'}, so there is no channel {channel}")
        values = ValueType("uint16", 16) if _is_deep(path, image) else _VALUES.get(image.mode, ValueType("uint8", 8))
        head = PageHead(0, image.size, values, channel=None if channel is None or count == 1 else channel - 1)
        # Only of JPEG does Pillow know the EXIF data without decoding the image.
        orientation = image.getexif().get(_ORIENTATION) if image.format in ("JPEG", "MPO") else None
        return head, orientation_notes(orientation)


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
