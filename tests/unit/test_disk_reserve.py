"""The file that keeps room for the database on its disk."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from catmaid_server.db.disk_space import LEAST_FREE_BYTES
from catmaid_server.postgres import disk_reserve
from catmaid_server.postgres.disk_reserve import DiskReserve


def test_it_is_made_where_there_is_room_and_given_up_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = [2**40, LEAST_FREE_BYTES, 0, 0, LEAST_FREE_BYTES, 2**40]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free.pop(0)))
    monkeypatch.setattr(disk_reserve, "SIZE", 2**20)
    reserve, file = DiskReserve(tmp_path), tmp_path / "reserve"
    assert not reserve.tend()
    assert file.stat().st_blocks * 512 >= 2**20
    assert [reserve.tend() for _ in range(4)] == [False, True, False, False]
    assert not file.exists()
    assert not reserve.tend()
    assert [path.name for path in tmp_path.iterdir()] == ["reserve"]


def test_writes_do_not_begin_again_because_it_was_given_up() -> None:
    assert disk_reserve.SHORT_BYTES + disk_reserve.SIZE <= LEAST_FREE_BYTES
    assert disk_reserve.ENOUGH_BYTES - disk_reserve.SIZE > LEAST_FREE_BYTES
