"""Conflicts: what prevents that versions are taken back, and the message about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from catmaid_server.domain.errors import StateMismatch

MOST_CONFLICTS = 100
_NAMED_CONFLICTS = 3
_NAMED_VERSIONS = 5


class LaterChange(NamedTuple):
    """A row that is in the way: table, key, the version that made it so, why, and by whom and when.

    Where the database alone refuses, version 0 and an empty key.
    """

    table: str
    key: dict[str, int]
    version: int
    reason: str
    """A phrase about the row: `was changed`."""
    username: str
    time: datetime | None


class RevertConflict(StateMismatch):
    """Versions cannot be taken back, because of what others did since."""

    def __init__(self, versions: Sequence[int], conflicts: Sequence[LaterChange]) -> None:
        super().__init__(_told(versions, conflicts))
        self.conflicts = list(conflicts)
        self.detail = [
            {
                "table": conflict.table,
                "key": conflict.key,
                "version": conflict.version,
                "reason": conflict.reason,
                "username": conflict.username,
                "time": conflict.time.isoformat() if conflict.time else None,
            }
            for conflict in conflicts
        ]


def named(versions: Sequence[int]) -> str:
    """Versions in words: `Version 3`, `Versions 3, 4`; only the first ones of many."""
    numbers = ", ".join(map(str, versions[:_NAMED_VERSIONS])) + (", …" if len(versions) > _NAMED_VERSIONS else "")
    return f"{'Version' if len(versions) == 1 else 'Versions'} {numbers}"


def _told(versions: Sequence[int], conflicts: Sequence[LaterChange]) -> str:
    """The first conflicts in words: who did what, and what to do."""
    lines = [_line(conflict) for conflict in conflicts[:_NAMED_CONFLICTS]]
    more = len(conflicts) - len(lines)
    rest = f"; and {more}{' or more' if len(conflicts) == MOST_CONFLICTS else ''} others" if more else ""
    later = sorted({one.version for one in conflicts if one.version > min(versions)} - set(versions), reverse=True)
    advice = f" Take back {named(later).lower()}, too, together or first." if later else ""
    return f"{named(versions)} cannot be taken back, nothing was written: {'; '.join(lines)}{rest}.{advice}"


def _line(conflict: LaterChange) -> str:
    row = " ".join([conflict.table.replace("_", " "), *map(str, conflict.key.values())])
    if not conflict.version:
        return f"{row} {conflict.reason}"
    time = f", {conflict.time:%Y-%m-%d %H:%M:%S} UTC" if conflict.time else ""
    return f"{row} {conflict.reason} (version {conflict.version} by {conflict.username}{time})"
