"""Undo and redo: a user's own edits of a project are taken back one after the other, and brought back in turn.

The stack is the log of the user's versions, so it is the same in every window and after every restart. A new edit ends
what could be redone.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.history.reverting import Reverted, Taken, are_revertible, take_back

sql = load("history/reverting")

_UNDO = "undo"
_REDO = "redo"
_AT_ONCE = 50
_NEWEST = 2**62
_FARTHEST = 1000


class OwnEdit(NamedTuple):
    """A version of a user, the group of versions that are one edit with it, and the last one that undid or redid it."""

    version: int
    label: str
    time: datetime
    group: UUID | None
    last: int | None
    last_kind: str | None

    @property
    def is_undone(self) -> bool:
        """Whether it is undone."""
        return self.last_kind == _UNDO

    @property
    def taken(self) -> Taken:
        """The version to take back in order to undo or redo it."""
        return Taken(self.version, self.last if self.last is not None else self.version)


async def next_undo(connection: Connection, user: User, project_id: int, *, before: int | None = None) -> list[OwnEdit]:
    """The versions, oldest first, of the edit that `undo` would take back: the newest, or the newest before a version.

    Empty if there is none.
    """
    async for edit in _own_edits(connection, user, project_id, _NEWEST if before is None else before):
        if not edit.is_undone and await are_revertible(connection, [edit.taken.reverts]):
            return await _with_group(connection, user, project_id, edit)
    return []


async def next_redo(connection: Connection, user: User, project_id: int) -> list[OwnEdit]:
    """The edit that `redo` would bring back, as `next_undo`: the one undone last, if nothing was edited since."""
    undone: OwnEdit | None = None
    async for edit in _own_edits(connection, user, project_id, _NEWEST):
        if edit.is_undone:
            if undone is None or (edit.last or 0) > (undone.last or 0):
                undone = edit
        elif await are_revertible(connection, [edit.taken.reverts]):
            # Older edits were undone before this one was made, or after all that is undone above it.
            if undone is not None and (undone.last or 0) < edit.version:
                undone = None
            break
    return [] if undone is None else await _with_group(connection, user, project_id, undone)


async def undo(tx: Connection, user: User, project_id: int, *, before: int | None = None) -> tuple[OwnEdit, Reverted]:
    """Take back the user's newest edit (before a version) that is not undone; `NotFound` if there is none."""
    edits = await next_undo(tx, user, project_id, before=before)
    if not edits:
        raise NotFound("There is nothing to undo.")
    return edits[0], await take_back(tx, user, project_id, [edit.taken for edit in edits], _UNDO)


async def redo(tx: Connection, user: User, project_id: int) -> tuple[OwnEdit, Reverted]:
    """Bring back the edit that was undone last; `NotFound` if there is none, or something was edited since."""
    edits = await next_redo(tx, user, project_id)
    if not edits:
        raise NotFound("There is nothing to redo.")
    return edits[0], await take_back(tx, user, project_id, [edit.taken for edit in edits], _REDO)


async def _with_group(connection: Connection, user: User, project_id: int, edit: OwnEdit) -> list[OwnEdit]:
    """The versions of one edit that are undone if this one is, and not undone if it is not; oldest first."""
    if edit.group is None:
        return [edit]
    group = await fetch_all(
        connection,
        sql.edits_of_group,
        user_id=user.id,
        project_id=project_id,
        group=edit.group,
        lowest=edit.version - _FARTHEST,
        highest=edit.version + _FARTHEST,
    )
    return [other for row in group if (other := OwnEdit(*row)).is_undone == edit.is_undone]


async def _own_edits(connection: Connection, user: User, project_id: int, below: int) -> AsyncIterator[OwnEdit]:
    """The user's edits of a project before a version, newest first, at most `_FARTHEST`."""
    seen = 0
    while seen < _FARTHEST:
        rows = await fetch_all(
            connection, sql.own_edits, user_id=user.id, project_id=project_id, below=below, most=_AT_ONCE
        )
        for row in rows:
            yield OwnEdit(*row)
        if len(rows) < _AT_ONCE:
            return
        below, seen = rows[-1][0], seen + len(rows)
