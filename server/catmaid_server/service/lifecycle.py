"""Start, find and stop the service of a data folder from other programs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import msgspec

from catmaid_server.service import renewal
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.opening import embedded_cluster
from catmaid_server.service.settings import Settings
from catmaid_wire import service_record
from catmaid_wire.service_record import ServiceRecord

_START_S = 180.0
_STOP_S = 90.0
_RENEWAL_S = 700.0
_POLL_S = 0.02


class ServiceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a service runs on a data folder."""

    running: bool
    data_dir: str
    database_running: bool | None
    """Whether the embedded database runs; None where another one is used."""
    service: ServiceRecord | None = None


def start(settings: Settings | None = None, *, patience_s: float = _START_S) -> ServiceRecord:
    """Start the service of a data folder in the background, unless it runs, and return when it answers.

    Raises
    ------
    ServiceError
        If it does not start, with the reason it gave.
    """
    settings = settings or Settings()
    folder = ServiceFolder(settings.folder)
    folder.make()
    if (record := folder.read_record()) is not None:
        return record
    stale = service_record.read_record(folder.path)  # of one that crashed: there until the new one has tidied up
    with folder.output.open("a+b") as output:
        began_at = output.seek(0, os.SEEK_END)
        process = subprocess.Popen(
            [sys.executable, "-m", "catmaid_server", "serve"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, **settings.as_environment()},
        )
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            if (record := folder.read_record()) is not None and record != stale:
                _left_running.append(process)
                return record
            if process.poll() not in (None, 0):
                output.seek(began_at)
                raise ServiceError(_reason(output.read().decode(errors="replace")))
            time.sleep(_POLL_S)
    process.terminate()
    raise ServiceError(f"The service did not get ready within {patience_s:.0f} s; see {folder.log}.")


def stop(settings: Settings | None = None, *, patience_s: float = _STOP_S) -> bool:
    """End the service of a data folder and its database; whether one ran.

    Raises
    ------
    ServiceError
        If it does not end in time.
    """
    settings = settings or Settings()
    folder = ServiceFolder(settings.folder)
    record = folder.read_record()
    if record is None:
        cluster = embedded_cluster(settings)  # a killed service leaves its database behind
        return cluster.stop() if cluster is not None else False
    try:
        os.kill(record.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise ServiceError(f"The service (process {record.pid}) belongs to another user.") from None
    deadline = time.monotonic() + patience_s
    while folder.is_locked():
        _reap()
        if time.monotonic() > deadline:
            raise ServiceError(f"The service (process {record.pid}) does not end.")
        time.sleep(_POLL_S)
    return True


def restart(settings: Settings | None = None, *, patience_s: float = _RENEWAL_S) -> ServiceRecord:
    """Let new workers, of the code that is installed now, take over a running service; no request is lost.

    Raises
    ------
    ServiceError
        If none runs, or if the new workers do not start; then the old ones go on.
    """
    folder = ServiceFolder((settings or Settings()).folder)
    before = folder.read_record()
    if before is None:
        raise ServiceError(f"No service runs on {folder.path}; start one with 'catmaid-jupyter serve'.")
    if before.renewals is None:
        raise ServiceError("The running service is of a release that knows no restart: stop it and start it again.")
    try:
        os.kill(before.pid, renewal.SIGNAL)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise ServiceError(f"The service (process {before.pid}) belongs to another user.") from None
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        record = folder.read_record()
        if record is None or record.pid != before.pid:
            raise ServiceError(f"The service ended meanwhile; see {folder.log}.")
        if record.renewals != before.renewals:
            if record.renewal_problem is not None:
                raise ServiceError(f"The old workers go on, since new ones did not start: {record.renewal_problem}")
            return record
        time.sleep(_POLL_S)
    raise ServiceError(f"The new workers did not get ready within {patience_s:.0f} s; see {folder.log}.")


def status(settings: Settings | None = None) -> ServiceStatus:
    """Whether a service runs on a data folder, and where."""
    settings = settings or Settings()
    record = ServiceFolder(settings.folder).read_record()
    cluster = embedded_cluster(settings)
    return ServiceStatus(
        running=record is not None,
        data_dir=str(settings.folder),
        service=record,
        database_running=None if cluster is None else cluster.running_pid() is not None,
    )


_left_running: list[subprocess.Popen[bytes]] = []


def _reap() -> None:
    """Collect services that we started and that have ended since."""
    _left_running[:] = [process for process in _left_running if process.poll() is None]


def _reason(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    return "The service did not start: " + (lines[-1].removeprefix("catmaid-jupyter: ") if lines else "it said nothing")
