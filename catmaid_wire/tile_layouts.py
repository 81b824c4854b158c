"""Where the tiles of a stack lie, by CATMAID's numbers of tile source types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SERVED: Final = 5
"""The layout in which the service offers the tiles that it reads itself."""

PATHS: Final[Mapping[int, str]] = {
    1: "{z}/{row}_{col}_{zoom}",
    4: "{z}/{zoom}/{row}_{col}",
    SERVED: "{zoom}/{z}/{row}/{col}",
}
"""Paths below the image base, without the ending, of the types that plain files can have."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
}
"""Media type of tiles by their file ending."""
