"""Rows of nodes of a selection: reading them, naming their neurons, and where they are."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Mapping
from itertools import compress
from typing import ClassVar, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.naming import listed
from catmaid_jupyter.client.selection.table import sizes_of
from catmaid_jupyter.widgets.connectivity_table.grouping import notes_on_gone
from catmaid_jupyter.widgets.node_tables import node_reading
from catmaid_jupyter.widgets.project_table import ProjectTable, RowPlace, TableContent, shown_column

NEURON: Final = (
    shown_column("neuron", "Neuron", width=110, grow=2),
    shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=4),
)
PLACE: Final = tuple(shown_column(axis, f"{axis} (nm)", "decimal", width=82, rank=2) for axis in "xyz")


class NodesTable(ProjectTable):
    """A table of something that is at the nodes of a selection's neurons."""

    _is_row_a_node: ClassVar = False
    _elsewhere: ClassVar = ""
    """What reads all rows in Python, also those that are too many for a table."""

    @abstractmethod
    async def _rows_of(self, skeleton_ids: list[int], /) -> pd.DataFrame:
        """The rows of skeletons that are there, with their skeleton_id; also those of none."""

    async def _named_rows(self) -> tuple[pd.DataFrame, list[str]]:
        """The rows of the selection's skeletons, with the names of neurons; notes on what is gone or too large."""
        place, wanted = self.project.place, self.selection.skeleton_ids
        facts = await sizes_of(place, wanted)
        exists = facts["exists"].tolist()
        notes = await notes_on_gone(place, [one for one, there in zip(wanted, exists, strict=True) if not there])
        if not wanted:
            notes.append("The selection is empty: add neurons to it.")
        names = dict(zip(wanted, facts["name"], strict=True))
        sizes = dict(zip(compress(wanted, exists), facts["nodes"][facts["exists"]].tolist(), strict=True))
        found = await node_reading.read_rows(sizes, self._rows_of, is_row_a_node=self._is_row_a_node)
        rows = found.rows
        # In a thread, as all that takes long with many rows: the loop carries edits and images, too.
        rows["neuron"] = await asyncio.to_thread(_neurons, rows["skeleton_id"], names)
        return rows, notes + self._note_on_unread(found.unread, len(sizes))

    def _changed(self, change: Change) -> None:
        # What others do to other skeletons is much, and reading large ones again takes seconds.
        ids = change.get("skeleton_ids")
        if not ids or any(one in self.selection for one in ids):
            super()._changed(change)

    def _note_on_unread(self, unread: list[int], count: int) -> list[str]:
        if not unread:
            return []
        are = "is" if len(unread) == 1 else "are"
        most = f"{node_reading.MOST_ROWS:,} rows at most"
        return [
            f"{len(unread):,} of {count:,} neurons {are} not in this table, which holds {most}: "
            f"{listed(unread)}. Take fewer neurons, or read them in Python by {self._elsewhere}."
        ]

    @property
    def table(self) -> pd.DataFrame:
        """The rows, read anew, without the filters of the page; lengths and coordinates in nm."""
        content: TableContent = loop.run(self._read())
        return node_reading.plain(content.rows.drop(columns="key"))

    async def _place_of(self, row: pd.Series, _turn: int, /) -> RowPlace:
        where = (float(row["x"]), float(row["y"]), float(row["z"]))
        node = int(row.get("treenode_id", -1))
        what = f"treenode {node}" if node >= 0 else f"connector {int(row['connector_id'])}"
        return RowPlace(where, node if node >= 0 else None, f"This is {what}.")


def node_kinds(nodes: pd.DataFrame) -> pd.Categorical[str]:
    """What treenodes are, by their numbers of children: root, end, branch or slab."""
    children = nodes["parent_id"].value_counts().reindex(nodes["id"], fill_value=0).to_numpy()
    conditions = [nodes["parent_id"].to_numpy() < 0, children == 0, children > 1]
    kinds = pd.Index(["root", "end", "branch", "slab"])
    return pd.Categorical.from_codes(np.select(conditions, [0, 1, 2], 3), categories=kinds)


def _neurons(skeleton_ids: pd.Series, names: Mapping[int, str]) -> pd.Categorical[str]:
    """Names of the neurons of skeletons; several may have one name."""
    distinct, rows = np.unique(skeleton_ids.to_numpy(np.int64), return_inverse=True)
    codes, found = pd.factorize(np.array([names.get(one, "") for one in distinct.tolist()], dtype=object))
    return pd.Categorical.from_codes(codes[rows], categories=pd.Index(found))
