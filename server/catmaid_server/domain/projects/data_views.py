"""Data views: the front pages of clients."""

from __future__ import annotations

from typing import Any, TypedDict, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import NotFound

sql = load("projects/data_views")


class DataView(TypedDict):
    """A front page, which lists projects; `config` is JSON. The queries give its fields in this order."""

    id: int
    title: str
    type: str
    config: str
    note: str


async def list_views(connection: Connection) -> list[DataView]:
    """All views in their order."""
    return [_data_view(row) for row in await fetch_all(connection, sql.data_views)]


async def describe_view(connection: Connection, view_id: int) -> DataView:
    """One view, or `NotFound`."""
    found = await fetch_one(connection, sql.data_view, view_id=view_id)
    if found is None:
        raise NotFound(f"There is no data view {view_id}.")
    return _data_view(found)


async def default_view(connection: Connection) -> DataView | None:
    """The view of users who chose none: the default one, or else the first that was made, if there is any."""
    found = await fetch_one(connection, sql.default_view)
    return None if found is None else _data_view(found)


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


def _data_view(row: tuple[Any, ...]) -> DataView:
    return cast("DataView", dict(zip(DataView.__annotations__, row, strict=True)))
