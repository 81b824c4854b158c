"""A file that takes room on the disk, to be given up when the database needs it.

PostgreSQL ends when there is no room for its log, and does not start again without some. Writes are refused before (see
`db.disk_space`), but another program can fill the disk to the last byte.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

SIZE: Final = 48 * 1024**2
"""Bytes: of three pieces of the log; the checkpoint at the end of a recovery takes one."""
SHORT_BYTES: Final = 16 * 1024**2
"""With less room than this, the reserve is given up. With `SIZE`, it is not enough for writes to begin again."""
ENOUGH_BYTES: Final = 4 * SIZE
"""With more room than this, the reserve is made."""
_PIECE_BYTES: Final = 2**20


class DiskReserve:
    """The reserve of a database in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "reserve"

    def tend(self) -> bool:
        """Make the reserve where there is room, and give it up where room is short; whether it was given up."""
        try:
            free = shutil.disk_usage(self._folder).free
            if free < SHORT_BYTES and self._file.exists():
                self._file.unlink()
                return True
            if free > ENOUGH_BYTES and not self._file.exists():
                self._make()
        except OSError:  # the next time will do
            return False
        return False

    def _make(self) -> None:
        new = self._file.with_name("reserve.new")
        try:
            with new.open("wb", buffering=0) as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, SIZE)
                else:
                    for _ in range(SIZE // _PIECE_BYTES):
                        file.write(os.urandom(_PIECE_BYTES))
            new.replace(self._file)
        finally:
            with contextlib.suppress(FileNotFoundError):
                new.unlink()
