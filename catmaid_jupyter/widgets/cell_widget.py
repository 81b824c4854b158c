"""Widgets that cells show: how long they live (see `catmaid_jupyter.widgets.lifetime`), and several side by side."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from typing import Any

import traitlets
from ipywidgets import DOMWidget, HBox, Tab, VBox
from ipywidgets.widgets import widget as ipywidgets_widget

from catmaid_jupyter.api.kept_outputs import kept_output
from catmaid_jupyter.widgets.kept_views import KeepsPicture, keep_later, keep_picture
from catmaid_jupyter.widgets.lifetime import LIVES, weakly


class CellWidget(DOMWidget):
    """A widget that lives as long as Python refers to it or a cell shows it."""

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        LIVES.made()
        self._has_own_layout = "layout" not in traits
        super().__init__(*arguments, **traits)

    def __del__(self) -> None:
        """Have the widget closed: not here, since the garbage collector runs in the middle of anything."""
        # When Python ends, modules are emptied before the last objects go.
        if ipywidgets_widget is not None and self.comm is not None:
            ipywidgets_widget._instances.pop(self.comm.comm_id, None)
            LIVES.dropped(self)

    def __or__(self, other: Any) -> SideBySide:
        """Show another widget beside this one."""
        if not isinstance(other, DOMWidget):
            return NotImplemented
        return SideBySide([self, other])

    @property
    def shown_objects(self) -> tuple[Any, ...]:
        """The widget, and what shows itself by it."""
        return (self,)

    def close(self) -> None:
        """Remove the widget from all pages."""
        LIVES.closed(self)
        if self.comm is not None and self._has_own_layout:
            self.layout.close()
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> Any:
        """The view, and what is kept of the widget for pages that cannot show it."""
        LIVES.shown(self)
        bundle = super()._repr_mimebundle_(**options)
        if bundle is None:
            return None
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/plain": repr(self), **kept_output(self.model_id)}, metadata

    @traitlets.observe("comm")
    def _comm_changed(self, change: Any) -> None:
        """Let neither the comm nor ipywidgets keep the widget."""
        super()._comm_changed(change)
        if self.comm is not None:
            self.comm.on_msg(weakly(self._handle_msg))
            ipywidgets_widget._instances[self.comm.comm_id] = weakref.proxy(self)


class KeepsPictures(CellWidget):
    """A widget that shows others, whose pictures are kept as its own."""

    def _keep_pictures_of(self, widgets: Sequence[Any]) -> None:
        self._pictured = [widget for widget in widgets if isinstance(widget, KeepsPicture)]
        for widget in self._pictured:
            widget.observe(weakly(self._keep_picture), names="snapshot")

    def _keep_picture(self, _change: Any = None) -> None:
        addresses, model_id = [str(widget.snapshot.get("image") or "") for widget in self._pictured], self.model_id
        keep_later(lambda: keep_picture(model_id, addresses))


class SideBySide(KeepsPictures, HBox):
    """Widgets side by side, one below the other where there is no room; `a | b | c` makes one."""

    def __init__(self, widgets: Sequence[Any]) -> None:
        super().__init__(list(widgets))
        self.add_class("cj-side-by-side")
        self._keep_pictures_of(widgets)

    def __repr__(self) -> str:
        return " | ".join(map(repr, self.children))

    def __or__(self, other: Any) -> SideBySide:
        """Show another widget beside these."""
        if not isinstance(other, DOMWidget):
            return NotImplemented
        return SideBySide([*self.children, other])


class OneBelowOther(KeepsPictures, VBox):
    """Widgets one below the other."""


class TabbedWidgets(CellWidget, Tab):
    """Widgets of which one is seen at a time."""

    def __init__(self, widgets: Sequence[Any], titles: Sequence[str]) -> None:
        super().__init__(list(widgets), titles=list(titles), selected_index=0)
