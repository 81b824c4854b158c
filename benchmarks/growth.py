"""How costs grow with the number of treenodes: 1, 3 and 10 million of the same density, each in a store of its own.

    python -m benchmarks.growth --millions 1,3,10

For each: the import as the command does it, the size of the database and of its largest tables, what a service takes
to start and how much memory it has then, views, skeletons and partners read by eight readers who move while nobody
and while somebody edits, a view of the whole with at most 20,000 treenodes, and edits alone.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import psutil
import typer

from benchmarks.dataset import Dataset, synthetic
from benchmarks.ingest import run_command
from benchmarks.load import Figures, Server
from benchmarks.working_day import COLUMNS, EDITS_PER_S, Place, WorkingDay
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

MILLIONS = (1.0, 3.0, 10.0)
MOST_NODES = 20_000
KINDS = ("view 2000 JSON", "view 2000 columns", "view 10000 columns", "skeletons", "partners", "mixed")
_WHOLE_VIEWS, _CHAIN = 8, 300
_TABLES = """
SELECT c.relname, pg_total_relation_size(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname = current_schema() ORDER BY 2 DESC LIMIT 6
"""


@dataclass
class Measured:
    """The figures of one size, by name: numbers with their unit in the name."""

    figures: dict[str, float] = field(default_factory=dict)

    def note(self, name: str, value: float) -> None:
        """Keep and print one."""
        self.figures[name] = value
        print(f"  {name:48} {value:12,.1f}", flush=True)

    def note_reads(self, name: str, reads: Figures) -> None:
        """Keep and print what one kind of read took."""
        self.note(f"{name}, requests/s", reads.rps)
        self.note(f"{name}, p95 ms", reads.p95_ms)


def main(millions: Annotated[str, typer.Option(help="Sizes, with commas.")] = "1,3,10", seconds: float = 10.0) -> None:
    """Print the figures of each size."""
    results = {size: _measured(float(size), seconds) for size in millions.split(",")}
    names = list(dict.fromkeys(name for found in results.values() for name in found))
    print(f"\n{'million treenodes':50}" + "".join(f"{size:>14}" for size in results))
    for name in names:
        print(f"{name:50}" + "".join(f"{found.get(name, float('nan')):14,.1f}" for found in results.values()))


def _measured(millions: float, seconds: float) -> dict[str, float]:
    measured = Measured()
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-growth-") as folder:
        scratch = Path(folder)
        dataset = synthetic(scratch / "tables", millions)
        print(f"{millions:g} million treenodes; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        run_command(scratch, "project", "list")  # makes the database
        took, memory, worked = run_command(scratch, "import", "bulk", str(dataset.folder))
        measured.note("import, s", took)
        measured.note("import, s of CPU of its process", worked)
        measured.note("import, MB of memory of its process", memory / 1e6)
        settings = Settings(data_dir=scratch / "data", workers=2)
        asyncio.run(_sizes(settings, measured))
        _served(settings, dataset, seconds, measured)
    return measured.figures


async def _sizes(settings: Settings, measured: Measured) -> None:
    async with opened_store(settings) as store, store.reading() as connection:
        cursor = await connection.execute("SELECT pg_database_size(current_database())")
        measured.note("database, MB", (await cursor.fetchall())[0][0] / 1e6)
        for name, size in await (await connection.execute(_TABLES)).fetchall():
            measured.note(f"table {name} with indexes, MB", size / 1e6)


def _served(settings: Settings, dataset: Dataset, seconds: float, measured: Measured) -> None:
    began = time.perf_counter()
    record = lifecycle.start(settings)
    try:
        measured.note("start of the service, s", time.perf_counter() - began)
        url, token = record.url.rstrip("/"), (settings.folder / "admin.token").read_text().strip()
        day = WorkingDay(dataset, url, token, seed=1)
        asyncio.run(_whole(url, token, day.extent(), measured))
        for name, (walk, accept) in day.kinds().items():
            if name not in KINDS:
                continue
            for rate in (0.0, EDITS_PER_S):
                reads, edit_p95_ms = asyncio.run(day.measured(walk, accept, seconds, rate))
                title = f"{name} with edits" if rate else name
                measured.note_reads(title, reads)
                if rate:
                    measured.note(f"{title}, p95 ms of edits", edit_p95_ms)
        edits = asyncio.run(Server(url, token).trace(1, _CHAIN))
        measured.note("a treenode created, median ms", edits.median_ms)
        measured.note("a treenode created, p95 ms", edits.p95_ms)
        measured.note("memory of the service, MB", _memory(record.pid) / 1e6)
    finally:
        lifecycle.stop(settings)


async def _whole(url: str, token: str, extent: tuple[Place, Place], measured: Measured) -> None:
    """A view of everything with at most `MOST_NODES` treenodes: the first, and those after it."""
    low, high = extent
    box = zip(("left", "top", "z1", "right", "bottom", "z2"), (*low, *high), strict=True)
    form: dict[str, Any] = dict(box) | {"limit": MOST_NODES, "labels": "false"}
    headers = {"X-Authorization": f"Token {token}", "Accept": COLUMNS}
    took = []
    async with aiohttp.ClientSession(headers=headers) as session:
        for _ in range(1 + _WHOLE_VIEWS):
            began = time.perf_counter()
            async with session.post(f"{url}/1/node/list", data=form) as response:
                if response.status != 200:
                    raise SystemExit(f"node/list: {response.status} {(await response.read())[:300]!r}")
                await response.read()
            took.append(1e3 * (time.perf_counter() - began))
    measured.note("view of the whole, the first, ms", took[0])
    measured.note("view of the whole, median ms of those after it", sorted(took[1:])[_WHOLE_VIEWS // 2])


def _memory(pid: int) -> int:
    """Bytes of a process and of those that it started; what several share counts once in all."""
    process = psutil.Process(pid)
    found: int = sum(one.memory_full_info().pss for one in (process, *process.children(recursive=True)))
    return found


if __name__ == "__main__":
    typer.run(main)
