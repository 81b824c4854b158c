"""The stack viewer that a 3D viewer is linked with: whom the active node comes from, and who goes to nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from catmaid_jupyter.widgets.lifetime import weakly

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.stack_viewer import StackViewer


class StackLink:
    """A stack viewer, as far as a 3D viewer has to do with it.

    active_changed : is called when another node is active there.
    closed : is called when the viewer is closed.
    """

    def __init__(self, viewer: StackViewer, active_changed: Callable[[], None], closed: Callable[[], None]) -> None:
        self.viewer = viewer
        self._tell = active_changed
        self._tell_closed = closed
        self._layer: Any = None
        self._layers_observer = weakly(self._layers_changed)
        self._active_observer = weakly(self._active_changed)
        self._comm_observer = weakly(self._comm_changed)
        viewer.observe(self._comm_observer, names=["comm"])
        viewer.observe(self._layers_observer, names=["layers"])
        self._layers_changed()

    @property
    def active_node(self) -> int | None:
        """Id of the active treenode or connector, None if there is none or it is not written yet."""
        active = None if self._layer is None else self._layer.active_node
        return active if active is not None and active > 0 else None

    def go_to(self, node_id: int, position: Sequence[float]) -> None:
        """Show a node and make it active."""
        self.viewer.position = position
        if self._layer is not None:
            self._layer.active_node = node_id

    def end(self) -> None:
        """Have nothing to do with the viewer any more."""
        self.viewer.unobserve(self._layers_observer, names=["layers"])
        self.viewer.unobserve(self._comm_observer, names=["comm"])
        self._watch(None)

    def _layers_changed(self, _change: Any = None) -> None:
        self._watch(next((layer for layer in self.viewer.layers if layer.has_trait("active_node")), None))

    def _comm_changed(self, change: Any) -> None:
        # Closed widgets have none any more.
        if change["new"] is None:
            self._tell_closed()

    def _watch(self, layer: Any) -> None:
        if self._layer is not None:
            self._layer.unobserve(self._active_observer, names=["active_node"])
        self._layer = layer
        if layer is not None:
            layer.observe(self._active_observer, names=["active_node"])
        self._tell()

    def _active_changed(self, _change: Any) -> None:
        self._tell()
