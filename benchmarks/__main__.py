"""Load a million treenodes, send the requests that clients send, and print how long the answers took.

Each read is measured twice: as it is served (answers are remembered until something is committed) and made anew
each time; where the service offers the columnar form, that too. A working day has readers who move and writers who
commit. The ratio is to the requests/s of a real CATMAID
server, where its figures lie beside the data. Then come the waits of a person who traces, in a real browser, then
a class of 30 who trace at once, how the time of edits grows with the size of the skeletons that they touch, searches
among 100,000 neurons, 1,000 neurons in space, tiles of images, a published page, and last what history costs: for
this all nodes are moved, so that data that were kept are others afterwards.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks import (
    browser,
    classroom,
    history,
    images,
    ingest,
    large_skeletons,
    many_skeletons,
    neuron_search,
    published_page,
    space,
    working_day,
)
from benchmarks.dataset import Dataset, recorded, synthetic
from benchmarks.load import Figures, Server
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.transfer.importers.bulk import import_bulk

COLUMNS = "application/x-catmaid-columns+msgpack"
HEAD = f"{'request':36} {'clients':>7} {'median ms':>10} {'p95 ms':>9} {'req/s':>9} {'x CATMAID':>10}"


def main(
    data_dir: Annotated[Path | None, typer.Option(help="Keep the loaded data here, and use it again.")] = None,
    only: Annotated[str, typer.Option(help="Regular expression of request names.")] = "",
    clients: Annotated[str, typer.Option(help="Numbers of clients, with commas.")] = "1,8",
    seconds: Annotated[float, typer.Option(help="Time for each read.")] = 2.0,
    workers: Annotated[int, typer.Option(help="Processes of the service.")] = 2,
    out: Annotated[Path | None, typer.Option(help="Write the figures here as JSON.")] = None,
) -> None:
    """Measure the service."""
    scratch = Path(tempfile.mkdtemp(prefix="catmaid-bench-"))
    folder = data_dir or scratch / "data"
    try:
        dataset = recorded() or synthetic(scratch / "tables")
        if not (folder / "postgres").exists():
            _load(dataset, folder)
        print(HEAD)
        counts = [int(count) for count in clients.split(",")]
        results = _measure(dataset, folder, only, counts, seconds, workers) | _measure_browser(scratch, only)
        if re.search(only, "working_day"):
            results["working_day"] = working_day.main(dataset, folder)
        if re.search(only, "many_skeletons"):
            results["many_skeletons"] = many_skeletons.main(folder)
        for module in (classroom, large_skeletons, neuron_search, space, images, ingest, published_page):
            name = module.__name__.removeprefix("benchmarks.")
            if re.search(only, name):
                results[name] = module.main()
        if re.search(only, "history"):
            results["history"] = history.main(dataset, folder)
        if out:
            out.write_text(json.dumps(results, indent=1))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _load(dataset: Dataset, folder: Path) -> None:
    async def load() -> None:
        began = time.perf_counter()
        async with opened_store(Settings(data_dir=folder)) as store:
            summary = await import_bulk(store, dataset.folder, user="admin")
        print(f"{summary}\nimported in {time.perf_counter() - began:.1f} s, database set-up included")

    asyncio.run(load())


def _measure(
    dataset: Dataset, folder: Path, only: str, counts: list[int], seconds: float, workers: int
) -> dict[str, Any]:
    results: dict[str, Any] = {}

    def show(name: str, variant: str, clients: int, figures: Figures) -> None:
        base = dataset.reference.get(name, {}).get(f"clients_{clients}")
        ratio = figures.rps / base["throughput_rps"] if base else float("nan")
        results.setdefault(name, {}).setdefault(variant, {})[clients] = {**vars(figures), "ratio": ratio}
        print(
            f"{name + ' ' + variant:36} {clients:7d} {figures.median_ms:10.2f} {figures.p95_ms:9.2f} "
            f"{figures.rps:9.1f} {ratio:10.2f}",
            flush=True,
        )

    for remembering in (True, False):
        memory = Settings().remember_bytes if remembering else 0
        settings = Settings(data_dir=folder, workers=workers, remember_bytes=memory)
        record = lifecycle.start(settings)
        try:
            server = Server(record.url, (folder / "admin.token").read_text().strip())
            asyncio.run(_reads(dataset, server, only, counts, seconds, remembering=remembering, show=show))
            if remembering and re.search(only, "treenode_create_chain"):
                for clients in counts:
                    figures = asyncio.run(server.trace(clients, 500 if clients == 1 else 100))
                    show("treenode_create_chain", "", clients, figures)
        finally:
            lifecycle.stop(settings)
    return results


def _measure_browser(scratch: Path, only: str) -> dict[str, Any]:
    names = [name for name in browser.NAMES if re.search(only, name)]
    waits = asyncio.run(browser.waits(scratch, names)) if names else {}
    results = {name: Figures.of([ms / 1e3 for ms in waits[name]], wall_s=sum(waits[name]) / 1e3) for name in names}
    if names:
        print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    for name, figures in results.items():
        print(f"{name:36} {1:7d} {figures.median_ms:10.2f} {figures.p95_ms:9.2f}", flush=True)
    return {name: vars(figures) for name, figures in results.items()}


async def _reads(
    dataset: Dataset, server: Server, only: str, counts: list[int], seconds: float, *, remembering: bool, show: Any
) -> None:
    for name, request in dataset.requests.items():
        if not re.search(only, name):
            continue
        forms = {"": None} | ({"columnar": COLUMNS} if re.match("node_list|compact_detail_json", name) else {})
        for form, accept in forms.items():
            variant = " ".join(filter(None, [form, "" if remembering else "made anew"]))
            for clients in counts:
                show(name, variant, clients, await server.read(request, clients, seconds, accept))


if __name__ == "__main__":
    typer.run(main)
