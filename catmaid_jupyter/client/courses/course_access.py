"""What every part of a course needs: the project and the id."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.public import Public


class CourseAccess(Public):
    """A course at its server."""

    project: Any
    id: int
    name: str
    teaches: bool

    @property
    def _place(self) -> Place:
        place: Place = self.project.place
        return place
