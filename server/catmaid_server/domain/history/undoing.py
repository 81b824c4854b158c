"""Undo and redo: a user's own edits of a project are taken back one after the other, and brought back in turn.

The stack is the log of the user's versions, so it is the same in every window and after every restart. A new edit ends
what could be redone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history.reverting import Reverted, Taken, changes_of, take_back

sql = load("history/reverting")

_UNDO = "undo"
_REDO = "redo"
_AT_ONCE = 50
_NEWEST = 2**62
_FARTHEST = 1000


class OwnEdit(NamedTuple):
    """An edit of a user, and the last version that undid or redid it, if any did."""

    version: int
    label: str
    time: datetime
    last: int | None
    last_kind: str | None

    @property
    def is_undone(self) -> bool:
        """Whether it is taken back."""
        return self.last_kind == _UNDO

    @property
    def taken(self) -> Taken:
        """What to take back, to undo or redo it."""
        return Taken(self.version, self.last if self.last is not None else self.version)


async def next_undo(connection: Connection, user: User, project_id: int) -> OwnEdit | None:
    """The edit that `undo` would take back; None if there is none."""
    async for edit in _own_edits(connection, user, project_id):
        if not edit.is_undone and await changes_of(connection, [edit.taken.reverts]):
            return edit
    return None


async def next_redo(connection: Connection, user: User, project_id: int) -> OwnEdit | None:
    """The edit that `redo` would bring back: the one undone last, if nothing was edited since."""
    undone: OwnEdit | None = None
    async for edit in _own_edits(connection, user, project_id):
        if edit.is_undone:
            if undone is None or (edit.last or 0) > (undone.last or 0):
                undone = edit
        elif await changes_of(connection, [edit.taken.reverts]):
            # Older edits were undone before this one was made, or after all that is undone above it.
            return undone if undone is None or (undone.last or 0) > edit.version else None
    return undone


async def undo(tx: Connection, user: User, project_id: int) -> tuple[OwnEdit, Reverted]:
    """Take back the user's newest edit that is not undone; `InvalidInput` if there is none."""
    edit = await next_undo(tx, user, project_id)
    if edit is None:
        raise InvalidInput("There is nothing to undo.")
    return edit, await take_back(tx, user, project_id, [edit.taken], _UNDO)


async def redo(tx: Connection, user: User, project_id: int) -> tuple[OwnEdit, Reverted]:
    """Bring back the edit that was undone last; `InvalidInput` if there is none, or something was edited since."""
    edit = await next_redo(tx, user, project_id)
    if edit is None:
        raise InvalidInput("There is nothing to redo.")
    return edit, await take_back(tx, user, project_id, [edit.taken], _REDO)


async def _own_edits(connection: Connection, user: User, project_id: int) -> AsyncIterator[OwnEdit]:
    """The user's edits of a project, newest first, as far back as anybody will undo."""
    below, seen = _NEWEST, 0
    while seen < _FARTHEST:
        rows = await fetch_all(
            connection, sql.own_edits, user_id=user.id, project_id=project_id, below=below, most=_AT_ONCE
        )
        for row in rows:
            yield OwnEdit(*row)
        if len(rows) < _AT_ONCE:
            return
        below, seen = rows[-1][0], seen + len(rows)
