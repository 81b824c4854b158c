"""A course: what its students do, and what its trainers do with it."""

from __future__ import annotations

import contextlib
import html
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.courses.course_tables import (
    CourseState,
    message_table,
    read_board,
    read_own_work,
)
from catmaid_jupyter.client.courses.learning_in_course import LearningInCourse
from catmaid_jupyter.client.courses.seed_choice import chosen_student
from catmaid_jupyter.client.courses.teaching import Teaching

if TYPE_CHECKING:
    from ipywidgets import DOMWidget

    from catmaid_jupyter.widgets import AssignmentWidget, CourseWidget, HandInReview, StackViewer


class Course(Teaching, LearningInCourse):
    """A course of a project. Made by `project.course(name)`.

    Everything is read anew each time it is asked for. Who administers the project teaches all of its courses; students
    see their own work alone, and nobody's gold neurons or scores.

    Seeds are given by id, or by the name of the neuron, as in the tables: "{initials} 1", or "AB 1".

    Attributes
    ----------
    project
        The project.
    id, name
        The course's id and name.
    teaches
        Whether the user may change it; else the user learns in it.
    """

    _internal: ClassVar = frozenset({"read_state"})

    def __init__(self, project: Any, course_id: int, name: str, *, teaches: bool) -> None:
        self.project = project
        self.id = course_id
        self.name = name
        self.teaches = teaches

    @property
    def instructions(self) -> str:
        """What all students are to know; `describe` changes it."""
        return str(self.read_state().course["instructions"])

    @property
    def confidence_guide(self) -> str:
        """What the confidences 1 to 5 mean in this course; `describe` changes it."""
        return str(self.read_state().course["confidence_guide"])

    @property
    def messages(self) -> pd.DataFrame:
        """What was said, the oldest first; of students: about their own work.

        time datetime64[us, UTC], author str, username str (the student), seed_id int64, neuron str, text str,
        treenode_id int64 (-1: about none).
        """
        return message_table(self.read_state())

    def read_state(self) -> CourseState:
        """The course as it is now, as far as the user sees it."""
        return loop.run((read_board if self.teaches else read_own_work)(self._place, self.id))

    @property
    def widget(self) -> CourseWidget | AssignmentWidget:
        """The widget as which the course shows itself: the board of trainers, or one's own assignments.

        `show` gives it a viewer to go to places in.
        """
        return self._widget(None)

    def show(self, viewer: StackViewer | None = None) -> DOMWidget:
        """The course beside a viewer, in which it goes to neurons: the board, or one's own assignments.

        viewer : of the same project; without one there is a new viewer beside it.
        """
        shown = self.project.viewer() if viewer is None else viewer
        return self._arranged(self._widget(shown), beside=shown if viewer is None else None)

    def review(self, student: str, seed: int | str, **options: Any) -> HandInReview:
        """A student's neuron beside the gold neuron, in two viewers that move together; for trainers.

            course.review("AB", "{initials} 1")

        The gold neuron is at the left. Below are the differences, to which `N` and `Shift`+`N` lead in both viewers,
        what was said, the buttons to accept and to give back, and both neurons in space. The board's *Side by side*
        opens the same.

        options : as of `cj.compare`.

        `NotAllowed` for students; `InvalidInput` if there is no gold neuron, or the neuron was not begun; `NotFound` if
        one of both is gone, or the gold neuron is in a project that you may not browse.
        """
        from catmaid_jupyter.widgets import HandInReview  # noqa: PLC0415  scripts need no widgets

        return HandInReview(self, student, seed, **options)

    def mine(self, viewer: StackViewer | None = None) -> DOMWidget:
        """One's own assignments: begin, go there, hand in, ask. `NotFound` for those who do not learn in the course.

        viewer : where one traces; without one there is a new viewer beside it.
        """
        from catmaid_jupyter.widgets import AssignmentWidget  # noqa: PLC0415  scripts need no widgets

        shown = self.project.viewer() if viewer is None else viewer
        widget = AssignmentWidget(self, shown)
        return shown | widget if viewer is None else widget

    def report(
        self,
        student: str,
        path: str | os.PathLike[str],
        *,
        with_gold: bool = True,
        limit_mb: float = 25.0,
        **options: Any,
    ) -> Path:
        """Write a page about the work of a student: scores, neurons in space, comparisons, messages; for trainers.

            course.report("ana", "ana.html")

        The page needs neither kernel nor service nor network, as those of `cj.publish`. It never says which neuron is
        gold.

        student : by user name or initials.
        with_gold : whether it draws what is missed and too much, with places. Without, a student who gets the page sees
            the scores alone.
        limit_mb : the page may have so many megabytes.
        options : as of `cj.compare`.

        Returns the path. Raises `NotAllowed` for students.
        """
        from catmaid_jupyter.publishing.course_report import publish_report  # noqa: PLC0415  scripts need no widgets

        state = loop.run(read_board(self._place, self.id))
        return publish_report(
            self,
            state,
            chosen_student(state, student),
            path,
            with_gold=with_gold,
            limit_mb=limit_mb,
            options=options,
        )

    def _arranged(
        self, widget: CourseWidget | AssignmentWidget, *, beside: StackViewer | None = None
    ) -> CourseWidget | AssignmentWidget | DOMWidget:
        """A widget beside a viewer; a board with a place for reviews below it."""
        from catmaid_jupyter.widgets import CourseWidget  # noqa: PLC0415  scripts need no widgets

        shown = widget if beside is None else beside | widget
        return widget.with_reviews(shown) if isinstance(widget, CourseWidget) else shown

    def _widget(self, viewer: StackViewer | None) -> CourseWidget | AssignmentWidget:
        from catmaid_jupyter.widgets import AssignmentWidget, CourseWidget  # noqa: PLC0415  scripts need no widgets

        return CourseWidget(self, viewer) if self.teaches else AssignmentWidget(self, viewer)

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        with contextlib.suppress(ImportError):  # an installation may have no front end
            shown = (self._arranged(self.widget)._repr_mimebundle_() or ({}, {}))[0]
        return {**shown, "text/plain": repr(self), "text/html": self._repr_html_()}

    def __repr__(self) -> str:
        return f"<Course {self.name!r} of {self.project.title!r}>"

    def _repr_html_(self) -> str:
        table = self.board if self.teaches else self.work
        columns = ["username", "neuron", "status", "nodes", "minutes"] if self.teaches else ["name", "status", "nodes"]
        return f"<p>{html.escape(repr(self)[1:-1])}</p>{table[columns].round(1).to_html(index=False)}"


async def find_course(place: Place, name: str) -> dict[str, Any] | None:
    """The course of this name, if the user learns or teaches in it."""
    found = await place.read_json("GET", "courses/")
    return next((one for one in found if one["name"] == name), None)


async def make_course(place: Place, name: str) -> dict[str, Any]:
    """The course of this name; it is made if there is none. `NotAllowed` for who does not administer the project."""
    await place.http.request("POST", place.path("courses/"), form={"name": name})
    found = await find_course(place, name)
    if found is None:
        raise NotFound(f"The course {name!r} was deleted just now.")
    return found
