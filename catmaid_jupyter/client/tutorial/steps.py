"""The steps of the tutorial: what to do, where, and whether it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.client.tutorial.lesson import Lesson, PlacesInNm
from catmaid_jupyter.model.arbor import branch_points, parent_indices

_REACH: Final = 250.0
"""A node counts for a place that is no farther (nm), if it is in the neurite and counts for no other place."""
_CONNECTOR_REACH: Final = 200.0
_SAME_PLACE: Final = 0.1


@dataclass
class Traced:
    """What there is of the lesson in the project.

    nodes : treenodes around it (id, parent_id, skeleton_id, x, y, z, neurite: that in which they are). own : the
    skeleton of the learner's neuron. reviewed : nodes of it that the learner has reviewed. links : of the skeletons
    near the synapse. prepared : treenodes that were made for the learner, the wrong one last; -1 where one is gone.
    """

    nodes: pd.DataFrame
    own: int | None
    reviewed: int = 0
    links: pd.DataFrame = field(default_factory=pd.DataFrame)
    prepared: tuple[int, ...] = ()

    @property
    def own_nodes(self) -> pd.DataFrame:
        """Nodes of the learner's neuron."""
        return self.nodes[self.nodes["skeleton_id"] == (-1 if self.own is None else self.own)]

    def skeleton_of(self, node: int) -> int | None:
        """The skeleton of a treenode; None if it is gone."""
        found = self.nodes.loc[self.nodes["id"] == node, "skeleton_id"]
        return int(found.iloc[0]) if len(found) else None

    @property
    def is_joined(self) -> bool:
        """Whether the first of the prepared treenodes is in the learner's neuron."""
        return self.own is not None and bool(self.prepared) and self.skeleton_of(self.prepared[0]) == self.own


class Verdict(NamedTuple):
    """Whether a step is done; what is right or wrong, as a sentence; and where to go on, nm, or None.

    Keys in a sentence stand in `…`, names of buttons in *…*.
    """

    is_done: bool
    sentence: str
    place: PlacesInNm | None = None


@dataclass(frozen=True)
class TutorialStep:
    """A step: what to do, as a sentence of a `Verdict`; the check of it; and near which place (nm) it begins."""

    name: str
    title: str
    text: str
    check: Callable[[Lesson, Traced], Verdict]
    begins_near: Callable[[Lesson], PlacesInNm] | None = None

    def begins_at(self, lesson: Lesson, traced: Traced) -> int | None:
        """The own node that the step speaks of, which is active when it opens; None if there is none."""
        own = traced.own_nodes
        if self.begins_near is None or own.empty:
            return None
        away = np.linalg.norm(own[["x", "y", "z"]].to_numpy(np.float64) - self.begins_near(lesson), axis=1)
        return int(own["id"].to_numpy()[away.argmin()])


def _place(lesson: Lesson, traced: Traced) -> Verdict:
    if (outside := _outside(lesson, traced)) is not None:
        return outside
    is_reached = _nodes_at(lesson.path, _in_neurite(lesson, traced)) >= 0
    done = int(is_reached.sum())
    if is_reached.all():
        return Verdict(True, f"All {done} nodes are in the neurite.")
    missing = lesson.path[is_reached.argmin()]
    if not done:
        return Verdict(False, "The middle of the picture, under the cross, is in the neurite: click there.", missing)
    if (apart := _apart(lesson, traced, missing)) is not None:
        return apart
    return Verdict(False, f"{done} of {len(is_reached)} places have a node. Go on to the next one.", missing)


def _branch(lesson: Lesson, traced: Traced) -> Verdict:
    there = _in_neurite(lesson, traced)
    for_path = _nodes_at(lesson.path, there)
    is_reached = _nodes_at(lesson.side, np.delete(there, for_path[for_path >= 0], axis=0)) >= 0
    own = traced.own_nodes
    has_branch = len(own) > 0 and len(branch_points(parent_indices(own["id"], own["parent_id"]))) > 0
    missing = lesson.side[is_reached.argmin()]
    if not is_reached.all() and (apart := _apart(lesson, traced, missing)) is not None:
        return apart
    if not has_branch:
        what = (
            "Your neuron has no branch yet: click on the node at the branch, then into the side branch under the cross."
        )
        return Verdict(False, what, lesson.side[0])
    if not is_reached.all():
        return Verdict(False, "The side branch has no node yet where the cross is after *Show*.", missing)
    return Verdict(True, "The neuron branches where the neurite does.")


def _synapse(lesson: Lesson, traced: Traced) -> Verdict:
    wanted, links = lesson.synapse, traced.links
    at = links[["x", "y", "z"]].to_numpy(np.float64) if len(links) else np.empty((0, 3))
    near = links[np.linalg.norm(at - wanted.connector, axis=1) < _CONNECTOR_REACH] if len(links) else links
    if not len(near):
        what = (
            "Make nothing active (`Ctrl`-click), click into the neurite under the cross, then `Shift`-click the T-bar."
        )
        return Verdict(False, what, wanted.source_place)
    neurite_of = dict(zip(traced.nodes["id"], traced.nodes["neurite"], strict=True))
    sources = near.loc[near["relation"] == "presynaptic_to", "treenode_id"].map(neurite_of)
    targets = near.loc[near["relation"] == "postsynaptic_to", "treenode_id"].map(neurite_of)
    if not (sources == wanted.source).any():
        return Verdict(
            False, "The connector's presynaptic node is not in the neurite with the T-bar.", wanted.source_place
        )
    if not targets.isin(list(wanted.partners)).any():
        what = (
            "The connector is active: click into a profile that faces the T-bar, as that to which *Show* takes the "
            "cross. If the connector is not active any more, click on it first."
        )
        return Verdict(False, what, wanted.partner_place)
    return Verdict(True, "The synapse leads from the right neurite to a right partner.")


def _join(lesson: Lesson, traced: Traced) -> Verdict:
    if not traced.prepared:
        return Verdict(False, "The rest of the neurite is being made; check again.", lesson.rest[0])
    if traced.is_joined:
        return Verdict(True, "Both are one neuron now.")
    what = (
        "The end of your neuron is active (if not, click on it): `Shift`-click on the node of “Tutorial: the rest” "
        "under the cross."
    )
    return Verdict(False, what, lesson.rest[0])


def _split(lesson: Lesson, traced: Traced) -> Verdict:
    *right, wrong = traced.prepared or (-1, -1)
    if not traced.is_joined and traced.skeleton_of(wrong) == traced.skeleton_of(right[0]):
        what = "The rest is not joined to your neuron: go *Back* to the step before, and join it first."
        return Verdict(False, what, lesson.rest[0])
    if traced.skeleton_of(wrong) == traced.own:
        what = "The last node under the cross is in another neurite. Click on it, press `Shift`+`X`, and say yes."
        return Verdict(False, what, lesson.wrong)
    if any(traced.skeleton_of(node) != traced.own for node in right):
        return Verdict(
            False, "More than the wrong node was split off: undo with `Ctrl`+`Z` and split again.", lesson.wrong
        )
    if (outside := _outside(lesson, traced)) is not None:
        return outside
    return Verdict(True, "Your neuron is in one neurite only.")


def _review(lesson: Lesson, traced: Traced) -> Verdict:
    count = len(traced.own_nodes)
    if count and traced.reviewed >= count:
        return Verdict(True, f"You have reviewed all {count} nodes.")
    what = (
        f"{traced.reviewed} of {count} nodes are reviewed. With a node of yours active press `E`, `W` until the end of "
        "the segment, then `E` again, until all are reviewed."
    )
    return Verdict(False, what, lesson.path[0])


STEPS: Final = (
    TutorialStep(
        "place",
        "Place nodes",
        "A neurite is a profile with a membrane around it, in section after section. Click into the profile "
        "under the cross, go to the next places with the wheel (or `.` and `,`), and click there: each node hangs"
        " on the one before. *Show* goes to the next place.",
        _place,
    ),
    TutorialStep(
        "branch",
        "Trace a branch",
        "Here the neurite branches. Click on the node before the branch, which makes it active, and place "
        "nodes along the side branch: the node has two children then.",
        _branch,
    ),
    TutorialStep(
        "synapse",
        "Make a synapse",
        "At a T-bar, a dark T at the membrane, a neurite signals to those that face it. `Shift`-click makes a "
        "connector with the active node presynaptic, and the connector is active then: a click makes a postsynaptic "
        "node.",
        _synapse,
    ),
    TutorialStep(
        "join",
        "Join two skeletons",
        "Somebody has traced how the neurite goes on, as a neuron of its own. With the end of yours active, "
        "`Shift`-click on its nearest node; a question shows both, and `Enter` joins them.",
        _join,
        lambda lesson: lesson.rest[0],
    ),
    TutorialStep(
        "split",
        "Split what is wrong",
        "What you joined has a fault at its far end: it goes into another neurite. The node that does not "
        "belong to yours is made active and split off with `Shift`+`X`.",
        _split,
    ),
    TutorialStep(
        "review",
        "Review the neuron",
        "To review is to look at every node again. `E` begins at an end of the active neuron, `W` marks the node and "
        "goes on, `Q` goes back. At the end of a segment `E` goes to the next one.",
        _review,
        lambda lesson: lesson.path[0],
    ),
)


def prepared_among(nodes: pd.DataFrame, lesson: Lesson) -> tuple[int, ...]:
    """The treenodes that were made for the learner, by their places, the wrong one last; -1 where one is gone."""
    at = nodes[["x", "y", "z"]].to_numpy(np.float64)
    found = []
    for place in prepared_places(lesson):
        here = nodes["id"].to_numpy()[np.linalg.norm(at - place, axis=1) < _SAME_PLACE]
        found.append(int(here.min()) if len(here) else -1)
    return tuple(found)


def prepared_places(lesson: Lesson) -> PlacesInNm:
    """Where treenodes are made for the learner, nm."""
    return np.vstack([lesson.rest, lesson.wrong])


def _in_neurite(lesson: Lesson, traced: Traced) -> PlacesInNm:
    """Where the learner's neuron is in the neurite."""
    own = traced.own_nodes
    return own.loc[own["neurite"] == lesson.neurite, ["x", "y", "z"]].to_numpy(np.float64)


def _nodes_at(places: PlacesInNm, nodes: PlacesInNm) -> NDArray[np.int64]:
    """For each place the index of a node that counts for it alone, -1 if there is none: what is nearest comes first."""
    found = np.full(len(places), -1, np.int64)
    away = np.linalg.norm(places[:, None] - nodes[None], axis=2)
    for pair in away.argsort(axis=None).tolist():
        place, node = divmod(pair, len(nodes))
        if away[place, node] > _REACH:
            break
        if found[place] < 0 and node not in found:
            found[place] = node
    return found


def _outside(lesson: Lesson, traced: Traced) -> Verdict | None:
    """That the learner's neuron is in another neurite, if it is."""
    own = traced.own_nodes
    wrong = own.loc[own["neurite"] != lesson.neurite, ["x", "y", "z"]].to_numpy(np.float64)
    if not len(wrong):
        return None
    what = "A node of yours is in another neurite, under the cross after *Show*: make it active and press `Delete`."
    return Verdict(False, what, wrong[0])


def _apart(lesson: Lesson, traced: Traced, missing: PlacesInNm) -> Verdict | None:
    """That a node at a place began a neuron of its own, if one did: nothing was active before the click."""
    nodes = traced.nodes
    others = nodes[(nodes["skeleton_id"] != traced.own) & ~nodes["id"].isin(traced.prepared)]
    there = others.loc[others["neurite"] == lesson.neurite, ["x", "y", "z"]].to_numpy(np.float64)
    if traced.own is None or not (np.linalg.norm(there - missing, axis=1) <= _REACH).any():
        return None
    what = (
        "The node there is a neuron of its own, as nothing was active before the click: take it back with `Ctrl`+`Z`, "
        "click on the last node of your neuron, and then there."
    )
    return Verdict(False, what, missing)
