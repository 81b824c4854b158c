"""PNG and JPEG files as sections."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import imagecodecs
import numpy as np
from PIL import Image

from catmaid_server.tiles.imports.grey import ValueType
from catmaid_server.tiles.imports.pages import (
    PageHead,
    PageValues,
    PlaneChoice,
    check_deflated,
    check_jpeg,
    index_of,
    orientation_notes,
)

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


def survey_image(path: Path, choice: PlaneChoice) -> tuple[PageHead, list[str]]:
    """What is known of the image of a PNG or JPEG file, and what is to be said of it; a channel is a colour.

    Raises `ValueError`, or what Pillow raises, if it is no such file or of a kind that is not handled.
    """
    with Image.open(path) as image:
        if image.mode == "CMYK":
            raise ValueError("its colours are for print (CMYK)")
        if image.mode not in _COLOURS | _GREY:
            raise ValueError(f"its colours are {image.mode}, not grey or RGB")
        count = 3 if image.mode in _COLOURS else 1
        index = None if choice.channel is None else index_of("channel", choice.channel, count)
        if choice.time_point is not None:
            index_of("time point", choice.time_point, 1)
        values = ValueType("uint16", 16) if _is_deep(path, image) else _VALUES.get(image.mode, ValueType("uint8", 8))
        head = PageHead(0, image.size, values, channel=index if count > 1 else None)
        # Only of JPEG does Pillow know the EXIF data without decoding the image.
        orientation = image.getexif().get(_ORIENTATION) if image.format in ("JPEG", "MPO") else None
        return head, orientation_notes(orientation)


def read_image(path: Path) -> PageValues:
    """Decode a PNG or JPEG file. Raises what the decoder raises."""
    with Image.open(path) as image:
        if image.format == "PNG":
            check_deflated(math.prod(image.size) * (2 if _is_deep(path, image) else 1) // 8, path.stat().st_size)
        elif image.format in ("JPEG", "MPO"):
            check_jpeg(math.prod(image.size), path.stat().st_size)
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
