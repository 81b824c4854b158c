"""Client datastores: JSON objects that clients keep by key, for a user or all, for a project or the instance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import msgspec
from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("projects/client_data")

_NAME = re.compile(r"[A-Za-z0-9_-]+")

STANDARD: Final = frozenset({"settings", "bookmarks"})
"""Datastores that every instance of CATMAID has; its front end counts on them and makes none."""


class Datastore(TypedDict):
    """A named place for values of clients."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Datum:
    """One value, as a client sees it."""

    id: int
    key: str
    value: Any
    datastore: int
    project: int | None
    user: int | None


async def list_datastores(connection: Connection) -> list[Datastore]:
    """Id and name of each datastore."""
    return [{"id": store_id, "name": name} for store_id, name in await fetch_all(connection, sql.datastores)]


async def create_datastore(tx: Connection, name: str) -> Datastore:
    """Make a datastore; `InvalidInput` for a name that is taken or is not of letters, digits, `-` and `_`."""
    if _NAME.fullmatch(name) is None:
        raise InvalidInput("The name of a datastore may have letters, digits, hyphens and underscores only.")
    if await fetch_value(tx, sql.datastore, name=name) is not None:
        raise InvalidInput(f"There is already a datastore {name!r}.")
    return {"id": await fetch_value(tx, sql.create_datastore, name=name), "name": name}


async def delete_datastore(tx: Connection, name: str) -> None:
    """Delete a datastore with all that is in it."""
    datastore_id = await _require_datastore(tx, name)
    await tx.execute(sql.delete_all, {"datastore_id": datastore_id})
    await tx.execute(sql.delete_datastore, {"datastore_id": datastore_id})


async def list_data(
    connection: Connection, name: str, *, user_id: int, project_id: int | None, key: str | None
) -> list[Datum]:
    """What a datastore holds for a user, and for all; of a project as well if one is given."""
    if name in STANDARD and await fetch_value(connection, sql.datastore, name=name) is None:
        return []
    datastore_id = await _require_datastore(connection, name)
    rows = await fetch_all(
        connection, sql.data, datastore_id=datastore_id, user_id=user_id, project_id=project_id, key=key
    )
    return [Datum(*row) for row in rows]


async def put_datum(
    tx: Connection, name: str, key: str, value: str, *, user_id: int | None, project_id: int | None
) -> Datum | None:
    """Set a value, JSON of an object; None if it replaced another."""
    if name in STANDARD:
        await tx.execute(sql.ensure_datastore, {"name": name})
    datastore_id = await _require_datastore(tx, name)
    if not key:
        raise InvalidInput("A key for the data is needed.")
    decoded = _decoded(value)
    place = {
        "datastore_id": datastore_id,
        "project_id": project_id,
        "user_id": user_id,
        "key": key,
        "value": Jsonb(decoded),
    }
    if await fetch_value(tx, sql.replace, **place) is not None:
        return None
    return Datum(await fetch_value(tx, sql.create, **place), key, decoded, datastore_id, project_id, user_id)


async def delete_data(tx: Connection, name: str, *, user_id: int | None, project_id: int | None) -> int:
    """Delete the values of one user, or of all if `None`, for a project or for none; how many these were."""
    datastore_id = await _require_datastore(tx, name)
    rows = await fetch_all(tx, sql.delete_values, datastore_id=datastore_id, user_id=user_id, project_id=project_id)
    return len(rows)


async def _require_datastore(connection: Connection, name: str) -> int:
    found = await fetch_value(connection, sql.datastore, name=name)
    if found is None:
        raise NotFound(f"There is no datastore {name!r}.")
    return int(found)


def _decoded(value: str) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"The value is not valid JSON: {error}") from None
    if not isinstance(decoded, dict):
        raise InvalidInput("The value must be an object in JSON.")
    return decoded
