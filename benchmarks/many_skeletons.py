"""How long the Python client takes for 1,000 skeletons at once: tables, partners, a matrix, and their geometry."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.geometry.geometry_reader import GeometryReader
from catmaid_server.service import lifecycle
from catmaid_server.service.settings import Settings
from catmaid_wire.geometry import decode

_SKELETONS = 1000
_TURNS = 3


def main(folder: Path) -> dict[str, float]:
    """Print and return the median seconds of each call; the data set is loaded in the data folder."""
    settings = Settings(data_dir=folder, workers=2, remember_bytes=0)
    record = lifecycle.start(settings)
    try:
        with cj.connect(record.url, (folder / "admin.token").read_text().strip()) as instance:
            project = instance.project(1)
            ids: list[int] = project.skeletons["id"].sort_values().tolist()[::2][:_SKELETONS]
            half = len(ids) // 2
            calls: dict[str, Callable[[], Any]] = {
                "nodes": lambda: project.nodes(ids),
                "tags": lambda: project.tags(ids),
                "connectors": lambda: project.connectors(ids),
                "links": lambda: project.links(ids),
                "morphology": lambda: project.morphology(ids),
                "partners": lambda: project.partners(ids),
                "adjacency 500 x 500": lambda: project.adjacency(ids[:half], ids[half:]),
                "synapses 500 x 500": lambda: project.synapses(ids[:half], ids[half:]),
                "geometry": lambda: decode(loop.run(GeometryReader(project.place).read(ids))).skeletons,
            }
            return {name: _measured(name, call) for name, call in calls.items()}
    finally:
        lifecycle.stop(settings)


def _measured(name: str, call: Callable[[], Any]) -> float:
    times = []
    for _ in range(_TURNS):
        began = time.perf_counter()
        found = call()
        times.append(time.perf_counter() - began)
    middle = statistics.median(times)
    print(f"{'1,000 skeletons: ' + name:36} {middle:8.2f} s  {len(found):9,} rows", flush=True)
    return middle
