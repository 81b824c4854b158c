"""A table of the treenodes of neurons."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import numpy as np
import pandas as pd

from catmaid_jupyter.client.arbors.arbor_tables import ArborTables, read_few_arbors
from catmaid_jupyter.widgets.node_tables.node_rows import NEURON, PLACE, NodesTable, node_kinds
from catmaid_jupyter.widgets.project_table import TableContent, shown_column


class TreenodeTable(NodesTable):
    """The treenodes of a selection: kind (root, end, branch, slab), confidence, radius, tags, place.

    Parameters, traits and errors are those of `ProjectTable`; Enter goes to a node in the viewer.
    """

    _label: ClassVar = "Treenodes"
    _is_row_a_node: ClassVar = True
    _elsewhere: ClassVar = "project.nodes"

    async def _rows_of(self, skeleton_ids: list[int], /) -> pd.DataFrame:
        found = await read_few_arbors(self.project.place, skeleton_ids, connectors=False)
        return await asyncio.to_thread(_with_tags_and_kinds, found)

    async def _read(self) -> TableContent:
        rows, notes = await self._named_rows()
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


def _with_tags_and_kinds(found: ArborTables) -> pd.DataFrame:
    nodes, tags = found.nodes, found.tags
    nodes["kind"] = node_kinds(nodes)
    by_node = tags.groupby("treenode_id")["tag"].agg(", ".join)
    codes, texts = pd.factorize(by_node)
    at = pd.Index(by_node.index).get_indexer(nodes["id"])
    # Most nodes have no tag: their code is that of the last text.
    codes = np.append(codes, len(texts))[at]
    nodes["tags"] = pd.Categorical.from_codes(codes, categories=pd.Index([*texts, ""]))
    return nodes.rename(columns={"id": "treenode_id"})
