"""The JSON of viewports, put together from rows that cells have as JSON."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.cells.cut import ByCell, Cut
from catmaid_server.domain.cells.row_texts import picked

_BETWEEN = b"],["


def viewport_json(found: Cut) -> bytes:
    """What `node/list` answers without labels, where nothing is left out."""
    nodes = [*_texts(found, "nodes", found.near), *_texts(found, "nodes", found.ends)]
    relations = msgspec.json.encode(found.relations)
    return b"".join((b"[", _array(nodes), b",", _array(_connectors(found)), b",{},false,", relations, b"]"))


def _array(rows: list[bytes]) -> bytes:
    return b"[[" + _BETWEEN.join(rows) + b"]]" if rows else b"[]"


def _connectors(found: Cut) -> list[bytes]:
    """The rows of connectors, each with its links at the end."""
    ids = _column(found, "connectors", found.connectors, "id")
    linked = _column(found, "links", found.links, "connector_id")
    order = np.argsort(linked, kind="stable")
    links = picked(_texts(found, "links", found.links), order)
    starts = np.searchsorted(linked, ids, side="left", sorter=order).tolist()
    ends = np.searchsorted(linked, ids, side="right", sorter=order).tolist()
    rows = _texts(found, "connectors", found.connectors)
    return [
        row + b",[[" + _BETWEEN.join(links[start:end]) + b"]]" if start < end else row + b",[]"
        for row, start, end in zip(rows, starts, ends, strict=True)
    ]


def _column(found: Cut, table: str, rows: ByCell, name: str) -> NDArray[Any]:
    column: NDArray[Any] = np.concatenate(
        [getattr(cell, table)[name][some] for cell, some in zip(found.cells, rows, strict=True)]
    )
    return column


def _texts(found: Cut, table: str, rows: ByCell) -> list[bytes]:
    texts: list[bytes] = []
    for cell, some in zip(found.cells, rows, strict=True):
        assert cell.texts is not None
        texts += picked(getattr(cell.texts, table), some)
    return texts
