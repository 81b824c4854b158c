"""The Unix socket over which programs of the same user speak with the service of a data folder.

It lies in a folder that nobody else can enter: whoever finds it there knows who answers, which nobody knows of a port.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catmaid_server.service.folder import ServiceError

_NAME = "service.sock"
_LONGEST_PATH = 103
"""Bytes: of the 104 that macOS has room for; Linux has 108."""


@contextmanager
def bound_socket(data_dir: Path) -> Iterator[tuple[socket.socket, str]]:
    """A Unix socket for the service of a data folder, and its path from there; nobody listens on it yet.

    It lies in the data folder, or, where that has too long a path or cannot hold sockets, in a new folder elsewhere.
    Call with the lock of the data folder held. Raises `ServiceError` if there is no place for it.
    """
    path = data_dir / _NAME
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as bound:
        if _bind(bound, path):
            try:
                yield bound, _NAME
            finally:
                path.unlink(missing_ok=True)
            return
        elsewhere = Path(tempfile.mkdtemp(prefix="catmaid-", dir=_runtime_folder()))
        try:
            if not _bind(bound, elsewhere / _NAME):
                raise ServiceError(f"Neither {data_dir} nor {elsewhere} can hold a Unix socket.")
            yield bound, str(elsewhere / _NAME)
        finally:
            shutil.rmtree(elsewhere, ignore_errors=True)


def _runtime_folder() -> str | None:
    """The folder for sockets of this user; None if the system has none."""
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return folder if folder and os.access(folder, os.W_OK | os.X_OK) else None


def _bind(unbound: socket.socket, path: Path) -> bool:
    """Bind to a path; False if it is too long, or the file system knows no sockets."""
    if len(os.fsencode(path)) > _LONGEST_PATH:
        return False
    path.unlink(missing_ok=True)  # left by a service that was killed
    try:
        unbound.bind(str(path))
    except OSError:
        return False
    path.chmod(0o600)
    return True
