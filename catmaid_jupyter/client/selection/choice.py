"""Which skeletons of a selection are meant: by position, name, mask or condition."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.model.selection import Int64s


async def one_named(place: Place, ids: Int64s, name: str) -> int:
    """The skeleton of those given whose neuron has a name; `NotFound` if none, `InvalidInput` if several have it."""
    names = await names_of(place, ids.tolist())
    found = [skeleton_id for skeleton_id, one in names.items() if one == name]
    if not found:
        raise NotFound(f"No neuron in the selection is called {name!r:.200}.")
    if len(found) > 1:
        raise InvalidInput(
            f"Several neurons in the selection are called {name!r:.200}; choose by skeleton id: "
            f"{', '.join(map(str, found[:10]))}: project.skeleton(id)."
        )
    return found[0]


def chosen_ids(ids: Int64s, key: Any) -> Int64s:
    """Ids at positions, or where a mask is true; `IndexError` and `InvalidInput` for what does not fit."""
    if isinstance(key, list | tuple) and not len(key):
        return ids[:0]
    array = np.asarray(key)
    if array.ndim != 1 or array.dtype.kind not in "biu":
        raise InvalidInput(
            f"A selection is indexed by a position, a name, a slice, positions, or True or False for each skeleton, "
            f"not by {key!r:.60}."
        )
    if array.dtype.kind == "b" and len(array) != len(ids):
        raise InvalidInput(
            f"{len(array)} conditions for {len(ids)} skeletons: the selection has changed since its table was read."
        )
    chosen: Int64s = ids[array]
    return chosen


def rows_where(table: pd.DataFrame, condition: str | Callable[[pd.DataFrame], Any]) -> Int64s:
    """Ids of the rows of a table that fulfil a condition; `InvalidInput` for one that cannot be evaluated."""
    if callable(condition):
        return chosen_ids(table["id"].to_numpy(), np.asarray(condition(table), dtype=np.bool_))
    try:
        found = table.query(condition)
    except Exception as error:  # pandas raises errors of many kinds for what it cannot evaluate
        columns = ", ".join(table.columns)
        raise InvalidInput(
            f"{condition!r} is no condition on the table: {error}. Write one such as 'nodes > 500 and pre > 3', "
            f"of the columns {columns}."
        ) from None
    ids: Int64s = found["id"].to_numpy()
    return ids
