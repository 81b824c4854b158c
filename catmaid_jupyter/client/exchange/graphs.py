"""Neurons as graphs of networkx."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd


def connectivity_graph(adjacency: pd.DataFrame, names: Mapping[int, str]) -> Any:
    """A networkx.DiGraph of neurons: nodes are skeleton ids with `name`; the `weight` of edges counts synapses."""
    import networkx as nx  # noqa: PLC0415  it takes long to import

    graph = nx.DiGraph()
    sources: list[int] = adjacency.index.tolist()
    targets = [int(skeleton_id) for skeleton_id in adjacency.columns]
    graph.add_nodes_from((skeleton_id, {"name": names.get(skeleton_id, "")}) for skeleton_id in sources)
    counts = adjacency.to_numpy()
    for row, column in zip(*(ends.tolist() for ends in counts.nonzero()), strict=True):
        graph.add_edge(sources[row], targets[column], weight=int(counts[row, column]))
    return graph
