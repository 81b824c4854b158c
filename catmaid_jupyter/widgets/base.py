"""What all widgets share: the bundle, checks of arguments, requests, and answers while the kernel is busy."""

from __future__ import annotations

import contextlib
import difflib
import uuid
from typing import Any, ClassVar

import anywidget
import traitlets
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.widgets.cell_widget import CellWidget
from catmaid_jupyter.widgets.page_module import PageModule, page_module
from catmaid_jupyter.widgets.rpc import BackgroundLoop, Rpc, methods_of
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedWidget
from catmaid_jupyter.widgets.static import bundle
from catmaid_jupyter.widgets.view_state import TellsState


class Widget(TellsState, CellWidget, anywidget.AnyWidget):
    """A widget with a bundle of its own and a request channel to the service.

    Subclasses set ``_entry`` to the bundle's name and mark what the front end may call with
    `catmaid_jupyter.widgets.rpc.method`.
    """

    _entry: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        if "_entry" in cls.__dict__:
            # As text: of a path, anywidget keeps each widget for ever, to load the module again when it changes.
            cls._esm = bundle(cls._first_module()).read_text(encoding="utf-8")
        super().__init_subclass__(**kwargs)

    def __init__(self, instance: BackgroundLoop, **traits: Any) -> None:
        self._refuse_unknown(traits)
        super().__init__(**traits)
        self._rpc = Rpc(instance, methods_of(self), self.send)
        self.on_msg(self._message_received)
        answer_from_subshells(self.comm)

    def __repr__(self) -> str:
        project = getattr(self, "project", None)
        return f"<{type(self).__name__}>" if project is None else f"<{type(self).__name__} of {project.title!r}>"

    @classmethod
    def _first_module(cls) -> str:
        """Name of the bundle that each widget gives to its pages."""
        return cls._entry

    def emit(self, event: str, **data: Any) -> None:
        """Send an event to the front end. Safe from any thread."""
        self._rpc.emit(event, data)

    def emit_soon(self, event: str, **data: Any) -> None:
        """Send an event that may come many times a second, as changes of a project do. Safe from any thread."""
        self._rpc.emit_soon(event, data)

    async def saved_for_page(self, scope: PageScope) -> SavedWidget:  # noqa: ARG002  widgets that are saved need it
        """What a page without a kernel needs to show the widget. `InvalidInput` for one that cannot be published."""
        raise InvalidInput(
            f"A {type(self).__name__} cannot be published: it asks the service for what it shows. Leave it out."
        )

    def close(self) -> None:
        """Remove the widget from all pages and cancel its requests."""
        # Widgets are also closed when their constructor failed.
        if hasattr(self, "_rpc"):
            self._rpc.close()
        super().close()

    def _message_received(self, _widget: Any, content: Any, _buffers: Any) -> None:
        if isinstance(content, dict):
            self._rpc.received(content)

    def _refuse_unknown(self, names: dict[str, Any]) -> None:
        for name in names:
            if name in self.trait_names() and not name.startswith("_"):
                continue
            known = sorted(own_traits(type(self)))
            close = difflib.get_close_matches(name, known, n=1)
            advice = f"Did you mean {close[0]!r}?" if close else f"It knows: {', '.join(known)}."
            raise TypeError(f"{type(self).__name__} has no argument {name!r}. {advice}")


class LargeWidget(Widget):
    """A widget whose bundle is so large that a kernel sends it, and a page reads it, once for all widgets of a kind."""

    _page_module = traitlets.Instance(PageModule).tag(sync=True, **widget_serialization)

    @traitlets.default("_page_module")
    def _shared_module(self) -> PageModule:
        return page_module(self._entry)

    @classmethod
    def _first_module(cls) -> str:
        return "module-view"


class Layer(Widget):
    """Something drawn over a stack viewer's image, with its own module and state."""

    layer_id = traitlets.Unicode(read_only=True).tag(sync=True)
    """Name of the layer in a page, for tests and benchmarks."""

    @traitlets.default("layer_id")
    def _new_layer_id(self) -> str:
        return uuid.uuid4().hex


def own_traits(cls: type[Widget]) -> set[str]:
    """Name the public traits that a widget class adds to ipywidgets' own."""
    inherited = set(anywidget.AnyWidget.class_trait_names())
    return {name for name in cls.class_trait_names() if name not in inherited and not name.startswith("_")}


def answer_from_subshells(comm: Any) -> None:
    """Answer a comm's messages on the kernel's subshells, so that they do not wait for a running cell.

    ipykernel 7.4 sends a comm's messages to the shell that last spoke on it, which is the busy one
    once a cell has made the widget or set a trait. The attribute is private and other versions may
    not have it.
    """
    if hasattr(comm, "_reply_subshell_for"):
        with contextlib.suppress(AttributeError, TypeError):
            comm._reply_subshell_for = None
