"""Send what would do harm, and print how long others wait for `/health`, and the memory that the worker takes.

    python -m benchmarks.hostile

`/health` is asked all the time while ten clients send the same. Memory is the most of one worker since its start.
"""

from __future__ import annotations

import asyncio
import gzip
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import numpy as np
import psutil
import typer

from catmaid_server.http.limits import MAX_BODY_BYTES, MAX_FORM_FIELDS, NOBODY
from catmaid_server.service import lifecycle
from catmaid_server.service.settings import Settings
from catmaid_wire.service_record import ServiceRecord

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
PART = b'--b\r\nContent-Disposition: form-data; name="skeleton_ids"\r\n\r\n1\r\n'
MOST_BYTES = MAX_BODY_BYTES - 1000


@dataclass(frozen=True)
class Attack:
    """A request that ten clients send at once, twice each."""

    name: str
    path: str
    content_type: str
    body: Callable[[], bytes]
    known: bool = True
    packed: bool = False


def _file(filename: str, content: bytes) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n\r\n'
    return head.encode() + content + b"\r\n--b--"


def _repeated(line: bytes) -> bytes:
    return line * (MOST_BYTES // len(line))


def _swc() -> bytes:
    """One long unbranched tree."""
    out = io.BytesIO(b"1 0 0 0 0 1 -1\n")
    out.seek(0, io.SEEK_END)
    number = 2
    while out.tell() < MOST_BYTES - 50_000:
        out.write(b"".join(b"%d 0 %d 0 0 1 %d\n" % (n, n, n - 1) for n in range(number, number + 1000)))
        number += 1000
    return out.getvalue()


def _mesh(vertex: str) -> bytes:
    return f"[[{','.join([vertex] * (MOST_BYTES // (len(vertex) + 1)))}],[[0,1,2]]]".encode()


def _json_volume(mesh: bytes) -> bytes:
    return b'{"title": "x", "type": "trimesh", "mesh": "' + mesh[: MOST_BYTES - 100] + b'"}'


def _stl(count: int = (MOST_BYTES - 84) // 50) -> bytes:
    facets = np.zeros(count * 50, dtype=np.uint8).tobytes()
    return bytes(80) + count.to_bytes(4, "little") + facets


def _nested() -> bytes:
    return b"&".join(b"t[%d][0][0][0][0][0][0]=1" % number for number in range(MAX_FORM_FIELDS))


def _ids() -> bytes:
    return urlencode({f"skeleton_ids[{number}]": number for number in range(MAX_FORM_FIELDS)}).encode()


def _volume(mesh: bytes) -> bytes:
    return b"title=x&type=trimesh&mesh=" + mesh[: MOST_BYTES - 50]


LOGIN, IDS, VOLUME = "/accounts/login", "/{p}/skeletons/summary", "/{p}/volumes/add"
SURFACE, SKELETON = "/{p}/volumes/import", "/{p}/skeletons/import"
SMALL = urlencode([("name", "x" * 600)] * NOBODY.most_fields).encode()
ATTACKS = (
    Attack("nobody: 64 kB, 100 fields", LOGIN, FORM, lambda: SMALL, known=False),
    Attack("nobody: 64 kB in one field", LOGIN, FORM, lambda: b"name=" + b"%41" * 21_000, known=False),
    Attack("nobody: punycode", LOGIN, f"{FORM}; charset=punycode", lambda: b"a-" + b"b" * 65_000, known=False),
    Attack("nobody: 100 parts", LOGIN, MULTIPART, lambda: PART * NOBODY.most_fields + b"--b--", known=False),
    Attack("nobody: 40,000 parts", LOGIN, MULTIPART, lambda: PART * 40_000 + b"--b--", known=False),
    Attack("nobody: 60 MB packed", LOGIN, FORM, lambda: b"name=" + bytes(60 * 2**20), known=False, packed=True),
    Attack("500,000 parts", IDS, MULTIPART, lambda: PART * MAX_FORM_FIELDS + b"--b--"),
    Attack("500,000 fields", IDS, FORM, _ids),
    Attack("500,000 nested fields", "/{p}/node/update", FORM, _nested),
    Attack("60 MB packed", IDS, FORM, lambda: b"skeleton_ids=" + bytes(60 * 2**20), packed=True),
    Attack("ids with commas", IDS, FORM, lambda: b"skeleton_ids[]=" + _repeated(b"1,")[:-100]),
    Attack("ids as JSON", IDS, FORM, lambda: b"skeleton_ids=[" + _repeated(b"[],")[:-99] + b"1]"),
    Attack("mesh of vertices", VOLUME, FORM, lambda: _volume(_mesh("[1,2,3]"))),
    Attack("mesh of many vertices", VOLUME, FORM, lambda: _volume(_mesh("[1,2,3]")[:-99] + b",[[0,1,2]]]")),
    Attack("mesh of triangles", VOLUME, FORM, lambda: _volume(b"[[[1,2,3]],[" + _repeated(b"[0,0,0],"))),
    Attack("deep JSON", VOLUME, "application/json", lambda: _json_volume(b"[" * MOST_BYTES)),
    Attack("binary STL", SURFACE, MULTIPART, lambda: _file("x.stl", _stl())),
    Attack("STL of words", SURFACE, MULTIPART, lambda: _file("x.stl", _repeated(b"a "))),
    Attack("OBJ of vertices", SURFACE, MULTIPART, lambda: _file("x.obj", _repeated(b"v 1 2 3\n"))),
    Attack("STL of most triangles", SURFACE, MULTIPART, lambda: _file("x.stl", _stl(1_000_000))),
    Attack("OBJ of empty lines", SURFACE, MULTIPART, lambda: _file("x.obj", _repeated(b"\n"))),
    Attack("OBJ of one face", SURFACE, MULTIPART, lambda: _file("x.obj", b"v 1 2 3\nf " + _repeated(b"1 "))),
    Attack("SWC of one tree", SKELETON, MULTIPART, lambda: _file("x.swc", _swc())),
    Attack("SWC of empty lines", SKELETON, MULTIPART, lambda: _file("x.swc", _repeated(b"\n"))),
    Attack("SWC of words", SKELETON, MULTIPART, lambda: _file("x.swc", _repeated(b"1 "))),
    Attack("SWC of roots", SKELETON, MULTIPART, lambda: _file("x.swc", _repeated(b"1 0 0 0 0 1 -1\n"))),
)


def main(only: str = "", clients: int = 10, times: int = 2) -> None:
    """Attack a fresh service of one worker."""
    print(f"{'attack':28} {'answers':24} {'s':>6} {'/health ms: median':>19} {'most':>7} {'worker MB':>10}")
    with tempfile.TemporaryDirectory(prefix="catmaid-hostile-") as folder:
        settings = Settings(data_dir=Path(folder), workers=1)
        record = lifecycle.start(settings)
        try:
            asyncio.run(_attack(record, (Path(folder) / "admin.token").read_text().strip(), only, clients, times))
        finally:
            lifecycle.stop(settings)


async def _attack(record: ServiceRecord, token: str, only: str, clients: int, times: int) -> None:
    known = {"X-Authorization": f"Token {token}"}
    timeout = aiohttp.ClientTimeout(total=900)
    async with aiohttp.ClientSession(record.url, timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as session:
        async with session.post("/projects/", data={"title": "Hostile"}, headers=known) as response:
            project_id = (await response.json())["id"]
        for attack in ATTACKS:
            if only not in attack.name:
                continue
            body = await asyncio.to_thread(attack.body)
            if attack.packed:
                body = await asyncio.to_thread(gzip.compress, body)
            headers = {"Content-Type": attack.content_type} | (known if attack.known else {})
            headers |= {"Content-Encoding": "gzip"} if attack.packed else {}
            path = attack.path.replace("{p}", str(project_id))

            async def client(path: str = path, body: bytes = body, headers: dict[str, str] = headers) -> list[str]:
                return [await _status(session, path, body, headers) for _ in range(times)]

            began = time.perf_counter()
            with _peak(_worker(record)) as peak:
                sending = asyncio.gather(*(client() for _ in range(clients if not attack.known else 3)))
                waits = await _health_until(session, sending)
            answers = sorted(status for statuses in sending.result() for status in statuses)
            told = ", ".join(f"{answers.count(status)}x {status}" for status in dict.fromkeys(answers))
            print(
                f"{attack.name:28} {told:24} {time.perf_counter() - began:6.1f} {np.median(waits):19.1f} "
                f"{max(waits):7.1f} {peak[0] / 2**20:10.0f}",
                flush=True,
            )


async def _status(session: aiohttp.ClientSession, path: str, body: bytes, headers: dict[str, str]) -> str:
    try:
        async with session.post(path, data=body, headers=headers) as response:
            await response.read()
            return str(response.status)
    except aiohttp.ClientError:
        return "closed"


async def _health_until(session: aiohttp.ClientSession, sending: asyncio.Future[Any]) -> list[float]:
    """Milliseconds of each answer."""
    waits: list[float] = []
    while not sending.done() or not waits:
        began = time.perf_counter()
        async with session.get("/health") as response:
            await response.read()
        waits.append(1e3 * (time.perf_counter() - began))
        await asyncio.sleep(0.01)
    return waits


def _worker(record: ServiceRecord) -> psutil.Process:
    (worker,) = [p for p in psutil.Process(record.pid).children() if "worker" in " ".join(p.cmdline())]
    return worker


@contextmanager
def _peak(worker: psutil.Process) -> Iterator[list[int]]:
    """The most memory that a process has in the time of the block, in bytes."""
    status = Path(f"/proc/{worker.pid}")
    (status / "clear_refs").write_text("5")
    found: list[int] = []
    yield found
    line = next(line for line in (status / "status").read_text().splitlines() if line.startswith("VmHWM"))
    found.append(1024 * int(line.split()[1]))


if __name__ == "__main__":
    typer.run(main)
