"""Data views: the front pages of clients."""

from __future__ import annotations

from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("projects/data_views")

_VIEW = ("id", "title", "type", "config", "note")


async def list_views(connection: Connection) -> list[dict[str, Any]]:
    """All views in their order."""
    return [dict(zip(_VIEW, row, strict=True)) for row in await fetch_all(connection, sql.data_views)]


async def describe_view(connection: Connection, view_id: int) -> dict[str, Any]:
    """One view, or `NotFound`."""
    found = await fetch_one(connection, sql.data_view, view_id=view_id)
    if found is None:
        raise NotFound(f"There is no data view {view_id}.")
    return dict(zip(_VIEW, found, strict=True))


async def default_view(connection: Connection) -> dict[str, Any]:
    """The view for those who chose none; `NotFound` if the service has none."""
    found = await fetch_one(connection, sql.default_view)
    if found is None:
        raise NotFound("There is no default data view.")
    return dict(zip(_VIEW, found, strict=True))


async def type_comment(connection: Connection, type_id: int | None) -> str:
    """What a type of views is for, or `NotFound`."""
    found = await fetch_value(connection, sql.type_comment, type_id=type_id)
    if found is None:
        raise NotFound(f"There is no type {type_id} of data views.")
    return str(found)


async def choose_home_view(tx: Connection, user_id: int, view_id: int) -> None:
    """Make a view a user's front page, or `NotFound`."""
    await describe_view(tx, view_id)
    await tx.execute(sql.set_home_view, {"user_id": user_id, "view_id": view_id})
