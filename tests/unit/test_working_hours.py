"""Bouts of work, and the picture of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.projects.working_hours import UserWork, bouts, by_day, hours_by_day
from catmaid_server.transfer.exporters.activity_plot import activity_svg

START = datetime(2022, 6, 1, 9, tzinfo=UTC)
PAUSE = timedelta(minutes=3)


def after(*minutes: float) -> list[datetime]:
    return [START + timedelta(minutes=n) for n in minutes]


def test_a_pause_ends_a_bout() -> None:
    assert bouts(after(0, 2, 4, 20, 21), PAUSE) == [tuple(after(0, 4)), tuple(after(20, 21))]
    assert bouts([], PAUSE) == []


@given(st.lists(st.floats(0, 10_000), min_size=1))
def test_bouts_hold_every_event_and_lie_apart(minutes: list[float]) -> None:
    """Each event lies in one bout; between bouts is at least the pause."""
    times = after(*minutes)
    found = bouts(times, PAUSE)
    assert all(any(first <= time <= last for first, last in found) for time in times)
    assert all(later[0] - earlier[1] >= PAUSE for earlier, later in pairwise(found))


def test_hours_count_for_the_day_on_which_a_bout_began() -> None:
    assert hours_by_day([(START, START + timedelta(hours=20))]) == {date(2022, 6, 1): 20.0}
    assert by_day(after(0, 1, 24 * 60)) == {date(2022, 6, 1): 2, date(2022, 6, 2): 1}


def test_the_picture_has_a_bar_for_each_day_of_work() -> None:
    work = UserWork(START, START + timedelta(days=30), after(0, 1, 24 * 60), after(2), after(0))
    assert (bars(work, "#aa0000"), bars(work, "#00aa00"), bars(work, "#444444")) == (1, 1, 2)


def test_the_picture_of_no_work_says_so() -> None:
    svg = activity_svg(UserWork(START, START + timedelta(hours=1), [], [], []), PAUSE)
    assert "No tree nodes were edited" in svg


def bars(work: UserWork, color: str) -> int:
    """Bars of this color, without the one that stands in the legend."""
    patches = ET.fromstring(activity_svg(work, PAUSE)).iter("{http://www.w3.org/2000/svg}path")
    return sum(f"fill: {color}" in (path.get("style") or "") and path.get("clip-path") is not None for path in patches)
