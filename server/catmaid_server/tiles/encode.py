"""Turn grey pixels into image files and back. These release the GIL: call them in a thread."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image

JPEG_QUALITY: Final = 90
PNG_LEVEL: Final = 1

CONTENT_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png"}
"""The file extensions that tiles are served with, and their media types."""


def encode(image: NDArray[np.uint8], extension: str) -> bytes:
    """Encode a (h, w) uint8 image as `jpg` (quality 90) or `png` (lossless)."""
    if extension == "png":
        return bytes(imagecodecs.png_encode(image, level=PNG_LEVEL))
    return bytes(imagecodecs.jpeg8_encode(image, level=JPEG_QUALITY))


def decode_grey(data: bytes) -> NDArray[np.uint8]:
    """Decode an image file of any kind that Pillow reads to (h, w) uint8; colours become luma."""
    with Image.open(BytesIO(data)) as image:
        return np.asarray(image.convert("L"))


def image_size(data: bytes) -> tuple[int, int]:
    """Width and height in pixels from the head of an image file."""
    with Image.open(BytesIO(data)) as image:
        return image.size
