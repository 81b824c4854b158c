"""A table of the tags of treenodes."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from catmaid_jupyter.widgets.node_tables.node_rows import NEURON, PLACE, NodesTable
from catmaid_jupyter.widgets.project_table import TableContent, shown_column


class TagTable(NodesTable):
    """The tags of a selection's treenodes, and where they are.

    Parameters, traits and errors are those of `ProjectTable`; Enter goes to a node in the viewer.
    """

    _label: ClassVar = "Tags"

    async def _read(self) -> TableContent:
        def read(skeleton_ids: list[int]) -> pd.DataFrame:
            places = self.project.nodes(skeleton_ids)[["id", "x", "y", "z"]]
            tags: pd.DataFrame = self.project.tags(skeleton_ids)
            return tags.merge(places.rename(columns={"id": "treenode_id"}), on="treenode_id")

        rows, notes = await self._rows_of(read)
        rows["key"] = [f"{node} {tag}" for node, tag in zip(rows["treenode_id"], rows["tag"], strict=True)]
        shown = [
            shown_column("tag", "Tag", width=110, grow=1),
            *NEURON,
            shown_column("treenode_id", "Treenode", "integer", width=84),
            *PLACE,
        ]
        return TableContent(rows, shown, notes)
