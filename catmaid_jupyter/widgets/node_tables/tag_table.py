"""A table of the tags of treenodes."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pandas as pd

from catmaid_jupyter.client.arbors.arbor_tables import read_few_arbors
from catmaid_jupyter.client.arbors.node_places import node_places
from catmaid_jupyter.widgets.node_tables.node_rows import NEURON, PLACE, NodesTable
from catmaid_jupyter.widgets.project_table import TableContent, shown_column


class TagTable(NodesTable):
    """The tags of a selection's treenodes, and where they are.

    Parameters, traits and errors are those of `ProjectTable`; Enter goes to a node in the viewer.
    """

    _label: ClassVar = "Tags"
    _elsewhere: ClassVar = "project.tags"

    async def _rows_of(self, skeleton_ids: list[int], /) -> pd.DataFrame:
        place = self.project.place
        tags = (await read_few_arbors(place, skeleton_ids, nodes=False, connectors=False)).tags
        places = await node_places(place, tags["treenode_id"].tolist())
        return await asyncio.to_thread(tags.merge, places, on="treenode_id")

    async def _read(self) -> TableContent:
        rows, notes = await self._named_rows()
        rows["key"] = await asyncio.to_thread(_keys, rows)
        shown = [
            shown_column("tag", "Tag", width=110, grow=1),
            *NEURON,
            shown_column("treenode_id", "Treenode", "integer", width=84),
            *PLACE,
        ]
        return TableContent(rows, shown, notes)


def _keys(rows: pd.DataFrame) -> pd.Series:
    return rows["treenode_id"].astype("str") + " " + rows["tag"].astype("str")
