"""The service on this machine: find the one of a data folder, or start it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import msgspec
from platformdirs import user_data_path

from catmaid_jupyter.api.errors import Unreachable
from catmaid_jupyter.api.http import Origin, parse_url
from catmaid_wire.service_record import ADMIN_TOKEN, ServiceRecord, read_record

START_S = 120.0
_POLL_S = 0.05


_met: set[ServiceRecord] = set()


def default_data_dir() -> Path:
    """The folder of the embedded service: `CATMAID_DATA_DIR`, else the user's data folder."""
    given = os.environ.get("CATMAID_DATA_DIR")
    return Path(given).expanduser() if given else user_data_path("catmaid-jupyter")


def running_service(data_dir: Path) -> Origin | None:
    """Where the service of a data folder is, with its administrator's token; None if none is running.

    The service is asked first whether it is one: after a crash another program may have its port.
    """
    record = read_record(data_dir)
    if record is None or not _answers(record.url):
        return None
    return Origin(parse_url(record.url), _admin_token(data_dir))


def service_url(data_dir: Path) -> str | None:
    """Address of the service of a data folder, with a slash at the end; None if none is running.

    Cheap enough for each tile: a service is asked only once after its start.
    """
    record = read_record(data_dir)
    if record is None:
        return None
    if record not in _met:
        if not _answers(record.url):
            return None
        _met.add(record)
    return _with_slash(record.url)


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


def _answers(url: str) -> bool:
    if not url.startswith(("http://", "https://")):
        return False
    try:
        with urlopen(f"{_with_slash(url)}version", timeout=5) as answer:  # noqa: S310  the scheme is checked above
            return "CATMAID_JUPYTER" in msgspec.json.decode(answer.read())
    except (URLError, OSError, ValueError, TypeError):
        return False


def _with_slash(url: str) -> str:
    return url.rstrip("/") + "/"


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
