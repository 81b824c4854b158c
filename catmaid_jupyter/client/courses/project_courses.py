"""The courses of a project, in people's hands."""

from __future__ import annotations

import warnings

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import NotAllowed, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.courses.course import Course, find_course, make_course
from catmaid_jupyter.client.frames import ID, TEXT, TIME, FrameSchema, frame
from catmaid_jupyter.client.naming import did_you_mean, one_name
from catmaid_jupyter.client.public import Public

COURSES: FrameSchema = {"id": ID, "name": TEXT, "trainer": TEXT, "teaches": "bool", "creation_time": TIME}


class ProjectCourses(Public):
    """What `Project` does with courses."""

    title: str
    place: Place

    @property
    def courses(self) -> pd.DataFrame:
        """The courses in which one learns; those of the project for who administers it.

        id int64, name str, trainer str (who made it), teaches bool, creation_time datetime64[us, UTC].
        """
        self.place.require_history("courses")
        rows = loop.run(self.place.read_json("GET", "courses/"))
        return frame({name: [row[name] for row in rows] for name in COURSES}, COURSES)

    def course(self, name: str) -> Course:
        """A course, by its name; who administers the project makes it by asking for it first.

            course = project.course("EM 2027")
            course.add_students("students.csv")
            course.add_seed(level=1, at=(5000, 4000, 1200), name="{initials} 1", task="Trace to both ends")

        Warns if it is new and another one has nearly this name.
        Raises `NotFound` for others if they learn in no course of this name.
        """
        self.place.require_history("courses")
        wanted = one_name(name, "name").strip()
        found = loop.run(find_course(self.place, wanted))
        if found is None:
            self.place.require_present()
            own = self.courses["name"].tolist()
            try:
                found = loop.run(make_course(self.place, wanted))
            except NotAllowed:
                raise NotFound(
                    f"You learn in no course {wanted!r} of {self.title!r}.{did_you_mean(wanted, own)} The trainer adds "
                    "you by course.add_students."
                ) from None
            if similar := did_you_mean(wanted, own):
                warnings.warn(f"The course {wanted!r} is new.{similar} course.delete() deletes it again.", stacklevel=2)
        return Course(self, int(found["id"]), str(found["name"]), teaches=bool(found["teaches"]))
