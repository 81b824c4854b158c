"""Outlines of volumes in sections, each computed once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.model.outlines import Outline

_MOST_POINTS: Final = 2_000_000
"""Points that are kept: 32 MB."""


class OutlineCache:
    """The outlines that were asked for last; safe from any thread."""

    def __init__(self) -> None:
        self._outlines: OrderedDict[tuple[int, float], tuple[Volume, Outline]] = OrderedDict()
        self._points = 0
        self._lock = threading.Lock()

    def outline(self, volume: Volume, z: float) -> Outline:
        """The outline of a volume at a depth, nm."""
        key = id(volume), z
        with self._lock:
            known = self._outlines.get(key)
            if known is not None:
                self._outlines.move_to_end(key)
                return known[1]
        found = volume.outline_rings(z)
        with self._lock:
            if key not in self._outlines:
                self._outlines[key] = volume, found
                self._points += _size(found)
            while self._points > _MOST_POINTS and len(self._outlines) > 1:
                _, (_, dropped) = self._outlines.popitem(last=False)
                self._points -= _size(dropped)
        return found


def _size(outline: Outline) -> int:
    return 1 + sum(map(len, outline.rings))
