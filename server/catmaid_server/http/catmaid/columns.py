"""The columnar media type: tables as named little-endian arrays in one MessagePack map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgpack
import numpy as np
from aiohttp import web

MEDIA_TYPE = "application/x-catmaid-columns+msgpack"


def table(rows: Sequence[tuple[Any, ...]], **dtypes: str) -> dict[str, Any]:
    """Columns of rows: `dtypes` names the leading columns in order and says how each is stored."""
    values = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    return {name: column(np.asarray(values[i], dtype=dtype)) for i, (name, dtype) in enumerate(dtypes.items())}


def column(values: np.ndarray[Any, Any]) -> dict[str, Any]:
    """One array as it goes over the wire."""
    return {"dtype": values.dtype.str, "shape": list(values.shape), "data": values.tobytes()}


def encoded(content: dict[str, Any]) -> bytes:
    """A body of tables."""
    return bytes(msgpack.packb(content))


def response(content: dict[str, Any]) -> web.Response:
    """An answer of tables."""
    return web.Response(body=encoded(content), content_type=MEDIA_TYPE)


def columns(table: Mapping[str, np.ndarray[Any, Any]]) -> dict[str, Any]:
    """The columns of one table as they go over the wire."""
    return {name: column(values) for name, values in table.items()}
