"""A private PostgreSQL with PostGIS in the user's data folder, which needs no administrator and no port.

    DATA_DIR/postgres/data      the database cluster
    DATA_DIR/postgres/lock      held while somebody starts or stops the server
    DATA_DIR/postgres/users     held, shared, by every process that uses the server
    DATA_DIR/logs/postgres.log

The server outlives the process that started it: whoever comes next finds it running. The last one to call
`Cluster.stop` ends it; a killed process counts no more, since the system lets go of its locks.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg

from catmaid_server.postgres import postmaster, tuning
from catmaid_server.postgres.account import OsAccount, server_account
from catmaid_server.postgres.binaries import Installation, PostgresMissing, find_installation
from catmaid_server.postgres.disk_reserve import DiskReserve

DATABASE: Final = "catmaid"
USER: Final = "catmaid"

_SOCKET_NAME = ".s.PGSQL.5432"
_LONGEST_SOCKET_PATH = 107
_START_S = 300.0
_ANSWER_S = 30.0
_STOP_S = 60.0
_ORPHANS_S = 10.0
_POLL_S = 0.01
_LARGEST_LOG_BYTES = 10 * 1024**2
_INCLUDE = "include 'catmaid.conf'"

_left_running: list[subprocess.Popen[bytes]] = []


class ClusterError(Exception):
    """The embedded database cannot be made, started or stopped; the message says why and what to do."""


class Cluster:
    """The embedded database of a data folder.

    Parameters
    ----------
    data_dir
        The data folder; made when the cluster is.
    binaries
        Folder of the PostgreSQL programs; default: found on this machine.
    """

    def __init__(self, data_dir: Path, *, binaries: Path | None = None) -> None:
        self._root = data_dir.absolute() / "postgres"
        self._data = self._root / "data"
        self._log = data_dir.absolute() / "logs" / "postgres.log"
        self._binaries = binaries
        self.reserve = DiskReserve(self._root)
        self._marker = "catmaid-" + hashlib.sha256(os.fsencode(self._data.resolve())).hexdigest()[:12]
        self._claim: int | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._socket_folder: Path | None = None

    @property
    def dsn(self) -> str:
        """Connection string (libpq) of the database. Raises `ClusterError` before `start`."""
        if self._socket_folder is None:
            raise ClusterError("The embedded database is not running.")
        return self._dsn(self._socket_folder, DATABASE)

    def running_pid(self) -> int | None:
        """Process id of the server, if it runs."""
        if self._child is not None and self._child.poll() is not None:
            self._child = None  # reaped, so that its pid no longer names a zombie
        return postmaster.running_pid(self._data, self._marker)

    def start(self) -> str:
        """Make the cluster if there is none, start it unless it runs, and return its `dsn`.

        Until `stop`, or the end of this process, nobody else's `stop` ends the server.

        Raises
        ------
        ClusterError
            If PostgreSQL or PostGIS is missing, the folder is of another version or owner, or it does not start.
        """
        try:
            with self._exclusive():
                self._claim_use()
                self._start()
        except (OSError, PostgresMissing, psycopg.Error) as error:
            raise ClusterError(str(error)) from error
        return self.dsn

    def stop(self) -> bool:
        """Give up the use of the server, and end it if nobody else uses it; whether it was ended."""
        if not self._root.is_dir():
            return False
        with self._exclusive():
            if self._used_by_others():
                self._child_goes_on()
                return False
            pid = self.running_pid()
            if pid is None:
                return False
            self._end(pid)
            self._remove_socket_folder()
            return True

    def _start(self) -> None:
        deadline = time.monotonic() + _ANSWER_S
        while True:
            pid = self.running_pid()
            if pid is not None and not self._has_socket():
                self._end(pid)  # whoever tidied up the socket left it without a door
                pid = None
            if pid is None:
                self._make_and_launch()
            self._socket_folder = self._wait_until_ready()
            try:
                self._create_database()
            except psycopg.OperationalError:
                # A server that was killed just now still looks alive.
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL_S)
            else:
                return

    def _make_and_launch(self) -> None:
        self.reserve.tend()
        self._log.parent.mkdir(parents=True, exist_ok=True)
        account = server_account(self._data if self._data.exists() else None)
        installation = self._installation()
        if not self._data.exists():
            self._refuse_interrupted_upgrade()
            self._initialise(installation, account)
        self._launch(installation, account)

    def _has_socket(self) -> bool:
        pidfile = postmaster.read_pidfile(self._data)
        if pidfile is None or not pidfile.ready or pidfile.socket_folder is None:
            return True  # not made yet
        return (pidfile.socket_folder / _SOCKET_NAME).exists()

    def _installation(self) -> Installation:
        version_file = self._data / "PG_VERSION"
        major = None
        if self._data.exists():
            try:
                major = int(version_file.read_text())
            except (FileNotFoundError, ValueError):
                raise ClusterError(f"{self._data} is not the folder of a PostgreSQL database.") from None
        return find_installation(major, self._binaries)

    def _initialise(self, installation: Installation, account: OsAccount) -> None:
        """Make the cluster beside its place and move it there when complete."""
        new = self._root / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        account.own(new)
        with _handed_over(new, account) as (path, options):
            done = subprocess.run(
                [
                    installation.program("initdb"),
                    "--pgdata",
                    path,
                    "--username",
                    USER,
                    "--encoding",
                    "UTF8",
                    "--lc-collate",
                    "C",
                    "--lc-ctype",
                    "C.UTF-8",
                    "--auth-local",
                    "trust",
                    "--auth-host",
                    "reject",
                    "--data-checksums",
                ],
                capture_output=True,
                text=True,
                check=False,
                env=_environment(),
                **options,
            )
        if done.returncode != 0:
            shutil.rmtree(new, ignore_errors=True)
            raise ClusterError(f"PostgreSQL could not make a database in {self._data}: {_last_line(done.stderr)}")
        with (new / "postgresql.conf").open("a") as conf:
            conf.write(f"{_INCLUDE}\n")
        new.rename(self._data)

    def _refuse_interrupted_upgrade(self) -> None:
        """An upgrade puts the old database aside just before the new one takes its place."""
        kept = sorted(self._root.glob("data-*"), key=lambda path: path.stat().st_ctime)
        if kept:
            raise ClusterError(
                f"There is no database in {self._data}, since an upgrade was interrupted. Rename what it was, "
                f"{kept[-1]}, to {self._data}, and upgrade again."
            )

    def _launch(self, installation: Installation, account: OsAccount) -> None:
        conf = self._data / "catmaid.conf"
        conf.write_text(tuning.configuration(tuning.memory_bytes()))
        account.own(conf)
        socket_folder = self._choose_socket_folder(account)
        postmaster.disown_pidfile(self._data)
        postmaster.end_orphans(self._data, self._marker, patience_s=_ORPHANS_S)
        for name in (_SOCKET_NAME, f"{_SOCKET_NAME}.lock"):
            (socket_folder / name).unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > _LARGEST_LOG_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        deadline = time.monotonic() + _ORPHANS_S
        while not self._launched(installation, account, socket_folder):
            if time.monotonic() > deadline:
                raise ClusterError(f"Processes of a killed PostgreSQL still use {self._data}; end them and try again.")
            time.sleep(0.1)

    def _launched(self, installation: Installation, account: OsAccount, socket_folder: Path) -> bool:
        """Start the server; False if the shared memory of a killed one is still in use."""
        with self._log.open("ab") as log, _handed_over(self._data, account) as (path, options):
            began_at = log.tell()
            self._child = subprocess.Popen(
                [
                    installation.program("postgres"),
                    "-D",
                    path,
                    "-k",
                    str(socket_folder),
                    "-c",
                    f"cluster_name={self._marker}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env=_environment(),
                **options,
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            pidfile = postmaster.read_pidfile(self._data)
            if pidfile is not None and pidfile.pid == self._child.pid and pidfile.ready:
                return True
            if self._child.poll() is not None:
                log_text = self._log.read_bytes()[began_at:].decode(errors="replace")
                if "pre-existing shared memory block" in log_text:
                    return False
                raise ClusterError(f"PostgreSQL did not start: {_last_line(log_text)} (see {self._log})")
            time.sleep(_POLL_S)
        raise ClusterError(f"PostgreSQL did not get ready within {_START_S:.0f} s; see {self._log}.")

    def _wait_until_ready(self) -> Path:
        """Wait until the running server accepts connections; return the folder of its socket."""
        deadline = time.monotonic() + _START_S
        while True:
            pidfile = postmaster.read_pidfile(self._data)
            if pidfile is not None and pidfile.ready and pidfile.socket_folder is not None:
                return pidfile.socket_folder
            if self.running_pid() is None or time.monotonic() > deadline:
                raise ClusterError(f"PostgreSQL did not get ready; see {self._log}.")
            time.sleep(_POLL_S)

    def _create_database(self) -> None:
        assert self._socket_folder is not None
        try:
            psycopg.connect(self.dsn, connect_timeout=10).close()
        except psycopg.OperationalError:
            with psycopg.connect(self._dsn(self._socket_folder, "postgres"), autocommit=True) as connection:
                query = "SELECT FROM pg_database WHERE datname = %s"
                if connection.execute(query, (DATABASE,)).fetchone() is not None:
                    raise
                connection.execute(f"CREATE DATABASE {DATABASE}")
        with psycopg.connect(self.dsn) as connection:
            if connection.execute("SELECT FROM pg_extension WHERE extname = 'postgis'").fetchone() is None:
                connection.execute("CREATE EXTENSION postgis")

    def _end(self, pid: int) -> None:
        """Stop the server: open transactions are rolled back, everything is written; by force if that hangs."""
        for order, patience_s in ((signal.SIGINT, _STOP_S), (signal.SIGQUIT, 10.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, order)
            deadline = time.monotonic() + patience_s
            while time.monotonic() < deadline:
                if self.running_pid() != pid and postmaster.has_ended(pid):
                    return
                time.sleep(_POLL_S)
        raise ClusterError(f"PostgreSQL (process {pid}) does not stop.")

    def _child_goes_on(self) -> None:
        """Stop watching a server that others still use, without a warning about a child left behind."""
        if self._child is not None:
            _left_running.append(self._child)
        self._child = None

    def _choose_socket_folder(self, account: OsAccount) -> Path:
        """Where the socket fits: a socket's path may not be longer than 107 bytes, nor in a folder closed to it."""
        beside = self._root / "socket"
        if not account.switched and len(os.fsencode(beside / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
            account.make_folder(beside)
            return beside
        runtime = os.environ.get("XDG_RUNTIME_DIR")
        if runtime and not account.switched:
            folder = Path(runtime) / self._marker
            if len(os.fsencode(folder / _SOCKET_NAME)) <= _LONGEST_SOCKET_PATH:
                account.make_folder(folder)
                return folder
        folder = Path("/tmp") / f"{self._marker}-{account.uid}"  # noqa: S108 -- 0700, and its owner is checked
        account.make_folder(folder)
        return folder

    def _remove_socket_folder(self) -> None:
        if self._socket_folder is not None:
            with contextlib.suppress(OSError):
                self._socket_folder.rmdir()
        self._socket_folder = None

    def _claim_use(self) -> None:
        if self._claim is None:
            self._claim = os.open(self._root / "users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._claim, fcntl.LOCK_SH)

    def _used_by_others(self) -> bool:
        """Drop our claim and see whether others have one."""
        if self._claim is not None:
            os.close(self._claim)
            self._claim = None
        probe = os.open(self._root / "users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(probe)
        return False

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        """One process at a time starts or stops the server."""
        self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self._root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @staticmethod
    def _dsn(socket_folder: Path, database: str) -> str:
        return psycopg.conninfo.make_conninfo(host=str(socket_folder), dbname=database, user=USER)


@contextmanager
def _handed_over(folder: Path, account: OsAccount) -> Iterator[tuple[str, dict[str, Any]]]:
    """A path by which `account` reaches `folder`, with arguments for `subprocess` that make it so.

    Another account may own the folder and still not get there, through a home that is closed to it. So we open
    the folder and hand it over.
    """
    options = account.spawn_options()
    if not account.switched or not Path("/proc/self/fd").is_dir():
        yield str(folder), options
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{descriptor}", {**options, "pass_fds": (descriptor,)}
    finally:
        os.close(descriptor)


def _environment() -> dict[str, str]:
    """Our environment without what would redirect PostgreSQL."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "HOME": tempfile.gettempdir()}


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "PANIC" in line or "error:" in line]
    return (telling or lines or ["it said nothing"])[-1].strip()
