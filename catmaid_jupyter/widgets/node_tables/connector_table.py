"""A table of the links of neurons to connectors."""

from __future__ import annotations

import asyncio
from typing import ClassVar

import pandas as pd

from catmaid_jupyter.client.tables import connector_tables
from catmaid_jupyter.widgets.node_tables.node_rows import NEURON, PLACE, NodesTable
from catmaid_jupyter.widgets.project_table import TableContent, shown_column


class ConnectorTable(NodesTable):
    """The links of a selection to connectors: relation, confidence, who made them and when, place of the connector.

    Parameters, traits and errors are those of `ProjectTable`; Enter goes to a connector in the viewer.
    """

    _label: ClassVar = "Links to connectors"
    _elsewhere: ClassVar = "project.links"

    async def _rows_of(self, skeleton_ids: list[int], /) -> pd.DataFrame:
        connectors, links = await connector_tables(self.project.place, skeleton_ids, None, links=True)
        return await asyncio.to_thread(_placed, links, connectors, skeleton_ids)

    async def _read(self) -> TableContent:
        rows, notes = await self._named_rows()
        rows["key"] = rows["id"]
        shown = [
            shown_column("connector_id", "Connector", "integer", width=92),
            *NEURON,
            shown_column("relation", "Relation", width=124),
            shown_column("treenode_id", "Treenode", "integer", width=84, rank=3),
            shown_column("confidence", "Conf.", "integer", hint="Confidence, 1 to 5", width=52, rank=3),
            shown_column("creator", "Creator", width=70, rank=2),
            shown_column("creation_time", "Created", hint="Created (UTC)", width=120, rank=3),
            *PLACE,
        ]
        return TableContent(rows, shown, notes)


def _placed(links: pd.DataFrame, connectors: pd.DataFrame, skeleton_ids: list[int]) -> pd.DataFrame:
    """The links of skeletons, with the places of their connectors."""
    own = links[links["skeleton_id"].isin(skeleton_ids)]
    places = connectors[["id", "x", "y", "z"]].rename(columns={"id": "connector_id"})
    return own.merge(places, on="connector_id")
