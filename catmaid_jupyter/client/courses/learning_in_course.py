"""What a student does in a course: begin, hand in, ask."""

from __future__ import annotations

import warnings
from typing import Any, Final

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.courses.course_access import CourseAccess
from catmaid_jupyter.client.courses.course_tables import CourseState, read_own_work, work_table
from catmaid_jupyter.client.courses.seed_choice import chosen_seed
from catmaid_wire.forms import Form

_OWN_STATUSES: Final = ("working", "on hold", "done")


class LearningInCourse(CourseAccess):
    """A course as a student has it."""

    @property
    def work(self) -> pd.DataFrame:
        """The seeds of the course, and how far oneself is. `NotFound` for those who do not learn in it.

        id int64, level int64, name str (of the neuron), x, y, z float64 nm, task, stop str, due datetime64[us, UTC];
        status (`open`, `working`, `on hold`, `done`, `given back`, `accepted`), skeleton_id, treenode_id int64 (the
        first node; -1: none), nodes int64, cable_length float64 nm, minutes float64 (time of work, without pauses of 5
        minutes and more), begun, handed_in datetime64[us, UTC], messages int64.
        """
        return work_table(self._own())

    def begin(self, seed: int | str) -> int:
        """Begin the neuron of a seed: its first node is made there, unless there is one; returns the node's id."""
        answer = loop.run(self._post(self._seed_id(seed), "begin", {}))
        return int(answer["treenode_id"])

    def hand_in(self, seed: int | str) -> None:
        """Hand in a neuron: the trainer accepts it or gives it back. Raises `InvalidInput` if it was not begun.

        Warns if there is nothing of it but the first node.
        """
        state = self._own()
        chosen = chosen_seed(state, seed)
        self._set_status(chosen["id"], "done")
        if state.progress(state.students[0], chosen)["nodes"] == 1:
            warnings.warn(
                f"{chosen['name']} is handed in with its first node alone: course.set_status({chosen['name']!r}, "
                "'working') makes it yours again.",
                stacklevel=2,
            )

    def set_status(self, seed: int | str, status: str) -> None:
        """Say how far one is with a neuron: `working`, `on hold`, or `done`, which hands it in."""
        if status not in _OWN_STATUSES:
            raise InvalidInput(f"A neuron is {', '.join(map(repr, _OWN_STATUSES))}, not {status!r:.40}.")
        self._set_status(self._seed_id(seed), status)

    def _set_status(self, seed_id: int, status: str) -> None:
        loop.run(self._post(seed_id, "status", {"status": status}))

    def ask(self, seed: int | str, text: str, *, treenode: int | None = None) -> None:
        """Ask the trainer about a neuron, or about a treenode of it; answers are in `messages`."""
        loop.run(self._post(self._seed_id(seed), "messages", {"text": text, "treenode_id": treenode}))

    def _own(self) -> CourseState:
        try:
            return loop.run(read_own_work(self._place, self.id))
        except NotFound as error:
            if not self.teaches:
                raise
            raise NotFound(
                f"You teach {self.name!r} and do not learn in it: course.board has the work of all. To try it as a "
                "student, add yourself by course.add_students.",
                status=error.status,
            ) from None

    def _seed_id(self, seed: int | str) -> int:
        return int(chosen_seed(self._own(), seed)["id"])

    async def _post(self, seed_id: int, what: str, form: Form) -> Any:
        return await post_to_seed(self._place, self.id, seed_id, what, form)


async def post_to_seed(place: Place, course_id: int, seed_id: int, what: str, form: Form) -> Any:
    """Send something about a seed: `begin`, `status`, `review` or `messages`; what the service answers."""
    place.require_present()
    path = place.path(f"courses/{course_id}/seeds/{seed_id}/{what}")
    return (await place.http.request("POST", path, form=form)).json()
