"""Processes count where a full disk does not kill them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from prometheus_client import values
from prometheus_client.mmap_dict import MmapedDict

from catmaid_server.http import metrics
from catmaid_server.service.metrics_folder import metrics_folder


def test_the_folder_is_in_memory_for_us_alone_and_removed(tmp_path: Path) -> None:
    memory, data = tmp_path / "shm", tmp_path / "data"
    memory.mkdir()
    data.mkdir()
    with metrics_folder(data, memory) as folder:
        assert folder.parent == memory
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "counter_1.db").touch()  # then the service is killed
        with metrics_folder(data, memory) as again:
            assert again == folder
            assert list(again.iterdir()) == []
    assert list(memory.iterdir()) == []


@pytest.mark.parametrize("there", [False, True])
def test_without_such_memory_it_is_elsewhere(tmp_path: Path, there: bool) -> None:
    memory = tmp_path / "shm"
    with metrics_folder(tmp_path, memory) as first:
        name = first.name
    if there:  # somebody has put a link under our name
        memory.mkdir()
        with metrics_folder(tmp_path, memory) as first:
            name = first.name
        (memory / name).symlink_to(tmp_path)
    with metrics_folder(tmp_path, memory) as folder:
        assert folder.parent != memory
        assert folder.is_dir()


def test_files_have_their_room_before_anything_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.SHARED_FOLDER, str(tmp_path))
    assert metrics.reserve_files()
    path = tmp_path / f"counter_{os.getpid()}.db"
    assert path.stat().st_blocks * 512 >= path.stat().st_size > 0
    counts = MmapedDict(str(path))  # type: ignore[no-untyped-call]
    counts.write_value("answers", 3.0, 0.0)  # type: ignore[no-untyped-call]
    counts.close()  # type: ignore[no-untyped-call]
    metrics.trim_files(tmp_path, os.getpid())
    assert path.stat().st_size < 1000
    kept = MmapedDict.read_all_values_from_file(str(path))  # type: ignore[no-untyped-call]
    assert [(key, value) for key, value, _, _ in kept] == [("answers", 3.0)]


def test_a_process_without_room_counts_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(metrics.SHARED_FOLDER, str(tmp_path / "nowhere"))
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    assert not metrics.reserve_files()
    assert metrics.SHARED_FOLDER not in os.environ
    assert b"python_info" in metrics.metrics_text()
