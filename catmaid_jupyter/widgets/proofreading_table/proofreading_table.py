"""A table of points to proofread, which a walk in the viewer leads along."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pandas as pd
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.proofreading.point_walk import PointWalk
from catmaid_jupyter.client.proofreading.points import find_points, seen_points, with_seen
from catmaid_jupyter.client.proofreading.rules import proofreading_rules
from catmaid_jupyter.client.proofreading.seen_points import keep_seen, mark_of
from catmaid_jupyter.client.proofreading.status import set_status, status_table
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.model.proofreading import KINDS, ProofreadingRules
from catmaid_jupyter.widgets.connectivity_table.grouping import notes_on_gone
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.project_table import (
    ProjectTable,
    RowAction,
    RowPlace,
    RowQuestion,
    TableContent,
    TableControl,
    shown_column,
)
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.view_state import StateWriter

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

_MOST_NOTES: Final = 10
"""Neurons of which a status is told above the table."""
_KINDS: Final[list[tuple[str, str]]] = [("all", "all kinds"), *((kind, kind) for kind in KINDS)]


class ProofreadingTable(ProjectTable):
    """Points of a selection's neurons that a proofreader should look at, without those that they have seen.

    Enter goes to a point in the viewer; from there `J` marks it as seen and goes on to the next one, `Shift+J` goes
    back. What was seen is kept on the server for the user. Other parameters, traits and errors are those of
    `ProjectTable`.

    Parameters
    ----------
    rules
        What counts as a point, as `ProjectProofreading.points` takes it.
    """

    _label: ClassVar = "Points to proofread"
    _go: ClassVar = ("Look", "Show this point in the viewer; there J goes on to the next one, and Shift+J back")
    _offered: ClassVar = (
        TableControl(
            trait="shown_points", title="Points", kind="choice", choices=[("unseen", "not seen yet"), ("all", "all")]
        ),
        TableControl(trait="shown_kind", title="of", kind="choice", choices=_KINDS),
    )
    _actions: ClassVar = (
        RowAction(name="seen", title="Seen", hint="Mark these points as seen", rows=True, asks=False),
        RowAction(name="unseen", title="Not seen", hint="Look at these points again", rows=True, asks=False),
        RowAction(name="status", title="Status…", hint="Say how far these neurons are proofread", rows=True, asks=True),
    )

    shown_points = traitlets.Enum(("unseen", "all"), "unseen").tag(sync=True)
    """Whether points are shown that the user has seen already."""

    shown_kind = traitlets.Enum(("all", *KINDS), "all").tag(sync=True)
    """Which kind of points is shown."""

    def __init__(
        self,
        selection: Selection,
        viewer: StackViewer | None = None,
        *,
        rules: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._rules = proofreading_rules(rules or {})
        self._known: dict[int, pd.DataFrame] = {}
        """Points of skeletons that nothing has changed since they were read."""
        self._news = 0
        self._walk: PointWalk | None = None
        super().__init__(selection, viewer, **options)

    @property
    def rules(self) -> ProofreadingRules:
        """What counts as a point; set it by a dict, such as `{"jump": 2000}`."""
        return self._rules

    @rules.setter
    def rules(self, rules: Mapping[str, Any]) -> None:
        self._rules = proofreading_rules(rules)
        self._forget(None)
        self._read_again()

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """As of all tables, and the rules."""
        return {**super().tell_parts(writer), "rules": asdict(self._rules)}

    @classmethod
    def _more_parts(cls, parts: Mapping[str, Any], /) -> dict[str, Any]:
        return {"rules": parts["rules"]}

    @property
    def table(self) -> pd.DataFrame:
        """All points, seen or not, as `ProjectProofreading.points` gives them, read anew."""
        self._forget(None)
        return loop.run(self._points())

    async def _points(self) -> pd.DataFrame:
        place, wanted = self.project.place, self.selection.skeleton_ids
        names = await names_of(place, wanted) if wanted else {}
        lacking = {one: name for one, name in names.items() if one not in self._known}
        news, found = self._news, await find_points(place, lacking, self._rules)
        by_skeleton = {int(str(one)): rows for one, rows in found.groupby("skeleton_id")}
        read = {one: by_skeleton.get(one, found.iloc[:0]) for one in lacking}
        if news == self._news:
            self._known |= read
        known = {**self._known, **read}
        parts = [known[one].assign(neuron=names[one]) for one in wanted if one in names and len(known[one])]
        return await with_seen(place, pd.concat(parts, ignore_index=True) if parts else found.iloc[:0])

    async def _read(self) -> TableContent:
        place, wanted = self.project.place, self.selection.skeleton_ids
        points = await self._points()
        if self._walk is not None:
            self._walk.replace(points)
        shown = points[points["kind"] == self.shown_kind] if self.shown_kind != "all" else points
        rows = shown[~shown["seen"]] if self.shown_points == "unseen" else shown
        rows = rows.reset_index(drop=True)
        rows["key"] = [mark_of(*one) for one in seen_points(rows)]
        rows["seen"] = ["seen" if is_seen else "" for is_seen in rows["seen"]]
        names = await names_of(place, wanted) if wanted else {}
        notes = [*await notes_on_gone(place, [one for one in wanted if one not in names])]
        if not wanted:
            notes.append("The selection is empty: add neurons to it.")
        elif rows.empty:
            notes.append(_nothing_left(len(shown)))
        notes += await asyncio.to_thread(self._status_notes, names)
        return TableContent(rows, _COLUMNS, notes)

    @method
    async def _jump(self, params: dict[str, Any]) -> str:
        """Show a point in the viewer, from which a walk goes on: ``{key, turn}``; says what is there."""
        sentence: str = await super()._jump(params)
        row = self._row(params["key"])
        self._walk = walk = PointWalk(self.project.place, await self._points(), weakly(self._read_again))
        walk.stand_at(int(row["treenode_id"]), str(row["kind"]), str(row["mark"]))
        layer: Any = next((layer for layer in self.viewer.layers if hasattr(layer, "proofread")), None)  # type: ignore[union-attr]
        if layer is not None:
            layer.proofread(walk)
        return sentence

    async def _place_of(self, row: pd.Series, _turn: int, /) -> RowPlace:
        where = (float(row["x"]), float(row["y"]), float(row["z"]))
        return RowPlace(where, int(row["treenode_id"]), f"{row['what']} J goes on to the next point, Shift+J back.")

    async def _question(self, action: str, rows: pd.DataFrame, /) -> RowQuestion:
        if action != "status":
            return await super()._question(action, rows)
        ids = rows["skeleton_id"].unique().tolist()
        known = await asyncio.to_thread(status_table, self.project.place, ids)
        texts = [text for text in known["status"].unique().tolist() if text]
        which = f"“{rows['neuron'].iloc[0]}”" if len(ids) == 1 else f"these {len(ids):,} neurons"
        text = f"How far is the proofreading of {which}? Everybody sees it; an empty text takes it off."
        value = texts[0] if len(texts) == 1 else "complete"
        return RowQuestion(text=text, confirm="Keep", value=value, example="complete")

    async def _act(self, action: str, rows: pd.DataFrame, value: str, /) -> str:
        place, ids = self.project.place, rows["skeleton_id"].unique().tolist()
        if action == "status":
            await asyncio.to_thread(set_status, place, self.project.edits, ids, value.strip() or None)
            self._read_again()
            neurons = "This neuron has" if len(ids) == 1 else f"{len(ids):,} neurons have"
            return f"{neurons} the status “{value.strip()}” now." if value.strip() else f"{neurons} no status now."
        is_seen = action == "seen"
        if self._walk is not None:
            await self._walk.mark(rows, seen=is_seen)
        else:
            await keep_seen(place, seen_points(rows), seen=is_seen)
            self._read_again()
        points = f"{len(rows):,} {'point is' if len(rows) == 1 else 'points are'}"
        return f"{points} {'seen' if is_seen else 'to be seen again'}."

    def _status_notes(self, names: Mapping[int, str]) -> list[str]:
        """What is known of how far neurons are proofread, a sentence for each that has a status."""
        table = status_table(self.project.place, list(names))
        told = table[table["status"] != ""].sort_values("is_stale", ascending=False, kind="stable")
        notes = []
        for row in told.head(_MOST_NOTES).to_dict("records"):
            when = "" if pd.isna(row["time"]) else f", {row['time']:%Y-%m-%d %H:%M}"
            said = f"“{names[row['skeleton_id']]}” is “{row['status']}” ({row['user']}{when})"
            if row["is_stale"]:
                edits = "once" if row["changes"] == 1 else f"{row['changes']:,} times"
                said += f", but its structure was changed {edits} since: {row['last_change']}"
            notes.append(f"{said}.")
        more = len(told) - len(notes)
        return [*notes, f"{more:,} more neurons have a status: project.proofreading.status tells."] if more else notes

    def _forget(self, skeleton_ids: list[int] | None) -> None:
        self._news += 1
        if skeleton_ids is None:
            self._known = {}
        for one in skeleton_ids or ():
            self._known.pop(one, None)

    def _changed(self, change: Change) -> None:
        ids = change.get("skeleton_ids")
        self._forget(ids)
        if ids is None or any(one in self.selection for one in ids):
            super()._changed(change)


_COLUMNS: Final = (
    shown_column("kind", "Kind", width=96),
    shown_column("what", "What", width=170, grow=4),
    shown_column("neuron", "Neuron", width=90, grow=2),
    shown_column("seen", "Seen", hint="Whether you have seen it", width=52, rank=2),
    shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=4),
    shown_column("treenode_id", "Treenode", "integer", width=84, rank=3),
    *(shown_column(axis, f"{axis} (nm)", "decimal", width=82, rank=4) for axis in "xyz"),
)


def _nothing_left(count: int) -> str:
    if not count:
        return "There are no such points by the rules."
    return f"You have seen {'the only point' if count == 1 else f'all {count:,} points'}."
