"""Deep links: named views of a project, to pass on to others."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, TypedDict, cast

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound
from catmaid_server.domain.times import ZonedTime

sql = load("projects/deep_links")

_ALIAS = re.compile(r"[A-Za-z0-9_.-]+")
_CONTENT = (
    "location_x",
    "location_y",
    "location_z",
    "layout",
    "tool",
    "message",
    "active_treenode",
    "active_connector",
    "active_skeleton",
    "data_view",
)
"""Fields of a link that its password protects."""


class DeepLink(TypedDict):
    """What a link shows; location in nm. The query `details` gives its fields in this order."""

    id: int
    alias: str
    is_public: bool
    is_exportable: bool
    location_x: float | None
    location_y: float | None
    location_z: float | None
    active_treenode: int | None
    active_connector: int | None
    active_skeleton: int | None
    layout: str | None
    tool: str | None
    show_help: bool
    message: str | None
    data_view: int | None
    stacks: list[tuple[int, float]]
    """Stack ids and zoom levels."""


class ListedLink(TypedDict):
    """A link of a list; location in nm. The query `visible` gives all but the password in this order."""

    id: int
    creation_time: ZonedTime
    edition_time: ZonedTime
    alias: str
    is_public: bool
    is_exportable: bool
    location_x: float | None
    location_y: float | None
    location_z: float | None
    follow_id_history: bool
    layered_stacks: bool
    layout: str | None
    tool: str | None
    show_help: bool
    message: str | None
    user: int
    project: int
    active_treenode: int | None
    active_connector: int | None
    active_skeleton: int | None
    data_view: int | None
    password: str
    """Always empty: passwords are not given out."""


async def create_link(
    tx: Connection, user: User, project_id: int, *, alias: str | None, password_hash: str, **values: Any
) -> DeepLink:
    """Make a link; without an alias it gets a random one. `InvalidInput` for an alias that is malformed or taken."""
    alias = secrets.token_urlsafe(6) if alias is None else alias
    if _ALIAS.fullmatch(alias) is None:
        raise InvalidInput("An alias may have letters, digits, '-', '_' and '.' only.")
    if await fetch_one(tx, sql.details, project_id=project_id, alias=alias) is not None:
        raise InvalidInput(f"There is already a link {alias!r} in project {project_id}.")
    stacks = values.pop("stacks")
    await fetch_value(
        tx,
        sql.create,
        project_id=project_id,
        user_id=user.id,
        alias=alias,
        password=password_hash,
        stacks=Jsonb(stacks),
        **values,
    )
    made = await fetch_one(tx, sql.details, project_id=project_id, alias=alias)
    assert made is not None
    return _deep_link(made[:-2])


async def list_links(
    connection: Connection, user: User, project_id: int, *, only_own: bool, only_public: bool, only_private: bool
) -> list[ListedLink]:
    """A user's own links and public ones, without passwords and what these protect."""
    rows = await fetch_all(
        connection,
        sql.visible,
        project_id=project_id,
        user_id=user.id,
        only_own=only_own,
        only_public=only_public,
        only_private=only_private,
    )
    return [_listed_link(row, locked=locked) for *row, locked in rows]


async def describe_link(connection: Connection, user: User, project_id: int, alias: str) -> tuple[DeepLink, str | None]:
    """What a link shows, and the hash of the password that this user has to know first, if any.

    Raises `NotFound`, or `NotAllowed` for a link of somebody else that is not public.
    """
    *shown, owner_id, stored = await _require_link(connection, project_id, alias)
    link = _deep_link(shown)
    if owner_id == user.id or user.is_superuser:
        return link, None
    if not link["is_public"]:
        raise NotAllowed(f"Link {alias!r} is private.")
    return link, stored or None


async def delete_link(tx: Connection, user: User, project_id: int, alias: str) -> int:
    """Delete a link that the user may edit; its id."""
    link = await _require_link(tx, project_id, alias)
    await require_edit(tx, user, [link[-2]], f"link {alias!r}")
    await tx.execute(sql.delete, {"link_id": link[0]})
    return int(link[0])


async def delete_link_by_id(tx: Connection, user: User, project_id: int, link_id: int) -> int:
    """As `delete_link`, by id."""
    alias = await fetch_value(tx, sql.alias, project_id=project_id, link_id=link_id)
    if alias is None:
        raise NotFound(f"There is no link {link_id} in project {project_id}.")
    return await delete_link(tx, user, project_id, alias)


def _deep_link(row: Sequence[Any]) -> DeepLink:
    return cast("DeepLink", dict(zip(DeepLink.__annotations__, row, strict=True)))


def _listed_link(row: Sequence[Any], *, locked: bool) -> ListedLink:
    link = dict(zip(ListedLink.__annotations__, (*row, ""), strict=True))
    return cast("ListedLink", link | (dict.fromkeys(_CONTENT) if locked else {}))


async def _require_link(connection: Connection, project_id: int, alias: str) -> tuple[Any, ...]:
    found = await fetch_one(connection, sql.details, project_id=project_id, alias=alias)
    if found is None:
        raise NotFound(f"There is no link {alias!r} in project {project_id}.")
    return found
