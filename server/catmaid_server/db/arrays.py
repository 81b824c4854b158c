"""Take whole columns out of PostgreSQL as numpy arrays.

A query that answers one row of `array_agg(...)` columns is read in binary: each array is a header and then, for
each element, a length and a value in network byte order, so one `frombuffer` takes it whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.store import Connection

Column = NDArray[Any]

LINES = np.dtype([("order", "u1"), ("kind", "<u4"), ("points", "<u4"), ("start", "<f8", 3), ("end", "<f8", 3)])
"""Little-endian WKB of a 3D line of two points: `string_agg(ST_AsBinary(line, 'NDR'), '')` is an array of these."""

TEXT = np.dtype("U")
"""A column of the row that is no array but one text; comes as an array of shape ()."""

_HEADER_BYTES = 20


def array_text(values: Iterable[int] | NDArray[np.integer[Any]]) -> str:
    """Whole numbers as PostgreSQL's text of an array, which is quicker to write than what psycopg makes of a list."""
    numbers = values.tolist() if isinstance(values, np.ndarray) else values
    return "{" + ",".join(map(str, numbers)) + "}"


async def fetch_columns(
    connection: Connection,
    query: LiteralString,
    values: Mapping[str, Any],
    dtypes: Mapping[str, str | np.dtype[Any]],
    *,
    prepare: bool | None = None,
) -> dict[str, Column]:
    """Run a query of one row whose columns are arrays without NULLs, or texts.

    Parameters
    ----------
    connection
        Where to run it.
    query, values
        The query and its parameters.
    dtypes
        For each column that is an array, the little-endian dtype wanted, of the same kind and size as the
        element in the store: ``<i2``, ``<i4``, ``<i8``, ``<f4`` or ``<f8``. A structured dtype, such as `LINES`,
        for a column of packed bytes; `TEXT` for a text.
    prepare
        As in `db.rows.fetch_all`.

    Returns
    -------
    By name, for each of `dtypes`, its values, shape (n,), () for a text.
    """
    cursor = await connection.execute(query, values, binary=True, prepare=prepare)
    result = cursor.pgresult
    assert result is not None
    assert cursor.description is not None
    places = {column.name: index for index, column in enumerate(cursor.description)}
    return {name: _decoded(result.get_value(0, places[name]), dtype) for name, dtype in dtypes.items()}


def _decoded(raw: bytes | None, dtype: str | np.dtype[Any]) -> Column:
    wanted = np.dtype(dtype)
    if wanted == TEXT:
        return np.array((raw or b"").decode())
    if wanted.fields is not None:
        return np.frombuffer(raw or b"", wanted)
    if raw is None or len(raw) < _HEADER_BYTES:
        return np.empty(0, wanted)
    element = np.dtype([("length", ">i4"), ("value", wanted.newbyteorder(">"))])
    return np.frombuffer(raw, element, offset=_HEADER_BYTES)["value"].astype(wanted)
