"""The files of a data folder that describe its service."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from catmaid_wire import service_record
from catmaid_wire.service_record import ServiceRecord

_KEY_FILE = "secret.key"
_TICKET_KEY_FILE = "tickets.key"
_KEY_BYTES = 32
_OTHERS = 0o077
_OTHERS_WRITE = 0o022


class ServiceError(Exception):
    """The service cannot be started or stopped; the message says why."""


@dataclass(frozen=True)
class ServiceFolder:
    """The data folder of a service."""

    path: Path

    @property
    def log(self) -> Path:
        """One JSON object per line, of all processes of the service."""
        return self.path / "logs" / "service.log"

    @property
    def output(self) -> Path:
        """What the processes print that is no log: normally nothing."""
        return self.path / "logs" / "service.out"

    @property
    def admin_token(self) -> Path:
        """The API token of `admin`, for all who can read this folder."""
        return self.path / service_record.ADMIN_TOKEN

    def make(self) -> None:
        """Make the folder, and close it to others even where it exists. Raises `ServiceError` if that fails."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._close_to_others()
            (self.path / "logs").mkdir(exist_ok=True, mode=0o700)
        except OSError as error:
            raise ServiceError(f"The data folder {self.path} cannot be used: {error.strerror}.") from None

    def read_record(self) -> ServiceRecord | None:
        """The service that runs on this folder; None if none does, or it is still starting."""
        return service_record.running_record(self.path)

    def write_record(self, record: ServiceRecord) -> None:
        """Write the record by which others find the service."""
        write_atomically(self._record, msgspec.json.format(msgspec.json.encode(record), indent=2) + b"\n")

    def remove_record(self) -> None:
        """Remove the record: the service has ended, or does not answer yet."""
        self._record.unlink(missing_ok=True)

    def last_port(self) -> int | None:
        """The port of the last time: notebooks that are still open know it."""
        try:
            return int((self.path / "service.port").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def remember_port(self, port: int) -> None:
        """Remember the port for the next time."""
        write_atomically(self.path / "service.port", f"{port}\n".encode())

    def secret(self) -> bytes:
        """The key that signs sessions; made the first time, or where it is damaged. Call with the lock held."""
        return self._key(_KEY_FILE)

    def ticket_key(self) -> bytes:
        """The key that signs tile tickets; made as `secret` is, and anew after a crash."""
        return self._key(_TICKET_KEY_FILE)

    def clear_after_crash(self) -> None:
        """Remove what a service left that was killed. Call with the lock held.

        Its tickets are no longer valid then: browsers may have shown them to a program that took its port.
        """
        if self._record.exists():
            (self.path / _TICKET_KEY_FILE).unlink(missing_ok=True)
        self.remove_record()

    def lock(self) -> int | None:
        """Take the lock that the one service of this folder holds; None if it is taken.

        The lock ends with this process, however that ends, or when the returned descriptor is closed.
        """
        descriptor = os.open(self.path / service_record.LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    def is_locked(self) -> bool:
        """Whether a service runs on this folder, or starts or stops."""
        return service_record.is_locked(self.path)

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """One process at a time changes what the first start makes."""
        descriptor = os.open(self.path / "setup.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _close_to_others(self) -> None:
        mode = self.path.stat().st_mode
        try:
            for path, wanted in (
                (self.path, 0o700),
                (self.path / _KEY_FILE, 0o600),
                (self.path / _TICKET_KEY_FILE, 0o600),
                (self.admin_token, 0o600),
            ):
                if path.exists() and path.stat().st_mode & _OTHERS:
                    path.chmod(wanted)
        except PermissionError:
            if mode & _OTHERS_WRITE:
                raise ServiceError(
                    f"Other users may write to the data folder {self.path}, and it is not yours to change: have its "
                    "owner run 'chmod 700' on it, or choose another folder."
                ) from None

    def _key(self, name: str) -> bytes:
        path = self.path / name
        if not path.exists() or path.stat().st_size < _KEY_BYTES:  # anybody could sign with an empty one
            write_atomically(path, secrets.token_bytes(_KEY_BYTES), mode=0o600)
        return path.read_bytes()

    @property
    def _record(self) -> Path:
        return self.path / service_record.RECORD


def write_atomically(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file so that readers see the old or the new content, never a part."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            temporary.unlink()
