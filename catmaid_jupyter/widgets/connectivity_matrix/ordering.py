"""Orders of a matrix's rows: by name, by count, or so that those with alike connections are side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.natural_order import natural_key


def row_order(counts: NDArray[Any], names: Sequence[str], by: str) -> list[int]:
    """Positions of rows in an order: `given`, `name`, `count` (largest first) or `cluster`."""
    match by:
        case "name":
            return sorted(range(len(names)), key=lambda row: (natural_key(names[row]), row))
        case "count":
            return [int(row) for row in np.argsort(-counts.sum(axis=1), kind="stable")]
        case "cluster":
            return cluster_order(counts)
        case _:
            return list(range(len(names)))


def cluster_order(counts: NDArray[Any]) -> list[int]:
    """Leaves of a tree of rows (average linkage of cosine distances), alike ones side by side; empty rows are last."""
    filled = np.flatnonzero(counts.any(axis=1))
    empty = [int(row) for row in np.flatnonzero(~counts.any(axis=1))]
    if len(filled) < 3:
        return [*map(int, filled), *empty]
    from scipy.cluster import hierarchy  # noqa: PLC0415  half a second that few need

    tree = hierarchy.linkage(
        counts[filled].astype(float), "average", metric="cosine", optimal_ordering=len(filled) <= 500
    )
    return [*(int(filled[leaf]) for leaf in hierarchy.leaves_list(tree)), *empty]
