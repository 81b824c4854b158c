"""A table of what is known of the active neuron: sizes, times, annotations, tags, users, partners."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.client.search.neuron_search import find_page
from catmaid_jupyter.model import queries
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.connectivity_table.grouping import notes_on_gone
from catmaid_jupyter.widgets.project_table import ProjectTable, RowPlace, TableContent, shown_column
from catmaid_jupyter.widgets.selection_table.places import place_of_node

_COLUMNS = ("what", "name", "count", "user", "time", "skeleton_id")


class NeuronNavigator(ProjectTable):
    """What is known of the active neuron of a selection, of the first one if none is active.

    A row for its name and skeleton, each annotation, tag and user, and each partner. Partners go into selections; Enter
    goes to the root of a row's skeleton in the viewer. Parameters, traits and errors are those of `ProjectTable`.
    """

    _label: ClassVar = "The active neuron"

    @property
    def skeleton_id(self) -> int | None:
        """The skeleton that is shown; None if the selection is empty."""
        ids = self.selection.skeleton_ids
        return self.selection.active or (ids[0] if ids else None)

    @property
    def table(self) -> pd.DataFrame:
        """What is known, read anew: what, name str, count int64, user, time (UTC) str, skeleton_id int64."""
        content: TableContent = loop.run(self._read())
        return content.rows.drop(columns="key")

    # What it shows is asked for when another neuron is active: it is no table of saved rows.
    saved_for_page = Widget.saved_for_page

    async def _read(self) -> TableContent:
        shown = [
            shown_column("what", "What", width=80),
            shown_column("name", "Name", width=120, grow=3),
            shown_column("count", "Count", "integer", hint="Nodes, or synapses with a partner", width=64),
            shown_column("user", "User", width=80, rank=1),
            shown_column("time", "Time", hint="Time (UTC)", width=130, rank=2),
            shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=3),
        ]
        skeleton_id, notes, rows = self.skeleton_id, ["The selection is empty: add neurons to it."], []
        if skeleton_id is not None:
            found = await find_page(
                self.project.place,
                queries.skeletons([skeleton_id]),
                sort_by="id",
                descending=False,
                start=0,
                length=1,
            )
            notes = [] if found.rows else await notes_on_gone(self.project.place, [skeleton_id])
            rows = await asyncio.to_thread(self._facts, dict(found.rows[0])) if found.rows else []
        table = pd.DataFrame(rows, columns=list(_COLUMNS)).astype({"count": "int64", "skeleton_id": "int64"})
        table["key"] = [f"{row} {what}" for row, what in enumerate(table["what"])]
        return TableContent(table, shown, notes)

    def _facts(self, neuron: dict[str, Any]) -> list[tuple[str, str, int, str, str, int]]:
        """Rows of a neuron, see `_COLUMNS`."""
        one, project = int(neuron["skeleton_id"]), self.project
        cable = f"{neuron['cable_length'] / 1000:,.1f} µm of cable"
        annotations = project.annotations_of([one]).to_dict("records")
        tags = project.tags([one])["tag"].value_counts().sort_index()
        users = project.contributors([one]).to_dict("records")
        return [
            ("neuron", str(neuron["name"]), 0, neuron["creator"], _minute(neuron["creation_time"]), one),
            ("skeleton", cable, int(neuron["nodes"]), "", _minute(neuron["edition_time"]), one),
            *(("annotation", row["annotation"], 0, row["creator"], _minute(row["time"]), one) for row in annotations),
            *(("tag", str(tag), int(count), "", "", one) for tag, count in tags.items()),
            *(("user", f"{row['reviews']:,} reviews", int(row["nodes"]), row["user"], "", one) for row in users),
            *self._partners("← in", one, "in"),
            *self._partners("→ out", one, "out"),
        ]

    def _partners(self, title: str, skeleton_id: int, relation: str) -> list[tuple[str, str, int, str, str, int]]:
        found = self.project.partners([skeleton_id], relation=relation).to_dict("records")
        return [(title, row["name"], int(row["synapses"]), "", "", int(row["skeleton_id"])) for row in found]

    def _selection_changed(self, delta: Any, origin: Any) -> None:
        super()._selection_changed(delta, origin)
        if delta.column == "active":
            self.emit("changed")

    async def _place_of(self, row: pd.Series, _turn: int, /) -> RowPlace:
        skeleton_id = int(row["skeleton_id"])
        if skeleton_id < 0:
            raise NotFound("This row has no place.")
        node, where = await place_of_node(self.project.place, skeleton_id, "root", (0, 0, 0))
        return RowPlace(where, node, f"This is the root of skeleton {skeleton_id}: treenode {node}.")


def _minute(time: Any) -> str:
    return "" if time is None or pd.isna(time) else pd.Timestamp(time).strftime("%Y-%m-%d %H:%M")
