"""The embedded PostgreSQL: made once, found again, and started whatever was left behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psutil
import psycopg
import pytest

from catmaid_server.postgres import postmaster
from catmaid_server.postgres.account import server_account
from catmaid_server.postgres.cluster import Cluster, ClusterError


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a path that is too long for a socket, and what an interrupted first start left there."""
    folder = tmp_path_factory.mktemp("cluster") / ("a folder with a long name " * 4).strip()
    (folder / "postgres" / "data.new" / "base").mkdir(parents=True)
    yield folder
    Cluster(folder).stop()


@pytest.fixture
def cluster(data_dir: Path) -> Iterator[Cluster]:
    started = Cluster(data_dir)
    started.start()
    yield started
    started.stop()


def value(cluster: Cluster, query: str) -> object:
    with psycopg.connect(cluster.dsn) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def pid_of(cluster: Cluster) -> int:
    pid = cluster.running_pid()
    assert pid is not None
    return pid


def test_has_postgis_and_is_private_and_durable(cluster: Cluster) -> None:
    assert str(value(cluster, "SELECT postgis_version()")) >= "3"
    for name, wanted in {
        "listen_addresses": "",
        "fsync": "on",
        "synchronous_commit": "on",
        "jit": "off",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "max_parallel_workers_per_gather": "0",
    }.items():
        assert value(cluster, f"SHOW {name}") == wanted, name
    socket_folder = Path(str(value(cluster, "SHOW unix_socket_directories")))
    assert socket_folder.stat().st_mode & 0o777 == 0o700


def test_lower_knows_letters_beyond_ascii(cluster: Cluster) -> None:
    assert value(cluster, "SELECT lower('ÄÉ')") == "äé"


def test_who_comes_second_uses_the_running_one(cluster: Cluster, data_dir: Path) -> None:
    second = Cluster(data_dir)
    assert second.start() == cluster.dsn
    assert second.running_pid() == cluster.running_pid()
    assert not second.stop(), "the first still uses it"
    assert value(cluster, "SELECT 1") == 1


def test_the_last_user_ends_it(data_dir: Path) -> None:
    first, second = Cluster(data_dir), Cluster(data_dir)
    first.start()
    second.start()
    pid = pid_of(first)
    assert not first.stop()
    assert second.stop()
    assert first.running_pid() is None
    assert not psutil.pid_exists(pid) or postmaster.has_ended(pid)
    assert not second.stop(), "it has ended already"


def test_a_killed_server_keeps_what_was_committed(cluster: Cluster) -> None:
    with closing(psycopg.connect(cluster.dsn)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        connection.commit()
        connection.execute("INSERT INTO kept SELECT 2")
        killed = pid_of(cluster)
        os.kill(killed, signal.SIGKILL)
        cluster.start()
    assert cluster.running_pid() != killed
    assert value(cluster, "SELECT array_agg(n) FROM kept") == [1]


def test_a_busy_process_of_a_killed_server_does_not_hinder_the_next(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catmaid_server.postgres.cluster._ORPHANS_S", 0.3)
    with closing(psycopg.connect(cluster.dsn)) as connection, ThreadPoolExecutor() as threads:
        backend = psutil.Process(connection.info.backend_pid)
        endless = threads.submit(connection.execute, "DO $$ BEGIN LOOP END LOOP; END $$")
        while backend.cpu_times().user < 0.05:
            assert not endless.done()
        os.kill(pid_of(cluster), signal.SIGKILL)
        cluster.start()
        assert not backend.is_running() or backend.status() == psutil.STATUS_ZOMBIE
        with pytest.raises(psycopg.OperationalError):
            endless.result()
    assert value(cluster, "SELECT 1") == 1


@pytest.fixture
def stopped(cluster: Cluster, data_dir: Path) -> Path:
    """PostgreSQL's folder, after a clean stop, with a copy of the pid file it had."""
    data = data_dir / "postgres" / "data"
    text = (data / "postmaster.pid").read_text()
    assert cluster.stop()
    (data / "postmaster.pid").write_text(text)
    return data


def name_in_pidfile(data: Path, pid: int) -> None:
    path = data / "postmaster.pid"
    first, rest = path.read_text().split("\n", 1)
    assert first.isdigit()
    path.write_text(f"{pid}\n{rest}")
    server_account(data).own(path)


def test_a_pid_that_now_belongs_to_another_program(stopped: Path, cluster: Cluster) -> None:
    with subprocess.Popen(["sleep", "60"], **server_account(stopped).spawn_options()) as other:
        name_in_pidfile(stopped, other.pid)
        assert cluster.running_pid() is None
        cluster.start()
        assert other.poll() is None
        other.kill()


def test_a_pid_that_now_belongs_to_another_postgres(
    stopped: Path, cluster: Cluster, data_dir: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("other")
    shutil.copytree(data_dir / "postgres", elsewhere / "postgres", ignore=shutil.ignore_patterns("socket"))
    for path in (elsewhere / "postgres" / "data").rglob("*"):
        server_account(stopped).own(path)
    server_account(stopped).own(elsewhere / "postgres" / "data")
    other = Cluster(elsewhere)
    other.start()
    try:
        name_in_pidfile(stopped, pid_of(other))
        cluster.start()
        assert cluster.running_pid() not in (None, other.running_pid())
        assert value(other, "SELECT 1") == value(cluster, "SELECT 1")
    finally:
        other.stop()


def test_a_pid_that_is_a_zombie(stopped: Path, cluster: Cluster) -> None:
    with subprocess.Popen(["true"], **server_account(stopped).spawn_options()) as dead:
        os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
        assert postmaster.has_ended(dead.pid)
        name_in_pidfile(stopped, dead.pid)
        cluster.start()


def test_a_pid_file_that_was_cut_short(stopped: Path, cluster: Cluster) -> None:
    (stopped / "postmaster.pid").write_text("")
    cluster.start()
    assert value(cluster, "SELECT 1") == 1


def test_a_socket_that_was_tidied_up(cluster: Cluster, data_dir: Path) -> None:
    (Path(str(value(cluster, "SHOW unix_socket_directories"))) / ".s.PGSQL.5432").unlink()
    second = Cluster(data_dir)
    second.start()
    assert value(second, "SELECT 1") == 1
    second.stop()


def fake_data_folder(root: Path, version: str) -> Path:
    data = root / "postgres" / "data"
    data.mkdir(parents=True, mode=0o700)
    (data / "PG_VERSION").write_text(f"{version}\n")
    server_account().own(data)
    return data


def test_a_folder_of_another_version_is_refused(tmp_path: Path) -> None:
    fake_data_folder(tmp_path, "9")
    with pytest.raises(ClusterError, match=r"(?s)made by PostgreSQL 9.*apt-get install postgresql-9"):
        Cluster(tmp_path).start()


def test_a_folder_of_another_owner_is_refused(tmp_path: Path) -> None:
    data = fake_data_folder(tmp_path, "15")
    if os.geteuid() != 0:
        with pytest.raises(PermissionError, match="belongs to user root"):
            server_account(Path("/"))
        return
    os.chown(data, 12345, 12345)
    with pytest.raises(ClusterError, match="belongs to user 12345"):
        Cluster(tmp_path).start()


def test_a_folder_that_is_no_database_is_refused(tmp_path: Path) -> None:
    data = fake_data_folder(tmp_path, "15")
    (data / "PG_VERSION").unlink()
    with pytest.raises(ClusterError, match="not the folder of a PostgreSQL database"):
        Cluster(tmp_path).start()


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    data = fake_data_folder(tmp_path, "15")
    (data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(ClusterError, match=r"did not start.*logs/postgres.log"):
        Cluster(tmp_path).start()


def test_missing_programs_say_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ClusterError, match=r"(?s)apt-get install postgresql .*conda install -c conda-forge"):
        Cluster(tmp_path / "data", binaries=tmp_path).start()
