"""The edges that skeletons ever had: where each was, and from which version to which."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.batches import parts
from catmaid_wire.columns import NODE_STATES

_AT_ONCE: Final = 200
_NEVER: Final = np.iinfo(np.int64).max
_EDGE: Final = ("skeleton_id", "id", "parent_id", "x", "y", "z", "x_parent", "y_parent", "z_parent")


@dataclass(frozen=True)
class PastEdges:
    """Edges of skeletons, from the child to its parent; one that was moved is another edge from then on.

    Attributes
    ----------
    skeleton_ids : (n,) int64
        Whose they are; ascending.
    ends : (n, 2, 3) float64
        Places of child and parent, nm.
    first, last : (n,) int64
        The version from which on it is there, and the one from which on it is no more; 0: it is there.
    """

    skeleton_ids: NDArray[np.int64]
    ends: NDArray[np.float64]
    first: NDArray[np.int64]
    last: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.skeleton_ids)

    @property
    def versions(self) -> NDArray[np.int64]:
        """The versions that added or removed edges, ascending."""
        return np.unique(np.concatenate([self.first, self.last[self.last > 0]]))


async def read_past_edges(place: Place, skeleton_ids: Sequence[int]) -> PastEdges:
    """All edges that skeletons ever had. `InvalidInput` if the server keeps no history."""
    place.require_history("what neurons were at each version")
    tables = [pd.DataFrame({name: np.empty(0, dtype) for name, dtype in NODE_STATES.items()})]
    for part in parts(list(dict.fromkeys(skeleton_ids)), _AT_ONCE):
        form = {"skeleton_ids": msgspec.json.encode(part).decode()}
        answer = await place.columns_or_json("POST", "skeletons/node-states", form=form)
        tables.append(pd.DataFrame(dict(read_columns(answer.body)["states"])))
    return await asyncio.to_thread(edges_of, pd.concat(tables, ignore_index=True))


def edges_of(states: Mapping[str, Any] | pd.DataFrame) -> PastEdges:
    """The edges between states of treenodes, columns as of `NODE_STATES`.

    An edge is there while its child has this parent and both are where they are; what changed otherwise, as confidence,
    does not count.
    """
    nodes = pd.DataFrame({name: np.asarray(states[name]) for name in NODE_STATES})
    nodes["ended_by"] = nodes["ended_by"].where(nodes["ended_by"] > 0, _NEVER)
    above = nodes[["skeleton_id", "id", "x", "y", "z", "version", "ended_by"]]
    pairs = nodes[nodes["parent_id"] >= 0].merge(
        above.rename(columns={"id": "parent_id"}), on=["skeleton_id", "parent_id"], suffixes=("", "_parent")
    )
    pairs["first"] = pairs[["version", "version_parent"]].max(axis=1)
    pairs["last"] = pairs[["ended_by", "ended_by_parent"]].min(axis=1)
    pairs = pairs[pairs["first"] < pairs["last"]].sort_values(["skeleton_id", "id", "first"], ignore_index=True)
    # One after the other, and the same: it is one edge that has another confidence from then on.
    before = pairs.shift(1)
    goes_on = (pairs["first"] == before["last"]) & (pairs[[*_EDGE]] == before[[*_EDGE]]).all(axis=1)
    begins = np.flatnonzero(~goes_on.to_numpy(np.bool_))
    ends_at = np.append(begins[1:], len(pairs)) - 1
    last = pairs["last"].to_numpy(np.int64)[ends_at] if len(pairs) else np.empty(0, np.int64)
    found = pairs.iloc[begins]
    return PastEdges(
        found["skeleton_id"].to_numpy(np.int64),
        found[[*_EDGE[3:]]].to_numpy(np.float64).reshape(-1, 2, 3),
        found["first"].to_numpy(np.int64),
        np.where(last == _NEVER, 0, last),
    )
