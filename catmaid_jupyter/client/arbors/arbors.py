"""Several skeletons as they were read together: long tables, and one `Morphology` each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.client.arbors.arbor_tables import ArborTables
from catmaid_jupyter.client.frames import MEASURES, frame
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.model import arbor


class Arbors(Mapping[int, Morphology]):
    """Skeletons by id, in the order in which they were asked for.

    Attributes
    ----------
    nodes, connectors, tags
        Tables of all skeletons together, with a column skeleton_id (see `Project.nodes` and `Project.tags`).
    """

    def __init__(self, skeleton_ids: Sequence[int], names: Mapping[int, str], tables: ArborTables) -> None:
        self.skeleton_ids = list(skeleton_ids)
        self.names = dict(names)
        """Names of the neurons by skeleton id."""
        self.nodes = tables.nodes
        self.connectors = tables.connectors
        self.tags = tables.tags
        self._morphologies: dict[int, Morphology] | None = None

    def __repr__(self) -> str:
        return f"<Arbors of {len(self.skeleton_ids)} skeletons with {len(self.nodes)} nodes>"

    def __len__(self) -> int:
        return len(self.skeleton_ids)

    def __iter__(self) -> Iterator[int]:
        return iter(self.skeleton_ids)

    def __getitem__(self, skeleton_id: int) -> Morphology:
        if self._morphologies is None:
            self._morphologies = self._parted()
        try:
            return self._morphologies[int(skeleton_id)]
        except KeyError:
            raise NotFound(f"Skeleton {skeleton_id} is not among these {len(self)}.") from None

    @property
    def measures(self) -> pd.DataFrame:
        """What each skeleton measures.

        skeleton_id int64, name str, nodes int64, cable_length float64 nm, branch_points, end_points, strahler (of the
        root), connectors (links to connectors) int64.
        """
        rows = [
            (
                skeleton_id,
                self.names.get(skeleton_id, ""),
                len(one.nodes),
                arbor.cable_length(one.parents, one.xyz),
                len(arbor.branch_points(one.parents)),
                len(arbor.end_points(one.parents)),
                int(arbor.strahler(one.parents).max(initial=0)),
                len(one.connectors),
            )
            for skeleton_id, one in self.items()
        ]
        columns = zip(*rows, strict=True) if rows else [()] * len(MEASURES)
        return frame(dict(zip(MEASURES, columns, strict=True)), MEASURES)

    def _parted(self) -> dict[int, Morphology]:
        tables = [_by_skeleton(table) for table in (self.nodes, self.connectors, self.tags)]
        empty = [table.iloc[:0].drop(columns="skeleton_id") for table in (self.nodes, self.connectors, self.tags)]
        return {
            skeleton_id: Morphology(*(found.get(skeleton_id, none) for found, none in zip(tables, empty, strict=True)))
            for skeleton_id in self.skeleton_ids
        }


def _by_skeleton(table: pd.DataFrame) -> dict[int, pd.DataFrame]:
    """Rows of each skeleton; those of one skeleton stand together."""
    ids = table["skeleton_id"].to_numpy()
    starts = [*np.flatnonzero(np.diff(ids, prepend=ids[:1] - 1)).tolist(), len(ids)]
    rest = table.drop(columns="skeleton_id")
    return {
        int(ids[start]): rest.iloc[start:end].reset_index(drop=True) for start, end in pairwise(starts) if end > start
    }
