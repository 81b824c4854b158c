"""Tables in the answers of servers: columns from this project's own service, rows from any CATMAID server."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Answer
from catmaid_wire import columns


def read_columns(body: bytes) -> dict[str, Any]:
    """Read a columnar answer (see `catmaid_wire.columns`); `InvalidInput` if it is none."""
    try:
        return columns.decode(body)
    except ValueError as error:
        raise InvalidInput(f"The server's answer is damaged: {error}.") from None


def node_tables(answer: Answer) -> dict[str, Any]:
    """Read an answer of `node/list` in either form.

    `nodes`, `connectors`, `links`: columns by name, as in `catmaid_wire.columns`. `labels`: names by node id.
    `relations`: names by relation id. `limit_reached`: bool. `InvalidInput` if the answer is damaged.
    """
    return read_columns(answer.body) if answer.is_columns else node_tables_of_rows(answer.json())


def node_tables_of_rows(answer: Sequence[Any]) -> dict[str, Any]:
    """The tables of CATMAID's positional `node/list` answer (see `node_tables`)."""
    nodes, connectors, labels, limit_reached, relations = answer[:5]
    # The links of a connector are the last item of its row and do not repeat its id.
    links = [(connector[0], *link) for connector in connectors for link in connector[len(columns.CONNECTORS)]]
    return {
        "nodes": without_parent(columns_of_rows(nodes, columns.NODES)),
        "connectors": columns_of_rows(connectors, columns.CONNECTORS),
        "links": columns_of_rows(links, columns.LINKS),
        "labels": labels or {},
        "relations": relations,
        "limit_reached": bool(limit_reached),
    }


def columns_of_rows(rows: Sequence[Sequence[Any]], names: Iterable[str]) -> dict[str, Any]:
    """The leading items of rows as arrays by name."""
    return {name: np.array([row[index] for row in rows]) for index, name in enumerate(names)}


def without_parent(nodes: dict[str, Any]) -> dict[str, Any]:
    """Treenodes with the parent id -1, instead of None, at roots."""
    parents = [-1 if parent is None else parent for parent in nodes["parent_id"]]
    return {**nodes, "parent_id": np.array(parents, dtype=np.int64)}
