"""A working day: readers who move through the tissue, each elsewhere, while four writers commit edits.

No answer can be sent twice here, so this is what people wait for. Each kind of read is measured alone and then all
mixed, with edits and without. A yardstick, a fixed task for Python and one for the database, tells machines apart.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TypeAlias

import aiohttp
import pandas as pd

from benchmarks.dataset import Dataset
from benchmarks.load import Figures
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

COLUMNS = "application/x-catmaid-columns+msgpack"
READERS, WRITERS, EDITS_PER_S, SECTION = 8, 4, 20.0, 40.0
VIEWS = {"200": (11_715.0, 40.0), "2000": (35_391.0, 40.0), "10000": (57_820.0, 280.0)}
"""Width and depth of views (nm) by the number of treenodes that they have about."""

Place: TypeAlias = tuple[float, float, float]
Request: TypeAlias = tuple[str, str, dict[str, str]]
"""Method, path and form."""
_TASK = "SELECT sum(sqrt(i)) FROM generate_series(1, 2000000) i"


def main(dataset: Dataset, folder: Path, seconds: float = 10.0, seed: int = 1) -> dict[str, dict[str, float]]:
    """Print and return what each kind of read took, and edits beside it."""
    settings, results = Settings(data_dir=folder, workers=2), {}
    record = lifecycle.start(settings)
    try:
        yardstick = asyncio.run(_yardstick(settings))
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; a fixed task took", end=" ")
        print(", ".join(f"{name} {ms:.0f} ms" for name, ms in yardstick.items()))
        print(f"{'a working day':24} {'median ms':>10} {'p95 ms':>8} {'req/s':>8} {'edit p95 ms':>12}")
        day = WorkingDay(dataset, record.url.rstrip("/"), (folder / "admin.token").read_text().strip(), seed)
        for name, (walk, accept) in day.kinds().items():
            for rate in (0.0, EDITS_PER_S) if name == "mixed" else (EDITS_PER_S,):
                read, edits = asyncio.run(day.measured(walk, accept, seconds, rate))
                title = name if rate else f"{name}, no edits"
                results[title] = {**vars(read), "edit_p95_ms": edits}
                print(f"{title:24} {read.median_ms:10.1f} {read.p95_ms:8.1f} {read.rps:8.1f} {edits:12.1f}", flush=True)
    finally:
        lifecycle.stop(settings)
    return results | {"yardstick": yardstick}


async def _yardstick(settings: Settings) -> dict[str, float]:
    """Milliseconds for the same work everywhere."""
    began = time.perf_counter()
    sum(number * number for number in range(3_000_000))
    python = time.perf_counter()
    async with opened_store(settings) as store, store.reading() as connection:
        asked = time.perf_counter()
        await connection.execute(_TASK)
    return {"Python": 1e3 * (python - began), "PostgreSQL": 1e3 * (time.perf_counter() - asked)}


class WorkingDay:
    """What readers and writers of a data set send."""

    def __init__(self, dataset: Dataset, url: str, token: str, seed: int) -> None:
        suffix = ".gz" if (dataset.folder / "treenodes.csv.gz").exists() else ""
        nodes = pd.read_csv(dataset.folder / f"treenodes.csv{suffix}", usecols=["x", "y", "z"]).iloc[::97]
        self._places: list[Place] = list(nodes.itertuples(index=False, name=None))
        neurons = pd.read_csv(dataset.folder / f"neurons.csv{suffix}", usecols=["skeleton_id"])
        self._skeletons: list[int] = neurons["skeleton_id"].tolist()
        self._url, self._seed = url, seed
        self._headers = {"X-Authorization": f"Token {token}"}

    def extent(self) -> tuple[Place, Place]:
        """Corners of a box that has about all treenodes, nm."""
        xs, ys, zs = zip(*self._places, strict=True)
        return (min(xs), min(ys), min(zs)), (max(xs), max(ys), max(zs))

    def kinds(self) -> dict[str, tuple[Callable[[random.Random], Iterator[Request]], str | None]]:
        """What readers ask, by name, and in which form they want it."""
        views = {
            f"view {name} {form}": (lambda chance, view=view: self._views(chance, *view), accept)
            for name, view in VIEWS.items()
            for form, accept in (("JSON", None), ("columns", COLUMNS))
        }
        others = {"skeletons": self._details, "partners": self._partners, "names": self._names, "mixed": self._mixed}
        return views | {name: (walk, None) for name, walk in others.items()}

    def _views(self, chance: random.Random, width: float, depth: float) -> Iterator[Request]:
        """Somebody follows a neurite through sections for a while, and then goes elsewhere."""
        while True:
            x, y, z = chance.choice(self._places)
            for _ in range(chance.randrange(5, 40)):
                if chance.random() < 0.7:
                    z += chance.choice((-SECTION, SECTION))
                else:
                    x, y = (value + chance.uniform(-width, width) / 3 for value in (x, y))
                low, high = (x - width / 2, y - width / 2, z), (x + width / 2, y + width / 2, z + depth)
                box = zip(("left", "top", "z1", "right", "bottom", "z2"), (*low, *high), strict=True)
                yield "POST", "/1/node/list", {name: f"{value:.1f}" for name, value in box} | {"labels": "false"}

    def _details(self, chance: random.Random) -> Iterator[Request]:
        while True:
            path = f"/1/skeletons/{chance.choice(self._skeletons[:200])}/compact-detail"
            yield "GET", f"{path}?with_connectors=true&with_tags=true", {}

    def _partners(self, chance: random.Random) -> Iterator[Request]:
        while True:
            sources = enumerate(chance.sample(self._skeletons, 50))
            form = {f"source_skeleton_ids[{i}]": str(skeleton_id) for i, skeleton_id in sources}
            yield "POST", "/1/skeletons/connectivity", form | {"boolean_op": "OR"}

    def _names(self, chance: random.Random) -> Iterator[Request]:
        while True:
            form = {"name": f"Neuron {chance.randrange(10, 200)}", "types[0]": "neuron"}
            yield "POST", "/1/annotations/query-targets", form

    def _mixed(self, chance: random.Random) -> Iterator[Request]:
        views = [self._views(chance, *VIEWS[name]) for name in ("200", "2000")]
        walks = [*views, self._details(chance), self._partners(chance), self._names(chance)]
        while True:
            yield next(chance.choices(walks, weights=(60, 20, 12, 3, 5))[0])

    async def measured(
        self, walk: Callable[[random.Random], Iterator[Request]], accept: str | None, seconds: float, edits_per_s: float
    ) -> tuple[Figures, float]:
        """What reads took, and the 95th percentile of edits in ms."""
        headers = self._headers | ({"Accept": accept} if accept else {})
        reads: list[float] = []
        edits: list[float] = []
        connector = aiohttp.TCPConnector(limit=READERS + WRITERS)
        async with aiohttp.ClientSession(connector=connector) as session:
            began = time.perf_counter()

            async def sent(request: Request, wanted: dict[str, str], latencies: list[float]) -> bytes:
                method, path, form = request
                start = time.perf_counter()
                async with session.request(method, self._url + path, data=form or None, headers=wanted) as response:
                    body = await response.read()
                    if response.status != 200:
                        raise SystemExit(f"{path}: {response.status} {body[:300]!r}")
                latencies.append(time.perf_counter() - start)
                return body

            async def read(number: int) -> None:
                steps = walk(random.Random(f"{self._seed} {number}"))
                while time.perf_counter() - began < seconds:
                    await sent(next(steps), headers, reads)

            async def write(number: int) -> None:
                trace, answer = self._trace(random.Random(f"{self._seed} writer {number}")), b""
                next(trace)
                due = began
                while time.perf_counter() - began < seconds:
                    due += WRITERS / edits_per_s
                    await asyncio.sleep(max(0.0, due - time.perf_counter()))
                    answer = await sent(trace.send(answer), self._headers, edits)

            writers = range(WRITERS) if edits_per_s else ()
            await asyncio.gather(*map(read, range(READERS)), *map(write, writers))
            wall = time.perf_counter() - began
        return Figures.of(reads, wall), Figures.of(edits, wall).p95_ms if edits else 0.0

    def _trace(self, chance: random.Random) -> Generator[Request, bytes, None]:
        """The next edit of somebody who traces, given the answer to the one before."""
        (x, y, z), parent, time_text = chance.choice(self._places), -1, ""
        yield "", "", {}
        while True:
            if parent != -1 and chance.random() < 0.2:
                x += 5
                form: dict[str, object] = {"t[0][0]": parent, "t[0][1]": x, "t[0][2]": y, "t[0][3]": z}
                form["state"] = json.dumps([[parent, time_text]])
                answer = yield "POST", "/1/node/update", {name: str(value) for name, value in form.items()}
                time_text = json.loads(answer)["old_treenodes"][0][1]
                continue
            x, y, z = x + chance.uniform(-60, 60), y + chance.uniform(-60, 60), z + SECTION
            state = {"nocheck": True} if parent == -1 else {"parent": [parent, time_text]}
            form = {"x": x, "y": y, "z": z, "radius": -1, "confidence": 5, "parent_id": parent}
            form["state"] = json.dumps(state)
            answer = yield "POST", "/1/treenode/create", {name: str(value) for name, value in form.items()}
            parent, time_text = json.loads(answer)["treenode_id"], json.loads(answer)["edition_time"]
