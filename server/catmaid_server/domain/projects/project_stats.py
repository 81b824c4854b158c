"""What users did in a project, counted: in all, today, and day by day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypedDict
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.patterns import matched
from catmaid_wire import relations

sql = load("projects/project_stats")

_MOST_DAYS = 3700
_RECENT = timedelta(10)
_YEARS = range(1900, 3000)
_MOST_CELLS = 1_000_000


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in a time zone, the last one included."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def of(cls, first: str | None, last: str | None, zone: str, *, now: datetime) -> Period:
        """Read ISO days, by default the day of `now` in the zone and the ten before it.

        Raises `InvalidInput` if they are none, too many, or the zone is unknown.
        """
        try:
            today = now.astimezone(ZoneInfo(zone)).date()
            period = cls(_day(first) if first else today - _RECENT, _day(last) if last else today, ZoneInfo(zone))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidInput(
                f"Send two days as YYYY-MM-DD and the name of a time zone, not {first!r}, {last!r} and {zone!r}."
            ) from None
        if period.first.year not in _YEARS or period.last.year not in _YEARS:
            raise InvalidInput(f"Days are of the years {_YEARS.start} to {_YEARS.stop - 1}.")
        if (period.last - period.first).days > _MOST_DAYS:
            raise InvalidInput(f"A period has at most {_MOST_DAYS} days.")
        return period

    @property
    def days(self) -> list[date]:
        """Every day."""
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]

    @property
    def bounds(self) -> dict[str, Any]:
        """The times `since` (included) and `until` (excluded)."""
        return {
            "since": datetime.combine(self.first, time(), self.zone),
            "until": datetime.combine(self.last + timedelta(1), time(), self.zone),
        }


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


@dataclass(frozen=True, slots=True)
class ProjectTotals:
    """Counts and total cable (nm) of a project."""

    cable_length: float
    treenodes: int
    connectors: int
    skeletons: int
    skeletons_with_cable: int


class WorkOfDay(TypedDict, total=False):
    """What a user made on a day; cable in nm. What is nothing is left out."""

    new_treenodes: float
    new_cable_length: float
    new_connectors: float
    new_reviewed_nodes: float
    new_import_treenodes: float
    new_import_cable_length: float


async def nodes_by_user(connection: Connection, project_id: int, *, with_imports: bool) -> dict[int, float]:
    """Treenodes that users made, perhaps with those they imported."""
    return dict(await fetch_all(connection, sql.nodes_by_user, project_id=project_id, with_imports=with_imports))


async def nodes_by_editor(connection: Connection, project_id: int) -> dict[int, float]:
    """Treenodes that users edited last though somebody else made them."""
    return dict(await fetch_all(connection, sql.nodes_by_editor, project_id=project_id))


async def made_since(connection: Connection, project_id: int, user_id: int, since: datetime) -> tuple[int, int, int]:
    """Treenodes, connectors and skeletons that a user made since a time."""
    row = await fetch_one(connection, sql.made_since, project_id=project_id, user_id=user_id, since=since)
    assert row is not None
    return row[0], row[1], row[2]


async def cable_lengths(
    connection: Connection, project_id: int, *, count: int | None = None, pattern: str | None = None
) -> list[tuple[int, float]]:
    """Skeletons and their cable (nm), longest first, perhaps only of neurons whose name fits a regular expression."""
    async with matched(connection, pattern):
        rows = await fetch_all(connection, sql.cable_lengths, project_id=project_id, count=count, pattern=pattern)
    return [(skeleton_id, length) for skeleton_id, length in rows]


async def totals(connection: Connection, project_id: int) -> ProjectTotals:
    """Counts and total cable of a project."""
    row = await fetch_one(connection, sql.totals, project_id=project_id)
    assert row is not None
    return ProjectTotals(*row)


async def edits_by_day(
    connection: Connection, project_id: int, since: datetime, until: datetime
) -> list[tuple[str, str, int]]:
    """Name of author, day (UTC) as YYYYMMDD, and number of treenodes last edited then, both times included."""
    rows = await fetch_all(connection, sql.edits_by_day, project_id=project_id, since=since, until=until)
    return [(name, day, count) for name, day, count in rows]


async def work_by_day(
    connection: Connection, project_id: int, period: Period, *, with_imports: bool = True
) -> dict[int, dict[date, WorkOfDay]]:
    """For each user and day of a period what was made, perhaps also what of it was imported; what is 0 is left out.

    Raises `InvalidInput` if this were too many users and days for one answer.
    """
    users = [user_id for (user_id,) in await fetch_all(connection, sql.users)]
    if len(users) * len(period.days) > _MOST_CELLS:
        raise InvalidInput(f"For {len(users)} users, ask for {_MOST_CELLS // len(users)} days at most.")
    values: dict[str, Any] = {"project_id": project_id, "time_zone": period.zone.key, **period.bounds}
    found: defaultdict[tuple[int, date], WorkOfDay] = defaultdict(WorkOfDay)
    for user_id, day, nodes, cable in await fetch_all(connection, sql.nodes_by_day, **values):
        found[user_id, day]["new_treenodes"] = nodes
        if cable:
            found[user_id, day]["new_cable_length"] = cable
    for user_id, day, count in await fetch_all(connection, sql.synapses_by_day, **values):
        found[user_id, day]["new_connectors"] = count
    for user_id, day, count in await fetch_all(connection, sql.reviews_by_day, **values):
        found[user_id, day]["new_reviewed_nodes"] = count
    if with_imports:
        for user_id, day, nodes, cable in await fetch_all(connection, sql.imported_by_day, **values):
            found[user_id, day]["new_import_treenodes"] = nodes
            if cable:
                found[user_id, day]["new_import_cable_length"] = cable
    return {user_id: {day: found.get((user_id, day), {}) for day in period.days} for user_id in users}


async def activity(connection: Connection, project_id: int, username: str) -> dict[str, list[float]]:
    """When (whole s since 1970) a user made treenodes and synaptic links, oldest first."""
    values: dict[str, Any] = {"project_id": project_id, "username": username}
    found = {"skeleton_nodes": await fetch_value(connection, sql.node_times, **values)}
    for kind, relation in (("presynaptic", relations.PRESYNAPTIC), ("postsynaptic", relations.POSTSYNAPTIC)):
        found[kind] = await fetch_value(connection, sql.link_times, relation=relation, **values)
    return found
