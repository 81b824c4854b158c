"""The answer of `node/list` in columns, which the browser reads, also from servers that only know JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from catmaid_jupyter.api.answers import node_tables_of_rows
from catmaid_wire import columns


def columns_of_node_list(answer: Sequence[Any]) -> bytes:
    """Write CATMAID's positional `node/list` answer in the columnar form of this project's own service."""
    parts = node_tables_of_rows(answer)
    schemas = {"nodes": columns.NODES, "connectors": columns.CONNECTORS, "links": columns.LINKS}
    return columns.encode(parts | {name: _stored(parts[name], schema) for name, schema in schemas.items()})


def _stored(table: Mapping[str, Any], schema: columns.Schema) -> dict[str, Any]:
    return columns.columns({name: np.asarray(table[name], dtype=dtype) for name, dtype in schema.items()})
