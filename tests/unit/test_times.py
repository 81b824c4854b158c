"""CATMAID writes a time in three ways; each names the same moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.http.catmaid.times import epoch, microseconds, milliseconds

MOMENTS = st.datetimes(
    datetime(1971, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-8)), timezone(timedelta(hours=5, minutes=45))]),
)


def test_the_three_forms() -> None:
    moment = datetime(2026, 7, 1, 12, 0, 5, 9_999, tzinfo=timezone(timedelta(hours=2)))
    assert milliseconds(moment) == "2026-07-01T10:00:05.009Z"
    assert microseconds(moment) == "2026-07-01T10:00:05.009999+00:00"
    assert epoch(moment) == 1782900005.009999


@given(MOMENTS)
def test_each_form_names_the_moment(moment: datetime) -> None:
    assert datetime.fromisoformat(microseconds(moment)) == moment
    assert timedelta(0) <= moment - datetime.fromisoformat(milliseconds(moment)) < timedelta(milliseconds=1)
    assert abs(datetime.fromtimestamp(epoch(moment), UTC) - moment) <= timedelta(microseconds=1)
