"""Metrics of all worker processes together, in Prometheus's text format.

Each process counts in files of its own that are mapped into memory. A page of such a file that the file system has no
room for would kill the process, so that the files are filled with zeros before anything is counted in them.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, values
from prometheus_client.multiprocess import MultiProcessCollector

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable: the folder in which processes keep what they count, to be set before they begin to."""

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_KINDS = ("counter", "histogram")
_RESERVED_BYTES = 2**22
"""More than every route by every method and status takes."""
_LEAST_BYTES = 8
_USED = struct.Struct("i")


def metrics_text() -> bytes:
    """What this process counted or, with a folder that they share, what all did."""
    if SHARED_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)


def reserve_files() -> bool:
    """Make the files in which this process counts; False if there is no room: then it counts for itself alone."""
    if SHARED_FOLDER not in os.environ:
        return True
    paths = _files(Path(os.environ[SHARED_FOLDER]), os.getpid())
    try:
        for path in paths:
            path.write_bytes(bytes(_RESERVED_BYTES))
    except OSError:
        for path in paths:
            path.unlink(missing_ok=True)
        del os.environ[SHARED_FOLDER]
        values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
        return False
    return True


def trim_files(folder: Path, pid: int) -> None:
    """Give back the room that a process which has ended did not use; what it counted stays."""
    for path in _files(folder, pid):
        if path.exists() and path.stat().st_size > _LEAST_BYTES:
            with path.open("rb") as file:
                (used,) = _USED.unpack(file.read(_USED.size))
            os.truncate(path, max(used, _LEAST_BYTES))


def _files(folder: Path, pid: int) -> list[Path]:
    return [folder / f"{kind}_{pid}.db" for kind in _KINDS]
