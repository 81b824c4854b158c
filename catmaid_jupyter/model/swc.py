"""SWC files of node tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_wire.swc import COLUMNS, swc_text


def write_swc(path: Path, nodes: pd.DataFrame, *, title: str = "") -> Path:
    """Write nodes as SWC: id, type 0, x, y, z, radius (-1 where unset), parent (-1 at roots), lengths in nm.

    path : file to write; replaced if it exists.
    nodes : columns id, parent_id, x, y, z, radius, in any order.
    title : a comment for the first line.
    """
    node_ids = nodes["id"].to_numpy(np.int64)
    arbor = Arbor(
        title,
        node_ids,
        parent_indices(node_ids, nodes["parent_id"].to_numpy(np.int64)),
        nodes[["x", "y", "z"]].to_numpy(np.float64),
        nodes["radius"].to_numpy(np.float64),
    )
    path.write_text(swc_text(arbor, comments=[title, f"{' '.join(COLUMNS)}; nm"]), encoding="utf-8")
    return path
