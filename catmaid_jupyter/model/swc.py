"""SWC files of node tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_wire.somata import soma_structures
from catmaid_wire.swc import COLUMNS, swc_text


def swc_of_nodes(
    nodes: pd.DataFrame,
    *,
    title: str = "",
    labelled: Collection[int] = (),
    soma_markers: Sequence[str] = (),
) -> str:
    """Nodes as SWC: id, type, x, y, z, radius (-1 where unset), parent (-1 at roots), lengths in nm.

    The type is 1 at a soma, else 0. `BadSomaMarkers` if a marker is none, or several nodes could be the soma.

    nodes : columns id, parent_id, x, y, z, radius, in any order.
    title : a comment for the first line.
    labelled : ids of the nodes with the label `soma`.
    soma_markers : how the one soma is found: `tag:soma`, `root`, `radius:500` (nm); by default each labelled node.
    """
    node_ids = nodes["id"].to_numpy(np.int64)
    arbor = Arbor(
        title,
        node_ids,
        parent_indices(node_ids, nodes["parent_id"].to_numpy(np.int64)),
        nodes[["x", "y", "z"]].to_numpy(np.float64),
        nodes["radius"].to_numpy(np.float64),
    )
    structures = soma_structures(arbor, labelled, soma_markers)
    comments = [title, f"{' '.join(COLUMNS)}; nm"]
    return swc_text(arbor, comments=comments, structures=structures)


def write_swc(path: Path, nodes: pd.DataFrame, **options: Any) -> Path:
    """Write nodes as an SWC file, which is replaced if it exists; `options` are those of `swc_of_nodes`."""
    path.write_text(swc_of_nodes(nodes, **options), encoding="utf-8")
    return path
