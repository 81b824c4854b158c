"""What the kernel side of a table of a project sends to its page."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.widgets.rpc import Binary
from catmaid_wire import columns


def decoded(answer: Binary) -> dict[str, Any]:
    """The content of a table as plain values: `values` has a list for each column."""
    content = columns.decode(answer.payload)
    return {**content, "values": {name: _plain(value) for name, value in content["values"].items()}}


def _plain(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value["texts"][code] for code in value["codes"].tolist()]
    plain: list[Any] = value.tolist()
    return plain
