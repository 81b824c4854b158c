"""The widgets of a page: those that are shown, and those that these refer to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ipywidgets import DOMWidget
from ipywidgets import Widget as IpyWidget
from ipywidgets.widgets.widget import _instances

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.widgets.base import Layer, Widget
from catmaid_jupyter.widgets.saved_widget import PageScope, SavedAnswer, SavedWidget

_IN_TRAITS: Final = "IPY_MODEL_"
_OF_ALL_WIDGETS: Final = frozenset(DOMWidget.class_trait_names())


@dataclass(frozen=True)
class SavedModel:
    """A widget as a page has it.

    Attributes
    ----------
    model_id
        By which others refer to it.
    module
        Name of its bundle.
    title
        What it is, for people.
    state
        Its traits.
    answers
        Of its kernel side.
    content
        What was saved, in a few words.
    left_out
        Sentences about what it shows and the page does not.
    """

    model_id: str
    module: str
    title: str
    state: Mapping[str, Any]
    answers: Sequence[SavedAnswer]
    content: str
    left_out: Sequence[str]


async def saved_models(shown: Sequence[Widget], scope: PageScope) -> list[SavedModel]:
    """The widgets that are shown, in their order, and then those that these refer to.

    `InvalidInput` for a widget that cannot be published. Layers that cannot be are left out, and this is told.
    """
    saved: dict[str, SavedModel] = {}
    waiting = list(shown)
    while waiting:
        now = [widget for widget in dict.fromkeys(waiting) if widget.model_id not in saved]
        parts = await asyncio.gather(*(widget.saved_for_page(scope) for widget in now))
        waiting = []
        for widget, part in zip(now, parts, strict=True):
            model, needed = _model(widget, part)
            saved[widget.model_id] = model
            waiting += needed
    return list(saved.values())


def _model(widget: Widget, part: SavedWidget) -> tuple[SavedModel, list[Widget]]:
    """A widget as it was saved, and the widgets that it refers to."""
    given = {**widget.get_state(_own_traits(widget)), **part.state}
    referred = [one for value in given.values() for one in _widgets_in(value)]
    needed = [one for one in referred if can_be_published(one)]
    missing = {one.model_id: one for one in referred if not can_be_published(one)}
    left_out = [*part.left_out, *(f"{type(one).__name__}, which cannot be published." for one in missing.values())]
    model = SavedModel(
        model_id=widget.model_id,
        module=widget._entry,
        title=repr(widget)[1:-1],
        state={name: _without(value, missing) for name, value in given.items()},
        answers=part.answers,
        content=part.content,
        left_out=left_out,
    )
    return model, needed


def _own_traits(widget: Widget) -> set[str]:
    """Names of the synced traits that are the widget's own."""
    return {name for name in widget.traits(sync=True) if name not in _OF_ALL_WIDGETS and not name.startswith("_")}


def can_be_published(widget: Any) -> bool:
    """Whether a page can show a widget, if only as a part of others."""
    return isinstance(widget, Widget) and type(widget).saved_for_page is not Widget.saved_for_page


def _widgets_in(value: Any) -> Iterator[Any]:
    """The widgets that a trait refers to."""
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, str) and one.startswith(_IN_TRAITS):
            known = _instances[one.removeprefix(_IN_TRAITS)]
            # What the house makes is known by a weak reference, which is no widget itself.
            yield known.__repr__.__self__


def _without(value: Any, missing: Iterable[str]) -> Any:
    """A trait without references to widgets that the page does not have."""
    gone = {f"{_IN_TRAITS}{model_id}" for model_id in missing}
    if isinstance(value, list | tuple):
        return [one for one in value if not (isinstance(one, str) and one in gone)]
    return None if isinstance(value, str) and value in gone else value


def publishable_widgets(shown: Any) -> tuple[list[Widget], list[str]]:
    """The widgets of an output that a page can show, and a sentence about each of the others."""
    given = [getattr(one, "widget", one) if not isinstance(one, IpyWidget) else one for one in side_by_side(shown)]
    able = [one for one in given if can_be_published(one) and not isinstance(one, Layer)]
    others = [one for one in given if one not in able]
    return able, [f"{_name_of(one)}, which needs its kernel or a service." for one in others]


def _name_of(widget: Any) -> str:
    return repr(widget)[1:-1] if isinstance(widget, Widget) else type(widget).__name__


def shown_widgets(shown: Iterable[Any]) -> list[list[Widget]]:
    """Rows of widgets, of what is to be published: widgets, several side by side, workspaces, and what has a widget.

    `InvalidInput` for anything else.
    """
    return [[_widget(one) for one in side_by_side(given)] for given in shown]


def side_by_side(given: Any) -> list[Any]:
    """The widgets of a workspace, or of what shows several side by side."""
    children = None if isinstance(given, Widget) else getattr(given, "children", None)
    return [one for child in children for one in side_by_side(child)] if children else [given]


def _widget(given: Any) -> Widget:
    widget = given if isinstance(given, IpyWidget) else getattr(given, "widget", given)
    if not isinstance(widget, Widget):
        raise InvalidInput(f"Widgets of catmaid_jupyter and selections can be published, not {type(given).__name__}.")
    if isinstance(widget, Layer):
        raise InvalidInput(f"A {type(widget).__name__} is published with the viewer that shows it: give that one.")
    return widget
