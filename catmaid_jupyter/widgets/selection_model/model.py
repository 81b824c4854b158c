"""A selection in pages: tells them of each change, and applies theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import traitlets

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.selection import SelectionDelta
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.rpc import Buffers, error_content, method
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget, counted
from catmaid_jupyter.widgets.selection_model.delta_messages import delta_of, message_of

if TYPE_CHECKING:
    from catmaid_jupyter.client.selection import Selection


class SelectionModel(Widget):
    """A `Selection` as all widgets of a page share it. Made by `Selection.model`.

    Only the number of skeletons is state that notebooks save. Pages ask for all columns once; after that, changes
    travel as deltas, in both directions. A page's change has a number, by which it knows its own when it comes back.
    """

    _entry = "selection-model"

    count = traitlets.Int(0, read_only=True).tag(sync=True)
    """Number of skeletons."""

    def __init__(self, selection: Selection) -> None:
        self.selection = selection
        super().__init__(selection.project.instance)
        self.set_trait("count", len(selection))
        self._stop_listening = selection.listen(self._selection_changed)

    async def saved_for_page(self, _scope: PageScope) -> SavedWidget:
        """All columns."""
        everything = Buffers(*message_of(self.selection.everything()))
        return SavedWidget([SavedAnswer.of("state", everything)], content=counted(len(self.selection), "neuron"))

    def close(self) -> None:
        """Remove the model from all pages; the selection stays."""
        # Widgets are also closed when their constructor failed.
        if hasattr(self, "_stop_listening"):
            self._stop_listening()
        super().close()

    @method("state")
    async def _state_of_all(self, _params: dict[str, Any]) -> Buffers:
        """All columns and the revision, as a delta's message."""
        return Buffers(*message_of(self.selection.everything()))

    def _message_received(self, widget: Any, content: Any, buffers: Any) -> None:
        if isinstance(content, dict) and "delta" in content:
            self._page_changed(content["delta"], buffers, {"page": content.get("page"), "seq": content.get("seq")})
        else:
            super()._message_received(widget, content, buffers)

    def _page_changed(self, message: Any, buffers: Any, origin: dict[str, Any]) -> None:
        try:
            applied = _applied(self.selection, delta_of(message, buffers or ()), origin)
        except InvalidInput as error:
            self.send({"refused": {**origin, **error_content(error)}})
            return
        if applied is None:
            self.send({"unchanged": origin})

    def _selection_changed(self, delta: SelectionDelta, origin: Any) -> None:
        content, buffers = message_of(delta)
        self.send({"delta": content, **(origin if isinstance(origin, dict) else {})}, buffers)
        if delta.column in ("added", "removed", "all"):
            self.set_trait("count", len(self.selection))


def _applied(selection: Selection, delta: SelectionDelta, origin: dict[str, Any]) -> SelectionDelta | None:
    """Do to a selection what a page did to its copy, which may be older."""
    match delta.column:
        case "added":
            return selection.change("add", delta.skeleton_ids, rgba=delta.rgba, flags=delta.flags, origin=origin)
        case "removed":
            return selection.change("remove", delta.skeleton_ids, origin=origin)
        case "rgba":
            return selection.change("set_rgba", delta.skeleton_ids, delta.rgba, origin=origin)
        case "flags":
            return selection.change("set_flags", delta.skeleton_ids, delta.mask, delta.flags, origin=origin)
        case "active":
            return selection.change("set_active", delta.active, origin=origin)
        case "all":
            return selection.change("replace", delta.skeleton_ids, delta.rgba, delta.flags, delta.active, origin=origin)
