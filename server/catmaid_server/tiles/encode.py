"""Turn pixels into image files and back. These release the GIL: call them in a thread."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

JPEG_QUALITY: Final = 90
PNG_LEVEL: Final = 1

CONTENT_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
"""The file extensions that tiles are served with, and their media types."""


def encode(image: NDArray[np.uint8], extension: str, quality: int = JPEG_QUALITY) -> bytes:
    """Encode a (h, w) or (h, w, 3) uint8 image as `jpg` or `webp` of a quality (1-100), or as `png` (lossless)."""
    if extension == "png":
        # Of images of microscopes this makes smaller files than the search for repeated text, in a third of the time.
        return bytes(
            imagecodecs.png_encode(
                image, level=PNG_LEVEL, strategy=imagecodecs.PNG.STRATEGY.RLE, filter=imagecodecs.PNG.FILTER.PAETH
            )
        )
    if extension == "webp":
        colours = image if image.ndim == 3 else np.repeat(image[:, :, None], 3, axis=2)
        return bytes(imagecodecs.webp_encode(np.ascontiguousarray(colours), level=quality))
    return bytes(imagecodecs.jpeg8_encode(image, level=quality))


def decode_grey(data: bytes) -> NDArray[np.uint8]:
    """Decode an image file of any kind that Pillow reads to (h, w) uint8; colours become luma."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def decode_values(data: bytes) -> NDArray[Any]:
    """Decode an image file to (h, w) of its own type, or to (h, w, 3) uint8 if it has colours."""
    with Image.open(BytesIO(data)) as image:
        if image.mode in ("L", "I;16", "I;16B", "I;16L", "I", "F", "1"):
            return np.asarray(image)
        return np.asarray(image.convert("L" if image.mode == "LA" else "RGB"))


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels from the head of an image file."""
    with Image.open(BytesIO(data)) as image:
        return image.size


def is_whole(data: bytes, kind: str) -> bool:
    """Whether an image file ends as its kind does, if that can be told: one that was cut off does not."""
    end = data[-64:]
    return {"jpg": b"\xff\xd9" in end, "png": b"IEND" in end}.get(kind, True)


def image_kind(file_extension: str) -> str:
    """An extension without its variants: `jpg` for `JPEG`."""
    kind = file_extension.lower().lstrip(".").partition(":")[0]
    return "jpg" if kind == "jpeg" else kind
