"""A state passes if it says what is in the store, to the millisecond, and is refused otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.domain.errors import InvalidInput, StateMismatch
from catmaid_server.domain.tracing.states import State
from catmaid_server.http.catmaid.times import epoch, microseconds, milliseconds

NOW = datetime(2026, 3, 29, 1, 30, 59, 123456, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
KATHMANDU = timezone(timedelta(hours=5, minutes=45))

MOMENTS = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


def state(said: Any) -> State:
    return State(json.dumps(said))


def seen(moment: datetime) -> str:
    return milliseconds(moment)


@given(MOMENTS, st.sampled_from([
    milliseconds, microseconds, epoch, str, lambda moment: moment.replace(tzinfo=None).isoformat(),
    lambda moment: moment.astimezone(KATHMANDU).isoformat(), lambda moment: round(moment.timestamp(), 3),
]))  # fmt: skip
def test_every_way_in_which_a_time_was_told_is_understood(moment: datetime, told: Any) -> None:
    state({"edition_time": told(moment)}).require_node(moment)


@pytest.mark.parametrize(("off_by", "passes"), [
    (timedelta(0), True),
    (timedelta(milliseconds=1), True),
    (timedelta(milliseconds=-1), True),
    (timedelta(microseconds=1001), False),
    (timedelta(microseconds=-1001), False),
    (timedelta(days=1), False),
])  # fmt: skip
def test_times_match_to_the_millisecond(off_by: timedelta, passes: bool) -> None:
    said = state({"edition_time": microseconds(NOW + off_by)})
    if passes:
        said.require_node(NOW)
    else:
        with pytest.raises(StateMismatch):
            said.require_node(NOW)


@pytest.mark.parametrize("said", [
    None, True, [], {}, "", "yesterday", "2026-13-45T99:99", 1e300, -1e300, 10**30, "9" * 100,
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
])  # fmt: skip
def test_what_is_no_time_matches_none(said: Any) -> None:
    with pytest.raises(StateMismatch):
        state({"edition_time": said}).require_node(NOW)


@pytest.mark.parametrize("text", [None, "", "{", "state", "nan", "[" * 100_000])
def test_no_state_and_broken_state_are_invalid_input(text: str | None) -> None:
    with pytest.raises(InvalidInput):
        State(text)


def test_checks_can_be_switched_off() -> None:
    off = state({"nocheck": True})
    off.require_node(NOW)
    off.require_parent({})
    off.require_nodes({})
    off.require_neighbourhood(NOW, (1, NOW), [(2, NOW)], [(3, NOW)])
    off.require_children([(2, NOW)])
    off.require_connector(NOW, [(3, NOW)])
    assert off.off
    assert off.node_ids() == []


@pytest.mark.parametrize("said", [{"nocheck": "true"}, {"nocheck": 1}, {"nocheck": False}, ["nocheck", True]])
def test_only_nocheck_true_switches_off(said: Any) -> None:
    assert not state(said).off


def test_a_parent_is_the_one_that_was_seen() -> None:
    said = state({"parent": [5, seen(NOW)]})
    assert said.parent_id() == 5
    said.require_parent({5: NOW})
    for actual in ({}, {6: NOW}, {5: LATER}):
        with pytest.raises(StateMismatch):
            said.require_parent(actual)


def test_a_node_without_a_parent_names_none() -> None:
    assert state({"parent": [-1, ""]}).parent_id() is None
    assert state({}).parent_id() is None
    assert state([]).parent_id() is None


def neighbourhood(**changed: Any) -> State:
    return state(
        {
            "edition_time": seen(NOW),
            "parent": [1, seen(NOW)],
            "children": [[2, seen(NOW)], [3, seen(NOW)]],
            "links": [[4, seen(NOW)]],
        }
        | changed
    )


def require(said: State) -> None:
    said.require_neighbourhood(NOW, (1, NOW), [(2, NOW), (3, NOW)], [(4, NOW)])


def test_a_neighbourhood_in_any_order_passes() -> None:
    require(neighbourhood())
    require(neighbourhood(children=[[3, seen(NOW)], [2, seen(NOW)]]))


@pytest.mark.parametrize("changed", [
    {"edition_time": seen(LATER)},
    {"parent": [1, seen(LATER)]},
    {"parent": [7, seen(NOW)]},
    {"parent": [-1, ""]},
    {"parent": None},
    {"children": []},
    {"children": [[2, seen(NOW)]]},
    {"children": [[2, seen(NOW)], [2, seen(NOW)]]},
    {"children": [[2, seen(NOW)], [3, seen(LATER)]]},
    {"children": [[2, seen(NOW)], [3, seen(NOW)], [9, seen(NOW)]]},
    {"children": {"2": seen(NOW), "3": seen(NOW)}},
    {"children": "23"},
    {"links": []},
    {"links": [[4]]},
    {"links": [["4x", seen(NOW)]]},
    {"links": None},
])  # fmt: skip
def test_a_neighbourhood_must_be_complete_and_as_seen(changed: dict[str, Any]) -> None:
    with pytest.raises(StateMismatch):
        require(neighbourhood(**changed))


@pytest.mark.parametrize("missing", ["edition_time", "parent", "children", "links"])
def test_every_part_of_a_neighbourhood_must_be_said(missing: str) -> None:
    said = {"edition_time": seen(NOW), "parent": [1, seen(NOW)], "children": [], "links": []}
    del said[missing]
    with pytest.raises(StateMismatch):
        state(said).require_neighbourhood(NOW, (1, NOW), [], [])


@pytest.mark.parametrize("said", [None, [-1, ""]])
def test_a_root_has_no_parent(said: Any) -> None:
    neighbourhood(parent=said, children=[], links=[]).require_neighbourhood(NOW, None, [], [])
    with pytest.raises(StateMismatch):
        neighbourhood(children=[], links=[]).require_neighbourhood(NOW, None, [], [])


def test_several_nodes_are_each_as_seen() -> None:
    said = state([[1, seen(NOW)], [2, seen(NOW)]])
    assert said.node_ids() == [1, 2]
    said.require_nodes({1: NOW, 2: NOW, 3: LATER})
    for actual in ({}, {1: NOW}, {1: NOW, 2: LATER}):
        with pytest.raises(StateMismatch):
            said.require_nodes(actual)


def test_a_connector_names_all_its_links() -> None:
    said = state({"edition_time": seen(NOW), "c_links": [[4, seen(NOW)]]})
    said.require_connector(NOW, [(4, NOW)])
    for links in ([], [(5, NOW)], [(4, LATER)], [(4, NOW), (5, NOW)]):
        with pytest.raises(StateMismatch):
            said.require_connector(NOW, links)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["parent", "children", "links", "edition_time", "c_links", "nocheck"]), inner)
    ),
    max_leaves=10,
)


@given(JSON)
def test_junk_never_passes_and_never_breaks(said: Any) -> None:
    """Unless it switches the check off."""
    text = json.dumps(said)
    try:
        told = State(text)
    except InvalidInput:
        return
    told.parent_id()
    if told.off:
        return
    checks: tuple[Callable[[], object], ...] = (
        lambda: require(told),
        lambda: told.require_nodes({}),
        lambda: told.require_parent({}),
        lambda: told.require_connector(NOW, [(4, NOW)]),
        lambda: told.require_node(NOW),
    )
    for check in checks:
        with pytest.raises(StateMismatch):
            check()


def test_who_knows_no_links_need_not_name_them() -> None:
    said = json.dumps({"edition_time": seen(NOW), "children": [], "links": []})
    State(said, knows_links=False).require_neighbourhood(NOW, None, [], [(7, NOW)])
    with pytest.raises(StateMismatch):
        State(said).require_neighbourhood(NOW, None, [], [(7, NOW)])
    wrong = json.dumps({"edition_time": seen(NOW), "children": [], "links": [[8, seen(NOW)]]})
    with pytest.raises(StateMismatch):
        State(wrong, knows_links=False).require_neighbourhood(NOW, None, [], [(7, NOW)])


@pytest.mark.parametrize(("said", "passes"), [
    ({"parent": [7, seen(NOW)]}, True),
    ({"edition_time": seen(NOW)}, True),
    ({"parent": [7, seen(LATER)]}, False),
    ({"edition_time": seen(LATER)}, False),
    ({"parent": [7, seen(LATER)], "edition_time": seen(NOW)}, False),
    ({}, False),
])  # fmt: skip
def test_the_upper_end_of_an_edge_is_parent_or_node(said: Any, passes: bool) -> None:
    if passes:
        state(said).require_upper_end(NOW, {7: NOW})
    else:
        with pytest.raises(StateMismatch):
            state(said).require_upper_end(NOW, {7: NOW})


def test_ids_are_numbers_or_their_digits() -> None:
    time, times = seen(NOW), {17: NOW}
    several = state([["17", time]])
    several.require_nodes(times)
    assert several.node_ids() == [17]
    assert state({"parent": ["17", time]}).parent_id() == 17
    around = state({"edition_time": time, "parent": ["17", time], "children": [["18", time]], "links": [["19", time]]})
    around.require_neighbourhood(NOW, (17, NOW), [(18, NOW)], [(19, NOW)])
    state({"edition_time": time, "c_links": [["19", time]]}).require_connector(NOW, [(19, NOW)])
    for wrong in ("17a", "", "1" * 30, "\u0661\u0667", " 17", [17]):
        with pytest.raises(StateMismatch):
            state([[wrong, time]]).require_nodes(times)


@pytest.mark.parametrize("parent", [None, [-1, ""], ["-1", None], [None, None], ["", ""]])
def test_a_root_is_said_to_have_no_parent(parent: Any) -> None:
    root = state({"edition_time": seen(NOW), "parent": parent, "children": [], "links": []})
    root.require_neighbourhood(NOW, None, [], [])
    assert root.parent_id() is None
    with pytest.raises(StateMismatch):
        root.require_neighbourhood(NOW, (17, NOW), [], [])
