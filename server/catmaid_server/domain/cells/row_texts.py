"""Rows of cells as JSON, made once and joined in each answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, ClassVar

import msgspec
from numpy.typing import NDArray

_BETWEEN = b"],["
_OBJECT_BYTES = 41
"""What a text takes beside its bytes, in a list."""

Texts = Sequence[bytes]
"""The numbers of each row with commas between, without brackets around them."""


@dataclass(frozen=True, slots=True)
class RowTexts:
    """The rows of a cell as JSON, by table; links without their connectors."""

    TABLES: ClassVar = ("nodes", "connectors", "links")

    nodes: Texts
    connectors: Texts
    links: Texts

    @property
    def size(self) -> int:
        """Bytes."""
        tables = (self.nodes, self.connectors, self.links)
        return sum(sum(map(len, texts)) + _OBJECT_BYTES * len(texts) for texts in tables)

    def of(self, nodes: NDArray[Any], connectors: NDArray[Any], links: NDArray[Any]) -> RowTexts:
        """The texts of some rows of each table."""
        return RowTexts(picked(self.nodes, nodes), picked(self.connectors, connectors), picked(self.links, links))

    def and_of(self, other: RowTexts) -> RowTexts:
        """These, and after them others."""
        return RowTexts([*self.nodes, *other.nodes], [*self.connectors, *other.connectors], [*self.links, *other.links])


def texts_of(nodes: NDArray[Any], connectors: NDArray[Any], links: NDArray[Any]) -> RowTexts:
    """Rows as CATMAID's clients want them: no parent as null."""
    parents = [parent if parent >= 0 else None for parent in nodes["parent_id"].tolist()]
    names = [name for name in links.dtype.names or () if name != "connector_id"]
    return RowTexts(
        _texts([nodes["id"].tolist(), parents, *_values(nodes, (nodes.dtype.names or ())[2:])]),
        _texts(_values(connectors, connectors.dtype.names or ())),
        _texts(_values(links, names)),
    )


def picked(texts: Texts, rows: NDArray[Any]) -> Texts:
    """The texts of some rows."""
    if len(rows) < 2:
        return [texts[row] for row in rows.tolist()]
    found: Texts = itemgetter(*rows.tolist())(texts)
    return found


def _values(table: NDArray[Any], names: Sequence[str]) -> list[list[Any]]:
    return [table[name].tolist() for name in names]


def _texts(values: list[list[Any]]) -> Texts:
    rows = list(zip(*values, strict=True))
    return msgspec.json.encode(rows)[2:-2].split(_BETWEEN) if rows else []
