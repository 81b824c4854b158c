"""Traits that programs and pages change, such as where a viewer looks.

A page's change is on its way for a moment, and so is a program's. Where both cross, what the page sent before it knew
of the program's change does not take that back.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Any, TypeVar

import traitlets
from ipywidgets import Widget

Held = TypeVar("Held")
Taken = TypeVar("Taken")

_TAKES_FROM_PAGE: ContextVar[bool] = ContextVar("takes_from_page", default=False)
"""Whether traits change because a page has sent something."""

_COUNT = "_program_changes"


class SharedTrait(traitlets.TraitType[Held, Taken]):
    """A trait that pages change, too: set to what it is, it is sent again, as a page may have gone on meanwhile."""

    def set(self, obj: Any, value: Any) -> None:
        """Set it; `TraitError` for what it cannot be."""
        is_same = self._validate(obj, value) == obj._trait_values.get(self.name)
        if isinstance(obj, SharesTraits) and not _TAKES_FROM_PAGE.get():
            # Before it is set: a page's message may come at any time, in another thread.
            obj._trait_values[_COUNT] = obj._program_changes + 1
        super().set(obj, value)
        if not is_same or getattr(obj, "comm", None) is None or self.name in obj._property_lock:
            return
        if obj._holding_sync:
            obj._states_to_send.add(self.name)
        else:
            obj.send_state(self.name)


class SharedInt(SharedTrait[Any, Any], traitlets.Int[Any, Any]):
    """A whole number that pages change, too."""


class SharesTraits(Widget):
    """A widget with traits that programs and pages change."""

    _program_changes = traitlets.Int(0).tag(sync=True)
    """How often a program has set one of them. Goes to pages with each value."""

    _known_changes = traitlets.Int(0).tag(sync=True)
    """How many of these the page knew that has sent values last."""

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what a page has sent, without what a program has changed meanwhile."""
        if sync_data.get("_known_changes", self._known_changes) < self._program_changes:
            sync_data = {name: value for name, value in sync_data.items() if not self._is_shared(name)}
        token = _TAKES_FROM_PAGE.set(True)
        try:
            super().set_state(sync_data)
        finally:
            _TAKES_FROM_PAGE.reset(token)

    def send_state(self, key: str | Iterable[str] | None = None) -> None:
        """Send traits to the pages; shared ones all together, and which change of the program they are."""
        names = {key} if isinstance(key, str) else None if key is None else set(key)
        if names is not None and any(map(self._is_shared, names)):
            names |= {_COUNT, *filter(self._is_shared, self.keys)}
        super().send_state(names)

    def _is_shared(self, name: str) -> bool:
        return isinstance(self.traits().get(name), SharedTrait)
