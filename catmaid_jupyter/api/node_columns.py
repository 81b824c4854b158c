"""What is in a box as the browser reads it, also from servers that only know JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack
import numpy as np

_NODES = {
    "id": "<i4",
    "parent_id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "confidence": "<i2",
    "radius": "<f8",
    "skeleton_id": "<i4",
    "edition_time": "<f8",
    "user_id": "<i4",
}
_CONNECTORS = {
    "id": "<i4",
    "x": "<f8",
    "y": "<f8",
    "z": "<f8",
    "confidence": "<i2",
    "edition_time": "<f8",
    "user_id": "<i4",
}
_LINKS = {
    "connector_id": "<i4",
    "treenode_id": "<i4",
    "relation_id": "<i4",
    "confidence": "<i2",
    "edition_time": "<f8",
    "id": "<i4",
}


def columns_of_node_list(answer: Sequence[Any]) -> bytes:
    """Write CATMAID's positional `node/list` answer in the columnar form of this project's own service."""
    nodes, connectors, labels, limit_reached, relations = answer[:5]
    links = [(connector[0], *link) for connector in connectors for link in connector[7]]
    return msgpack.packb(  # type: ignore[no-any-return]  # msgpack has no types
        {
            "nodes": _table([[-1 if value is None else value for value in row[:10]] for row in nodes], _NODES),
            "connectors": _table([row[:7] for row in connectors], _CONNECTORS),
            "links": _table(links, _LINKS),
            "labels": labels or {},
            "relations": relations,
            "limit_reached": bool(limit_reached),
        }
    )


def _table(rows: Sequence[Sequence[Any]], schema: dict[str, str]) -> dict[str, Any]:
    return {
        name: {
            "dtype": dtype,
            "shape": [len(rows)],
            "data": np.array([row[index] for row in rows], dtype=dtype).tobytes(),
        }
        for index, (name, dtype) in enumerate(schema.items())
    }
