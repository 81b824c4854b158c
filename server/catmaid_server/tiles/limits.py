"""How much room images may take."""

from typing import Final

CACHE_BYTES: Final = 256 * 1024**2
"""Memory of one worker for encoded tiles."""

CHUNK_CACHE_BYTES: Final = 64 * 1024**2
"""Memory of one worker for decoded chunks and shard indices of volumes."""

DISK_CACHE_BYTES: Final = 4 * 1024**3
"""Disk for what other servers gave, of all workers together."""

DISK_CACHE_FOLDER: Final = "image-cache"
"""In the data folder."""
