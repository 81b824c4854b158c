"""The parts of a copy on disk, each whole or not there, so that a copy goes on after any end."""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import shutil
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.transfer.importers.catmaid.parts import ExportPart

_PLAN = "plan.json"


class Spool:
    """A folder with the parts of the copy of one project, locked while it is open.

    Attributes
    ----------
    plan
        What the copy is, as it was given when the copy began.
    """

    def __init__(self, folder: Path, plan: dict[str, Any]) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "lock").open("wb")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise InvalidInput(f"Another import copies this project already (its parts are in {folder}).") from None
        path = folder / _PLAN
        if not path.exists():
            _write(path, msgspec.json.encode(plan))
        self.plan: dict[str, Any] = msgspec.json.decode(path.read_bytes())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.close()

    def __contains__(self, name: str) -> bool:
        return self._path(name).exists()

    def keep(self, name: str, part: ExportPart) -> None:
        """Write a part."""
        _write(self._path(name), gzip.compress(msgspec.json.encode(part), compresslevel=1))

    def part(self, name: str) -> ExportPart:
        """Read a part."""
        found: ExportPart = msgspec.json.decode(gzip.decompress(self._path(name).read_bytes()))
        return found

    def remove(self) -> None:
        """Delete the folder: the copy is where it should be."""
        shutil.rmtree(self._folder)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json.gz"


def folder_of(data_folder: Path, url: str, project_id: int) -> Path:
    """Where the parts of a project of a server are kept."""
    name = hashlib.sha256(f"{url} {project_id}".encode()).hexdigest()[:16]
    return data_folder / "copies" / name


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
