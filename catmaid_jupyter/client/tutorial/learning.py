"""Somebody who learns tracing: which step they are at, what they have traced, and whether it is right."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.reviews.review_status import counts, own_id
from catmaid_jupyter.client.tables import nodes_in_box
from catmaid_jupyter.client.tutorial.lesson import Lesson
from catmaid_jupyter.client.tutorial.steps import (
    STEPS,
    Traced,
    TutorialStep,
    Verdict,
    prepared_among,
    prepared_places,
)
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.nodes import CreateTreenode

_MARGIN: Final = 600.0
_MOST_NODES: Final = 5_000
_REST: Final = "Tutorial: the rest"


class Learning:
    """What a learner does with a lesson. All methods wait for the server: call them outside the background loop."""

    def __init__(self, place: Place, edits: EditJournal, lesson: Lesson) -> None:
        self.lesson = lesson
        self._place = place
        self._edits = edits
        self._user_id = loop.run(own_id(place.http))
        self._own_node: int | None = None

    def verdict(self, step: TutorialStep) -> Verdict:
        """Whether a step is done."""
        traced = self._traced(step)
        # An undo may have taken back what was made.
        if step.name == "join" and -1 in traced.prepared and not traced.is_joined:
            self._prepare(traced.prepared)
            traced = self._traced(step)
        return step.check(self.lesson, traced)

    def beginning(self, step: TutorialStep) -> tuple[int, int] | None:
        """The learner's node that is active when a step opens, and its skeleton; None leaves it as it is."""
        if step.begins_near is None:
            return None
        traced = self._traced(step)
        node = step.begins_at(self.lesson, traced)
        return None if node is None or traced.own is None else (node, traced.own)

    def _traced(self, step: TutorialStep) -> Traced:
        nodes = self._own_nodes_around()
        prepared = prepared_among(nodes, self.lesson)
        if self._own_node not in set(nodes["id"]):
            self._own_node = self._begun(nodes, prepared)
        found = nodes.loc[nodes["id"] == self._own_node, "skeleton_id"]
        traced = Traced(nodes, int(found.iloc[0]) if len(found) else None, prepared=prepared)
        if step.name == "synapse":
            skeletons = nodes["skeleton_id"].unique().tolist()
            traced.links = read_arbors(self._place, skeletons, nodes=False, tags=False).connectors
        if step.name == "review" and traced.own is not None and self._user_id is not None:
            reviewed = loop.run(counts(self._place, [traced.own], user_ids=[self._user_id]))
            traced.reviewed = reviewed.get(traced.own, (0, 0))[1]
        return traced

    def _own_nodes_around(self) -> pd.DataFrame:
        """The learner's own treenodes around the lesson, and the neurite that each is in."""
        lesson = self.lesson
        sides = (lesson.synapse.connector, lesson.synapse.source_place, lesson.synapse.partner_place, lesson.wrong)
        places = np.vstack([lesson.path, lesson.side, lesson.rest, *sides])
        low, high = (places.min(axis=0) - _MARGIN).tolist(), (places.max(axis=0) + _MARGIN).tolist()
        nodes, _ = loop.run(nodes_in_box(self._place, low, high, _MOST_NODES))
        own = nodes[nodes["user_id"] == self._user_id].reset_index(drop=True)
        return own.assign(neurite=lesson.known.at(own[["x", "y", "z"]].to_numpy(np.float64)))

    def _begun(self, nodes: pd.DataFrame, prepared: tuple[int, ...]) -> int | None:
        """A node of the skeleton that the learner has begun in the neurite; None before that."""
        there = nodes[(nodes["neurite"] == self.lesson.neurite) & ~nodes["id"].isin(prepared)]
        if there.empty:
            return None
        largest = there["skeleton_id"].value_counts().index[0]
        return int(there.loc[there["skeleton_id"] == largest, "id"].min())

    def _prepare(self, known: tuple[int, ...]) -> None:
        """Trace how the neurite goes on, as a neuron of its own whose end is wrong; of it, what is not there."""
        before = -1
        for node, (x, y, z) in zip(known, prepared_places(self.lesson).tolist(), strict=True):
            if node != -1:
                before = node
                continue
            parent: dict[str, Any] = {"neuron_name": _REST} if before == -1 else {"parent_id": before}
            applied = loop.run(self._edits.apply(CreateTreenode(x, y, z, **parent)))
            before = int(applied.answer["treenode_id"])


def step_titles() -> list[str]:
    """Titles of all steps, in their order."""
    return [step.title for step in STEPS]
