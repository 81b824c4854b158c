"""The folder in which the processes of a service count: in memory, where the machine has a file system for that."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- the folder's name is checked to be ours


@contextmanager
def metrics_folder(data_dir: Path, memory: Path = MEMORY) -> Iterator[Path]:
    """An empty folder for the metrics of all processes of the service, for us alone, removed afterwards.

    It is outside of the data folder, whose disk may become full. Call with the lock of the data folder held: what a
    service left that was killed is removed.
    """
    folder = _made(data_dir, memory)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made(data_dir: Path, memory: Path) -> Path:
    shutil.rmtree(data_dir / "metrics", ignore_errors=True)  # where they were before
    if memory.is_dir() and os.access(memory, os.W_OK):
        name = hashlib.sha256(os.fsencode(data_dir.resolve())).hexdigest()[:12]
        folder = memory / f"catmaid-metrics-{os.getuid()}-{name}"
        if not folder.is_symlink() and folder.exists() and folder.stat().st_uid == os.getuid():
            shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700)
            return folder
    return Path(tempfile.mkdtemp(prefix="catmaid-metrics-"))
