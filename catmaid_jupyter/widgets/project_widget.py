"""What widgets about a project share: they follow its changes, and say when the service does not answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import traitlets

from catmaid_jupyter.api.events import Change
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.lifetime import weakly

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project


class ProjectWidget(Widget):
    """A widget about a project, or about a project as of a version.

    Its page has the events `changed`, and `service`: whether it answers, and a sentence about that.
    """

    version_shown = traitlets.Unicode("", read_only=True).tag(sync=True)
    """As of which version the project is read, in words; empty for the present."""

    def __init__(self, project: Project, **traits: Any) -> None:
        self.project = project
        super().__init__(project.instance, **traits)
        self.set_trait("version_shown", project.version_name)
        self._stops: list[Callable[[], None]] = []

    def close(self) -> None:
        """Remove the widget from all pages."""
        # Widgets are also closed when their constructor failed.
        for stop in getattr(self, "_stops", ()):
            stop()
        super().close()

    def _follow_project(self) -> None:
        """Be told of changes, and of the service, until the widget is closed."""
        self._stops.append(self.project.on_change(weakly(self._changed), weakly(self._service_changed)))

    def _changed(self, _change: Change) -> None:
        """Tell the pages that the project changed."""
        self.emit_soon("changed")

    def _service_changed(self, is_up: bool, message: str) -> None:
        self.emit("service", is_up=is_up, message=message)
