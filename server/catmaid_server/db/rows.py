"""Run a query and take its answer in the shape wanted."""

from __future__ import annotations

from typing import Any, LiteralString, TypeVar

import msgspec
from psycopg.rows import class_row

from catmaid_server.db.arrays import array_text
from catmaid_server.db.store import Connection

Record = TypeVar("Record")


async def fetch_all(
    connection: Connection, query: LiteralString, *, prepare: bool | None = None, **values: Any
) -> list[tuple[Any, ...]]:
    """All rows. `prepare=False` has the query planned for its values each time, which pays where they matter much."""
    cursor = await connection.execute(query, _with_array_texts(values), binary=True, prepare=prepare)
    return await cursor.fetchall()


async def fetch_records(
    connection: Connection, query: LiteralString, record: type[Record], **values: Any
) -> list[Record]:
    """All rows, each as a `record`: a dataclass or named tuple whose fields are called like the query's columns."""
    async with connection.cursor(binary=True, row_factory=class_row(record)) as cursor:
        await cursor.execute(query, _with_array_texts(values))
        return await cursor.fetchall()


async def fetch_one(connection: Connection, query: LiteralString, **values: Any) -> tuple[Any, ...] | None:
    """The first row, None if there is none."""
    cursor = await connection.execute(query, _with_array_texts(values), binary=True)
    return await cursor.fetchone()


async def fetch_value(connection: Connection, query: LiteralString, **values: Any) -> Any:
    """The first column of the first row, None if there is no row."""
    row = await fetch_one(connection, query, **values)
    return None if row is None else row[0]


async def fetch_json(connection: Connection, query: LiteralString, **values: Any) -> msgspec.Raw:
    """JSON that the database wrote: the query gives one `json` value as text. Goes to the client unparsed."""
    return msgspec.Raw((await fetch_value(connection, query, **values)).encode())


def _with_array_texts(values: dict[str, Any]) -> dict[str, Any]:
    return {name: array_text(value) if _is_list_of_int(value) else value for name, value in values.items()}


def _is_list_of_int(value: Any) -> bool:
    return isinstance(value, list) and set(map(type, value)) == {int}
