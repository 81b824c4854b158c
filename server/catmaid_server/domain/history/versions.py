"""Versions that may be read: settled ones, by number, by the name of a pin, or by time."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta
from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_server.domain.times import parse_time

sql = load("history/versions")

_PATIENCE_S = 5.0
_POLL_S = 0.02
_LARGEST = 2**47
_MOST_TOLD = 10
"""Pins that a message names."""
_CLOCKS_DIFFER = timedelta(minutes=1)
"""How far a client's clock may be ahead of the database's."""

NOW = "now"
"""Stands for the newest settled version where two versions are named."""

_UNREADABLE = {
    "trimmed": "the history before version {next} was trimmed on {date}",
    "upgraded": "reads of the past go back to version {next}, from the upgrade of this service",
    "restored": "this service was restored from a backup on {date}, and may have lost it; versions go on with {next}",
}


class VersionGone(NotFound):
    """A version cannot be read or taken back any more."""


class NotSettled(DomainError):
    """A version cannot be read yet: a transaction that may still change what it has runs. Later it can."""


class Trimmed(NamedTuple):
    """The version before which the history was deleted, and when. What that version changed is not known either."""

    version: int
    time: datetime

    def __str__(self) -> str:
        return f"the history before version {self.version} was trimmed on {self.time:%Y-%m-%d}"


async def require_readable(connection: Connection, version: int) -> None:
    """`VersionGone` with the reason if a version cannot be read any more."""
    row = await fetch_one(connection, sql.unreadable, version=version)
    if row is not None:
        reason, first_readable, since = row
        why = _UNREADABLE[reason].format(next=first_readable, date=f"{since:%Y-%m-%d}")
        raise VersionGone(f"Version {version} cannot be read any more: {why}.")


async def require_history(connection: Connection, version: int) -> None:
    """`VersionGone` if the history of a version was deleted, so that its changes are not known any more."""
    trimmed = await trimmed_before(connection)
    if trimmed is not None and version <= trimmed.version:
        raise VersionGone(f"Version {version} cannot be taken back any more: {trimmed}.")


async def trimmed_before(connection: Connection) -> Trimmed | None:
    """Up to where the history was trimmed last; None if it is all there."""
    row = await fetch_one(connection, sql.trimmed)
    return None if row is None else Trimmed(*row)


async def settled(connection: Connection) -> int:
    """The newest settled version: no transaction that writes this or an earlier version is running."""
    return int(await fetch_value(connection, sql.settled))


async def newest(connection: Connection) -> int:
    """The newest committed version, settled or not; to a transaction that writes, of those before its own."""
    return int(await fetch_value(connection, sql.newest))


async def time_read(connection: Connection) -> datetime:
    """The time whose state the connection reads: when the version began as of which it reads, or now.

    "Today" and "the last days" end at it, so that what is asked as of a version has the same answer forever.
    """
    found: datetime = await fetch_value(connection, sql.time_read)
    return found


async def state_read(connection: Connection) -> str:
    """Names the state of the past that the connection reads, also among stores that were put back to an earlier one.

    Where versions are given a second time, their times differ.
    """
    return str(await fetch_value(connection, sql.state_read))


async def wait_until_settled(connection: Connection, version: int) -> None:
    """Wait until no transaction that writes this or an earlier version runs; `NotSettled` if that takes long."""
    deadline = time.monotonic() + _PATIENCE_S
    while (reached := await settled(connection)) < version:
        if time.monotonic() > deadline:
            raise NotSettled(
                f"Version {version} is not settled: an edit or import that may have begun before it still runs. Try "
                f"again when that is done. The newest settled version is {reached}."
            )
        await asyncio.sleep(_POLL_S)


async def resolve(connection: Connection, project_id: int | None, text: str, *, name: str = "as_of") -> int:
    """The settled version that a number, the name of a pin of the project, or an ISO time (UTC) stands for.

    `name` is what messages call the parameter.

    Raises
    ------
    InvalidInput
        If there is none, or for a time that has not come.
    VersionGone
        If it cannot be read any more.
    NotSettled
        If it cannot be read yet, which may take as long as an import.
    """
    meant = await _meant(connection, project_id, text, name)
    if isinstance(meant, datetime):
        await _require_come(connection, meant, text, name)
        meant = await fetch_value(connection, sql.at_time, time=meant, newest=await newest(connection))
        if meant is None:
            raise InvalidInput(f"There is no version from {text} or before.")
    await wait_until_settled(connection, meant)
    await require_readable(connection, meant)
    return int(meant)


async def resolve_or_now(
    connection: Connection, project_id: int, text: str, *, name: str, newest: int | None = None
) -> int:
    """As `resolve`; `now` is `newest` or the newest settled version, and versions after `newest` are refused."""
    if text.strip() == NOW:
        return newest if newest is not None else await settled(connection)
    version = await resolve(connection, project_id, text.strip(), name=name)
    if newest is not None and version > newest:
        raise InvalidInput(f"{name} is version {version}, which is newer than version {newest}, as of which you read.")
    return version


async def bound(connection: Connection, project_id: int, text: str, *, name: str) -> int:
    """The version that a list of versions begins after or ends with; 0 for a time before all versions.

    It is named as for `resolve`, but need not be settled, nor one that can be read.
    """
    meant = await _meant(connection, project_id, text, name)
    if isinstance(meant, datetime):
        meant = await fetch_value(connection, sql.at_time, time=meant, newest=await newest(connection))
    return meant or 0


async def _meant(connection: Connection, project_id: int | None, text: str, name: str) -> int | datetime:
    """The version that a number or the name of a pin stands for, or the time that a text is; else `InvalidInput`."""
    if text.isascii() and text.isdigit():
        version = int(text) if len(text) < len(str(_LARGEST)) else _LARGEST
        drawn = await fetch_value(connection, sql.drawn)
        if version > drawn:
            raise InvalidInput(f"There is no version {text} yet: the newest is {drawn}.")
        return version
    if project_id is not None:
        pinned = await fetch_value(connection, sql.pinned, project_id=project_id, name=text)
        if pinned is not None:
            return int(pinned)
    try:
        return parse_time(text)
    except InvalidInput:
        raise InvalidInput(
            f"{name} is a version, the name of a pin of the project, or a time as 2022-06-30T12:00:00Z, "
            f"not {text!r:.100}.{await _known_pins(connection, project_id)}"
        ) from None


async def _known_pins(connection: Connection, project_id: int | None) -> str:
    """The names of a project's newest pins as a sentence with a space before it; empty if it has none."""
    if project_id is None:
        return ""
    rows = await fetch_all(connection, sql.newest_pins, project_id=project_id, most=_MOST_TOLD + 1)
    if not rows:
        return ""
    names = ", ".join(repr(name) for (name,) in rows[:_MOST_TOLD])
    return f" The project's pins are {names}{' and older ones' if len(rows) > _MOST_TOLD else ''}."


async def _require_come(connection: Connection, moment: datetime, text: str, name: str) -> None:
    now = await fetch_value(connection, sql.clock)
    if moment > now + _CLOCKS_DIFFER:
        raise InvalidInput(
            f"{name} is {text}, a time that has not come: it is {now:%Y-%m-%dT%H:%M:%SZ}. "
            "Without a zone, times are UTC."
        )
