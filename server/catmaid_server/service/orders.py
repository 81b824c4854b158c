"""Messages between the supervisor and its workers, over the workers' standard input and output."""

from __future__ import annotations

from typing import Final

import msgspec

READY: Final = "ready"
CHECK_CONNECTIONS: Final = "check connections"


class WorkerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is to do."""

    dsn: str
    data_dir: str
    secret: bytes
    number: int
    pool_size: int
    remember_bytes: int
    log_level: str
    shutdown_s: float
    registration: bool = False
    approval: bool = True
    front_end: str | None = None
    database_folder: str | None = None
    """On the disk of the database, if that is on this machine."""
