"""What a data folder says of the service that runs on it.

A record alone proves nothing: a crashed service leaves it behind, and any program may then take its port. So clients
look whether the service holds the folder's lock, and speak with it over its Unix socket, which lies where nobody else
can make one, instead of over the port.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

import msgspec

RECORD: Final = "service.json"
"""File of the record, in the data folder."""
LOCK: Final = "service.lock"
"""File whose lock the service holds as long as it runs."""
ADMIN_TOKEN: Final = "admin.token"  # noqa: S105  the name of a file
"""File with the API token of `admin`, which whoever can read the folder may use."""

_WRITABLE_BY_OTHERS = 0o022


class ServiceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What `service.json` says of a running service; services of other versions may not say all of it."""

    url: str
    """Address, for this machine, without a slash at the end."""
    shared_url: str = ""
    """Address for other machines; empty if they do not reach it."""
    pid: int
    started: str
    """ISO 8601, UTC."""
    version: str = ""
    workers: int = 1
    data_dir: str = ""
    embedded_database: bool = True
    socket: str = ""
    """Path, from the data folder, of the Unix socket on which it answers, too; empty for services that have none."""
    renewals: int | None = None
    """How often new workers were to take over since the start; None where the service cannot do that."""
    renewal_problem: str | None = None
    """Why the last of these new workers did not take over."""


def read_record(data_dir: Path) -> ServiceRecord | None:
    """The record in a folder, be it of a service that crashed; None if there is none, or it cannot be read as one."""
    try:
        return msgspec.json.decode((data_dir / RECORD).read_bytes(), type=ServiceRecord)
    except (OSError, ValueError, RecursionError):
        return None


def running_record(data_dir: Path) -> ServiceRecord | None:
    """The record of the service that runs on a folder; None if none does, or it is still starting."""
    record = read_record(data_dir)
    return record if record is not None and is_locked(data_dir) else None


def is_locked(data_dir: Path) -> bool:
    """Whether a service runs on a folder, or starts or stops."""
    try:
        descriptor = os.open(data_dir / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing is not enough if this process forked meanwhile
        return False
    finally:
        os.close(descriptor)


def trusted_socket(data_dir: Path, record: ServiceRecord) -> Path | None:
    """The Unix socket of a service; None unless only the owner of the data folder can have made it."""
    if not record.socket:
        return None
    socket = data_dir / record.socket
    try:
        owner = data_dir.stat()
        beside = socket.parent.samefile(data_dir)
        folder = owner if beside else socket.parent.lstat()  # a link could lead anywhere
    except OSError:
        return None
    return socket if folder.st_uid == owner.st_uid and not folder.st_mode & _WRITABLE_BY_OTHERS else None
