"""The log of versions with its filters; the list of transactions as CATMAID has it is in `projects.log_info`."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.history import transaction_log, versions
from catmaid_server.domain.history.transaction_log import LogFilter, LoggedVersion
from catmaid_server.domain.times import ZonedTime
from catmaid_server.domain.values import Box
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class WantedVersions(msgspec.Struct):
    """Which versions are wanted; what is not given does not restrict."""

    user_id: int | None = None
    """Only those of this user."""
    username: str = ""
    """Only those of the user with this name."""
    label: str = ""
    """Only those with this label, or with labels that begin with this and a dot: `treenodes`, `skeletons.join`."""
    since: str = ""
    """Only those after this version, its pin or time."""
    until: str = ""
    """Only this version, its pin or time, and those before it."""
    neuron_ids: list[int] | None = None
    """Only those that wrote one of these neurons, its annotations, or a skeleton that is or once was of it."""
    skeleton_ids: list[int] | None = None
    """Only those that wrote one of these skeletons, their treenodes, or links, labels or reviews of these."""
    box: list[float] | None = None
    """Only those that wrote a treenode or connector that was in this box before or after: lowest x, y, z, highest x,
    y, z in nm.
    """
    up_to: int | None = None
    """Only this version and those before it: `next` of the page before."""
    limit: int = 1000
    """Most versions wanted; at most 10,000."""


class VersionLogEntry(TypedDict):
    """A version: who wrote it, when, and what for."""

    version: int
    time: ZonedTime
    user_id: int | None
    username: str | None
    label: str
    note: str | None
    reverts: list[int]
    """Versions that this one took back."""


class VersionLogPage(TypedDict):
    """Versions, newest first."""

    entries: list[VersionLogEntry]
    next: int | None
    """`up_to` of the next page; null if this is the last one."""


@routes.any("/{project_id}/versions/log", needs=Permission.BROWSE)
async def list_versions(call: Call, form: WantedVersions) -> VersionLogPage:
    """List the versions of a project, newest first: by user, label, time, neuron, skeleton and place."""
    async with call.reading() as connection:
        wanted = LogFilter(
            user_id=await _user(connection, call.project_id, form),
            label=form.label.strip() or None,
            above=await _bound(connection, call.project_id, "since", form.since, otherwise=0),
            up_to=min(
                transaction_log.NEWEST if form.up_to is None else form.up_to,
                await _bound(connection, call.project_id, "until", form.until),
            ),
            neuron_ids=form.neuron_ids,
            skeleton_ids=form.skeleton_ids,
            box=_box(form.box),
        )
        page = await transaction_log.page(connection, call.project_id, wanted, length=form.limit)
    return {"entries": [_entry(one) for one in page.entries], "next": page.next}


async def _user(connection: Connection, project_id: int, form: WantedVersions) -> int | None:
    if not form.username:
        return form.user_id
    user_id = await transaction_log.author_named(connection, project_id, form.username)
    if form.user_id not in (None, user_id):
        raise InvalidInput(f"user_id {form.user_id} is not the user {form.username!r}: name one of them.")
    return user_id


async def _bound(
    connection: Connection, project_id: int, name: str, text: str, *, otherwise: int = transaction_log.NEWEST
) -> int:
    """The version that a bound stands for."""
    if not text.strip():
        return otherwise
    if text.strip() == versions.NOW:
        return transaction_log.NEWEST
    return await versions.bound(connection, project_id, text.strip(), name=name)


def _box(corners: list[float] | None) -> Box | None:
    if corners is None:
        return None
    if len(corners) != 6 or any(low > high for low, high in zip(corners[:3], corners[3:], strict=True)):
        raise InvalidInput(f"box is [lowest x, y, z, highest x, y, z] in nm, not {corners}.")
    x0, y0, z0, x1, y1, z1 = corners
    return Box((x0, y0, z0), (x1, y1, z1))


def _entry(one: LoggedVersion) -> VersionLogEntry:
    return {
        "version": one.version,
        "time": one.time,
        "user_id": one.user_id,
        "username": one.username,
        "label": one.label,
        "note": one.note,
        "reverts": one.reverts,
    }
