"""The log that people read, and the transactions behind it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("projects/log_info")

PAGE = 500
UNSORTED = -1


@dataclass(frozen=True)
class LogOrder:
    """A column of the log (0 user, 1 operation, 2 time, 3 x, 4 y, 5 z) and a direction."""

    column: int = UNSORTED
    descending: bool = True


async def entries(
    connection: Connection,
    project_id: int,
    *,
    user_id: int | None = None,
    operation_type: str | None = None,
    freetext: str | None = None,
    order: tuple[LogOrder, LogOrder] = (LogOrder(), LogOrder()),
    start: int = 0,
    length: int = PAGE,
) -> msgspec.Raw:
    """One page of log entries, as JSON in the form that DataTables takes."""
    return await fetch_json(
        connection,
        sql.log_entries,
        project_id=project_id,
        user_id=user_id,
        operation_type=operation_type,
        freetext=freetext,
        start=max(start, 0),
        length=length if length >= 0 else None,
        sort_1=order[0].column,
        descending_1=order[0].descending,
        sort_2=order[1].column,
        descending_2=order[1].descending,
    )


async def transactions(connection: Connection, project_id: int, *, start: int, length: int | None) -> msgspec.Raw:
    """One page of transactions, newest first, and how many there are, as JSON."""
    return await fetch_json(connection, sql.transactions, project_id=project_id, start=start, length=length)


async def location_of_transaction(connection: Connection, project_id: int, version: int) -> dict[str, float]:
    """Location (nm) of something that a transaction wrote; `InvalidInput` if it wrote nothing with a location."""
    row = await fetch_one(connection, sql.location_of_transaction, project_id=project_id, version=version)
    if row is None:
        raise InvalidInput(f"Transaction {version} changed nothing that has a location.")
    return dict(zip("xyz", row, strict=True))


async def skeletons_of_transaction(connection: Connection, project_id: int, version: int) -> list[int]:
    """Ids of the skeletons that have, or had, nodes or links that a transaction wrote."""
    rows = await fetch_all(connection, sql.skeletons_of_transaction, project_id=project_id, version=version)
    return [skeleton_id for (skeleton_id,) in rows]
