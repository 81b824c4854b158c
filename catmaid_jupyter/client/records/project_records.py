"""Reviews, contributors, statistics and links of a project, in people's hands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import accounts
from catmaid_jupyter.client.naming import one_id
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.records import record_tables
from catmaid_jupyter.client.stack import Stack


class ProjectRecords(Public):
    """What `Project` says of who did how much, and where."""

    place: Place

    def reviews(self, neurons: Neurons, *, by: str | int | None = None) -> pd.DataFrame:
        """How much of each skeleton is reviewed.

        by : only by this user, a name or an id.

        skeleton_id, nodes, reviewed int64 (treenodes), percent float64; in the order of the neurons.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        user_id = loop.run(accounts.user_id(self.place.http, by)) if isinstance(by, str) else by
        return loop.run(record_tables.review_table(self.place, skeleton_ids, user_id))

    def contributors(self, neurons: Neurons) -> pd.DataFrame:
        """Who made and reviewed neurons, all of these together, who made the most nodes first.

        user str, nodes, presynapses, postsynapses (links), reviews (treenodes) int64.
        """
        return loop.run(record_tables.contributor_table(self.place, skeleton_ids_of(self.place, neurons)))

    def statistics(
        self, since: str | pd.Timestamp | None = None, until: str | pd.Timestamp | None = None
    ) -> pd.DataFrame:
        """What users did in the project on each day (UTC) on which they did something.

        since, until : the first and the last day, by default the last ten days until today.

        day datetime64[us, UTC], user str, nodes int64 (made), cable_length float64 nm (made), connectors int64 (links
        made), reviewed int64 (treenodes).
        """
        last = _day(until) if until is not None else pd.Timestamp.now("UTC")
        first = _day(since) if since is not None else last - pd.Timedelta(days=9)
        if first > last:
            raise InvalidInput(f"The first day, {first:%Y-%m-%d}, is after the last, {last:%Y-%m-%d}.")
        return loop.run(record_tables.statistics_table(self.place, first, last))

    def url(
        self,
        position: Sequence[float] | None = None,
        *,
        skeleton: int | None = None,
        treenode: int | None = None,
        stack: int | Stack | None = None,
        scale: float = 0,
    ) -> str:
        """The address of a place in CATMAID's own front end, for mails and notes; it has no token.

        position : (x, y, z) nm; by default the root of `skeleton`.
        skeleton, treenode : what is active there.
        stack : a stack or its id; by default the front end chooses.
        scale : zoom level, 0 for full resolution.
        """
        query: dict[str, object] = {"pid": self.place.project_id, "tool": "tracingtool"}
        if skeleton is not None:
            skeleton = one_id(skeleton, "skeleton")
            root = loop.run(self.place.read_json("GET", f"skeletons/{skeleton}/root"))
            position = position or (root["x"], root["y"], root["z"])
            query["active_skeleton_id"] = skeleton
            query["active_node_id"] = int(treenode or root["root_id"])
        elif treenode is not None:
            query["active_node_id"] = int(treenode)
        if position is not None:
            query |= dict(zip(("xp", "yp", "zp"), _place(position), strict=True))
        if stack is not None:
            query |= {"sid0": stack.id if isinstance(stack, Stack) else int(stack), "s0": scale}
        return f"{self.place.http.url}?{urlencode(query)}"


def _place(position: Any) -> tuple[float, float, float]:
    try:
        x, y, z = (float(value) for value in position)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"A position is (x, y, z) in nm, not {position!r:.80}. For a neuron write project.url(skeleton=…)."
        ) from None
    return x, y, z


def _day(given: str | pd.Timestamp) -> pd.Timestamp:
    try:
        day = pd.Timestamp(given)
    except ValueError:
        raise InvalidInput(f"A day is written as 2026-11-28, not {given!r:.60}.") from None
    return day.tz_localize("UTC") if day.tzinfo is None else day
