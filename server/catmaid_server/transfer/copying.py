"""Rows from numpy arrays to PostgreSQL's binary COPY, without a Python object for each value."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import LiteralString

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection

_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_ROWS_AT_ONCE = 1 << 15
_LINE_START = np.frombuffer(b"\x01\x02\x00\x00\x80\x02\x00\x00\x00", np.uint8)  # EWKB: little-endian LineStringZ of 2

CopyColumn = NDArray[np.generic] | np.ma.MaskedArray[tuple[int], np.dtype[np.generic]]


def edges(starts: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.void]:
    """Make lines as PostGIS reads them.

    Parameters
    ----------
    starts, ends : (n, 3) float64
        x, y, z in nm.

    Returns
    -------
    (n,) V57
        EWKB of the line from each start to its end.
    """
    count, head = len(starts), len(_LINE_START)
    packed = np.empty((count, head + 48), np.uint8)
    packed[:, :head] = _LINE_START
    packed[:, head:] = np.concatenate([starts, ends], axis=1).astype("<f8", copy=False).view(np.uint8)
    return packed.view(f"V{packed.shape[1]}")[:, 0]


def treenode_edges(positions: NDArray[np.float64], parents: NDArray[np.int64]) -> NDArray[np.void]:
    """Make the edge of each treenode, from its parent to itself; at a root it starts at itself, too.

    Parameters
    ----------
    positions : (n, 3) float64
        x, y, z in nm.
    parents : (n,) int64
        Index of each node's parent; -1 at a root.

    Returns
    -------
    (n,) V57
    """
    return edges(positions[np.where(parents < 0, np.arange(len(parents)), parents)], positions)


async def copy_rows(
    tx: Connection,
    statement: LiteralString,
    columns: Mapping[str, CopyColumn],
    advance: Callable[[int], None] | None = None,
) -> None:
    """Send columns of equal length to `COPY … FROM STDIN (FORMAT binary)`.

    The dtype says the type on the other side: int16, int32, int64, float64, or V for bytes that the type's binary
    input reads. Masked values are NULL. `statement` names the columns in the order of the mapping.
    `advance` gets the number of rows sent, again and again.
    """
    async with tx.cursor() as cursor, cursor.copy(statement) as copy:
        for rows, block in binary_blocks(columns):
            await copy.write(block)
            if advance is not None:
                advance(rows)


def binary_blocks(columns: Mapping[str, CopyColumn]) -> Iterator[tuple[int, bytes]]:
    """Make the body of a binary COPY: blocks, and the number of rows in each."""
    arrays = list(columns.values())
    count = len(arrays[0])
    if any(len(a) != count for a in arrays):
        raise ValueError("columns differ in length: " + ", ".join(f"{n} {len(a)}" for n, a in columns.items()))
    yield 0, _HEADER
    for start in range(0, count, _ROWS_AT_ONCE):
        block = [a[start : start + _ROWS_AT_ONCE] for a in arrays]
        yield len(block[0]), _packed(block)
    yield 0, _END


def _packed(arrays: list[CopyColumn]) -> bytes:
    """Rows as bytes: the number of fields, then each field's length and value, all big-endian."""
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for i, array in enumerate(arrays):
        layout += [(f"length{i}", ">i4"), (f"value{i}", array.dtype.newbyteorder(">").str)]
    rows = np.empty(len(arrays[0]), np.dtype(layout))
    rows["fields"] = len(arrays)
    for i, array in enumerate(arrays):
        rows[f"length{i}"] = array.dtype.itemsize
        rows[f"value{i}"] = np.ma.getdata(array)
    nulls = {i: np.ma.getmaskarray(a) for i, a in enumerate(arrays) if np.ma.is_masked(a)}
    return _without_nulls(rows, nulls) if nulls else rows.tobytes()


def _without_nulls(rows: NDArray[np.void], nulls: dict[int, NDArray[np.bool_]]) -> bytes:
    """Bytes of rows in which a NULL has the length -1 and no value."""
    kept = np.ones((len(rows), rows.dtype.itemsize), np.bool_)
    assert rows.dtype.fields is not None
    for i, null in nulls.items():
        rows[f"length{i}"][null] = -1
        dtype, offset = rows.dtype.fields[f"value{i}"][:2]
        kept[null, offset : offset + dtype.itemsize] = False
    return rows.view(np.uint8).reshape(kept.shape)[kept].tobytes()
