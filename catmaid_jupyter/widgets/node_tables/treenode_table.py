"""A table of the treenodes of neurons."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from catmaid_jupyter.widgets.node_tables.node_rows import NEURON, PLACE, NodesTable, node_kinds
from catmaid_jupyter.widgets.project_table import TableContent, shown_column


class TreenodeTable(NodesTable):
    """The treenodes of a selection: kind (root, end, branch, slab), confidence, radius, tags, place.

    Parameters, traits and errors are those of `ProjectTable`; Enter goes to a node in the viewer.
    """

    _label: ClassVar = "Treenodes"

    async def _read(self) -> TableContent:
        def read(skeleton_ids: list[int]) -> pd.DataFrame:
            nodes: pd.DataFrame = self.project.nodes(skeleton_ids)
            tags = self.project.tags(skeleton_ids)
            by_node = tags.groupby("treenode_id")["tag"].agg(", ".join).to_dict()
            return nodes.assign(tags=[by_node.get(node, "") for node in nodes["id"]])

        rows, notes = await self._rows_of(read)
        rows["kind"] = node_kinds(rows)
        rows = rows.rename(columns={"id": "treenode_id"})
        rows["key"] = rows["treenode_id"]
        shown = [
            shown_column("treenode_id", "Treenode", "integer", width=84),
            *NEURON,
            shown_column("kind", "Kind", width=62),
            shown_column("tags", "Tags", width=70, grow=1, rank=1),
            shown_column("confidence", "Conf.", "integer", hint="Confidence, 1 to 5", width=52, rank=3),
            shown_column("radius", "Radius", "decimal", hint="Radius (nm), -1 if it is not set", width=66, rank=3),
            *PLACE,
        ]
        return TableContent(rows, shown, notes)
