"""Reviews of a project's neurons, in people's hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.naming import one_id
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.reviews import review_status, review_tables
from catmaid_jupyter.edits.base import new_key
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.reviews import ResetReviews, ReviewTreenodes


class ProjectReview(Public):
    """Reviews of a project's neurons: `project.review`.

    A review ends where what it was of changes, as in CATMAID: when the treenode moves; when a connector that it is
    linked to moves; when it is linked postsynaptically, or such a link is removed; when any other link of a connector
    that it is linked to is made or removed.
    """

    def __init__(self, place: Place, edits: EditJournal) -> None:
        self._place = place
        self._edits = edits

    def segments(self, neuron: Neurons, *, treenode: int | None = None) -> pd.DataFrame:
        """The paths in which a neuron is reviewed, longest first: each leads from an end towards the root.

        treenode : only what is distal to this treenode.

        segment, step int64 (counted from 0), treenode_id int64, x, y, z float64 nm, reviewers (lists of names).
        """
        skeleton_id = self._one(neuron)
        node = None if treenode is None else one_id(treenode, "treenode")
        return loop.run(review_tables.segment_table(self._place, skeleton_id, node))

    def mark(self, treenodes: int | Iterable[int]) -> list[int]:
        """Mark treenodes as reviewed by oneself, which one `undo` takes back; returns those that there are.

        Other CATMAID servers have no undo for it: there `reset` takes back all reviews of a neuron.

        Raises `NotFound` if none of them exists, `NotAllowed` for those who may only look.
        """
        ids = [treenodes] if isinstance(treenodes, int) else [one_id(one, "treenode") for one in treenodes]
        applied = loop.run(self._edits.apply(ReviewTreenodes(ids)))
        return [int(treenode_id) for treenode_id in applied.answer["treenode_ids"]]

    def reset(self, neurons: Neurons) -> int:
        """Take back all one's own reviews of neurons, which one `undo` brings back; returns of how many neurons.

        Other CATMAID servers cannot bring them back.
        """
        skeleton_ids = skeleton_ids_of(self._place, neurons)
        group = new_key()
        for skeleton_id in skeleton_ids:
            loop.run(self._edits.apply(ResetReviews(skeleton_id), group=group))
        return len(skeleton_ids)

    def status(self, neurons: Neurons) -> pd.DataFrame:
        """How much of each skeleton is reviewed: by oneself, by one's team (see `team`), and by anybody.

        skeleton_id, nodes, own, team, union int64 (treenodes), own_percent, team_percent, union_percent float64; in
        the order of the neurons.
        """
        skeleton_ids = skeleton_ids_of(self._place, neurons)
        return loop.run(review_status.status_table(self._place, skeleton_ids))

    def reviewers(self, neurons: Neurons) -> pd.DataFrame:
        """Who reviewed how much of each skeleton: skeleton_id, reviewer str, nodes int64, percent float64, last TIME.

        last : when the reviewer reviewed there last, datetime64[us, UTC].
        """
        return loop.run(review_status.reviewer_table(self._place, skeleton_ids_of(self._place, neurons)))

    def reviews(self, neurons: Neurons) -> pd.DataFrame:
        """All reviews of treenodes: skeleton_id, treenode_id int64, reviewer str, time datetime64[us, UTC]."""
        return loop.run(review_tables.reviews_table(self._place, skeleton_ids_of(self._place, neurons)))

    def stale(self, neurons: Neurons) -> pd.DataFrame:
        """What changed after it was reviewed, and was not reviewed again by the same reviewer.

        skeleton_id, treenode_id int64, reviewer str, review_time datetime64[us, UTC], change, user str, time
        datetime64[us, UTC]: who changed it, and when. `moved`, `connector moved` and `linked` ended the review;
        `edited` (confidence or radius) and `parent` (the treenode hangs on another one) did not.

        Other CATMAID servers do not tell which reviews ended: there it is `edited` for treenodes that anybody edited
        after a review that still counts; a join or a split edits all treenodes that get another skeleton.
        """
        return loop.run(review_tables.change_table(self._place, skeleton_ids_of(self._place, neurons)))

    @property
    def team(self) -> pd.DataFrame:
        """The reviewers whom one trusts (CATMAID's whitelist): reviewer str, since datetime64[us, UTC]."""
        return loop.run(review_status.team_table(self._place))

    def set_team(self, team: Mapping[str, str | datetime | None] | Iterable[str]) -> None:
        """Trust exactly these reviewers: names, or the days from which on their reviews count by name.

            project.review.set_team({"ana": "2026-01-01", "ben": None})

        None : all of a reviewer's reviews count. Days and times are UTC unless they say otherwise. An edit of the
        user's own settings, which `undo` does not take back.
        """
        if isinstance(team, str):
            raise InvalidInput(f"A team is a list of names, or days by name: [{team!r}].")
        wanted = team if isinstance(team, Mapping) else dict.fromkeys(team)
        loop.run(review_status.set_team(self._place, wanted))

    def _one(self, neuron: Neurons) -> int:
        skeleton_ids = skeleton_ids_of(self._place, neuron)
        if len(skeleton_ids) != 1:
            raise InvalidInput(f"One neuron is wanted here, not {len(skeleton_ids)}: ask for one after the other.")
        return skeleton_ids[0]
