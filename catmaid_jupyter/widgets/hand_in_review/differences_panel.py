"""What differs between a student's neuron and the gold neuron, place by place, and what a trainer says to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import traitlets

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.comparing.comparison import NeuronComparison
from catmaid_jupyter.client.courses.course_tables import CourseState, neuron_name
from catmaid_jupyter.client.courses.scoring import Scoring
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.trainers_panel import TrainersPanel, difference_in_words, told_differences

if TYPE_CHECKING:
    from catmaid_jupyter.client.courses.course import Course
    from catmaid_jupyter.widgets.stack_viewer import StackViewer
    from catmaid_jupyter.widgets.viewer3d import Viewer3D

_MOST_DIFFERENCES: Final = 100
_MARK: Final = "difference"
_MARK_COLOR: Final = "#d55e00"


class DifferencesPanel(TrainersPanel):
    """The differences of a neuron from the gold neuron, live, with comments, accept and give back.

    Parameters
    ----------
    course
        The course.
    viewer, gold_viewer, viewer3d
        Where it goes to differences: the student's neuron, the gold neuron, and both in space.
    student, seed
        Whose neuron, as the course has them.
    found
        How it compares.
    options
        Of the comparison, which is made again when the neuron changes.
    close
        Is called when the page wants no more of it; without it, pages cannot.
    """

    _entry = "hand-in-review"

    can_close = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether the page has a button that closes it."""

    def __init__(
        self,
        course: Course,
        viewer: StackViewer,
        gold_viewer: StackViewer,
        viewer3d: Viewer3D,
        student: dict[str, Any],
        seed: dict[str, Any],
        found: NeuronComparison,
        *,
        options: Mapping[str, Any],
        close: Callable[[], None] | None = None,
    ) -> None:
        self.gold_viewer = gold_viewer
        self.viewer3d = viewer3d
        self._keys = {"student_id": int(student["id"]), "seed_id": int(seed["id"])}
        self._found: NeuronComparison | str = found
        self._options = dict(options)
        self._has_changed = False
        self._end = close
        super().__init__(course, viewer)
        self.set_trait("can_close", close is not None)

    def _content(self, state: CourseState, /) -> dict[str, Any]:
        seed, student = self._seed(self._keys["seed_id"]), self._student(self._keys["student_id"])
        found = self._found
        differences, more = ([], 0) if isinstance(found, str) else told_differences(found, _MOST_DIFFERENCES)
        return {
            **{name: student[name] for name in ("username", "full_name", "initials")},
            **{name: seed[name] for name in ("level", "task", "stop", "due")},
            **self._keys,
            "neuron": neuron_name(seed, student),
            **state.progress(student, seed),
            "messages": [
                one for one in state.messages if (one["student_id"], one["seed_id"]) == (student["id"], seed["id"])
            ],
            "sentence": found if isinstance(found, str) else found.sentence,
            "is_compared": not isinstance(found, str),
            "differences": differences,
            "more": more,
        }

    @method
    async def _go_to_difference(self, params: dict[str, Any]) -> str:
        """Go to a difference in all viewers: ``{kind, what, place, treenode_id, gold_treenode_id}``; in words."""
        place = [float(value) for value in params["place"]]
        await self._show_place(place, _id_of(params["treenode_id"]))
        self.gold_viewer.position = place
        for layer in self.gold_viewer.layers:
            if layer.has_trait("active_node"):
                layer.active_node = _id_of(params["gold_treenode_id"])
        self.viewer3d.show_points([place], _MARK, color=_MARK_COLOR)
        return difference_in_words(params)

    @method
    async def _compare_again(self, _params: dict[str, Any]) -> None:
        """Compare the neuron with the gold neuron as both are now."""
        self._has_changed = True
        await self._refresh({})

    @method
    async def _close_review(self, _params: dict[str, Any]) -> None:
        """Take the review out of the page."""
        if self._end is None:
            raise InvalidInput("This review is closed with its cell.")
        self._end()

    async def _refresh(self, params: dict[str, Any]) -> None:
        if self._has_changed:
            self._has_changed = False
            self._state = await self._read()
            self._found = await asyncio.to_thread(self._compared)
        await super()._refresh(params)

    def _compared(self) -> NeuronComparison | str:
        """How the neuron compares now; a sentence where it cannot be compared."""
        seed, student = self._seed(self._keys["seed_id"]), self._student(self._keys["student_id"])
        try:
            found = Scoring(self._state, self.project, self._options).comparison(student, seed)
        except CatmaidError as error:
            return error.message
        shown, skeleton_id = self.viewer3d.selection, int(self._state.progress(student, seed)["skeleton_id"])
        if shown.skeleton_ids != [skeleton_id]:  # it was joined to another one, or split
            color = next(iter(shown.colors.values()), None)
            shown.clear()
            shown.add([skeleton_id])
            if color is not None:
                shown.set_colors(color)
        return found

    def _changed(self, change: Change) -> None:
        if self._concerns(change) and not str(change["label"]).startswith("courses."):
            self._has_changed = True
        super()._changed(change)


def _id_of(node_id: Any) -> int | None:
    return None if node_id is None else int(node_id)
