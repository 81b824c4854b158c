"""After a crash, whoever takes the service's port gets no token, from nobody."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api.embedded import running_service, service_without_token
from catmaid_server import service
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord, read_record
from tests.helpers.impostor import impostor

PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o755)
    chosen = Settings(data_dir=folder)
    yield chosen
    service.stop(chosen)


def crash(record: ServiceRecord) -> None:
    """Kill a service that has no time to tidy up, and wait until its port is free."""
    processes = psutil.Process(record.pid).children()
    os.kill(record.pid, signal.SIGKILL)
    psutil.wait_procs([child for child in processes if child.name() != "postgres"], timeout=PATIENCE_S)


def test_an_open_notebook_and_a_new_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    record = service.start(settings)
    folder = settings.folder
    port = int(record.url.rpartition(":")[2])
    told: queue.Queue[bool] = queue.Queue()
    with cj.connect(data_dir=folder) as instance:
        project = instance.create_project("Larva")
        up = queue.Queue[str]()
        project.on_change(lambda change: up.put(change["label"]), lambda is_up, _: told.put(is_up))
        deadline = time.monotonic() + PATIENCE_S
        while up.empty():  # until the changes are followed
            assert time.monotonic() < deadline
            project.edit.create_treenode(0, 0, 0)
        crash(record)
        with impostor(port) as (url, heard):
            assert url == record.url
            assert read_record(folder) == record, "a crash leaves the record behind"
            assert told.get(timeout=PATIENCE_S) is False
            with pytest.raises(cj.Unreachable, match=f"the service of {folder} is not running"):
                project.edit.create_treenode(1, 1, 1)
            with pytest.raises(cj.Unreachable, match="not running"):
                _ = instance.projects
            assert running_service(folder) is None
            assert service_without_token(folder) is None

            monkeypatch.setenv("CATMAID_TOKEN", "a token of the environment's")
            with pytest.raises(cj.NotAllowed):
                cj.connect(data_dir=folder)
            monkeypatch.delenv("CATMAID_TOKEN")
            with cj.connect(data_dir=folder) as another:
                assert another.url != f"{url}/", "the port is taken"
                assert list(another.projects["title"]) == ["Larva"]
            assert told.get(timeout=PATIENCE_S) is True
            assert list(instance.projects["title"]) == ["Larva"]
            assert instance.url == another.url
            assert heard == []


def test_what_cannot_be_known_is_told_nothing(settings: Settings) -> None:
    """A service without a socket, as those of older versions are; and a socket where others could have put it."""
    record = service.start(settings)
    folder = ServiceFolder(settings.folder)
    try:
        folder.write_record(ServiceRecord(url=record.url, pid=record.pid, started=record.started))
        with pytest.raises(cj.Unreachable, match="cannot prove who it is: end it with 'catmaid-jupyter stop"):
            cj.connect(data_dir=folder.path)
        folder.write_record(
            ServiceRecord(url=record.url, pid=record.pid, started=record.started, socket="/tmp/service.sock")
        )
        with pytest.raises(cj.Unreachable, match="Another user could have put"):
            cj.connect(data_dir=folder.path)
    finally:
        folder.write_record(record)


def test_the_data_folder_is_closed_to_others(settings: Settings) -> None:
    record = service.start(settings)
    assert settings.folder.stat().st_mode & 0o777 == 0o700
    assert (settings.folder / record.socket).stat().st_mode & 0o777 == 0o600


def test_a_folder_with_a_long_path_has_its_socket_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / ("long" * 25)
    settings = Settings(data_dir=folder)
    try:
        with cj.connect(data_dir=folder) as instance:
            assert instance.username == "admin"
        record = read_record(folder)
        assert record is not None
        socket = Path(record.socket)
        assert socket.is_absolute()
        assert socket.parent.stat().st_mode & 0o777 == 0o700
    finally:
        service.stop(settings)
    assert not socket.parent.exists()
