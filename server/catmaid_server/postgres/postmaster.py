"""Read `postmaster.pid`, and check its process, which may be gone, a zombie, or a process of another program."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

_POLL_S = 0.02


@dataclass(frozen=True)
class Pidfile:
    """The lines of `postmaster.pid` that matter."""

    pid: int
    socket_folder: Path | None
    ready: bool


def read_pidfile(data: Path) -> Pidfile | None:
    """The pid file of a data folder; None if there is none, or it was cut short."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        pid = abs(int(lines[0]))
    except (FileNotFoundError, IndexError, ValueError):
        return None
    folder = Path(lines[4]) if len(lines) > 4 and lines[4] else None
    return Pidfile(pid, folder, len(lines) > 7 and lines[7].strip() == "ready")


def running_pid(data: Path, marker: str) -> int | None:
    """Process id of the server that runs on a data folder, if one does."""
    pidfile = read_pidfile(data)
    return pidfile.pid if pidfile is not None and _serves(pidfile.pid, data, marker) else None


def disown_pidfile(data: Path) -> None:
    """Make a stale pid file name this process, so that a server started by it takes the file over.

    PostgreSQL refuses to start while the named process lives, whatever it is; only its parent it lets pass.
    Removing the file instead would lose the shared memory key in it, by which PostgreSQL sees that processes of
    a killed server are still at work.
    """
    path = data / "postmaster.pid"
    try:
        status = path.stat()
        rest = path.read_text().splitlines(keepends=True)[1:]
    except FileNotFoundError:
        return
    if not rest:
        path.unlink()
        return
    replacement = path.with_suffix(".pid.new")
    replacement.write_text("".join([f"{os.getpid()}\n", *rest]))
    replacement.chmod(status.st_mode & 0o777)
    os.chown(replacement, status.st_uid, status.st_gid)
    replacement.replace(path)


def end_orphans(data: Path, marker: str, *, patience_s: float) -> None:
    """Wait until the processes of a killed server are gone; those that stay longer get the signal to quit at once."""
    deadline = time.monotonic() + patience_s
    while orphans := _processes(data, marker):
        if time.monotonic() > deadline:
            for process in orphans:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.send_signal(signal.SIGQUIT)
            psutil.wait_procs(orphans, timeout=patience_s)
            return
        time.sleep(_POLL_S)


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or a zombie that only waits to be reaped."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def _processes(data: Path, marker: str) -> list[psutil.Process]:
    return [p for p in psutil.process_iter() if _serves(p.pid, data, marker)]


def _serves(pid: int, data: Path, marker: str) -> bool:
    """Whether a process is a living PostgreSQL process of this data folder.

    Its working folder tells; in containers root may not read that of other accounts, but may read the title,
    which has our marker.
    """
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or process.name() not in ("postgres", "postmaster"):
            return False
        try:
            return data.samefile(process.cwd())
        except (psutil.AccessDenied, OSError):
            return any(marker in part for part in process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
