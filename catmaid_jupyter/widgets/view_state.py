"""What a widget shows, as JSON: its traits, and what it is made of, so that another kernel can make it again.

A widget names the traits that are not a matter of what it shows in `_not_kept`. What is not a trait it gives by
`tell_parts`, and takes by `from_parts`. Selections and widgets that it refers to are given by names, which whoever
gathers the state gives them (see `catmaid_jupyter.widgets.workspace`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Protocol, Self, TypeVar

import ipywidgets
import traitlets

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.trait_texts import TellsTraits

W = TypeVar("W")

_OF_ALL: Final = frozenset(ipywidgets.DOMWidget.class_trait_names())
_MEMBERS: Final = "_not_kept"


class StateWriter(Protocol):
    """Who gathers states, and gives names to what widgets refer to."""

    def widget(self, widget: Any) -> str | None:
        """The name of a widget, whose state is gathered, too; None for None."""

    def selection(self, selection: Selection | None) -> str | None:
        """The name of a selection, which is kept, too; None for None."""

    def group(self, token: str) -> str:
        """A name for what links widgets, in place of a random text; empty for an empty one."""

    def leave_out(self, sentence: str) -> None:
        """Tell the user what is not kept."""


class StateReader(Protocol):
    """Who makes widgets again."""

    project: Any

    def widget(self, name: str | None, kind: type[W]) -> W | None:
        """The widget of a name, made if it is not yet; None for None."""

    def selection(self, name: str | None) -> Selection | None:
        """The selection of a name; None for None."""

    def note(self, sentence: str) -> None:
        """Tell the user what is otherwise than it was."""


class TellsState(traitlets.HasTraits, metaclass=TellsTraits):
    """A widget that tells what it shows."""

    _not_kept: ClassVar[frozenset[str]] = frozenset()
    """Traits of this class that say nothing of what it shows, or refer to others; those of its bases besides."""

    @classmethod
    def kept_names(cls) -> list[str]:
        """Names of the traits that are kept, in alphabetical order."""
        left_out = _OF_ALL.union(*(vars(base).get(_MEMBERS, ()) for base in cls.__mro__))
        kept = (name for name, trait in cls.class_traits(sync=True).items() if not trait.read_only)
        return sorted(name for name in kept if name not in left_out and not name.startswith("_"))

    def view_state(self) -> dict[str, Any]:
        """What the widget shows as JSON: place, zoom, colours, columns, sort, filters, camera, …, by name of the trait.

        >>> viewer.view_state()["height"]
        500
        """
        return {name: _as_json(self, name) for name in self.kept_names()}

    def restore_view(self, state: Mapping[str, Any]) -> list[str]:
        """Show what `view_state` told; returns a sentence for each value that cannot be had any more."""
        problems = []
        known = self.kept_names()
        for name, value in state.items():
            if name not in known:
                problems.append(f"{type(self).__name__} has nothing called {name!r:.60} any more.")
                continue
            reading = self.trait_metadata(name, "from_json") or type(self)._trait_from_json  # type: ignore[attr-defined]
            try:
                setattr(self, name, reading(value, self))
            except (traitlets.TraitError, CatmaidError, TypeError, ValueError, AttributeError) as error:
                problems.append(f"{name} of {type(self).__name__} stays as it is by default: {error}")
        return problems

    def tell_parts(self, _writer: StateWriter, /) -> dict[str, Any]:
        """What the widget is made of, besides its traits, as JSON."""
        return {}

    @classmethod
    def from_parts(cls, reader: StateReader, _parts: Mapping[str, Any], /) -> Self:
        """A widget made of what `tell_parts` told; its traits are restored after that."""
        return cls(reader.project)


def selection_names(writer: StateWriter, selections: Mapping[str, Selection]) -> dict[str, str | None]:
    """Selections that a widget knows by name, for `tell_parts`."""
    return {name: writer.selection(selection) for name, selection in selections.items()}


def selections_of(reader: StateReader, names: Mapping[str, str]) -> dict[str, Selection]:
    """The same for `from_parts`."""
    found = {name: reader.selection(reference) for name, reference in names.items()}
    return {name: selection for name, selection in found.items() if selection is not None}


def required(found: W | None) -> W:
    """What must be there in a state; `KeyError` if it is not."""
    if found is None:
        raise KeyError("a reference")
    return found


def _as_json(widget: Any, name: str) -> Any:
    told = widget.trait_metadata(name, "to_json") or type(widget)._trait_to_json
    return told(getattr(widget, name), widget)
