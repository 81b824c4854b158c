"""How the neurons of students compare with the gold neurons of a course."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotAllowed, NotFound
from catmaid_jupyter.client.comparing.comparison import NeuronComparison, arbor_of, compare_arbors, require_options
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name
from catmaid_jupyter.client.frames import COUNT, ID, NM, TEXT, TIME, FrameSchema, frame
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.client.neurons import Skeleton

SCORES: Final[FrameSchema] = {
    "username": TEXT,
    "initials": TEXT,
    "level": COUNT,
    "seed_id": ID,
    "neuron": TEXT,
    "status": TEXT,
    "score": "float64",
    "recall": "float64",
    "precision": "float64",
    "missed": NM,
    "extra": NM,
    "missed_branches": COUNT,
    "extra_branches": COUNT,
    "synapse_recall": "float64",
    "synapse_precision": "float64",
    "nodes": COUNT,
    "cable_length": NM,
    "minutes": "float64",
    "handed_in": TIME,
    "due": TIME,
    "is_late": "bool",
    "note": TEXT,
}
GRADES: Final[FrameSchema] = {
    "assignment": TEXT,
    "student_id": TEXT,
    "score": "float64",
    "max_score": "float64",
    "timestamp": TIME,
}
FULL_MARKS: Final = 100.0
_MEASURED: Final = (
    "score",
    "recall",
    "precision",
    "missed",
    "extra",
    "missed_branches",
    "extra_branches",
    "synapse_recall",
    "synapse_precision",
)
_COUNTED: Final = frozenset({"missed_branches", "extra_branches"})


class Scoring:
    """Comparisons of what students traced with gold neurons, each of which is read once.

    `InvalidInput` for options that `cj.compare` does not have, and for values out of range.
    """

    def __init__(self, state: CourseState, project: Any, options: Mapping[str, Any]) -> None:
        require_options(options)
        self._state = state
        self._project = project
        self._options = options
        self._gold: dict[int, tuple[str, Morphology]] = {}
        self._traced: dict[int, tuple[str, Morphology]] = {}

    def comparison(self, student: dict[str, Any], seed: dict[str, Any]) -> NeuronComparison:
        """A student's neuron beside the gold neuron.

        `InvalidInput` if there is no gold neuron, or the neuron was not begun; `NotFound` if one of both is gone. The
        messages say nothing of where the gold neuron is: students may read them.
        """
        progress = self._state.progress(student, seed)
        name = neuron_name(seed, student)
        if seed["gold_skeleton_id"] is None:
            raise InvalidInput(f"{seed['name']!r} has no gold neuron: give one by course.add_seed(…, gold=…).")
        if progress["treenode_id"] < 0:
            raise InvalidInput(f"{name!r} was not begun.")
        if progress["skeleton_id"] < 0:
            raise NotFound(f"The first node of {name!r} was deleted.")
        skeleton_id = progress["skeleton_id"]
        traced = self._traced.get(skeleton_id) or arbor_of(self._project.skeleton(skeleton_id))
        return compare_arbors(*traced, *self.gold_arbor(seed), **self._options)

    def table(self) -> pd.DataFrame:
        """A row for each student and seed; what cannot be compared has a note that says why."""
        self._read_traced()
        rows = [self._row(student, seed) for student in self._state.students for seed in self._state.seeds]
        return frame({name: [row[name] for row in rows] for name in SCORES}, SCORES)

    def _read_traced(self) -> None:
        """Read what is to be compared, together."""
        with_gold = {seed["id"] for seed in self._state.seeds if seed["gold_skeleton_id"] is not None}
        begun = [one["skeleton_id"] for one in self._state.assignments if one["seed_id"] in with_gold]
        wanted = list(dict.fromkeys(one for one in begun if one is not None))
        if not wanted:
            return
        with contextlib.suppress(NotFound):  # one that is gone by now has a note, when it is read alone
            arbors = self._project.morphology(wanted)
            self._traced = {one: (arbors.names[one], arbors[one]) for one in wanted}

    def _row(self, student: dict[str, Any], seed: dict[str, Any]) -> dict[str, Any]:
        progress = self._state.progress(student, seed)
        try:
            measured, note = self.comparison(student, seed).to_frame().iloc[0].to_dict(), ""
        except CatmaidError as error:
            measured = {name: 0 if name in _COUNTED else np.nan for name in _MEASURED}
            note = error.message
        return {
            **progress,
            **{name: measured[name] for name in _MEASURED},
            "username": student["username"],
            "initials": student["initials"],
            "level": seed["level"],
            "seed_id": seed["id"],
            "neuron": neuron_name(seed, student),
            "due": seed["due"],
            "is_late": _is_late(progress["handed_in"], seed["due"]),
            "note": note,
        }

    def gold_neuron(self, seed: dict[str, Any]) -> Skeleton:
        """The gold neuron of a seed that has one. `NotFound` if it is gone, or the user may not see it."""
        at = int(seed["gold_project_id"])
        try:
            project = self._project if at == self._project.id else self._project.instance.project(at)
            gold: Skeleton = project.skeleton(int(seed["gold_skeleton_id"]))
        except (NotFound, NotAllowed):
            raise NotFound(
                f"The gold neuron of {seed['name']!r} is gone, or in a project that you may not browse: add the seed "
                "with another one, or have can_browse granted to you there."
            ) from None
        return gold

    def gold_arbor(self, seed: dict[str, Any]) -> tuple[str, Morphology]:
        """Name and arbor of the gold neuron of a seed that has one; errors as of `gold_neuron`."""
        seed_id = int(seed["id"])
        if seed_id not in self._gold:
            self._gold[seed_id] = arbor_of(self.gold_neuron(seed))
        return self._gold[seed_id]


def grade_table(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores as nbgrader exports and reads them: assignment, student_id, score, max_score, timestamp.

    What was not handed in has no score.
    """
    handed_in = scores["handed_in"].notna()
    marks = (scores["score"] * FULL_MARKS).round(1).where(handed_in)
    names = scores["level"].astype(str) + "-" + scores["seed_id"].astype(str)
    columns = {
        "assignment": "level " + names,
        "student_id": scores["username"],
        "score": marks,
        "max_score": np.full(len(scores), FULL_MARKS),
        "timestamp": scores["handed_in"],
    }
    return frame(columns, GRADES)


def _is_late(handed_in: str | None, due: str | None) -> bool:
    return handed_in is not None and due is not None and pd.Timestamp(handed_in) > pd.Timestamp(due)
