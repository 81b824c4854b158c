"""Projects with what people choose them by: how much is in each, whose it is, and what one may do there."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_json
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import ANONYMOUS, PERMISSIONS, User
from catmaid_server.domain.times import ZonedTime

sql = load("projects/browsed_projects")


class BrowsedStack(TypedDict):
    """A stack of a project, as far as its name."""

    id: int
    title: str


class BrowsedProject(TypedDict):
    """A project that the user may see. The query gives these."""

    id: int
    title: str
    comment: str
    stacks: list[BrowsedStack]
    neurons: int
    nodes: int
    last_edit: ZonedTime | None
    """Of a treenode; `null` where nothing is traced."""
    owners: list[str]
    """Names of those who administer it, as who made or forked it does; none are told to visitors without a login."""
    permissions: list[str]
    """What the user may do there, as granted to them or a group of theirs; superusers have all."""
    favorite: bool
    is_public: bool
    """Whether it can be seen without a login."""
    archived: ZonedTime | None
    """When it was archived; `null` if it is not."""
    requests: int
    """How many people ask to join it; 0 for who does not administer it."""


async def browsed_projects(connection: Connection, user: User) -> msgspec.Raw:
    """The projects that a user may see, by title, as JSON of `BrowsedProject`."""
    return await fetch_json(
        connection,
        sql.visible_projects,
        user_id=user.id,
        all_projects=user.is_superuser,
        all_permissions=sorted(PERMISSIONS),
        names_people=user.username != ANONYMOUS,
        visitor=ANONYMOUS,
    )
