"""The tutorial: says what to do beside a viewer, checks it against what is known, and goes on."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import traitlets

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.events import Change
from catmaid_jupyter.client.tutorial.learning import Learning, step_titles
from catmaid_jupyter.client.tutorial.lesson import make_lesson
from catmaid_jupyter.client.tutorial.steps import STEPS, Verdict
from catmaid_jupyter.widgets.kept_views import keep_rows
from catmaid_jupyter.widgets.project_widget import ProjectWidget
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.stack_viewer.layer_list import tracing_layer_of

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

_NEAR_NM_PER_PIXEL: Final = 4.0


class Tutorial(ProjectWidget):
    """A lesson in tracing in six steps: place nodes, branch, make a synapse, join, split, review.

    Each step is checked after every edit against what is known of the specimen. Nothing of the lesson is in the way
    of other work: what is traced is the learner's own, and can be undone.

    Parameters
    ----------
    project, viewer
        Where one traces.
    truth
        The project that has all of the specimen traced.

    Raises
    ------
    InvalidInput
        If the viewer shows another project, or no place is left to learn at.
    """

    _entry = "tutorial"

    titles: traitlets.List[str] = traitlets.List(traitlets.Unicode(), read_only=True).tag(sync=True)
    """Titles of the steps."""

    step = traitlets.Int(0, min=0).tag(sync=True)
    """Which step one is at, counted from 0."""

    text = traitlets.Unicode(read_only=True).tag(sync=True)
    """What to do in the step; keys stand in `…`, names of buttons in *…*."""

    verdict = traitlets.Unicode(read_only=True).tag(sync=True)
    """What is right or wrong, as a sentence."""

    done: traitlets.List[bool] = traitlets.List(traitlets.Bool(), read_only=True).tag(sync=True)
    """Which steps are done, as each was found last."""

    def __init__(self, project: Project, viewer: StackViewer, truth: Project, **traits: Any) -> None:
        if viewer.project != project:
            raise InvalidInput("The viewer shows another project than the tutorial: take a viewer of the same one.")
        self._refuse_unknown(traits)
        project.place.require_present()
        self.viewer = viewer
        self._learning = Learning(project.place, project.edits, make_lesson(project.place, truth.place))
        self._last: Verdict | None = None
        self._checking = asyncio.Lock()
        super().__init__(project, **traits)
        self.set_trait("titles", step_titles())
        self.set_trait("done", [False] * len(STEPS))
        self._show_step()
        viewer.crosshair = True
        self._take_there(self._learning.lesson.path[0].tolist())
        self._follow_project()

    @traitlets.validate("step")
    def _valid_step(self, proposal: traitlets.Bunch) -> int:
        return min(int(proposal.value), len(STEPS) - 1)

    @traitlets.observe("step")
    def _step_changed(self, _change: Any) -> None:
        self._last = None
        self._show_step()

    @method
    async def _check(self, _params: dict[str, Any]) -> None:
        """Check the step now."""
        await self._look()

    @method
    async def _open(self, _params: dict[str, Any]) -> None:
        """Begin the step: make the node active that it speaks of, and show where it goes on."""
        beginning = await asyncio.to_thread(self._learning.beginning, STEPS[self.step])
        layer = tracing_layer_of(self.viewer.layers, self.project)
        if beginning is not None and layer is not None:
            # Both at once: the page may not have loaded the node, and keys go to its skeleton.
            with layer.hold_sync():
                layer.active_node, layer.active_skeleton = beginning
        await self._show({})

    @method
    async def _show(self, _params: dict[str, Any]) -> None:
        """Show the place at which the step goes on."""
        await self._look()
        if self._last is not None and self._last.place is not None:
            self._take_there(self._last.place.tolist())

    async def _look(self) -> None:
        """Check the step against what is known, and say what is right or wrong."""
        async with self._checking:
            at = self.step
            try:
                found = await asyncio.to_thread(self._learning.verdict, STEPS[at])
            except CatmaidError as error:
                self.set_trait("verdict", str(error))
                return
            if at != self.step:
                return
            self._last = found
            with self.hold_sync():
                self.set_trait("verdict", found.sentence)
                self.set_trait("done", [*self.done[:at], found.is_done, *self.done[at + 1 :]])
            self._keep_steps()

    def _show_step(self) -> None:
        self.set_trait("text", STEPS[self.step].text)
        self.set_trait("verdict", "")
        self._keep_steps()

    def _keep_steps(self) -> None:
        """Keep the steps, for pages that cannot show the widget."""
        # There is none while the widget is made.
        if self.model_id is None:
            return
        states = ["done" if is_done else "now" if at == self.step else "" for at, is_done in enumerate(self.done)]
        rows = [[title, state] for title, state in zip(self.titles, states, strict=True)]
        keep_rows(self.model_id, {"titles": ["Step", ""], "rows": rows, "total": len(rows)})

    def _take_there(self, place: list[float]) -> None:
        """Show a place near enough to see its membranes."""
        self.viewer.position = place
        if self.viewer.nm_per_pixel is None or self.viewer.nm_per_pixel > _NEAR_NM_PER_PIXEL:
            self.viewer.nm_per_pixel = _NEAR_NM_PER_PIXEL

    def _changed(self, change: Change) -> None:
        super()._changed(change)
        self.project.instance.submit(self._look())
