"""Fill the disk of the data folder in the middle of edits, and look whether confirmed edits stay and reads answer.

    sudo python -m benchmarks.full_disk

The disk is a small one in memory, and only root may mount it; so this is no test. Clients trace neurons, import large
SWC files and volumes, and read, all at once, until nothing more can be written; then another program takes what is
left; then the service and the database start anew there; then there is space again.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import typer

from catmaid_server.service import lifecycle
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord

TRACERS = 4
SWC_NODES = 100_000
MESH_FACES = 300_000
LARGE_EVERY_S = 0.2
FULL_FOR_S = 4.0
LEFT_FULL_S = 5.0
GOES_ON_S = 5.0
FORM = aiohttp.FormData


@dataclass
class Seen:
    """What clients were told."""

    confirmed: set[int] = field(default_factory=set)
    imported: set[int] = field(default_factory=set)
    volumes: set[int] = field(default_factory=set)
    statuses: dict[str, Counter[int | str]] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)
    """Answers that are neither success nor a full disk."""
    slowest_read_s: float = 0.0

    def count(self, what: str, status: int | str) -> None:
        """Count an answer."""
        self.statuses.setdefault(what, Counter())[status] += 1

    def show(self, phase: str) -> None:
        """Print what was told in a phase, and begin to count anew."""
        for what, statuses in sorted(self.statuses.items()):
            told = ", ".join(f"{count} x {status}" for status, count in sorted(statuses.items(), key=str))
            print(f"{phase:28} {what:8} {told}", flush=True)
        print(f"{phase:28} slowest read {1e3 * self.slowest_read_s:.0f} ms", flush=True)
        for text in sorted(self.others):
            print(f"    {text}", flush=True)
        self.statuses, self.others, self.slowest_read_s = {}, set(), 0.0


class Lab:
    """A project of the service, and the people who work on it."""

    def __init__(self, session: aiohttp.ClientSession, project_id: int, seen: Seen) -> None:
        self._session = session
        self._project_id = project_id
        self._seen = seen
        self._swc = _swc()
        self._mesh = _mesh()

    async def work(self, stop: asyncio.Event) -> None:
        """Trace, import and read until `stop` is set."""
        people = [self._trace(stop, number) for number in range(TRACERS)]
        await asyncio.gather(*people, self._import(stop), self._add_volumes(stop), self._read(stop))

    async def _trace(self, stop: asyncio.Event, number: int) -> None:
        parent, x = -1, 0
        while not stop.is_set():
            form = {"x": x, "y": 1000 * number, "z": 0, "parent_id": parent, "state": '{"nocheck": true}'}
            answer = await self._ask("trace", "treenode/create", data=form)
            if answer is None:
                await asyncio.sleep(0.02)
                continue
            parent, x = answer["treenode_id"], x + 10
            self._seen.confirmed.add(parent)

    async def _import(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            form = FORM()
            form.add_field("file", self._swc, filename="large.swc")
            if (answer := await self._ask("import", "skeletons/import", data=form)) is not None:
                self._seen.imported.add(answer["skeleton_id"])
            await asyncio.sleep(LARGE_EVERY_S)

    async def _add_volumes(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            form = {"type": "trimesh", "title": f"V{time.monotonic()}", "mesh": self._mesh}
            if (answer := await self._ask("volume", "volumes/add", data=form)) is not None:
                self._seen.volumes.add(answer["volume_id"])
            await asyncio.sleep(LARGE_EVERY_S)

    async def _read(self, stop: asyncio.Event) -> None:
        box = {"left": 0, "top": 0, "z1": -1, "right": 1e6, "bottom": 1e6, "z2": 1}
        while not stop.is_set():
            began = time.monotonic()
            await self._ask("read", "node/list", data=box)
            await self._ask("read", "skeletons/", method="GET")
            self._seen.slowest_read_s = max(self._seen.slowest_read_s, time.monotonic() - began)
            await asyncio.sleep(0.05)

    async def _ask(self, what: str, path: str, *, method: str = "POST", **values: Any) -> Any:
        """The answer; None if it is refused, or the service is away."""
        try:
            async with self._session.request(method, f"/{self._project_id}/{path}", **values) as response:
                self._seen.count(what, response.status)
                answer = await response.json()
                if response.status not in (200, 507):
                    self._seen.others.add(f"{what}: {response.status} {answer['error']}")
                return answer if response.status == 200 else None
        except (aiohttp.ClientError, TimeoutError) as error:
            self._seen.count(what, type(error).__name__)
            return None


def _swc() -> bytes:
    lines = [b"1 0 0 0 0 1 -1"]
    lines += [b"%d 0 %d %d 0 1 %d" % (n, n, n % 97, n - 1) for n in range(2, SWC_NODES)]
    return b"\n".join(lines)


def _mesh() -> str:
    vertices = ",".join(f"[{n},{n % 1000},{n % 7}]" for n in range(MESH_FACES // 2))
    faces = ",".join(f"[{n},{n + 1},{n + 2}]" for n in range(MESH_FACES // 2 - 2))
    return f"[[{vertices}],[{faces}]]"


def _mount(folder: Path, option: str, *, size_mb: int) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"{option},size={size_mb}m", "tmpfs", folder], check=True)


@contextmanager
def small_disk(size_mb: int) -> Iterator[Path]:
    """A folder on a disk of its own."""
    if os.geteuid() != 0:
        raise SystemExit("Only root may mount a disk: run it with sudo.")
    folder = Path(tempfile.mkdtemp(prefix="catmaid-full-"))
    _mount(folder, "mode=0700", size_mb=size_mb)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


def main(size_mb: int = 500) -> None:
    """Fill a disk of `size_mb` megabytes."""
    with small_disk(size_mb) as disk:
        settings = Settings(data_dir=disk / "data", workers=2)
        record = lifecycle.start(settings)
        try:
            asyncio.run(_fill(record, settings, disk, size_mb))
        finally:
            lifecycle.stop(settings)


async def _fill(record: ServiceRecord, settings: Settings, disk: Path, size_mb: int) -> None:
    token = (settings.folder / "admin.token").read_text().strip()
    seen, processes = Seen(), _processes(record)
    print(f"disk of {size_mb} MB, {_free_mb(disk)} MB free; load {os.getloadavg()[0]:.1f}", flush=True)
    headers = {"X-Authorization": f"Token {token}"}
    async with aiohttp.ClientSession(record.url, headers=headers) as session:
        async with session.post("/projects/", data={"title": "Full disk"}) as response:
            project_id = (await response.json())["id"]
        lab = Lab(session, project_id, seen)
        began = time.monotonic()
        await _while_working(lab, _until_refused(seen))
        print(f"full after {time.monotonic() - began:.0f} s: {_free_mb(disk)} MB free", flush=True)
        seen.show("edits fill the disk")
        _say_who_died(processes, settings)

        filler = disk / "filler"
        _take_all(filler)
        print(f"another program takes the rest: {_free_mb(disk)} MB free", flush=True)
        await _while_working(lab, asyncio.sleep(LEFT_FULL_S))
        seen.show("nothing is left")
        _say_who_died(processes, settings)

    for what in ("stopped and started", "database killed"):
        if what == "database killed":
            _kill_database(processes)
        lifecycle.stop(settings)
        try:
            record = lifecycle.start(settings)
        except ServiceError as error:
            print(f"{what}, with a full disk: {error}", flush=True)
            filler.unlink(missing_ok=True)
            record = lifecycle.start(settings)
        processes = _processes(record)
        async with aiohttp.ClientSession(record.url, headers=headers) as session:
            await _while_working(Lab(session, project_id, seen), asyncio.sleep(LEFT_FULL_S))
        seen.show(what)
        _say_who_died(processes, settings)

    filler.unlink(missing_ok=True)
    await asyncio.to_thread(_mount, disk, "remount", size_mb=2 * size_mb)
    async with aiohttp.ClientSession(record.url, headers=headers) as session:
        await _while_working(Lab(session, project_id, seen), asyncio.sleep(GOES_ON_S))
    seen.show("space is made")
    _say_who_died(processes, settings)
    lifecycle.stop(settings)
    await _compare(settings, seen)


async def _while_working(lab: Lab, wait: Any) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(lab.work(stop))
    await wait
    stop.set()
    await working


async def _until_refused(seen: Seen) -> None:
    """Until nothing was confirmed for some seconds."""
    while True:
        before = len(seen.confirmed)
        await asyncio.sleep(FULL_FOR_S)
        if len(seen.confirmed) == before:
            return


def _take_all(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(2**16))


def _free_mb(folder: Path) -> int:
    return shutil.disk_usage(folder).free // 2**20


def _processes(record: ServiceRecord) -> list[psutil.Process]:
    first = psutil.Process(record.pid)
    return [first, *first.children()]


def _kill_database(processes: list[psutil.Process]) -> None:
    for process in processes:
        if process.is_running() and process.name() == "postgres":
            process.kill()


def _say_who_died(processes: list[psutil.Process], settings: Settings) -> None:
    gone = [process.pid for process in processes if not process.is_running()]
    log = (settings.folder / "logs" / "postgres.log").read_text(errors="replace")
    crashes = sum(log.count(word) for word in ("PANIC", "was terminated by signal"))
    print(
        f"    processes that ended: {len(gone)} of {len(processes)}; crashes in the database's log: {crashes}",
        flush=True,
    )


async def _compare(settings: Settings, seen: Seen) -> None:
    async with opened_store(settings) as store, store.reading() as connection:
        for name, told, query in (
            ("treenodes", seen.confirmed, "SELECT id FROM treenode WHERE skeleton_id <> ALL(%s)"),
            (
                "imported skeletons",
                seen.imported,
                "SELECT DISTINCT skeleton_id FROM treenode WHERE skeleton_id = ANY(%s)",
            ),
        ):
            cursor = await connection.execute(query, (list(seen.imported),))
            found = {row[0] for row in await cursor.fetchall()}
            print(
                f"{name}: {len(told)} confirmed, {len(told - found)} lost, {len(found - told)} not confirmed",
                flush=True,
            )
        cursor = await connection.execute("SELECT id FROM volume")
        found = {row[0] for row in await cursor.fetchall()}
        told = seen.volumes
        print(
            f"volumes: {len(told)} confirmed, {len(told - found)} lost, {len(found - told)} not confirmed", flush=True
        )


if __name__ == "__main__":
    typer.run(main)
