"""What a data folder says of the service that runs on it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

RECORD: Final = "service.json"
"""File of the record, in the data folder."""
ADMIN_TOKEN: Final = "admin.token"  # noqa: S105  the name of a file
"""File with the API token of `admin`, which whoever can read the folder may use."""


class ServiceRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What `service.json` says of a running service; services of other versions may not say all of it."""

    url: str
    """Address, without a slash at the end."""
    pid: int
    started: str
    """ISO 8601, UTC."""
    version: str = ""
    workers: int = 1
    data_dir: str = ""
    embedded_database: bool = True


def read_record(data_dir: Path) -> ServiceRecord | None:
    """The record in a folder; None if there is none, or it cannot be read as one."""
    try:
        return msgspec.json.decode((data_dir / RECORD).read_bytes(), type=ServiceRecord)
    except (OSError, ValueError, RecursionError):
        return None
