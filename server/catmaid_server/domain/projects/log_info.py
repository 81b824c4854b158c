"""The log that people read, and the transactions behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, LocationLookup

sql = load("projects/log_info")

PAGE = 2000
UNSORTED = -1
_LAST_COLUMN = 6


@dataclass(frozen=True)
class LogOrder:
    """A column of the log (0 user, 1 operation, 2 time, 3 x, 4 y, 5 z, 6 text) and a direction."""

    column: int = UNSORTED
    descending: bool = True

    def __post_init__(self) -> None:
        if not UNSORTED <= self.column <= _LAST_COLUMN:
            raise InvalidInput(f"There is no column {self.column} of the log, but 0 to {_LAST_COLUMN}.")


async def entries(
    connection: Connection,
    project_id: int,
    *,
    user_id: int | None = None,
    trusted_by: int | None = None,
    operation_type: str | None = None,
    freetext: str | None = None,
    order: tuple[LogOrder, LogOrder] = (LogOrder(), LogOrder()),
    start: int = 0,
    length: int = PAGE,
) -> msgspec.Raw:
    """One page of log entries, as JSON in the form that DataTables takes; both totals are the number of its rows.

    trusted_by
        Only entries of those whose reviews this user trusts.
    length
        Number of rows; `PAGE` if below 0.
    """
    return await fetch_json(
        connection,
        sql.log_entries,
        project_id=project_id,
        user_id=user_id,
        trusted_by=trusted_by,
        operation_type=operation_type,
        freetext=freetext,
        start=max(start, 0),
        length=length if length >= 0 else PAGE,
        sort_1=order[0].column,
        descending_1=order[0].descending,
        sort_2=order[1].column,
        descending_2=order[1].descending,
    )


async def transactions(
    connection: Connection,
    project_id: int,
    *,
    user_id: int | None = None,
    label: str | None = None,
    start: int = 0,
    length: int | None = None,
) -> msgspec.Raw:
    """One page of transactions, by one user or with one label if given, newest first, and how many fit, as JSON."""
    return await fetch_json(
        connection,
        sql.transactions,
        project_id=project_id,
        user_id=user_id,
        label=label,
        start=start,
        length=length,
    )


async def location_of_transaction(
    connection: Connection, project_id: int, version: int, *, time: datetime | None = None
) -> dict[str, float]:
    """Location (nm) of something that a transaction wrote, if it ran at `time`: a node, or what it put on one.

    Raises `LocationLookup` if there is no such transaction, or it wrote nothing with a location.
    """
    where: dict[str, Any] = {"project_id": project_id, "version": version, "time": time}
    row = await fetch_one(connection, sql.location_of_transaction, **where)
    row = row or await fetch_one(connection, sql.location_beside_transaction, **where)
    if row is None:
        raise LocationLookup(f"Transaction {version} changed nothing that has a location.")
    return dict(zip("xyz", row, strict=True))


async def skeletons_of_transaction(connection: Connection, project_id: int, version: int) -> list[int]:
    """Ids of the skeletons that have, or had, nodes or links that a transaction wrote."""
    rows = await fetch_all(connection, sql.skeletons_of_transaction, project_id=project_id, version=version)
    return [skeleton_id for (skeleton_id,) in rows]
