"""The data folder belongs to one user, however it came about."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from catmaid_server.service import lifecycle
from catmaid_server.service.folder import ServiceError, ServiceFolder
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord, is_locked, read_record, running_record, trusted_socket


def test_it_is_closed_to_others_even_where_it_exists(tmp_path: Path) -> None:
    folder = ServiceFolder(tmp_path / "data")
    folder.path.mkdir()
    for secret in (folder.path / "secret.key", folder.admin_token):
        secret.write_text("s" * 40)
        secret.chmod(0o644)
    folder.path.chmod(0o777)
    folder.make()
    modes = {path.name: path.stat().st_mode & 0o777 for path in (folder.path, *folder.path.iterdir())}
    assert modes == {"data": 0o700, "logs": 0o700, "secret.key": 0o600, "admin.token": 0o600}


def test_a_folder_of_somebody_else_is_refused_where_others_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, _mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o777)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", refuse)
        with pytest.raises(ServiceError, match="chmod 700"):
            ServiceFolder(tmp_path).make()
    tmp_path.chmod(0o755)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", refuse)
        ServiceFolder(tmp_path).make()


def test_a_damaged_secret_is_made_anew(tmp_path: Path) -> None:
    folder = ServiceFolder(tmp_path)
    (tmp_path / "secret.key").write_bytes(b"")
    made = folder.secret()
    assert len(made) == 32
    assert folder.secret() == made


def test_tickets_end_with_a_crash_alone(tmp_path: Path) -> None:
    folder = ServiceFolder(tmp_path)
    key, secret = folder.ticket_key(), folder.secret()
    folder.clear_after_crash()
    assert folder.ticket_key() == key, "the service ended in order and left no record"
    folder.write_record(ServiceRecord(url="http://127.0.0.1:1", pid=1, started="once"))
    folder.clear_after_crash()
    assert folder.ticket_key() not in (key, secret)
    assert folder.secret() == secret, "whoever is logged in stays it"
    assert read_record(tmp_path) is None


def test_a_record_counts_while_its_service_holds_the_lock(tmp_path: Path) -> None:
    folder, record = ServiceFolder(tmp_path), ServiceRecord(url="http://127.0.0.1:1", pid=1, started="once")
    assert not is_locked(tmp_path)
    folder.write_record(record)
    assert read_record(tmp_path) == record
    assert running_record(tmp_path) is None
    with folder.setting_up():  # another lock
        assert running_record(tmp_path) is None
    lock = folder.lock()
    assert lock is not None
    assert running_record(tmp_path) == record
    (tmp_path / "service.json").write_text("[" * 100_000)
    assert running_record(tmp_path) is None


def test_a_start_does_not_take_a_crashed_service_for_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one holds the lock a moment before it has removed the record of the crashed one."""
    folder = ServiceFolder(tmp_path)
    folder.write_record(ServiceRecord(url="http://127.0.0.1:1", pid=1, started="before"))
    own = ServiceRecord(url="http://127.0.0.1:2", pid=2, started="now")

    class Starting:
        def __init__(self, *_: object, **__: object) -> None:
            self.lock = folder.lock()

        def poll(self) -> None:
            folder.write_record(own)

    monkeypatch.setattr(subprocess, "Popen", Starting)
    started: list[Starting] = []
    monkeypatch.setattr(lifecycle, "_left_running", started)
    assert lifecycle.start(Settings(data_dir=tmp_path)) == own
    os.close(started[0].lock or -1)


def test_a_socket_is_trusted_where_only_the_owner_could_make_it(tmp_path: Path) -> None:
    data, shared, own = tmp_path / "data", tmp_path / "shared", tmp_path / "own"
    for path, mode in ((data, 0o700), (shared, 0o1777), (own, 0o700)):
        path.mkdir()
        path.chmod(mode)
    (tmp_path / "link").symlink_to(own)
    (tmp_path / "other-way").symlink_to(data)

    def trusted(socket: str, folder: Path = data) -> Path | None:
        return trusted_socket(folder, ServiceRecord(url="", pid=1, started="", socket=socket))

    assert trusted("service.sock") == data / "service.sock"
    assert trusted("service.sock", tmp_path / "other-way") == tmp_path / "other-way" / "service.sock"
    assert trusted(f"{own}/service.sock") == own / "service.sock"
    for wrong in ("", f"{shared}/service.sock", f"{tmp_path}/link/service.sock", f"{tmp_path}/none/service.sock"):
        assert trusted(wrong) is None, wrong
    data.chmod(0o770)
    assert trusted("service.sock") is None
