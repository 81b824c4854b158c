"""Packed skeletons in memory."""

from __future__ import annotations

from typing import TypeAlias

from catmaid_server.db.recently_used import RecentlyUsed
from catmaid_wire.overviews import PackedForms

PackedKey: TypeAlias = tuple[int, int, int]
"""Project, skeleton and version."""


class PackedMemory(RecentlyUsed[PackedKey, PackedForms]):
    """Packed skeletons by project, skeleton and version.

    Attributes
    ----------
    unkept
        Those that were packed here and that the database does not keep yet; some may be forgotten already.
    """

    def __init__(self, capacity: int) -> None:
        super().__init__(capacity)
        self.unkept: set[PackedKey] = set()

    def keep_new(self, key: PackedKey, packed: PackedForms) -> None:
        """Keep what was packed just now."""
        self.keep(key, packed, packed.size)
        if key in self:
            self.unkept.add(key)
