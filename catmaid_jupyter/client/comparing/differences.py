"""The places where two neurons differ, as one list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from catmaid_jupyter.client.frames import ID, NM, TEXT, FrameSchema, frame

DIFFERENCES: Final[FrameSchema] = {
    "kind": TEXT,
    "what": TEXT,
    "length": NM,
    "x": NM,
    "y": NM,
    "z": NM,
    "treenode_id": ID,
    "gold_treenode_id": ID,
}
BRANCH: Final = "branch"


def difference_table(*, branches: Mapping[str, pd.DataFrame], synapses: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Branches, the longest first, then synapses; each by kind, `missed` or `extra`."""
    parts = [_with_kind(table.assign(what=BRANCH), kind) for kind, table in branches.items()]
    longest_first = pd.concat(parts).sort_values("length", ascending=False, kind="stable")
    links = [
        _with_kind(table.assign(what=table["relation"], length=np.zeros(len(table))), kind)
        for kind, table in synapses.items()
    ]
    return frame(pd.concat([longest_first, *links], ignore_index=True), DIFFERENCES)


def _with_kind(rows: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The columns of `DIFFERENCES`: whose node is whose follows from the kind."""
    own, gold = ("nearest_treenode_id", "treenode_id") if kind == "missed" else ("treenode_id", "nearest_treenode_id")
    found = rows.assign(kind=kind, gold_treenode_id=rows[gold], own=rows[own])
    return found.drop(columns="treenode_id").rename(columns={"own": "treenode_id"})[list(DIFFERENCES)]
