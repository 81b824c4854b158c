"""Objects on disk: kept within a limit by all processes together, and whole after a crash."""

from __future__ import annotations

import asyncio
import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject, is_current

LIMIT = 200_000
WRITER = """
import random, sys
from pathlib import Path
from catmaid_server.tiles.gateway.disk_cache import DiskCache, KeptObject
cache = DiskCache(Path(sys.argv[1]), int(sys.argv[2]))
for number in range(150):
    cache.put(f"{sys.argv[3]}-{number}", KeptObject(status=200, until=2e9), random.randbytes(random.randrange(9000)))
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


def test_what_a_crash_left_is_taken_away_and_counted(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, LIMIT)
    cache.put("a", known(), b"whole")
    part = cache._path("b").with_suffix(".part")
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(bytes(50_000))
    cut = cache._path("a")
    cut.write_bytes(cut.read_bytes()[:-2])
    (tmp_path / "size").write_text("999999999")
    restarted = DiskCache(tmp_path, LIMIT)
    assert restarted.find("a") is None, "half an object is none"
    restarted.put("c", known(), b"new")
    assert not part.exists()
    assert int((tmp_path / "size").read_text()) == used(tmp_path)


async def test_one_at_a_time_claims_an_object_and_a_dead_process_claims_nothing(tmp_path: Path) -> None:
    cache, order = DiskCache(tmp_path, LIMIT), []

    async def work(name: str) -> None:
        async with DiskCache(tmp_path, LIMIT).claim("a"):
            order.append(f"{name} begins")
            await asyncio.sleep(0.01)
            order.append(f"{name} ends")

    await asyncio.gather(*(work(str(number)) for number in range(4)))
    assert [text.split()[1] for text in order] == ["begins", "ends"] * 4
    dead = "import os, asyncio, sys; from pathlib import Path; from catmaid_server.tiles.gateway.disk_cache import *\n"
    dead += "async def die():\n  async with DiskCache(Path(sys.argv[1]), 1).claim('a'): os._exit(0)\nasyncio.run(die())"
    await asyncio.to_thread(subprocess.run, [sys.executable, "-c", dead, str(tmp_path)], check=True)
    async with asyncio.timeout(5), cache.claim("a"):
        order.append("claimed")
    assert order[-1] == "claimed"
