"""The service as processes: one per data folder, and alive whatever is killed."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import psutil
import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from catmaid_server import service
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord
from tests.helpers.database import create_database, drop_database
from tests.helpers.patience import PATIENCE_S
from tests.helpers.processes import workers_of


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited too long until {what}"
        time.sleep(0.02)


def fetch(url: str, token: str | None = None) -> tuple[int, bytes]:
    headers = {} if token is None else {"X-Authorization": f"Token {token}"}
    try:
        with urlopen(Request(url, headers=headers), timeout=PATIENCE_S) as response:
            return response.status, response.read()
    except HTTPError as error:
        return error.code, error.read()


def answers(url: str) -> bool:
    try:
        return fetch(f"{url}/health")[0] == 200
    except (URLError, OSError):
        return False


def accepts(url: str) -> bool:
    host, port = url.removeprefix("http://").split(":")
    with socket.socket() as attempt:
        return attempt.connect_ex((host, int(port))) == 0


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "catmaid_server", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    chosen = Settings(data_dir=tmp_path_factory.mktemp("data"), workers=2)
    yield chosen
    service.stop(chosen)


@pytest.fixture
def running(settings: Settings) -> ServiceRecord:
    """The service of a data folder that the tests of this module share; started unless it runs."""
    return service.start(settings)


@pytest.fixture
def folder(settings: Settings) -> ServiceFolder:
    return ServiceFolder(settings.folder)


def test_writes_where_it_is_and_lets_this_user_in(running: ServiceRecord, folder: ServiceFolder) -> None:
    assert json.loads((folder.path / "service.json").read_text())["url"] == running.url
    assert answers(running.url)
    token = folder.admin_token.read_text().strip()
    status, body = fetch(f"{running.url}/user-list", token)
    assert status == 200
    assert "admin" in {user["login"] for user in json.loads(body)}
    for path in (folder.admin_token, folder.path / "secret.key"):
        assert path.stat().st_mode & 0o777 == 0o600
    assert token not in (folder.path / "service.json").read_text()


def test_a_second_one_finds_the_first(running: ServiceRecord, folder: ServiceFolder) -> None:
    done = command("serve", "--data-dir", str(folder.path), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == json.loads((folder.path / "service.json").read_text())
    found = json.loads(command("status", "--data-dir", str(folder.path), "--json").stdout)
    assert found["running"]
    assert found["database_running"]
    assert found["service"]["pid"] == running.pid


def test_connections_are_dealt_to_the_workers_in_turn(running: ServiceRecord) -> None:
    host, port = running.url.removeprefix("http://").split(":")
    with ExitStack() as open_connections:
        for _ in range(6):
            connection = HTTPConnection(host, int(port), timeout=PATIENCE_S)
            open_connections.callback(connection.close)
            connection.request("GET", "/health")
            connection.getresponse().read()
        counts = [
            sum(end.laddr.port == int(port) for end in worker.net_connections("tcp")) for worker in workers_of(running)
        ]
    assert sum(counts) >= 6
    assert max(counts) - min(counts) <= 1


def test_there_is_room_for_many_connections_and_on_the_disk(running: ServiceRecord, folder: ServiceFolder) -> None:
    for process in (psutil.Process(running.pid), *workers_of(running)):
        soft, most = process.rlimit(psutil.RLIMIT_NOFILE)
        assert soft == most
    until((folder.path / "postgres" / "reserve").exists, "the database has a reserve on its disk")


def test_metrics_are_not_on_the_disk_of_the_data(running: ServiceRecord, folder: ServiceFolder) -> None:
    """A page of a mapped file that a full disk has no room for would kill a worker."""
    assert not (folder.path / "metrics").exists()
    for worker in workers_of(running):
        counts = [Path(part.path) for part in worker.memory_maps() if part.path.endswith(f"_{worker.pid}.db")]
        assert counts
        for path in counts:
            assert folder.path not in path.parents
            assert path.stat().st_blocks * 512 >= path.stat().st_size


def test_metrics_are_those_of_all_workers(running: ServiceRecord, folder: ServiceFolder) -> None:
    token = folder.admin_token.read_text().strip()

    def counted() -> float:
        status, text = fetch(f"{running.url}/metrics", token)
        assert status == 200
        head = 'catmaid_answers_total{method="GET",route="/version",status="200"} '
        lines = [line for line in text.decode().splitlines() if line.startswith(head)]
        assert len(lines) <= 1
        return float(lines[0].removeprefix(head)) if lines else 0

    for _ in range(2):
        before = counted()
        for _ in range(8):
            assert fetch(f"{running.url}/version")[0] == 200
        assert counted() == before + 8


def test_a_killed_worker_is_replaced_and_no_connection_refused(running: ServiceRecord) -> None:
    before = workers_of(running)
    assert len(before) == 2
    for worker in before:
        worker.kill()
    assert not psutil.wait_procs(before, timeout=PATIENCE_S)[1]
    assert answers(running.url), "the connection waits until a worker takes it"
    until(lambda: len(workers_of(running)) == 2, "both are replaced")
    assert not {w.pid for w in before} & {w.pid for w in workers_of(running)}


def test_a_killed_database_is_restarted(running: ServiceRecord, folder: ServiceFolder) -> None:
    cluster = Cluster(folder.path)
    killed = cluster.running_pid()
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    until(lambda: cluster.running_pid() not in (None, killed), "the database runs again")
    until(lambda: answers(running.url), "the service answers again")
    assert service.status(Settings(data_dir=folder.path)).service == running


def test_a_killed_service_takes_its_workers_along_and_comes_back_where_it_was(
    running: ServiceRecord, settings: Settings
) -> None:
    orphans = workers_of(running)
    os.kill(running.pid, signal.SIGKILL)
    assert not psutil.wait_procs(orphans, timeout=PATIENCE_S)[1], "workers end without their supervisor"
    assert service.status(settings).service is None
    again = service.start(settings)
    assert again.pid != running.pid
    assert again.url == running.url, "notebooks that are open know this port"
    assert answers(again.url)


def test_stop_ends_everything_after_the_request_in_flight(running: ServiceRecord, settings: Settings) -> None:
    token = ServiceFolder(settings.folder).admin_token.read_text().strip()
    processes = [psutil.Process(running.pid), *workers_of(running)]
    cluster = Cluster(settings.folder)
    with psycopg.connect(cluster.start()) as connection, ThreadPoolExecutor() as threads:
        connection.execute("LOCK TABLE project")
        request = threads.submit(fetch, f"{running.url}/projects/", token)
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        until(lambda: connection.execute(waiting).fetchone() == (1,), "the request waits in the database")
        stopping = threads.submit(service.stop, settings)
        until(lambda: not (settings.folder / "service.json").exists(), "the service begins to stop")
        until(lambda: not accepts(running.url), "the service takes no new connection")
        assert not request.done()
        connection.rollback()
        assert request.result(PATIENCE_S)[0] == 200
        assert stopping.result(PATIENCE_S)
    assert not psutil.wait_procs(processes, timeout=PATIENCE_S)[1]
    assert cluster.stop(), "our own use of the database was the last"
    assert cluster.running_pid() is None
    assert not service.stop(settings), "nothing is left to stop"


def test_stop_ends_a_database_that_a_killed_service_left(settings: Settings) -> None:
    record = service.start(settings)
    os.kill(record.pid, signal.SIGKILL)
    until(lambda: service.status(settings).service is None, "the service is gone")
    assert Cluster(settings.folder).running_pid() is not None
    assert service.stop(settings)
    assert Cluster(settings.folder).running_pid() is None


def test_the_log_is_json_without_secrets(running: ServiceRecord, folder: ServiceFolder) -> None:
    token = folder.admin_token.read_text().strip()
    fetch(f"{running.url}/user-list?ticket=hush-hush", token)
    lines = [json.loads(line) for line in folder.log.read_text().splitlines()]
    assert "started" in {line["event"] for line in lines}
    assert all(line["level"] and line["timestamp"] for line in lines)
    for text in (folder.log.read_text(), folder.output.read_text()):
        assert token not in text
        assert "hush-hush" not in text


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = command("serve", "--data-dir", str(tmp_path), "--port", str(port))
    assert done.returncode == 1
    assert done.stderr == f"catmaid-jupyter: Cannot listen on 127.0.0.1, port {port}: Address already in use.\n"


async def test_an_outside_database_is_migrated_only_when_told_to(server_dsn: str, tmp_path: Path) -> None:
    name = f"outside_{secrets.token_hex(4)}"
    await create_database(server_dsn, name)
    settings = Settings(data_dir=tmp_path, database_url=make_conninfo(server_dsn, dbname=name))  # type: ignore[arg-type]
    try:
        with pytest.raises(service.ServiceError, match="apply them with 'catmaid-jupyter migrate'"):
            service.start(settings)
        assert settings.database_url is not None
        done = command(
            "migrate",
            "--data-dir",
            str(tmp_path),
            "--json",
            CATMAID_DATABASE_URL=settings.database_url.get_secret_value(),
        )
        assert len(json.loads(done.stdout)["applied"]) >= 5
        record = service.start(settings)
        assert answers(record.url)
        assert not record.embedded_database
        assert not (tmp_path / "postgres").exists()
        assert service.stop(settings)
    finally:
        await drop_database(server_dsn, name)
