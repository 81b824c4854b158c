"""Two stack viewers that move together, gold left and the student's neuron right, with all that a trainer needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.client.courses.course_tables import neuron_name, read_board
from catmaid_jupyter.client.courses.scoring import Scoring
from catmaid_jupyter.client.courses.seed_choice import chosen_seed, chosen_student
from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.model.tubes import tube_around
from catmaid_jupyter.model.units import format_length
from catmaid_jupyter.widgets.cell_widget import OneBelowOther, SideBySide
from catmaid_jupyter.widgets.hand_in_review.differences_panel import DifferencesPanel
from catmaid_jupyter.widgets.stack_viewer import StackViewer
from catmaid_jupyter.widgets.stack_viewer.linked_viewers import link_stack_viewers
from catmaid_jupyter.widgets.tracing_layer import TracingLayer
from catmaid_jupyter.widgets.viewer3d import Viewer3D

if TYPE_CHECKING:
    from catmaid_jupyter.client.courses.course import Course
    from catmaid_jupyter.client.morphology import Morphology
    from catmaid_jupyter.client.selection import Selection

GOLD: Final = "#e69f00"
STUDENT: Final = "#0072b2"
_AROUND_OPACITY: Final = 0.07
_THIN: Final = 0.1
"""Part of the tolerance that the gold neuron itself is thick."""
_HEIGHT: Final = 380
_PIXELS_OF_IMAGE: Final = 2
"""Of the finest image, in one of the screen."""


class HandInReview(OneBelowOther):
    """A student's neuron beside the gold neuron. Made by `Course.review`, and by the board.

    The images are those of the course's project, in both viewers. Nothing can be edited in them, and nobody sees where
    they look.

    Attributes
    ----------
    gold_viewer, viewer
        The stack viewers at the left, with the gold neuron, and at the right, with the student's.
    viewer3d
        Both in space: the gold neuron with a tube around it, as wide as cable may be away from it, and the student's.
    panel
        The differences, what was said, and the buttons.
    """

    def __init__(
        self,
        course: Course,
        student: str,
        seed: int | str,
        *,
        close: Callable[[], None] | None = None,
        **options: Any,
    ) -> None:
        project = course.project
        state = loop.run(read_board(project.place, course.id))
        learner, chosen = chosen_student(state, student), chosen_seed(state, seed)
        scoring = Scoring(state, project, options)
        found = scoring.comparison(learner, chosen)
        gold = scoring.gold_neuron(chosen)
        gold_project: Any = gold.project
        skeleton_id = int(state.progress(learner, chosen)["skeleton_id"])
        traced = project.selection([skeleton_id], colors=STUDENT)
        self.gold_viewer = _viewer(project, gold_project.selection([gold.id], colors=GOLD), chosen)
        self.viewer = _viewer(project, traced, chosen)
        link_stack_viewers(self.viewer, self.gold_viewer, nodes=False)
        self.viewer3d = Viewer3D(traced, height=_HEIGHT, section_shown=False)
        if self.viewer.stack["plane"] == "xy":
            self.viewer3d.link(self.viewer)
        self.viewer3d.volumes = _tubes(scoring.gold_arbor(chosen)[1], found.tolerance)
        self.panel = DifferencesPanel(
            course, self.viewer, self.gold_viewer, self.viewer3d, learner, chosen, found, options=options, close=close
        )
        for viewer, name in ((self.gold_viewer, "cj-gold"), (self.viewer, "cj-student")):
            viewer.add_class(name)
        super().__init__(
            [SideBySide([self.gold_viewer, self.viewer]), SideBySide([self.panel, self.viewer3d])],
        )
        self._name = neuron_name(chosen, learner)
        self.add_class("cj-hand-in-review")

    def __repr__(self) -> str:
        return f"<HandInReview of {self._name!r}>"


def _viewer(project: Any, neurons: Selection, seed: dict[str, Any]) -> StackViewer:
    """A viewer of the project's first stack, which shows these neurons alone."""
    home: Any = neurons.project
    layer = TracingLayer(home, selection=neurons, shown_neurons="selection", read_only=True, presence=False)
    place = [seed[axis] for axis in "xyz"]
    made = StackViewer(project, layers=[layer], position=place, height=_HEIGHT)
    made.nm_per_pixel = _PIXELS_OF_IMAGE * made.stack["resolution"][0]
    return made


def _tubes(gold: Morphology, tolerance: float) -> list[dict[str, Any]]:
    """The gold neuron, and what is within the tolerance of it, as volumes of a 3D viewer; none of a single node."""
    shown = []
    coarse = gold.resampled(tolerance)
    for name, radius, opacity in (
        ("gold", _THIN * tolerance, 1.0),
        (f"within {format_length(tolerance)}", tolerance, _AROUND_OPACITY),
    ):
        surface = tube_around(coarse.parents, coarse.xyz, radius)
        if len(surface[1]):
            shown.append({"id": Volume.of(surface, name), "color": GOLD, "opacity": opacity})
    return shown
