"""A selection that does what another one does."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Final, Protocol, get_args

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.selection.changes import OnDelta, WhatChanged
from catmaid_jupyter.model.selection import SelectionDelta, SkeletonFlag

_COLUMNS: Final = {"added": "added", "removed": "removed", "colors": "rgba", "flags": "flags", "active": "active"}


class SharedSelection(Protocol):
    """A `Selection`, as far as one follows another."""

    def __contains__(self, skeleton: object) -> bool:
        """Whether a skeleton is in it."""

    def listen(self, listener: OnDelta) -> Callable[[], None]:
        """Tell a listener of each delta."""

    def everything(self) -> SelectionDelta:
        """All rows as they are."""

    def change(self, method: str, *arguments: Any, **options: Any) -> SelectionDelta | None:
        """Change it by a method of its state."""


class SelectionFollower:
    """One selection, the follower, does what another one, the leader, does; it has `leader` for as long.

    The leader does not keep the follower alive.
    """

    def __init__(self, follower: weakref.ref[Any], leader: SharedSelection, what: WhatChanged) -> None:
        if what not in get_args(WhatChanged):
            raise InvalidInput(f"A selection cannot follow {what!r}. It can: {', '.join(get_args(WhatChanged))}.")
        self.leader = leader
        self._follower = follower
        self._what = what
        self.end = leader.listen(self._changed)
        if what in ("all", "selected"):
            self._changed(leader.everything(), None)

    def _changed(self, delta: SelectionDelta, _origin: Any) -> None:
        follower = self._follower()
        if follower is None:
            self.end()
        elif self._what == "selected":
            self._select_the_same(follower, delta)
        elif self._what == "all" or _COLUMNS[self._what] == delta.column:
            _do(follower, delta)

    def _select_the_same(self, follower: SharedSelection, delta: SelectionDelta) -> None:
        if delta.column not in ("flags", "added", "removed", "all", "rgba"):
            return
        leader = self.leader.everything()
        chosen = (leader.flags & np.uint8(SkeletonFlag.SELECTED)) != 0
        ids, rgba = leader.skeleton_ids[chosen], leader.rgba[chosen]
        own = follower.everything().skeleton_ids
        follower.change("remove", own[~np.isin(own, ids)])
        follower.change("add", ids, rgba=rgba)
        if delta.column == "rgba":
            follower.change("set_rgba", ids, rgba)


def _do(follower: SharedSelection, delta: SelectionDelta) -> None:
    match delta.column:
        case "added":
            follower.change("add", delta.skeleton_ids, rgba=delta.rgba, flags=delta.flags)
        case "removed":
            follower.change("remove", delta.skeleton_ids)
        case "rgba":
            follower.change("set_rgba", delta.skeleton_ids, delta.rgba)
        case "flags":
            follower.change("set_flags", delta.skeleton_ids, delta.mask, delta.flags)
        case "active":
            if delta.active is None or delta.active in follower:
                follower.change("set_active", delta.active)
        case "all":
            own = follower.everything()
            if not _is_same(own, delta):
                follower.change("replace", delta.skeleton_ids, delta.rgba, delta.flags, delta.active)


def _is_same(a: SelectionDelta, b: SelectionDelta) -> bool:
    arrays = (np.array_equal(getattr(a, name), getattr(b, name)) for name in ("skeleton_ids", "rgba", "flags"))
    return a.active == b.active and all(arrays)
