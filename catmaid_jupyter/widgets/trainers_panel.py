"""What the widgets of a trainer share: they read all of a course, accept and give back, and say something."""

from __future__ import annotations

from typing import Any, Final

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.comparing.comparison import NeuronComparison
from catmaid_jupyter.client.comparing.differences import BRANCH
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name, read_board
from catmaid_jupyter.widgets.course_panel import CoursePanel
from catmaid_jupyter.widgets.rpc import method
from catmaid_wire.forms import Form

_WORDS: Final = {
    "missed": "Here the gold neuron goes on alone.",
    "extra": "Here the student's neuron goes on alone.",
    "missed synapse": "This synapse is of the gold neuron alone.",
    "extra synapse": "This synapse is of the student's neuron alone.",
}


class TrainersPanel(CoursePanel):
    """A widget about a course for its trainers.

    Parameters and errors are those of `CoursePanel`, and `NotAllowed` for who does not administer the project.
    """

    async def _read(self) -> CourseState:
        return await read_board(self.course.project.place, self.course.id)

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

    def _student(self, student_id: Any) -> dict[str, Any]:
        for student in self._state.students:
            if student["id"] == student_id:
                return student
        raise InvalidInput("This student is not in the course any more.")


def told_differences(found: NeuronComparison, most: int) -> tuple[list[dict[str, Any]], int]:
    """The first differences as pages have them, and how many there are besides."""
    table = found.differences
    rows = [
        {
            "kind": row["kind"],
            "what": row["what"],
            "length": float(row["length"]),
            "place": [float(row[axis]) for axis in "xyz"],
            "treenode_id": _node(row["treenode_id"]),
            "gold_treenode_id": _node(row["gold_treenode_id"]),
        }
        for row in table.head(most).to_dict("records")
    ]
    return rows, len(table) - len(rows)


def difference_in_words(params: dict[str, Any]) -> str:
    """What is at a difference: ``{kind, what}``."""
    kind = "extra" if params.get("kind") == "extra" else "missed"
    return _WORDS[kind if params.get("what") == BRANCH else f"{kind} synapse"]


def _node(node_id: Any) -> int | None:
    return None if node_id < 0 else int(node_id)
