"""Proofreading of a project's neurons, in people's hands."""

from __future__ import annotations

from typing import Any

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.proofreading import status
from catmaid_jupyter.client.proofreading.points import read_points, seen_points
from catmaid_jupyter.client.proofreading.rules import proofreading_rules
from catmaid_jupyter.client.proofreading.seen_points import keep_seen
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.edits.journal import EditJournal


class ProjectProofreading(Public):
    """Points of neurons to proofread, and how far neurons are proofread: `project.proofreading`.

    Other CATMAID servers keep points that were seen, and statuses, too. They do not tell of deletions and links since a
    status, nor which edit it was: there `changes` tells who edited treenodes that are still there.
    """

    def __init__(self, place: Place, edits: EditJournal) -> None:
        self._place = place
        self._edits = edits

    def points(self, neurons: Neurons, **rules: Any) -> pd.DataFrame:
        """Points to look at: open ends, low confidence, tags, far jumps, long stretches without a branch.

        rules : `confidence_below=5`; `tags=["TODO", "uncertain end", "uncertain continuation"]`; `jump` and `twigless`,
            lengths in nm of an edge and of cable without a branch, by default 10 times the median edge, and 5 times
            the median length between branches.

        skeleton_id int64, neuron str, kind (`open end`, `low confidence`, `tag`, `far jump`, `missing twigs`),
        treenode_id int64, x, y, z float64 nm, what (a sentence), mark (changes when the point does), seen bool (by
        oneself); by neuron, kind and distance from the root.
        """
        skeleton_ids, wanted = skeleton_ids_of(self._place, neurons), proofreading_rules(rules)
        names = loop.run(names_of(self._place, skeleton_ids))
        return loop.run(read_points(self._place, {one: names[one] for one in skeleton_ids if one in names}, wanted))

    def mark_seen(self, points: pd.DataFrame, *, seen: bool = True) -> None:
        """Keep that oneself has seen points, rows of `points`; or not, with `seen=False`."""
        missing = [name for name in ("treenode_id", "kind", "mark") if name not in points]
        if missing:
            raise InvalidInput(f"Give rows of project.proofreading.points: {', '.join(missing)} is missing.")
        loop.run(keep_seen(self._place, seen_points(points), seen=seen))

    def status(self, neurons: Neurons) -> pd.DataFrame:
        """How far neurons are proofread, and whether their structure changed since.

        skeleton_id int64, status str (empty: none), user str, time datetime64[us, UTC], is_stale bool, changes int64
        (edits of treenodes, edges and links since; see `changes`), last_change str (the last of them as a sentence); in
        the order of the neurons. Moves, confidences, tags and another root leave a status as it is.
        """
        return status.status_table(self._place, skeleton_ids_of(self._place, neurons))

    def set_status(self, neurons: Neurons, text: str | None) -> None:
        """Say how far neurons are proofread, as of now: "complete", or whatever the lab agrees on; None for no status.

        It is kept as an annotation, such as `proofreading: complete`, which everybody sees and can search for, and
        which `undo` takes back. The newest one of a neuron counts.
        """
        skeleton_ids = skeleton_ids_of(self._place, neurons)
        if not skeleton_ids:
            raise InvalidInput("There are no neurons to give a status.")
        status.set_status(self._place, self._edits, skeleton_ids, text)

    def changes(self, neurons: Neurons) -> pd.DataFrame:
        """What changed the structure of neurons since their status was set.

        skeleton_id, version int64 (-1 where it is unknown), change, user str, time datetime64[us, UTC]; nodes_made,
        nodes_gone (also by joins and splits), edges_made (nodes with another parent), links_made, links_gone int64.
        """
        return status.changes_since_status(self._place, skeleton_ids_of(self._place, neurons))
