"""What is in a box as the browser reads it, also from servers that only know JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catmaid_wire import columns


def columns_of_node_list(answer: Sequence[Any]) -> bytes:
    """Write CATMAID's positional `node/list` answer in the columnar form of this project's own service."""
    nodes, connectors, labels, limit_reached, relations = answer[:5]
    links = [(connector[0], *link) for connector in connectors for link in connector[7]]
    return columns.encode(
        {
            "nodes": columns.table(
                [[-1 if value is None else value for value in row[:10]] for row in nodes], columns.NODES
            ),
            "connectors": columns.table([row[:7] for row in connectors], columns.CONNECTORS),
            "links": columns.table(links, columns.LINKS),
            "labels": labels or {},
            "relations": relations,
            "limit_reached": bool(limit_reached),
        }
    )
