"""The bytes of a file to import, of a bounded size."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from catmaid_server.transfer.errors import BadFile

LARGEST_FILE = 1 << 30
"""Bytes, after decompression."""
_GZIP = b"\x1f\x8b"


def file_content(path: Path) -> bytes:
    """The bytes of a file, decompressed if they are gzipped. Raises `BadFile` if it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            zipped = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            if zipped:
                with gzip.GzipFile(fileobj=file) as packed:
                    content = packed.read(LARGEST_FILE + 1)
            else:
                content = file.read(LARGEST_FILE + 1)
    except (EOFError, zlib.error) as error:
        raise BadFile(path, f"cannot be decompressed: {error}") from error
    except OSError as error:
        raise BadFile(path, f"cannot be read: {error.strerror or error}") from error
    if len(content) > LARGEST_FILE:
        raise BadFile(path, f"is larger than {LARGEST_FILE >> 20} MiB")
    return content
