"""Reads nodes, links and tags of many skeletons in portions, up to as many as a table holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd
from pandas.api.types import union_categoricals

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts

MOST_ROWS: Final = 2_000_000
"""Treenodes, links or tags that a table holds in the kernel, some 60 bytes each."""
_NODES_AT_ONCE: Final = 250_000
_SKELETONS_AT_ONCE: Final = 200
_SIZES_AT_ONCE: Final = 20_000

ReadRows = Callable[[list[int]], Awaitable[pd.DataFrame]]


@dataclass(frozen=True)
class HeldRows:
    """Rows of nodes, and the skeletons whose rows were not read because there are too many."""

    rows: pd.DataFrame
    unread: list[int]


async def read_rows(place: Place, skeleton_ids: Sequence[int], read: ReadRows, *, is_row_a_node: bool) -> HeldRows:
    """What `read` finds of skeletons, in their order, up to `MOST_ROWS` rows.

    is_row_a_node : skeletons have as many rows as treenodes, so that too large ones need not be read.
    """
    sizes = await _sizes(place, skeleton_ids)
    found, count, unread = [compact(await read([]))], 0, []
    for portion in _portions(skeleton_ids, sizes):
        expected = sum(sizes.get(one, 0) for one in portion) if is_row_a_node else 1
        if count + expected > MOST_ROWS:
            unread += portion
            continue
        found.append(await asyncio.to_thread(compact, await read(portion)))
        count += len(found[-1])
    return HeldRows(await asyncio.to_thread(_together, found), unread)


async def _sizes(place: Place, skeleton_ids: Sequence[int]) -> dict[int, int]:
    """Numbers of treenodes by skeleton id."""
    answers = [
        await place.read_json("POST", "skeletons/summary", form={"skeleton_ids": part})
        for part in parts(skeleton_ids, _SIZES_AT_ONCE)
    ]
    return {int(key): int(summary["num_nodes"]) for answer in answers for key, summary in answer.items()}


def _portions(skeleton_ids: Sequence[int], sizes: Mapping[int, int]) -> Iterator[list[int]]:
    """Skeletons that are read together."""
    portion: list[int] = []
    nodes = 0
    for one in skeleton_ids:
        size = sizes.get(one, 0)
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
