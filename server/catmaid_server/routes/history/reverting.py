"""What versions changed, and taking them back: revert, undo, redo."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.history import reverting, undoing
from catmaid_server.domain.history.conflicts import LaterChange
from catmaid_server.domain.history.reverting import Reverted, TableChanges
from catmaid_server.domain.history.undoing import OwnEdit
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class SomeVersions(msgspec.Struct):
    """Versions of the project."""

    versions: list[int]
    """Ids of transactions."""


class UndoBefore(msgspec.Struct):
    """Which edits are passed over."""

    before: int | None = None
    """Those of this version and later ones."""


class ChangedRows(TypedDict):
    """How many rows of a table versions created, changed and deleted."""

    table: str
    created: int
    changed: int
    deleted: int


class ChangedSince(TypedDict):
    """A row that is in the way; where the database alone refuses, version 0 and an empty key."""

    table: str
    key: dict[str, int]
    """Column and value of its primary key."""
    version: int
    reason: str
    username: str
    time: ZonedTime | None


class Preview(TypedDict):
    """What taking versions back would change, and what is in its way."""

    changes: list[ChangedRows]
    conflicts: list[ChangedSince]
    """At most 100, the newest first."""
    not_allowed: str | None
    """Why this user may not take them back; null if they may."""


class ChangedPlace(TypedDict):
    """A node that changed: without ids if it is gone. Place in nm."""

    id: int | None
    skeleton_id: int | None
    x: float
    y: float
    z: float


class TakenBack(TypedDict):
    """What was taken back."""

    versions: list[int]
    changes: list[ChangedRows]
    skeleton_ids: list[int]
    """Of the treenodes that changed."""
    node: ChangedPlace | None


class EditOfUser(TypedDict):
    """An edit: its version, what it was, and when."""

    version: int
    label: str
    time: ZonedTime


class EditTakenBack(TakenBack):
    """What was undone or redone."""

    edit: EditOfUser


class UndoState(TypedDict):
    """What undo and redo would do; null where there is nothing."""

    undo: EditOfUser | None
    redo: EditOfUser | None


@routes.any("/{project_id}/versions/changes", needs=Permission.BROWSE)
async def preview_revert(call: Call, form: SomeVersions) -> Preview:
    """Tell what versions changed, whether they can be taken back, and whether this user may."""
    may_not = await call.why_not(Permission.ANNOTATE)
    async with call.reading() as connection:
        refusal = await reverting.refusal_of(connection, call.user, call.project_id, form.versions)
        refusal = may_not or refusal
        changes = await reverting.changes_of(connection, form.versions)
        can_try = changes and refusal is None and call.as_of is None
        if not can_try:
            conflicts = await reverting.conflicts_of(connection, call.project_id, form.versions, changes)
    if can_try:
        async with call.turn():
            conflicts = await reverting.conflicts_found_by_trial(call.store, call.user, call.project_id, form.versions)
    return {
        "changes": _changes(changes),
        "conflicts": [_conflict(conflict) for conflict in conflicts],
        "not_allowed": refusal,
    }


@routes.post("/{project_id}/versions/revert", needs=Permission.ANNOTATE, label="versions.revert")
async def revert_versions(call: Call, form: SomeVersions) -> TakenBack:
    """Take versions back, all or none: what they created goes, what they changed or deleted is as it was."""
    return _taken_back(await reverting.revert(call.tx, call.user, call.project_id, form.versions))


@routes.get("/{project_id}/versions/undo", needs=Permission.ANNOTATE)
async def undo_state(call: Call, form: UndoBefore) -> UndoState:
    """Tell what undo and redo would do for this user."""
    async with call.reading() as connection:
        return {
            "undo": _edit(await undoing.next_undo(connection, call.user, call.project_id, before=form.before)),
            "redo": _edit(await undoing.next_redo(connection, call.user, call.project_id)),
        }


@routes.post("/{project_id}/versions/undo", needs=Permission.ANNOTATE, label="versions.undo")
async def undo(call: Call, form: UndoBefore) -> EditTakenBack:
    """Take back the newest edit of the user that is not undone, whatever it was, of those before a version."""
    call.require_name()
    edit, reverted = await undoing.undo(call.tx, call.user, call.project_id, before=form.before)
    return _with_edit(edit, reverted)


@routes.post("/{project_id}/versions/redo", needs=Permission.ANNOTATE, label="versions.redo")
async def redo(call: Call, form: NoParameters) -> EditTakenBack:
    """Bring back the edit that was undone last, if the user edited nothing since."""
    call.require_name()
    edit, reverted = await undoing.redo(call.tx, call.user, call.project_id)
    return _with_edit(edit, reverted)


def _with_edit(edit: OwnEdit, reverted: Reverted) -> EditTakenBack:
    return {**_taken_back(reverted), "edit": {"version": edit.version, "label": edit.label, "time": edit.time}}


def _edit(edits: list[OwnEdit]) -> EditOfUser | None:
    return {"version": edits[0].version, "label": edits[0].label, "time": edits[0].time} if edits else None


def _taken_back(reverted: Reverted) -> TakenBack:
    node = reverted.node
    return {
        "versions": reverted.versions,
        "changes": _changes(reverted.changes),
        "skeleton_ids": reverted.skeleton_ids,
        "node": None
        if node is None
        else {"id": node.id, "skeleton_id": node.skeleton_id, "x": node.x, "y": node.y, "z": node.z},
    }


def _changes(changes: list[TableChanges]) -> list[ChangedRows]:
    return [
        {"table": change.table, "created": change.created, "changed": change.changed, "deleted": change.deleted}
        for change in changes
    ]


def _conflict(conflict: LaterChange) -> ChangedSince:
    return {
        "table": conflict.table,
        "key": conflict.key,
        "version": conflict.version,
        "reason": conflict.reason,
        "username": conflict.username,
        "time": conflict.time,
    }
