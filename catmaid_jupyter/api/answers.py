"""Answers of servers, read."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_wire import columns


def read_columns(body: bytes) -> dict[str, Any]:
    """Read a columnar answer (see `catmaid_wire.columns`); `InvalidInput` if it is none."""
    try:
        return columns.decode(body)
    except ValueError as error:
        raise InvalidInput(f"The server's answer is damaged: {error}.") from None
