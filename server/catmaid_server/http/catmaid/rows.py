"""Columns as CATMAID's clients want them: rows in a fixed order, None for no parent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from catmaid_server.db.arrays import Column


def rows(columns: Mapping[str, Column], order: Iterable[str]) -> list[tuple[Any, ...]]:
    """One tuple per row, with the named columns in this order; a `parent_id` of -1 becomes None."""
    return list(zip(*(_values(name, columns[name]) for name in order), strict=True))


def _values(name: str, column: Column) -> list[Any]:
    values: list[Any] = column.tolist()
    if name == "parent_id":
        return [value if value >= 0 else None for value in values]
    return values
