"""Reads nodes, links and tags of many skeletons in portions, up to as many as a table holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from pandas.api.types import union_categoricals

MOST_ROWS: Final = 2_000_000
"""Treenodes, links or tags that a table holds in the kernel, some 60 bytes each."""
_NODES_AT_ONCE: Final = 250_000
_SKELETONS_AT_ONCE: Final = 200

ReadRows = Callable[[list[int]], Awaitable[pd.DataFrame]]


@dataclass(frozen=True)
class HeldRows:
    """Rows of nodes, and the skeletons whose rows were not read because there are too many."""

    rows: pd.DataFrame
    unread: list[int]


async def read_rows(sizes: Mapping[int, int], read: ReadRows, *, is_row_a_node: bool) -> HeldRows:
    """What `read` finds of skeletons, in their order, up to `MOST_ROWS` rows.

    sizes : numbers of treenodes by skeleton id.
    is_row_a_node : skeletons have as many rows as treenodes, so that too large ones need not be read.
    """
    found: list[pd.DataFrame] = []
    count, unread = 0, []
    for portion in _portions(sizes):
        expected = sum(sizes[one] for one in portion) if is_row_a_node else 1
        rows = await read(portion) if count + expected <= MOST_ROWS else None
        if rows is None or count + len(rows) > MOST_ROWS:
            unread += portion
            continue
        found.append(await asyncio.to_thread(compact, rows))
        count += len(rows)
    if not found:
        # For the columns.
        found.append(compact(await read([])))
    return HeldRows(await asyncio.to_thread(_together, found), unread)


def _portions(sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Skeletons that are read together."""
    portion: list[int] = []
    nodes = 0
    for one, size in sizes.items():
        if portion and (nodes + size > _NODES_AT_ONCE or len(portion) == _SKELETONS_AT_ONCE):
            yield portion
            portion, nodes = [], 0
        portion.append(one)
        nodes += size
    if portion:
        yield portion


def compact(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows in less memory: small integers, and texts as categories."""
    return pd.DataFrame({name: _compact(rows[name]) for name in rows}, copy=False)


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows as everywhere else in Python: ids and counts int64, texts str."""
    return pd.DataFrame({name: _plain(rows[name]) for name in rows}, copy=False)


def _compact(values: pd.Series) -> pd.Series:
    if values.dtype.kind == "i":
        return pd.to_numeric(values, downcast="integer")
    return values.astype("category") if pd.api.types.is_string_dtype(values.dtype) else values


def _plain(values: pd.Series) -> pd.Series:
    if values.dtype.kind == "i":
        return values.astype("int64")
    return values.astype("str") if isinstance(values.dtype, pd.CategoricalDtype) else values


def _together(found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One table of several with the same columns."""
    return pd.DataFrame({name: _joined([table[name] for table in found]) for name in found[0]}, copy=False)


def _joined(columns: Sequence[pd.Series]) -> Any:
    if any(isinstance(column.dtype, pd.CategoricalDtype) for column in columns):
        return union_categoricals([pd.Categorical(column) for column in columns])
    return pd.concat(columns, ignore_index=True)
