"""The service on this machine: find the one of a data folder, or start it.

It is spoken with over its Unix socket only: after a crash another program may have its port, and must get no token.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import msgspec
from platformdirs import user_data_path

from catmaid_jupyter.api.errors import Unreachable
from catmaid_jupyter.api.http import Origin, parse_url
from catmaid_wire.service_record import ADMIN_TOKEN, ServiceRecord, running_record, trusted_socket

START_S = 120.0
_POLL_S = 0.05
_ANSWER_S = 5.0

_met: set[ServiceRecord] = set()


def default_data_dir() -> Path:
    """The folder of the embedded service: `CATMAID_DATA_DIR`, else the user's data folder."""
    given = os.environ.get("CATMAID_DATA_DIR")
    return Path(given).expanduser() if given else user_data_path("catmaid-jupyter")


def running_service(data_dir: Path) -> Origin | None:
    """Where the service of a data folder is, with its administrator's token; None if none is running.

    Raises `Unreachable` if it cannot be known who would answer.
    """
    record = running_record(data_dir)
    if record is None:
        return None
    path = _socket(data_dir, record)
    return Origin(parse_url(record.url), _admin_token(data_dir), path) if _answers(path) else None


def service_without_token(data_dir: Path) -> Origin | None:
    """Where the service of a data folder is; None if none is running. Raises as `running_service` does.

    Cheap enough for each tile: a service is asked only once after its start.
    """
    record = running_record(data_dir)
    if record is None:
        return None
    path = _socket(data_dir, record)
    if record not in _met:
        if not _answers(path):
            return None
        _met.add(record)
    return Origin(parse_url(record.url), socket=path)


def require_service(data_dir: Path) -> Origin:
    """The service of a data folder, started if it is not running.

    Raises `Unreachable` with what the service said if it does not start.
    """
    found = running_service(data_dir)
    if found is None:
        start_service(data_dir)
        found = _wait(data_dir)
    return found


def start_service(data_dir: Path) -> None:
    """Start a service that outlives this process."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        output = data_dir / "start.log"
        with output.open("wb") as log:
            command = [sys.executable, "-m", "catmaid_server", "serve", "--detach", "--data-dir", str(data_dir)]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=START_S, check=False
            )
    except OSError as error:
        raise Unreachable(f"The service cannot be started in {data_dir}.", detail=str(error)) from None
    except subprocess.TimeoutExpired:
        raise Unreachable(f"The service did not start within {START_S:.0f} s.", detail=_tail(output)) from None
    if done.returncode != 0:
        said = _tail(output)
        raise Unreachable(f"The service did not start: {said or f'exit code {done.returncode}'}", detail=said)


def _wait(data_dir: Path) -> Origin:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        found = running_service(data_dir)
        if found is not None:
            return found
        time.sleep(_POLL_S)
    said = _tail(data_dir / "start.log")
    raise Unreachable(f"The service in {data_dir} did not become ready.", detail=said)


def _socket(data_dir: Path, record: ServiceRecord) -> Path:
    if not record.socket:
        raise Unreachable(
            f"The service of {data_dir} is older than this client and cannot prove who it is: end it with "
            f"'catmaid-jupyter stop --data-dir {data_dir}', then connect again."
        )
    path = trusted_socket(data_dir, record)
    if path is None:
        raise Unreachable(
            f"Another user could have put the socket {data_dir / record.socket} in place of the service's, so no token "
            "is sent to it. Restart the service: it closes its folder to others."
        )
    return path


def _answers(path: Path) -> bool:
    connection = _LocalConnection(path)
    try:
        connection.request("GET", "/version")
        return "CATMAID_JUPYTER" in msgspec.json.decode(connection.getresponse().read())
    except (OSError, HTTPException, ValueError, TypeError):
        return False
    finally:
        connection.close()


class _LocalConnection(HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_ANSWER_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket instead of to a port."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_ANSWER_S)
        self.sock.connect(str(self._path))


def _admin_token(data_dir: Path) -> str | None:
    try:
        return (data_dir / ADMIN_TOKEN).read_text().strip() or None
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreachable(f"The token in {data_dir} cannot be read.", detail=error.strerror) from None


def _tail(path: Path) -> str:
    try:
        lines = path.read_text(errors="replace").strip().splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-10:])
