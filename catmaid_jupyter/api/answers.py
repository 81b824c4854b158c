"""The columnar answers of this project's own service, read without copying.

A column is `{"dtype", "shape", "data"}`, little-endian; a table is a map from name to column.
"""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from catmaid_jupyter.api.errors import InvalidInput


def read_columns(body: bytes) -> dict[str, Any]:
    """Read a columnar answer; columns become (read-only) arrays, all else is as in JSON.

    Raises `InvalidInput` if the body is not of this form.
    """
    try:
        value = msgpack.unpackb(body, strict_map_key=False)
    except (ValueError, msgpack.UnpackException) as error:
        raise InvalidInput(f"The server's answer is damaged: {error}") from None
    if not isinstance(value, dict):
        raise InvalidInput("The server's answer is not a set of tables.")
    return {name: _read(part) for name, part in value.items()}


def _read(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.keys() == {"dtype", "shape", "data"}:
        return np.frombuffer(value["data"], dtype=np.dtype(value["dtype"])).reshape(value["shape"])
    return {name: _read(part) for name, part in value.items()}
