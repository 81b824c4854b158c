"""A trainer's board: students and neurons, how far each is, what was said; go there, compare, accept, give back."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name
from catmaid_jupyter.client.courses.scoring import Scoring
from catmaid_jupyter.widgets.cell_widget import OneBelowOther
from catmaid_jupyter.widgets.hand_in_review import HandInReview
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.trainers_panel import TrainersPanel, difference_in_words, told_differences

_MOST_DIFFERENCES: Final = 40
"""Branches and synapses that are told of."""
_OF_STUDENTS: Final = ("id", "username", "full_name", "initials")


class CourseWidget(TrainersPanel):
    """All students of a course and their neurons, live: status, nodes, minutes, messages; jump to any.

    Parameters and errors are those of `CoursePanel`, and `NotAllowed` for who does not administer the project.
    """

    _entry = "course-widget"

    opens_reviews = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether neurons are opened beside gold ones below the board: it is shown by `with_reviews`."""

    has_review = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether one is open there."""

    _reviews: OneBelowOther | None = None

    def with_reviews(self, shown: Any = None) -> OneBelowOther:
        """The board, or what it is shown in, with a place below it for a student's neuron beside the gold one."""
        self._reviews = OneBelowOther([])
        self.set_trait("opens_reviews", True)
        return OneBelowOther([self if shown is None else shown, self._reviews])

    def _content(self, state: CourseState, /) -> dict[str, Any]:
        said: dict[tuple[int, int], list[dict[str, Any]]] = {}
        for one in state.messages:
            said.setdefault((one["student_id"], one["seed_id"]), []).append(one)
        return {
            "course": {"name": state.course["name"]},
            "students": [{name: one[name] for name in _OF_STUDENTS} for one in state.students],
            "seeds": [
                {
                    **{name: seed[name] for name in ("id", "level", "name", "task", "stop", "due")},
                    "has_gold": seed["gold_skeleton_id"] is not None,
                }
                for seed in state.seeds
            ],
            "cells": [
                {
                    "student_id": student["id"],
                    "seed_id": seed["id"],
                    "neuron": neuron_name(seed, student),
                    **state.progress(student, seed),
                    "messages": said.get((student["id"], seed["id"]), []),
                }
                for student in state.students
                for seed in state.seeds
            ],
        }

    @method
    async def _go(self, params: dict[str, Any]) -> str:
        """Go to a neuron: ``{student_id, seed_id}``, or to a difference of it (see `compare`); says what is there."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        if params.get("place") is not None:
            node_id = params.get("treenode_id")
            await self._show_place(params["place"], None if node_id is None else int(node_id))
            return difference_in_words(params)
        return await self._show_neuron(seed, self._state.progress(student, seed))

    @method
    async def _compare(self, params: dict[str, Any]) -> dict[str, Any]:
        """Compare a neuron with the gold neuron: ``{student_id, seed_id}``; the result, a picture, and differences."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        scoring = Scoring(self._state, self.project, {})
        found = await asyncio.to_thread(scoring.comparison, student, seed)
        differences, more = told_differences(found, _MOST_DIFFERENCES)
        return {
            "sentence": found.sentence,
            "picture": found.picture(480, 300),
            "differences": differences,
            "more": more,
        }

    @method
    async def _show_gold(self, params: dict[str, Any]) -> str:
        """Show the gold neuron of ``{seed_id}`` below the students' neurons in the viewer; says what is shown."""
        return await asyncio.to_thread(self._gold_shown, self._seed(params["seed_id"]))

    @method
    async def _open_review(self, params: dict[str, Any]) -> str:
        """Open a neuron beside the gold neuron below the board: ``{student_id, seed_id}``; says what is shown."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        await asyncio.to_thread(self._review_opened, student, seed)
        return f"{neuron_name(seed, student)} is open below, the gold neuron at its left."

    def _review_opened(self, student: dict[str, Any], seed: dict[str, Any]) -> None:
        if self._reviews is None:
            raise InvalidInput("There is no place for it here: course.review(student, neuron) shows it.")
        review = HandInReview(self.course, student["username"], int(seed["id"]), close=weakly(self._close_reviews))
        self._reviews.children = [review]
        self.set_trait("has_review", True)

    def _close_reviews(self) -> None:
        if self._reviews is not None:
            self._reviews.children = []
        self.set_trait("has_review", False)

    def _gold_shown(self, seed: dict[str, Any]) -> str:
        if self.viewer is None:
            raise InvalidInput("There is no viewer to show it in: give one, as in course.show(viewer).")
        skeleton = Scoring(self._state, self.project, {}).gold_neuron(seed)
        gold: Any = skeleton.project
        if gold == self.project:
            return f"The gold neuron is {skeleton.name}, of this project: the viewer has it already."
        layer: Any = next((one for one in self.viewer.layers if getattr(one, "project", None) == gold), None)
        if layer is None:
            layer = self.viewer.show_neurons_of(gold, opacity=0.6)
        layer.active_node = skeleton.root
        return f"The neurons of {gold.title} lie below; the gold neuron is the active one of them."
