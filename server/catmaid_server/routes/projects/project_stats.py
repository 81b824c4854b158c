"""What users did in a project, counted."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.history import versions
from catmaid_server.domain.projects import project_stats, server_stats
from catmaid_server.domain.projects.project_stats import Period, WorkOfDay
from catmaid_server.domain.projects.server_stats import DatabaseStats
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()

_RECENT = timedelta(days=30)


class CountedNodes(msgspec.Struct):
    """Whether imported nodes count."""

    with_imports: bool = False


class CableRanking(msgspec.Struct):
    """How many skeletons, and of neurons of which name (a regular expression)."""

    n_skeletons: int | None = None
    name_pattern: str | None = None


class WantedTotals(msgspec.Struct):
    """Which totals are wanted."""

    with_cable_length: bool = True
    """Whether cable is summed up."""
    with_node_count: bool = True
    """Whether treenodes and connectors are counted."""
    with_skeletons: bool = True


class WorkPeriod(msgspec.Struct):
    """A period: ISO days, the last one included, and their time zone."""

    start_date: str | None = None
    """By default ten days ago."""
    end_date: str | None = None
    """By default today."""
    time_zone: str = "UTC"
    with_imports: bool = True
    """Whether to tell also how much of it was imported."""

    def period(self, now: datetime) -> Period:
        """The period that these parameters describe."""
        return Period.of(self.start_date, self.end_date, self.time_zone, now=now)


class EditPeriod(msgspec.Struct):
    """A stretch of time, by default the last 30 days: ISO days, which begin at midnight UTC, or ISO times."""

    start_date: str | None = None
    end_date: str | None = None

    def bounds(self, now: datetime) -> tuple[datetime, datetime]:
        """The times at which it begins and ends."""
        since, until = (text and parse_time(text) for text in (self.start_date, self.end_date))
        return since or now - _RECENT, until or now


class OneUser(msgspec.Struct):
    """A user."""

    username: str


@routes.any("/{project_id}/stats/nodecount", needs=Permission.BROWSE)
async def count_nodes(call: Call, form: CountedNodes) -> dict[int, float]:
    """Count the treenodes that users made."""
    async with call.reading() as connection:
        return await project_stats.nodes_by_user(connection, call.project_id, with_imports=form.with_imports)


@routes.any("/{project_id}/stats/editor", needs=Permission.BROWSE)
async def count_edited_nodes(call: Call, form: NoParameters) -> dict[int, float]:
    """Count the treenodes of others that users edited last."""
    async with call.reading() as connection:
        return await project_stats.nodes_by_editor(connection, call.project_id)


@routes.any("/{project_id}/stats/summary", needs=Permission.BROWSE)
async def count_today(call: Call, form: NoParameters) -> dict[str, int]:
    """Count what the user made today (UTC); with `as_of`, on the day of that version until then."""
    async with call.reading() as connection:
        today = (
            (await versions.time_read(connection)).astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        )
        made = await project_stats.made_since(connection, call.project_id, call.user.id, today)
    nodes, connectors, skeletons = made
    return {"treenodes_created": nodes, "connectors_created": connectors, "skeletons_created": skeletons}


@routes.any("/{project_id}/stats/cable-length", needs=Permission.BROWSE)
async def rank_by_cable(call: Call, form: CableRanking) -> list[tuple[int, float]]:
    """List skeletons by cable length, longest first."""
    count = form.n_skeletons if form.n_skeletons and form.n_skeletons > 0 else None
    async with call.reading() as connection:
        return await project_stats.cable_lengths(
            connection, call.project_id, count=count, pattern=form.name_pattern or None
        )


class Aggregates(TypedDict):
    """Counts and total cable (nm) of a project."""

    cable_length_total: NotRequired[float]
    n_treenodes: NotRequired[int]
    n_connectors: NotRequired[int]
    n_skeletons: NotRequired[int]
    n_skeletons_non_zero_length: NotRequired[int]


@routes.any("/{project_id}/stats/aggregates", needs=Permission.BROWSE)
async def describe_project(call: Call, form: WantedTotals) -> Aggregates:
    """Count nodes, connectors and skeletons of a project, and sum up their cable."""
    async with call.reading() as connection:
        found = await project_stats.totals(connection, call.project_id)
    answer: Aggregates = {}
    if form.with_cable_length:
        answer["cable_length_total"] = found.cable_length
    if form.with_node_count:
        answer["n_treenodes"] = found.treenodes
        answer["n_connectors"] = found.connectors
    if form.with_skeletons:
        answer["n_skeletons"] = found.skeletons
        answer["n_skeletons_non_zero_length"] = found.skeletons_with_cable
    return answer


class EditsOfDay(TypedDict):
    """How much a user edited on a day."""

    name: str
    date: str
    count: int


@routes.any("/{project_id}/stats/history", needs=Permission.BROWSE)
async def list_edits(call: Call, form: EditPeriod) -> list[EditsOfDay]:
    """Count treenodes by author and day of their last edit."""
    async with call.reading() as connection:
        period = form.bounds(await versions.time_read(connection))
        rows = await project_stats.edits_by_day(connection, call.project_id, *period)
    return [{"name": name, "date": day, "count": count} for name, day, count in rows]


class WorkTable(TypedDict):
    """By user and day (YYYYMMDD), and the days as text."""

    stats_table: dict[int, dict[str, WorkOfDay]]
    days: list[str]
    daysformatted: list[str]


@routes.any("/{project_id}/stats/user-history", needs=Permission.BROWSE)
async def list_work(call: Call, form: WorkPeriod) -> WorkTable:
    """Count what each user made on each day."""
    async with call.reading() as connection:
        period = form.period(await versions.time_read(connection))
        work = await project_stats.work_by_day(connection, call.project_id, period, with_imports=form.with_imports)
    return {
        "stats_table": {
            user_id: {f"{day:%Y%m%d}": made for day, made in days.items()} for user_id, days in work.items()
        },
        "days": [f"{day:%Y%m%d}" for day in period.days],
        "daysformatted": [f"{day:%a %d, %b %Y}" for day in period.days],
    }


@routes.any("/{project_id}/stats/user-activity", needs=Permission.BROWSE)
async def list_activity(call: Call, form: OneUser) -> dict[str, list[float]]:
    """List the times at which a user made treenodes and links."""
    async with call.reading() as connection:
        return await project_stats.activity(connection, call.project_id, form.username)


class ServerLoad(TypedDict):
    """Processes that want to run, on average of the last 1, 5 and 15 minutes."""

    load_avg: tuple[float, float, float]


class ServerStats(TypedDict):
    """When the server answered, its load, and how its database does."""

    time: str
    server: ServerLoad
    database: DatabaseStats


@routes.any("/{project_id}/stats/server", needs=Permission.ADMINISTER)
async def describe_server(call: Call, form: NoParameters) -> ServerStats:
    """Give the load of the server and statistics of its database: transactions, reads, temporary files."""
    async with call.store.reading() as connection:  # what it tells of has no past, so `as_of` is refused
        database = await server_stats.database_stats(connection)
    return {
        "time": f"[{datetime.now(UTC):%Y-%m-%d %H:%M:%S}]",
        "server": {"load_avg": os.getloadavg()},
        "database": database,
    }
