"""Deltas of a selection as messages between kernel and page.

A message is `{col, from, rev, mask, active}` with three buffers, little-endian: ids int32, rgba uint32, flags uint8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.selection import DeltaColumn, SelectionDelta

_DTYPES: Final = ("<i4", "<u4", "|u1")


def message_of(delta: SelectionDelta) -> tuple[dict[str, Any], list[bytes]]:
    """The message of a delta, and its buffers."""
    content = {
        "col": delta.column,
        "from": delta.start,
        "rev": delta.revision,
        "mask": delta.mask,
        "active": delta.active,
    }
    arrays: tuple[NDArray[Any], ...] = (delta.skeleton_ids, delta.rgba, delta.flags)
    return content, [values.astype(dtype).tobytes() for values, dtype in zip(arrays, _DTYPES, strict=True)]


def delta_of(content: Mapping[str, Any], buffers: Sequence[Any]) -> SelectionDelta:
    """The delta of a page's message; `InvalidInput` for what is none."""
    column: Any = content.get("col")
    if column not in get_args(DeltaColumn):
        raise InvalidInput(f"A selection has no column {column!r}.")
    parts = [bytes(buffer) for buffer in buffers] + [b""] * (len(_DTYPES) - len(buffers))
    try:
        ids, rgba, flags = (np.frombuffer(part, dtype) for part, dtype in zip(parts, _DTYPES, strict=True))
    except ValueError:
        raise InvalidInput("The buffers of a selection's change are damaged.") from None
    active, mask = content.get("active"), content.get("mask")
    return SelectionDelta(
        column=column,
        start=int(content.get("from", 0)),
        revision=int(content.get("rev", 0)),
        skeleton_ids=ids.astype(np.int64),
        rgba=rgba.astype(np.uint32),
        flags=flags.astype(np.uint8),
        mask=int(mask or 0),
        active=None if active is None else int(active),
    )
