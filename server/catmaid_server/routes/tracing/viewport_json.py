"""The JSON of viewports, put together from rows that cells have as JSON."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from catmaid_server.domain.cells.cut import Cut
from catmaid_server.domain.cells.row_texts import RowTexts

_BETWEEN = b"],["


def viewport_json(found: Cut) -> bytes:
    """What `node/list` answers without labels."""
    cell = found.cell
    texts = cell.texts or RowTexts(cell.nodes, cell.connectors, cell.links)
    nodes = texts.nodes.of(np.concatenate((found.near, found.ends)))
    relations = msgspec.json.encode(found.relations)
    is_part = b"true" if found.is_part else b"false"
    return b"".join(
        (b"[", _array(nodes), b",", _array(_connectors(found, texts)), b",{},", is_part, b",", relations, b"]")
    )


def _array(rows: Sequence[bytes]) -> bytes:
    return b"[[" + _BETWEEN.join(rows) + b"]]" if rows else b"[]"


def _connectors(found: Cut, texts: RowTexts) -> list[bytes]:
    """The rows of connectors, each with its links at the end."""
    ids = found.cell.connectors["id"][found.connectors]
    linked = found.cell.links["connector_id"][found.links]
    order = np.argsort(linked, kind="stable")
    links = texts.links.of(found.links[order])
    starts = np.searchsorted(linked, ids, side="left", sorter=order).tolist()
    ends = np.searchsorted(linked, ids, side="right", sorter=order).tolist()
    rows = texts.connectors.of(found.connectors)
    return [
        row + b",[[" + _BETWEEN.join(links[start:end]) + b"]]" if start < end else row + b",[]"
        for row, start, end in zip(rows, starts, ends, strict=True)
    ]
