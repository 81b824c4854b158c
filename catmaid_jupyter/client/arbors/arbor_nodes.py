"""The treenodes of many skeletons, as rules see them: one after the other, those of a skeleton in the order of ids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import ArborTables, read_arbors
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.model import arbor
from catmaid_wire import relations
from catmaid_wire.arbor import rows_of


class ArborNodes:
    """Treenodes of skeletons, n in all.

    Attributes
    ----------
    place
        Where they are from.
    skeleton_ids
        In the order of their nodes.
    nodes, connectors, tags
        As those of `Arbors`; the last two are empty unless they were read.
    """

    def __init__(self, place: Place, skeleton_ids: Sequence[int], tables: ArborTables) -> None:
        self.place = place
        self.skeleton_ids = list(skeleton_ids)
        self.nodes = tables.nodes
        self.connectors = tables.connectors
        self.tags = tables.tags
        self._tables = tables

    @classmethod
    def read(
        cls, place: Place, skeleton_ids: Sequence[int], *, connectors: bool = False, tags: bool = False
    ) -> ArborNodes:
        """Read skeletons. `NotFound` if one is gone."""
        return cls(place, skeleton_ids, read_arbors(place, skeleton_ids, connectors=connectors, tags=tags))

    def __len__(self) -> int:
        return len(self.nodes)

    @property
    def node_ids(self) -> NDArray[np.int64]:
        """(n,) ids of the treenodes."""
        return self.nodes["id"].to_numpy(np.int64)

    @property
    def xyz(self) -> NDArray[np.float64]:
        """(n, 3) places, nm."""
        return self.nodes[["x", "y", "z"]].to_numpy()

    @cached_property
    def parents(self) -> NDArray[np.int64]:
        """(n,) row of each node's parent, -1 at roots."""
        return arbor.parent_indices(self.node_ids, self.nodes["parent_id"].to_numpy())

    @property
    def synapse_counts(self) -> NDArray[np.int64]:
        """(2, n) numbers of presynaptic and of postsynaptic links."""
        relation = self.connectors["relation"].to_numpy()
        rows = self.rows_of(self.connectors["treenode_id"].to_numpy(np.int64))
        return np.stack(
            [
                np.bincount(rows[(relation == one) & (rows >= 0)], minlength=len(self))
                for one in (relations.PRESYNAPTIC, relations.POSTSYNAPTIC)
            ]
        )

    def rows_of(self, treenode_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of treenodes; -1 for those that are not among these."""
        return rows_of(self.node_ids, treenode_ids)

    def slices(self) -> Iterator[tuple[int, slice]]:
        """Each skeleton's id and its rows."""
        owners = self.nodes["skeleton_id"].to_numpy(np.int64)
        starts = [*np.flatnonzero(np.diff(owners, prepend=-1)).tolist(), len(owners)]
        for start, end in pairwise(starts):
            yield int(owners[start]), slice(start, end)

    def morphologies(self) -> Iterator[tuple[int, Morphology]]:
        """Each skeleton's id and its `Morphology`."""
        yield from Arbors(self.skeleton_ids, {}, self._tables).items()

    def texts_by_node(self, found: pd.DataFrame, column: str) -> NDArray[np.object_]:
        """(n,) text of each node: its distinct values in a column of a table with treenode_id, by name; "" for none."""
        texts = np.full(len(self), "", dtype=object)
        rows = self.rows_of(found["treenode_id"].to_numpy(np.int64))
        pairs = pd.DataFrame({"row": rows, "text": found[column].to_numpy()})[rows >= 0].drop_duplicates()
        joined = pairs.sort_values("text").groupby("row")["text"].agg(", ".join)
        texts[joined.index.to_numpy()] = joined.to_numpy()
        return texts
