"""Rows of nodes of a selection: reading them, naming their neurons, and where they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_jupyter.widgets.connectivity_table.grouping import notes_on_gone
from catmaid_jupyter.widgets.project_table import ProjectTable, RowPlace, TableContent, shown_column

NEURON: Final = (
    shown_column("neuron", "Neuron", width=110, grow=2),
    shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=4),
)
PLACE: Final = tuple(shown_column(axis, f"{axis} (nm)", "integer", width=82, rank=2) for axis in "xyz")


class NodesTable(ProjectTable):
    """A table of something that is at the nodes of a selection's neurons."""

    async def _rows_of(self, read: Callable[[list[int]], pd.DataFrame]) -> tuple[pd.DataFrame, list[str]]:
        """What `read` finds of the skeletons that are there, with the names of neurons; and notes on what is gone."""
        place, wanted = self.project.place, self.selection.skeleton_ids
        names = await neuron_names(place, wanted) if wanted else {}
        notes = await notes_on_gone(place, [one for one in wanted if one not in names])
        if not wanted:
            notes.append("The selection is empty: add neurons to it.")
        rows = await asyncio.to_thread(read, [one for one in wanted if one in names])
        rows["neuron"] = [names.get(one, "") for one in rows["skeleton_id"]]
        return rows, notes

    @property
    def table(self) -> pd.DataFrame:
        """The rows, read anew, without the filters of the page; lengths and coordinates in nm."""
        content: TableContent = loop.run(self._read())
        return content.rows.drop(columns="key").reset_index(drop=True)

    async def _place_of(self, row: pd.Series, _turn: int, /) -> RowPlace:
        where = (float(row["x"]), float(row["y"]), float(row["z"]))
        node = int(row.get("treenode_id", -1))
        what = f"treenode {node}" if node >= 0 else f"connector {int(row['connector_id'])}"
        return RowPlace(where, node if node >= 0 else None, f"This is {what}.")


def node_kinds(nodes: pd.DataFrame) -> Any:
    """What treenodes are, by their numbers of children: root, end, branch or slab (str)."""
    children = nodes["parent_id"].value_counts().reindex(nodes["id"], fill_value=0).to_numpy()
    conditions = [nodes["parent_id"].to_numpy() < 0, children == 0, children > 1]
    return np.select(conditions, ["root", "end", "branch"], "slab")
