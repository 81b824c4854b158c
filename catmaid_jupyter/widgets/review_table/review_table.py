"""A table of how much of neurons is reviewed, by whom, and what changed since."""

from __future__ import annotations

from typing import Any, ClassVar, Final

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.neuron_choice import neuron_names
from catmaid_jupyter.client.reviews.review_status import counts, own_id, set_team, team_table
from catmaid_jupyter.edits.base import new_key
from catmaid_jupyter.edits.reviews import ResetReviews
from catmaid_jupyter.widgets.connectivity_table.grouping import notes_on_gone
from catmaid_jupyter.widgets.project_table import (
    ProjectTable,
    RowAction,
    RowPlace,
    RowQuestion,
    TableContent,
    shown_column,
)
from catmaid_jupyter.widgets.review_table.review_rows import REVIEW_ROWS, review_rows, team_of_text, team_text
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.selection_table.places import place_of_node

_TEAM_HINT: Final = "Whose reviews count as those of your team? Names, and the day from which on if not all count."
_TEAM_EXAMPLE: Final = "ana, ben since 2026-01-01"


class ReviewTable(ProjectTable):
    """How much of a selection's neurons is reviewed: by oneself, by one's team, by anybody, and by each reviewer.

    Enter, or a double click, begins or resumes the review of a neuron in the viewer, where W goes on and marks what was
    looked at. Parameters, traits and errors are those of `ProjectTable`.
    """

    _label: ClassVar = "Reviews"
    _go: ClassVar = ("Review", "Begin or resume the review of this neuron in the viewer")
    _actions: ClassVar = (
        RowAction(
            name="reset", title="Reset own…", hint="Take back your own reviews of these neurons", rows=True, asks=True
        ),
        RowAction(
            name="team", title="Team…", hint="Choose whose reviews count as those of your team", rows=False, asks=True
        ),
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._known = pd.DataFrame()
        """Rows that nothing has changed since they were read, by skeleton id."""
        self._news: set[int] | None = set()
        """Skeletons that changed since the last reading began; None for all."""
        super().__init__(*arguments, **options)

    @property
    def table(self) -> pd.DataFrame:
        """The rows, read anew.

        skeleton_id int64, name str, nodes, segments int64, own_percent, team_percent, union_percent float64, reviewers
        str (names with their shares), last (review) datetime64[us, UTC], changed int64: treenodes that changed after a
        review (see `ProjectReview.stale`).
        """
        return loop.run(self._table())

    async def _table(self) -> pd.DataFrame:
        place = self.project.place
        names = await neuron_names(place, self.selection.skeleton_ids) if self.selection.skeleton_ids else {}
        return await review_rows(place, {one: names[one] for one in self.selection.skeleton_ids if one in names})

    async def _read(self) -> TableContent:
        place, wanted = self.project.place, self.selection.skeleton_ids
        names = await neuron_names(place, wanted) if wanted else {}
        there = [one for one in wanted if one in names]
        notes = await notes_on_gone(place, [one for one in wanted if one not in names])
        if not wanted:
            notes.append("The selection is empty: add neurons to it.")
        rows = await self._rows_of(there, names)
        rows["key"] = rows["skeleton_id"]
        shown = [
            shown_column("name", "Neuron", width=120, grow=3),
            shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=4),
            shown_column("nodes", "Nodes", "integer", width=64, rank=3),
            shown_column("segments", "Segments", "integer", width=80, rank=3),
            shown_column("own_percent", "Own %", "decimal", hint="Reviewed by yourself (percent of nodes)", width=62),
            shown_column("team_percent", "Team %", "decimal", hint="Reviewed by your team (percent)", width=66),
            shown_column("union_percent", "Union %", "decimal", hint="Reviewed by anybody (percent)", width=68),
            shown_column("reviewers", "Reviewers", hint="Reviewers and their shares", width=120, grow=2, rank=2),
            shown_column("last", "Last review", hint="Time of the last review (UTC)", width=128, rank=2),
            shown_column("changed", "Changed", "integer", hint="Nodes changed after a review", width=74, rank=1),
        ]
        return TableContent(rows, shown, notes)

    async def _rows_of(self, skeleton_ids: list[int], names: dict[int, str]) -> pd.DataFrame:
        """Rows of skeletons; those are read that may have changed."""
        known = self._without_news(self._known)
        self._news = set()
        lacking = [one for one in skeleton_ids if one not in known.index]
        read = await review_rows(self.project.place, {one: names[one] for one in lacking})
        rows = pd.concat([known, read.set_index("skeleton_id", drop=False)]) if len(known) else read
        rows = rows.set_index("skeleton_id", drop=False).loc[skeleton_ids]
        rows["name"] = [names[one] for one in skeleton_ids]
        self._known = rows
        return rows.reset_index(drop=True).astype(dict(REVIEW_ROWS))

    @method
    async def _jump(self, params: dict[str, Any]) -> str:
        """Begin or resume the review of a row in the viewer: ``{key}``; says so."""
        viewer = self.viewer
        if viewer is None:
            raise InvalidInput("There is no viewer to review in: set the table's `viewer`.")
        layer: Any = next((layer for layer in viewer.layers if hasattr(layer, "review")), None)
        if layer is None:
            raise InvalidInput("The viewer has no tracing layer to review in: make it by `project.viewer()`.")
        row = self._row(params["key"])
        layer.review(int(row["skeleton_id"]))
        return f"The review of “{row['name']}” goes on in the viewer: W marks a node and goes on, Q goes back."

    async def _place_of(self, row: pd.Series, _turn: int, /) -> RowPlace:
        skeleton_id = int(row["skeleton_id"])
        node, where = await place_of_node(self.project.place, skeleton_id, "root", (0, 0, 0))
        return RowPlace(where, node, f"This is the root of skeleton {skeleton_id}: treenode {node}.")

    async def _question(self, action: str, rows: pd.DataFrame, /) -> RowQuestion:
        place = self.project.place
        if action == "team":
            team = await team_table(place)
            members = list(zip(team["reviewer"], team["since"], strict=True))
            return RowQuestion(text=_TEAM_HINT, confirm="Choose", value=team_text(members), example=_TEAM_EXAMPLE)
        user_id, ids = await own_id(place.http), rows["skeleton_id"].tolist()
        found = {} if user_id is None else await counts(place, ids, user_ids=[user_id])
        nodes = sum(done for _, done in found.values())
        if not nodes:
            raise NotFound("You have reviewed nothing of these neurons.")
        what = f"{nodes:,} {'node' if nodes == 1 else 'nodes'} of {_counted(len(ids))}"
        later = "One undo brings them back." if "history" in place.capabilities else "They cannot be brought back here."
        return RowQuestion(text=f"Take back your reviews of {what}? {later}", confirm="Reset", value=None, example="")

    async def _act(self, action: str, rows: pd.DataFrame, value: str, /) -> str:
        if action == "team":
            await set_team(self.project.place, team_of_text(value))
            self._news = None
            self._read_again()
            return "These reviewers are your team now."
        group, ids = new_key(), rows["skeleton_id"].tolist()
        for skeleton_id in ids:
            await self.project.edits.apply(ResetReviews(skeleton_id), group=group)
        return f"Your reviews of {_counted(len(ids))} are taken back."

    def _without_news(self, rows: pd.DataFrame) -> pd.DataFrame:
        if self._news is None or rows.empty:
            return pd.DataFrame()
        return rows.drop(index=[one for one in self._news if one in rows.index])

    def _changed(self, change: Change) -> None:
        ids = change.get("skeleton_ids")
        self._news = None if ids is None or self._news is None else {*self._news, *ids}
        super()._changed(change)


def _counted(neurons: int) -> str:
    return f"{neurons:,} {'neuron' if neurons == 1 else 'neurons'}"
