"""A trainer's board: students and neurons, how far each is, what was said; go there, compare, accept, give back."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name, read_board
from catmaid_jupyter.client.courses.scoring import Scoring
from catmaid_jupyter.widgets.course_panel import CoursePanel
from catmaid_jupyter.widgets.rpc import method
from catmaid_wire.forms import Form

_MOST_BRANCHES: Final = 20
"""Missed and extra branches that are told of each."""
_OF_STUDENTS: Final = ("id", "username", "full_name", "initials")


class CourseWidget(CoursePanel):
    """All students of a course and their neurons, live: status, nodes, minutes, messages; jump to any.

    Parameters and errors are those of `CoursePanel`, and `NotAllowed` for who does not administer the project.
    """

    _entry = "course-widget"

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

    async def _read(self) -> CourseState:
        return await read_board(self.course.project.place, self.course.id)

    @method
    async def _go(self, params: dict[str, Any]) -> str:
        """Go to a neuron: ``{student_id, seed_id}``, or to a ``place`` and node of it; says what is there."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        if params.get("place") is not None:
            node_id = params.get("treenode_id")
            await self._show_place(params["place"], None if node_id is None else int(node_id))
            return "Here it leaves what both neurons have."
        return await self._show_neuron(seed, self._state.progress(student, seed))

    @method
    async def _review(self, params: dict[str, Any]) -> str:
        """Accept or give back: ``{student_id, seed_id, status, comment}``; says what was done."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        form: Form = {"user_id": student["user_id"], "status": params["status"], "comment": params.get("comment") or ""}
        await self._post(seed["id"], "review", form)
        return f"{neuron_name(seed, student)} is {params['status']}."

    @method
    async def _write(self, params: dict[str, Any]) -> str:
        """Say something to a student: ``{student_id, seed_id, text, about_node}``; says what was done."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        node_id = self._active_node() if params.get("about_node") else None
        form: Form = {"user_id": student["user_id"], "text": str(params["text"]), "treenode_id": node_id}
        await self._post(seed["id"], "messages", form)
        return f"{student['username']} can read it now."

    @method
    async def _compare(self, params: dict[str, Any]) -> dict[str, Any]:
        """Compare a neuron with the gold neuron: ``{student_id, seed_id}``; the result, a picture, and branches."""
        seed, student = self._seed(params["seed_id"]), self._student(params["student_id"])
        scoring = Scoring(self._state, self.project, {})
        found = await asyncio.to_thread(scoring.comparison, student, seed)
        branches = [
            {
                "kind": kind,
                "length": row["length"],
                "place": [row["x"], row["y"], row["z"]],
                "treenode_id": None if row[node] < 0 else int(row[node]),
            }
            for kind, table, node in (
                ("missed", found.missed, "nearest_treenode_id"),
                ("extra", found.extra, "treenode_id"),
            )
            for row in table.head(_MOST_BRANCHES).to_dict("records")
        ]
        more = len(found.missed) + len(found.extra) - len(branches)
        return {"sentence": found.sentence, "picture": found.picture(480, 300), "branches": branches, "more": more}

    @method
    async def _show_gold(self, params: dict[str, Any]) -> str:
        """Show the gold neuron of ``{seed_id}`` below the students' neurons in the viewer; says what is shown."""
        return await asyncio.to_thread(self._gold_shown, self._seed(params["seed_id"]))

    def _gold_shown(self, seed: dict[str, Any]) -> str:
        if self.viewer is None:
            raise InvalidInput("There is no viewer to show it in: give one, as in course.show(viewer).")
        gold = self.project.instance.project(int(seed["gold_project_id"]))
        skeleton = gold.skeleton(int(seed["gold_skeleton_id"]))
        if gold == self.project:
            return f"The gold neuron is {skeleton.name}, of this project: the viewer has it already."
        layer: Any = next((one for one in self.viewer.layers if getattr(one, "project", None) == gold), None)
        if layer is None:
            layer = self.viewer.show_neurons_of(gold, opacity=0.6)
        layer.active_node = skeleton.root
        return f"The neurons of {gold.title} lie below; the gold neuron is the active one of them."

    def _student(self, student_id: Any) -> dict[str, Any]:
        for student in self._state.students:
            if student["id"] == student_id:
                return student
        raise InvalidInput("This student is not in the course any more.")
