"""Before and after a version in a viewer: its tracing layer gives way to one that shows the past."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any, Final, Literal

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.widgets.base import Layer
from catmaid_jupyter.widgets.tracing_layer import TracingLayer

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

Side = Literal["before", "after"]

_LOOKS: Final = ("colors", "visible", "opacity", "show_labels", "fade_sections", "active_skeleton")


class Comparison:
    """One viewer, which shows its project, or the project before or after a version.

    Raises `InvalidInput` if the viewer shows another project, or has no tracing layer.
    """

    def __init__(self, project: Project, viewer: StackViewer) -> None:
        if _present(viewer.project) != _present(project):
            raise InvalidInput("The viewer shows another project than the history: take a viewer of the same one.")
        self.viewer = viewer
        self._project = project
        self._usual: TracingLayer | None = None
        """The layer that gave way; None while it is shown."""
        self._past: dict[Side, TracingLayer] = {}
        self._version: int | None = None

    @property
    def is_shown(self) -> bool:
        """Whether the viewer shows the past in place of its own layer."""
        return self._usual is not None

    def show(self, version: int, side: Side, what: str) -> None:
        """Show the neurons as they were before or after a version, which `what` says in words."""
        shown = self._shown_layer()
        if shown is None:
            raise InvalidInput("The viewer has no tracing layer, so there is nothing to compare in it.")
        usual = self._usual or shown
        former: dict[Side, TracingLayer] = {}
        if self._version != version:
            former, self._past, self._version = self._past, {}, version
        if side not in self._past:
            self._past[side] = self._layer_of_past(usual, version, side, what)
        self._replace(shown, self._past[side])
        self._usual = usual
        _close(former)

    def show_present(self) -> None:
        """Show again what the viewer showed before the first comparison."""
        shown, usual = self._shown_layer(), self._usual
        if usual is not None and shown is not None:
            self._replace(shown, usual)
        self._usual, self._version = None, None
        former, self._past = self._past, {}
        _close(former)

    @property
    def usual_layer(self) -> TracingLayer | None:
        """The viewer's own tracing layer, if it is shown."""
        return None if self.is_shown else self._shown_layer()

    def _shown_layer(self) -> TracingLayer | None:
        """The layer that is to give way: that of the past if one is shown, else the viewer's own."""
        layers = [layer for layer in self.viewer.layers if isinstance(layer, TracingLayer)]
        if self._usual is not None:
            past = [layer for layer in layers if layer in self._past.values()]
            return past[0] if past else self._forgotten(layers)
        return layers[0] if layers else None

    def _forgotten(self, layers: list[TracingLayer]) -> TracingLayer | None:
        """The user changed the layers meanwhile, so theirs are what is usual now."""
        self._usual = None
        return layers[0] if layers else None

    def _layer_of_past(self, usual: TracingLayer, version: int, side: Side, what: str) -> TracingLayer:
        as_of = version - 1 if side == "before" else version
        name = (
            f"version {as_of}, before version {version} ({what})" if side == "before" else f"version {as_of} ({what})"
        )
        project = Project(self._project.instance, self._project.id, self._project.title, as_of=as_of, version_name=name)
        looks: dict[str, Any] = {look: getattr(usual, look) for look in _LOOKS}
        return TracingLayer(project, **looks)

    def _replace(self, shown: Layer, other: Layer) -> None:
        self.viewer.layers = [other if layer is shown else layer for layer in self.viewer.layers]


def _present(project: Project) -> Any:
    return dataclasses.replace(project.place, as_of=None)


def _close(layers: dict[Side, TracingLayer]) -> None:
    for layer in layers.values():
        layer.close()
