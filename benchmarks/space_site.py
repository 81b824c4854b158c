"""A service that has the neurons of `space_data`, as a 3D viewer reads them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.space_data import NODES, SKELETONS, Neurons
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.transfer.importers.bulk import import_bulk

_FIRST_NEURON, _FIRST_LINK = 100_000, 200_000


@asynccontextmanager
async def running_service(folder: Path, neurons: Neurons) -> AsyncIterator[Settings]:
    """A service whose project 1 has the neurons, as skeletons 1, 2, and so on; its store is made in an empty folder."""
    settings = Settings(data_dir=folder / "site")
    tables = folder / "tables"
    tables.mkdir()
    _write_tables(tables, neurons)
    async with opened_store(settings) as store:
        await import_bulk(store, tables, user="admin")
    lifecycle.start(settings)
    try:
        yield settings
    finally:
        lifecycle.stop(settings)


def _write_tables(folder: Path, neurons: Neurons) -> None:
    ids = np.arange(1, SKELETONS + 1)
    first = 1 + NODES * (ids - 1)
    parents = neurons.parents + first[:, None]
    x, y, z = np.moveaxis(neurons.positions, -1, 0)
    columns = {
        "id": np.arange(1, 1 + SKELETONS * NODES),
        "parent_id": pd.array(parents.ravel(), dtype="Int64"),
        "skeleton_id": np.repeat(ids, NODES),
        "x": x.ravel(),
        "y": y.ravel(),
        "z": z.ravel(),
    }
    treenodes = pd.DataFrame(columns).assign(radius=-1, confidence=5, user_id=1)
    treenodes["parent_id"] = treenodes["parent_id"].mask(neurons.parents.ravel() < 0)
    treenodes.to_csv(folder / "treenodes.csv", index=False, float_format="%.3f")
    names = [f"neuron {skeleton_id}" for skeleton_id in ids]
    pd.DataFrame(
        {
            "neuron_id": ids + _FIRST_NEURON,
            "skeleton_id": ids,
            "model_of_link_id": ids + _FIRST_LINK,
            "name": names,
            "user_id": 1,
        }
    ).to_csv(folder / "neurons.csv", index=False)
    (folder / "users.csv").write_text("id,username\n1,admin\n")
