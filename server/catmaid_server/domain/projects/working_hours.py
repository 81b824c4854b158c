"""Working hours of users: their edits and reviews by day, and bouts of work without long pauses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, LiteralString

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection

sql = load("projects/working_hours")


@dataclass(frozen=True, slots=True)
class UserWork:
    """Times of a user's edits, reviews and transactions in a period, with `start` and without `end`."""

    start: datetime
    end: datetime
    edits: list[datetime]
    reviews: list[datetime]
    writes: list[datetime]

    @property
    def days(self) -> list[date]:
        """The days of the period."""
        return [self.start.date() + timedelta(days=n) for n in range(-(-(self.end - self.start) // timedelta(days=1)))]

    def bouts(self, pause: timedelta) -> list[tuple[datetime, datetime]]:
        """Stretches of work without a pause as long as this, as first and last event."""
        return bouts([*self.edits, *self.reviews, *self.writes], pause)


async def work(
    connection: Connection, project_id: int, user_id: int, start: datetime, end: datetime, *, all_writes: bool
) -> UserWork:
    """What a user did in a period; transactions only with `all_writes`."""
    values: dict[str, Any] = {"project_id": project_id, "user_id": user_id, "start": start, "end": end}

    async def times(statement: LiteralString) -> list[datetime]:
        return [time for (time,) in await fetch_all(connection, statement, **values)]

    return UserWork(
        start, end, await times(sql.edits), await times(sql.reviews), await times(sql.writes) if all_writes else []
    )


def bouts(times: Iterable[datetime], pause: timedelta) -> list[tuple[datetime, datetime]]:
    """Group times in bouts, between which there is at least a pause; first and last time of each."""
    ordered = sorted(times)
    if not ordered:
        return []
    gaps = [(one, other) for one, other in pairwise(ordered) if other - one >= pause]
    return list(zip([ordered[0], *(other for _, other in gaps)], [*(one for one, _ in gaps), ordered[-1]], strict=True))


def by_day(times: Iterable[datetime]) -> Counter[date]:
    """How many of the times fall on each day."""
    return Counter(time.date() for time in times)


def hours_by_day(stretches: Iterable[tuple[datetime, datetime]]) -> dict[date, float]:
    """Hours of work by the day on which a bout began."""
    found: dict[date, float] = {}
    for first, last in stretches:
        found[first.date()] = found.get(first.date(), 0.0) + (last - first) / timedelta(hours=1)
    return found
