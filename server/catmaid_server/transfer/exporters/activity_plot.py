"""A picture of when a user was at work, as SVG."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

from catmaid_server.domain.projects.working_hours import UserWork, by_day, hours_by_day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_EDITS, _REVIEWS, _WRITES, _HOURS = "#0000aa", "#aa0000", "#00aa00", "#444444"
_NOTHING = "No tree nodes were edited during the defined period if time."
"""As clients know it."""


def activity_svg(work: UserWork, pause: timedelta) -> str:
    """Edits and reviews by day, hours of work by day, and the hours of the day in which there was work (UTC).

    `pause` is how long nothing happens between two bouts of work. Takes a tenth of a second: not for an event loop.
    """
    import matplotlib as mpl  # noqa: PLC0415 -- half a second that few users of the service need
    from matplotlib.figure import Figure  # noqa: PLC0415

    mpl.rcParams["svg.fonttype"] = "none"
    figure = Figure()
    if work.edits or work.reviews or work.writes:
        figure.set_size_inches(9, 7.5)
        panels = figure.subplot_mosaic([["events", "clock"], ["hours", "clock"]])
        _events(panels["events"], work)
        _hours(panels["hours"], work, pause)
        _clock(panels["clock"], work, pause)
        figure.autofmt_xdate()
        figure.tight_layout()
    else:
        figure.set_size_inches(6, 6)
        figure.suptitle(_NOTHING)
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg")
    return drawn.getvalue()


def _events(panel: Axes, work: UserWork) -> None:
    edits, reviews, writes = by_day(work.edits), by_day(work.reviews), by_day(work.writes)
    _bars(panel, work, writes, color=_WRITES, label="all changes")
    _bars(panel, work, edits, color=_EDITS, label="edits")
    _bars(panel, work, reviews, color=_REVIEWS, label="reviews", below=edits)
    panel.set_title("Events")
    panel.legend()


def _hours(panel: Axes, work: UserWork, pause: timedelta) -> None:
    _bars(panel, work, hours_by_day(work.bouts(pause)), color=_HOURS, label="hours")
    panel.set_title("Time at work")
    panel.set_ylabel("h")


def _clock(panel: Axes, work: UserWork, pause: timedelta) -> None:
    for first, last in work.bouts(pause):
        if first.date() == last.date():
            midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
            hour = timedelta(hours=1)
            panel.bar(_place(first.date()), (last - first) / hour, bottom=(first - midnight) / hour, color=_EDITS)
    _set_days(panel, work)
    panel.set_title("Hours of work")
    panel.set_ylim(0, 24)
    panel.set_ylabel("h, UTC")


def _bars(
    panel: Axes,
    work: UserWork,
    values: Mapping[date, float],
    *,
    color: str,
    label: str,
    below: Mapping[date, float] | None = None,
) -> None:
    """Draw a bar for each day, on top of another if there is one."""
    days = [day for day in work.days if day in values]
    panel.bar(
        [_place(day) for day in days],
        [values[day] for day in days],
        bottom=[(below or {}).get(day, 0.0) for day in days],
        color=color,
        label=label,
    )
    _set_days(panel, work)


def _set_days(panel: Axes, work: UserWork) -> None:
    panel.xaxis_date()
    panel.set_xlim(_place(work.days[0]) - 0.5, _place(work.days[-1]) + 0.5)


def _place(day: date) -> float:
    """Where matplotlib's axes have a day."""
    return float((day - date(1970, 1, 1)).days)
