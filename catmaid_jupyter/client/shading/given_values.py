"""Values that users give: arrays by skeleton id, tables of treenodes, and functions of a `Morphology`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from numbers import Number
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.arbors.arbor_nodes import ArborNodes
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.shading.node_values import CategoryValues, NodeValues, ScaleValues, values_of

_NODE_COLUMNS: Final = ("treenode_id", "id")
_NO_VALUES: Final = ("skeleton_id", "treenode_id", "id", "parent_id")
"""Columns of a table that are not what nodes are shaded by, unless they are called `value`."""


class WrongNumber(InvalidInput):
    """There are more or fewer values than a skeleton has treenodes."""

    def __init__(self, skeleton_id: int, treenodes: int, values: int) -> None:
        self.skeleton_id = skeleton_id
        super().__init__(
            f"Skeleton {skeleton_id} has {treenodes} treenodes, but {values} values were given: give one for each, in "
            "ascending order of treenode ids."
        )


def of_mapping(given: Mapping[Any, Any]) -> Callable[[ArborNodes], NodeValues]:
    """What gives the values of a mapping from skeleton ids to arrays, Series by treenode id, or one value each."""
    if not given:
        raise InvalidInput("There are no values to colour nodes by: give {skeleton_id: array}.")
    wrong = [key for key in given if isinstance(key, bool) or not isinstance(key, int | np.integer)]
    if wrong:
        raise InvalidInput(f"Values of nodes are given by skeleton id, a whole number, not by {wrong[0]!r:.60}.")

    def values(nodes: ArborNodes) -> NodeValues:
        return _joined(
            (_of_skeleton(given.get(skeleton_id), skeleton_id, nodes.node_ids[rows]), rows)
            for skeleton_id, rows in nodes.slices()
        )

    return values


def of_function(given: Callable[[Morphology], Any]) -> Callable[[ArborNodes], NodeValues]:
    """What gives the values that a function gives for each `Morphology`."""

    def values(nodes: ArborNodes) -> NodeValues:
        rows = dict(nodes.slices())
        return _joined(
            (_of_skeleton(given(one), skeleton_id, one.node_ids), rows[skeleton_id])
            for skeleton_id, one in nodes.morphologies()
            if skeleton_id in rows
        )

    return values


def of_table(table: pd.DataFrame) -> tuple[str, Callable[[ArborNodes], NodeValues]]:
    """The column of values of a table of treenodes, and what gives the values."""
    ids = next((name for name in _NODE_COLUMNS if name in table.columns), None)
    if ids is None or table[ids].dtype.kind not in "iu":
        raise InvalidInput("A table of values has a column treenode_id of whole numbers, and one of values.")
    others = ["value"] if "value" in table.columns else [name for name in table.columns if name not in _NO_VALUES]
    if len(others) != 1:
        raise InvalidInput(
            f"A table of values has one column beside {ids}, or one called value; this has: {listed(table.columns)}."
        )
    treenode_ids = table[ids].to_numpy(np.int64)
    repeated = treenode_ids[pd.Series(treenode_ids).duplicated()]
    if len(repeated):
        raise InvalidInput(f"Treenode {repeated[0]} is several times in the table: which value counts is not clear.")
    column = table[others[0]]

    def values(nodes: ArborNodes) -> NodeValues:
        aligned = pd.Series(column.to_numpy(), index=treenode_ids).reindex(nodes.node_ids)
        return values_of(aligned, f"Column {others[0]!r:.60}")

    return str(others[0]), values


def _of_skeleton(given: Any, skeleton_id: int, node_ids: NDArray[np.int64]) -> NodeValues:
    """Values of one skeleton. `InvalidInput`, which names it, for too many or too few."""
    what = f"Skeleton {skeleton_id}"
    if given is None or isinstance(given, str | Number | np.generic | pd.Timestamp):
        given = [given] * len(node_ids)
    elif isinstance(given, pd.Series) and not isinstance(given.index, pd.RangeIndex):
        strange = ~given.index.isin(node_ids)
        if strange.any() or not given.index.is_unique:
            raise InvalidInput(
                f"{what}: the index of a Series should be ids of its treenodes, each once; "
                f"{listed(given.index[strange | given.index.duplicated()][:1])} is not. Give an array for values in "
                "ascending order of treenode ids."
            )
        given = given.reindex(node_ids)
    elif isinstance(given, Iterable) and not hasattr(given, "__len__"):
        given = list(given)
    values = values_of(given, what)
    count = len(values.values if isinstance(values, ScaleValues) else values.names)
    if count != len(node_ids):
        raise WrongNumber(skeleton_id, len(node_ids), count)
    return values


def _is_empty(values: NodeValues | None) -> bool:
    return isinstance(values, CategoryValues) and all(name is None for name in values.names.tolist())


def _joined(parts: Iterable[tuple[NodeValues | None, slice]]) -> NodeValues:
    """Values of skeletons as one; None for those of which none are known."""
    listed_parts = [(None if _is_empty(values) else values, rows) for values, rows in parts]
    known = [values for values, _ in listed_parts if values is not None]
    count = max((rows.stop for _, rows in listed_parts), default=0)
    scales = [one for one in known if isinstance(one, ScaleValues)]
    if len(scales) < len(known) and any(np.isfinite(one.values).any() for one in scales):
        raise InvalidInput("Some skeletons have numbers and others have names: nodes are shaded by one of them.")
    if len({one.unit for one in scales}) > 1:
        raise InvalidInput("Some skeletons have numbers and others have times: nodes are shaded by one of them.")
    if len(scales) < len(known):
        names = np.full(count, None, dtype=object)
        for values, rows in listed_parts:
            if isinstance(values, CategoryValues):
                names[rows] = values.names
        return CategoryValues(names)
    numbers = np.full(count, np.nan)
    for values, rows in listed_parts:
        if isinstance(values, ScaleValues):
            numbers[rows] = values.values
    return ScaleValues(numbers, scales[0].unit if scales else "")
