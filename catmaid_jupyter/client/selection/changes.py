"""Telling of a selection's changes, in their order, to those who want to know."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.selection import SelectionDelta, SkeletonFlag

WhatChanged: TypeAlias = Literal["all", "added", "removed", "selected", "active", "colors", "flags"]

_SELECTED: Final = int(SkeletonFlag.SELECTED)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SelectionChange:
    """A change of a selection.

    what : `added`, `removed`, `selected` (rows were selected or deselected), `active`, `colors`, `flags`, or `all` if
        all rows were replaced.
    skeleton_ids : the skeletons concerned; those of `active`: the one that is active now, none if there is none.
    revision : the selection's revision after the change.
    """

    what: WhatChanged
    skeleton_ids: list[int]
    revision: int


OnSelectionChange: TypeAlias = Callable[[SelectionChange], None]
OnDelta: TypeAlias = Callable[[SelectionDelta, Any], None]
"""Is given each delta, and what the caller of the change named as its origin."""


class ChangeListeners:
    """Who is told of changes. Each is told of all changes in their order, whichever threads they are made in."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[object, OnDelta] = {}
        self._waiting: deque[tuple[SelectionDelta, Any]] = deque()
        self._is_telling = False

    def __len__(self) -> int:
        return len(self._listeners)

    def listen(self, listener: OnDelta) -> Callable[[], None]:
        """Tell a listener of each delta; returns a function that ends this."""
        token = object()
        with self._lock:
            self._listeners[token] = listener

        def stop() -> None:
            self._listeners.pop(token, None)

        return stop

    def queue(self, delta: SelectionDelta, origin: Any) -> None:
        """Note a delta to be told of after all that came before; must be called in the order of deltas."""
        with self._lock:
            self._waiting.append((delta, origin))

    def tell(self) -> None:
        """Tell everybody of what is noted; what a listener changes meanwhile comes next."""
        with self._lock:
            if self._is_telling:
                return
            self._is_telling = True
        while True:
            with self._lock:
                if not self._waiting:
                    self._is_telling = False
                    return
                told = self._waiting.popleft()
                listeners = list(self._listeners.values())
            for listener in listeners:
                _call(listener, *told)


def only(what: str, changed: OnSelectionChange) -> OnDelta:
    """A listener that passes on the changes of one kind; `InvalidInput` for an unknown kind."""
    if what not in get_args(WhatChanged):
        known = ", ".join(get_args(WhatChanged))
        raise InvalidInput(f"A selection has no changes of kind {what!r}. There are: {known}.")

    def listener(delta: SelectionDelta, _origin: Any) -> None:
        change = change_of(delta)
        # Where all rows were replaced, anything may be otherwise.
        if what in ("all", change.what) or change.what == "all":
            changed(change)

    return listener


def change_of(delta: SelectionDelta) -> SelectionChange:
    """A delta as listeners are told of it."""
    ids = delta.skeleton_ids.tolist()
    if delta.column == "active":
        ids = [] if delta.active is None else [delta.active]
    return SelectionChange(_what(delta), ids, delta.revision)


def _what(delta: SelectionDelta) -> WhatChanged:
    match delta.column:
        case "rgba":
            return "colors"
        case "flags":
            return "selected" if delta.mask == _SELECTED else "flags"
        case column:
            return column


def _call(listener: OnDelta, delta: SelectionDelta, origin: Any) -> None:
    try:
        listener(delta, origin)
    except Exception:  # an error in one listener must not keep changes from the others
        logger.exception("A listener to a selection's changes failed")
