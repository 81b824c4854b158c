"""The service and its clients know each other: by names, and after a crash by a socket; a port alone gets no token."""

from __future__ import annotations

import os
import queue
import signal
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest
from pydantic import ValidationError

import catmaid_jupyter as cj
from catmaid_jupyter.api.embedded import running_service, service_without_token
from catmaid_server import service
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord, read_record
from tests.helpers.impostor import impostor
from tests.helpers.patience import PATIENCE_S
from tests.helpers.processes import workers_of


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    folder = tmp_path_factory.mktemp("data")
    folder.chmod(0o755)
    chosen = Settings(data_dir=folder, allowed_hosts="lab.example, .below.example", allowed_origins="https://a.example")
    yield chosen
    service.stop(chosen)


def crash(record: ServiceRecord) -> None:
    """Kill a service that has no time to tidy up, and wait until its port is free."""
    workers = workers_of(record)
    os.kill(record.pid, signal.SIGKILL)
    psutil.wait_procs(workers, timeout=PATIENCE_S)


def test_it_answers_under_the_names_that_were_set(settings: Settings) -> None:
    record = service.start(settings)
    for host, status in (("lab.example", 200), ("a.below.example:80", 200), ("localhost", 200), ("evil.example", 403)):
        connection = HTTPConnection(record.url.removeprefix("http://"), timeout=PATIENCE_S)
        connection.request("GET", "/version", headers={"Host": host, "Origin": "https://a.example"})
        answer = connection.getresponse()
        assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (status, "https://a.example"), host
        connection.close()


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
        ticket_path = f"{project.id}/tile-ticket"
        ticket = instance.run(instance.http.request("POST", ticket_path)).json()["ticket"]
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
            renewed = instance.run(instance.http.request("POST", ticket_path)).json()["ticket"]
            assert renewed != ticket, "a browser may have shown it to whoever has the port"
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


@pytest.mark.parametrize("wrong", [
    {"allowed_hosts": "http://lab.example"},
    {"allowed_hosts": "lab.example:8000"},
    {"allowed_hosts": "lab example"},
    {"allowed_origins": "lab.example"},
    {"allowed_origins": "https://lab.example/page"},
])  # fmt: skip
def test_names_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"is no (name of a host|origin of pages); write it"):
        Settings(**wrong)


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
