"""What the widgets of a course share: they show it as it is, and go to places in a viewer."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.courses.course_tables import CourseState
from catmaid_jupyter.client.courses.learning_in_course import post_to_seed
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import method
from catmaid_wire.forms import Form

if TYPE_CHECKING:
    from catmaid_jupyter.client.courses.course import Course
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

_PAUSE_S: Final = 1.0
"""Between two readings of a course while people work in it."""
_OF_COURSES: Final = ("courses.", "reconnected")


class CoursePanel(ProjectWidget):
    """A widget about a course.

    Parameters
    ----------
    course
        The course.
    viewer
        Where it goes to places; of the same project.

    Raises
    ------
    InvalidInput
        If the viewer shows another project.
    """

    content: traitlets.Dict[str, Any] = traitlets.Dict(read_only=True).tag(sync=True)
    """The course as it was when something in it changed last."""

    has_viewer = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether there is a viewer to go to places in."""

    def __init__(self, course: Course, viewer: StackViewer | None = None, **traits: Any) -> None:
        if viewer is not None and viewer.project != course.project:
            raise InvalidInput("The viewer shows another project than the course is of: take one of that project.")
        self._refuse_unknown(traits)
        course.project.place.require_present()
        self.course = course
        self.viewer = viewer
        self._is_due = False
        self._state = loop.run(self._read())
        super().__init__(course.project, **traits)
        self.set_trait("has_viewer", viewer is not None)
        self.set_trait("content", self._content(self._state))
        self._follow_project()

    @abstractmethod
    def _content(self, state: CourseState, /) -> dict[str, Any]:
        """What pages show of the course."""

    @abstractmethod
    async def _read(self) -> CourseState:
        """The course as it is now; asked for before the widget is made, too."""

    def _concerns(self, change: Change) -> bool:
        """Whether the course may be otherwise after a change of the project."""
        touched = change["skeleton_ids"]
        if touched is None or str(change["label"]).startswith(_OF_COURSES):
            return True
        return any(one["skeleton_id"] in touched for one in self._state.assignments)

    @method
    async def _refresh(self, _params: dict[str, Any]) -> None:
        """Read the course now."""
        self._state = await self._read()
        self.set_trait("content", self._content(self._state))

    @method
    async def _go_to_node(self, params: dict[str, Any]) -> str:
        """Go to the node that a message is about: ``{treenode_id}``; says what is there."""
        node_id = int(params["treenode_id"])
        await self._show_place(await self._place_of(node_id), node_id)
        return f"Node {node_id} is active."

    async def _post(self, seed_id: int, what: str, form: Form) -> Any:
        answer = await post_to_seed(self.project.place, self.course.id, seed_id, what, form)
        await self._refresh({})
        return answer

    def _seed(self, seed_id: Any) -> dict[str, Any]:
        for seed in self._state.seeds:
            if seed["id"] == seed_id:
                return seed
        raise InvalidInput("This seed is not in the course any more.")

    async def _show_place(self, place: Sequence[float], treenode_id: int | None = None) -> None:
        """Move the viewer, and make a treenode the active one."""
        if self.viewer is None:
            raise InvalidInput("There is no viewer to go to: give one, as in course.mine(viewer).")
        self.viewer.position = [float(value) for value in place]
        layer = self._tracing_layer()
        if layer is not None and treenode_id is not None:
            layer.active_node = treenode_id

    def _active_node(self) -> int | None:
        """The active treenode of the viewer."""
        layer = self._tracing_layer()
        return layer.active_node if layer is not None and layer.active_kind == "treenode" else None

    def _tracing_layer(self) -> Any:
        layers = [] if self.viewer is None else self.viewer.layers
        return next((layer for layer in layers if layer.has_trait("active_node")), None)

    async def _place_of(self, treenode_id: int) -> Sequence[float]:
        return await asyncio.to_thread(self.project.locate, treenode_id)

    async def _show_neuron(self, seed: dict[str, Any], progress: dict[str, Any]) -> str:
        """Move the viewer to the first node of a neuron, or to the seed where there is none; says where that is."""
        place = (seed["x"], seed["y"], seed["z"])
        if progress["skeleton_id"] < 0:
            await self._show_place(place)
            return "This is the seed: nothing is traced here."
        node_id = int(progress["treenode_id"])
        await self._show_place(await self._place_of(node_id), node_id)
        return "This is the first node of the neuron."

    def _changed(self, change: Change) -> None:
        super()._changed(change)
        if self._concerns(change):
            self.project.instance.submit(self._read_soon())

    def _service_changed(self, is_up: bool, message: str) -> None:
        super()._service_changed(is_up, message)
        if is_up:
            self.project.instance.submit(self._read_soon())

    async def _read_soon(self) -> None:
        """Read the course after a pause, once for all changes meanwhile."""
        if self._is_due:
            return
        self._is_due = True
        try:
            await asyncio.sleep(_PAUSE_S)
        finally:
            self._is_due = False
        try:
            await self._refresh({})
        except CatmaidError as error:
            self.emit("failed", message=str(error))
