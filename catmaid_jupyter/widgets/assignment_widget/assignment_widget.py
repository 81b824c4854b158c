"""A student's assignments: which neuron is next, where it begins, how far it is; hand in and ask."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.client.courses.course_tables import CourseState, read_own_work
from catmaid_jupyter.widgets.course_panel import CoursePanel
from catmaid_jupyter.widgets.rpc import method
from catmaid_wire.forms import Form


class AssignmentWidget(CoursePanel):
    """What a student is to trace in a course: begin, go there, hand in, ask; live.

    Parameters and errors are those of `CoursePanel`, and `NotFound` for those who do not learn in the course.
    """

    _entry = "assignment-widget"

    def _content(self, state: CourseState, /) -> dict[str, Any]:
        (student,) = state.students
        said = state.messages
        return {
            "course": {name: state.course[name] for name in ("name", "instructions", "confidence_guide", "trainer")},
            "seeds": [
                {
                    **{name: seed[name] for name in ("id", "level", "name", "task", "stop", "due")},
                    **state.progress(student, seed),
                    "messages": [message for message in said if message["seed_id"] == seed["id"]],
                }
                for seed in state.seeds
            ],
        }

    async def _read(self) -> CourseState:
        return await read_own_work(self.course.project.place, self.course.id)

    @method
    async def _begin(self, params: dict[str, Any]) -> str:
        """Begin a neuron, or go on with it, and go there: ``{seed_id}``; says what to do."""
        seed = self._seed(params["seed_id"])
        progress = self._state.progress(self._state.students[0], seed)
        node_id = int(progress["treenode_id"])
        if progress["skeleton_id"] < 0:
            node_id = int((await self._post(seed["id"], "begin", {}))["treenode_id"])
        if self.viewer is None:
            return f"{seed['name']} begins at {seed['x']:.0f}, {seed['y']:.0f}, {seed['z']:.0f} nm."
        await self._show_place(await self._place_of(node_id), node_id)
        return f"{seed['name']}: its first node is active, go on from there."

    @method
    async def _set_status(self, params: dict[str, Any]) -> str:
        """Say how far one is: ``{seed_id, status}``; says what that means."""
        seed, status = self._seed(params["seed_id"]), str(params["status"])
        nodes = self._state.progress(self._state.students[0], seed)["nodes"]
        await self._post(seed["id"], "status", {"status": status})
        if status == "done" and nodes == 1:
            return f"{seed['name']} is handed in with its first node alone. “Work on it” makes it yours again."
        words = {"done": "is handed in", "on hold": "is on hold", "working": "is yours to work on again"}
        return f"{seed['name']} {words[status]}."

    @method
    async def _write(self, params: dict[str, Any]) -> str:
        """Ask the trainer: ``{seed_id, text, about_node}``, about the active node if wanted; says what was done."""
        node_id = self._active_node() if params.get("about_node") else None
        form: Form = {"text": str(params["text"]), "treenode_id": node_id}
        await self._post(self._seed(params["seed_id"])["id"], "messages", form)
        return f"{self._state.course['trainer']} can read it now."
