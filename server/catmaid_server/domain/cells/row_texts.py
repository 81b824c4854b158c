"""Rows of cells as JSON, each made when an answer first has it, and joined in that and later answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

_BETWEEN = b"],["
_TEXT_BYTES = 160
"""What a text takes at most, as a rule, with its place in a list."""


class TableTexts:
    """The rows of a table as JSON: the numbers of each with commas between, without brackets around them."""

    def __init__(self, table: NDArray[Any], leaving_out: str = "") -> None:
        self._table = table
        self._names = [name for name in table.dtype.names or () if name != leaving_out]
        self._texts = np.full(len(table), None, object)
        self._is_made = np.zeros(len(table), dtype=bool)

    @property
    def most_bytes(self) -> int:
        """Bytes once all are made, about."""
        return _TEXT_BYTES * len(self._table)

    def of(self, rows: NDArray[np.integer[Any]]) -> Sequence[bytes]:
        """The texts of some rows."""
        missing = rows[~self._is_made[rows]]
        if len(missing):
            self._texts[missing] = self._made(missing)
            self._is_made[missing] = True
        found: list[bytes] = self._texts[rows].tolist()
        return found

    def _made(self, rows: NDArray[np.integer[Any]]) -> Sequence[bytes]:
        values = [self._values(name, self._table[name][rows]) for name in self._names]
        return msgspec.json.encode(list(zip(*values, strict=True)))[2:-2].split(_BETWEEN)

    def _values(self, name: str, column: NDArray[Any]) -> list[Any]:
        """A column as CATMAID's clients want it: no parent as null."""
        values: list[Any] = column.tolist()
        return [value if value >= 0 else None for value in values] if name == "parent_id" else values


class RowTexts:
    """The rows of a cell as JSON, by table; links without their connectors."""

    def __init__(self, nodes: NDArray[Any], connectors: NDArray[Any], links: NDArray[Any]) -> None:
        self.nodes = TableTexts(nodes)
        self.connectors = TableTexts(connectors)
        self.links = TableTexts(links, leaving_out="connector_id")

    @property
    def most_bytes(self) -> int:
        """Bytes once all are made, about."""
        return self.nodes.most_bytes + self.connectors.most_bytes + self.links.most_bytes
