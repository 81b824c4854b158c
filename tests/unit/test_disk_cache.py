"""Objects on disk: kept within a limit by all processes together, and whole after a crash."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject, is_current
from catmaid_server.tiles.gateway.disk_writes import DiskWrites

LIMIT = 200_000
WRITER = """
import random, sys
from pathlib import Path
from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject
cache = DiskCache(Path(sys.argv[1]), int(sys.argv[2]))
for number in range(150):
    cache.put(f"{sys.argv[3]}-{number}", KeptObject(status=200, until=2e9), random.randbytes(random.randrange(9000)))
"""
CLAIMANT = """
import asyncio, os, sys
from pathlib import Path
from catmaid_server.tiles.gateway.disk_cache import DiskCache
folder = Path(sys.argv[1])
def note(word):
    with (folder / "order").open("a") as file:
        file.write(word + "\\n")
async def work():
    async with DiskCache(folder, 1).claim("a"):
        if sys.argv[2] == "die":
            os._exit(0)
        note("begins")
        await asyncio.sleep(0.05)
        note("ends")
asyncio.run(work())
"""


def known(until: float = 2e9) -> KeptObject:
    return KeptObject(status=200, until=until, content_type="image/png", etag='"x"')


def used(folder: Path) -> int:
    """The bytes of all objects, whole or not, between two changes."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return sum(path.stat().st_size for path in folder.glob("??/*"))


def test_what_was_put_is_found_also_by_another_process(tmp_path: Path) -> None:
    DiskCache(tmp_path, LIMIT).put("a", known(), b"\n\nbytes\0")
    found = DiskCache(tmp_path, LIMIT).find("a")
    assert found is not None
    assert (found[1], found[0].etag, is_current(found[0])) == (b"\n\nbytes\0", '"x"', True)
    assert not is_current(known(until=time.time() - 1))
    assert DiskCache(tmp_path, LIMIT).find("b") is None


def test_the_least_recently_used_objects_go_first(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, LIMIT)
    for number in range(4):
        cache.put(str(number), known(), bytes(45_000))
        os.utime(cache._path(str(number)), (number, number))
    assert cache.find("0") is not None
    cache.put("4", known(), bytes(45_000))
    assert [cache.find(str(number)) is not None for number in range(5)] == [True, False, False, True, True]


def test_an_object_that_would_fill_the_cache_is_not_kept(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, LIMIT)
    cache.put("small", known(), b"x")
    cache.put("large", known(), bytes(LIMIT))
    assert (cache.find("large"), cache.find("small") is not None) == (None, True)


def test_four_processes_together_never_exceed_the_limit(tmp_path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(LIMIT), str(number)]) for number in range(4)
    ]
    largest = 0
    while any(writer.poll() is None for writer in writers):
        largest = max(largest, used(tmp_path))
    assert [writer.wait() for writer in writers] == [0] * 4
    assert LIMIT / 2 < largest <= LIMIT
    assert int((tmp_path / "size").read_text()) == used(tmp_path)


def test_what_a_crash_left_is_no_object_and_is_counted(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, LIMIT)
    cache.put("a", known(), b"whole")
    cut = Path(cache._path("a"))
    cut.write_bytes(cut.read_bytes()[:-2])
    (tmp_path / "size").write_text("999999999")
    restarted = DiskCache(tmp_path, LIMIT)
    assert restarted.find("a") is None, "half an object is none"
    restarted.put("c", known(), b"new")
    assert int((tmp_path / "size").read_text()) == used(tmp_path)


def test_one_process_at_a_time_claims_an_object_and_a_dead_one_claims_nothing(tmp_path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", CLAIMANT, str(tmp_path), "work"]) for _ in range(4)]
    assert [worker.wait() for worker in workers] == [0] * 4
    assert (tmp_path / "order").read_text().split() == ["begins", "ends"] * 4
    subprocess.run([sys.executable, "-c", CLAIMANT, str(tmp_path), "die"], check=True)
    subprocess.run([sys.executable, "-c", CLAIMANT, str(tmp_path), "work"], check=True, timeout=60)
    assert (tmp_path / "order").read_text().split()[-2:] == ["begins", "ends"]


async def test_an_object_that_waits_to_be_written_is_found_and_then_on_disk(tmp_path: Path) -> None:
    disk, order = DiskCache(tmp_path, LIMIT), list[int]()
    writes = DiskWrites(disk)
    for number in range(3):
        afterwards = AsyncExitStack()
        afterwards.callback(order.append, number)
        await writes.put(str(number), known(), b"body", afterwards)
    assert (writes.find("2"), disk.has("2"), order) == ((known(), b"body"), False, [])
    await writes.close()
    found = disk.find("2")
    assert (writes.find("2"), found and found[1], order) == (None, b"body", [0, 1, 2])


def test_a_folder_that_somebody_removed_is_made_anew(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache", LIMIT)
    cache.put("a", known(), bytes(1000))
    shutil.rmtree(tmp_path / "cache")
    cache.put("b", known(), b"b")
    assert (cache.has("a"), cache.has("b")) == (False, True)
    assert int((tmp_path / "cache/size").read_text()) == used(tmp_path / "cache")
