"""Where treenodes are."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api.answers import columns_of_rows
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts
from catmaid_jupyter.client.frames import NODE_PLACES, frame

_AT_ONCE: Final = 5_000


async def node_places(place: Place, treenode_ids: Sequence[int]) -> pd.DataFrame:
    """Places of treenodes: treenode_id int64, x, y, z float64 nm; those that are gone are missing."""
    rows: list[list[Any]] = []
    for part in parts(sorted(set(treenode_ids)), _AT_ONCE):
        rows += await place.read_json("POST", "treenodes/compact-detail", form={"treenode_ids": part})
    return await asyncio.to_thread(_table, rows)


def _table(rows: Sequence[Sequence[Any]]) -> pd.DataFrame:
    return frame(columns_of_rows(rows, ("treenode_id", "parent_id", "x", "y", "z")), NODE_PLACES)
