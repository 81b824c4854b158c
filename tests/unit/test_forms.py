"""Parameters are read in every spelling that CATMAID's clients use, and nothing that is sent can break the reader."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.catmaid import forms

INT32 = st.integers(-(2**31) + 1, 2**31 - 1)
FINITE = st.floats(-1e30, 1e30).map(lambda number: number if abs(number) >= 1e-100 else 0.0)


class Everything(msgspec.Struct, kw_only=True):
    """One parameter of each kind."""

    whole: int = 0
    real: float = 0.0
    text: str = ""
    flag: bool = False
    maybe: int | None = None
    ids: list[int] = []
    names: list[str] = []
    places: list[tuple[int, float, float, float]] = []
    by_name: dict[str, int] = {}
    groups: list[list[int]] = []


def decoded(*pairs: tuple[str, str]) -> Everything:
    return forms.decode(pairs, Everything)


@pytest.mark.parametrize("pairs", [
    [("ids[0]", "7"), ("ids[1]", "8"), ("ids[2]", "9")],
    [("ids[2]", "9"), ("ids[0]", "7"), ("ids[1]", "8")],
    [("ids[1]", "7"), ("ids[10]", "8"), ("ids[200]", "9")],
    [("ids", "7"), ("ids", "8"), ("ids", "9")],
    [("ids[]", "7,8,9")],
    [("ids[]", "1,2"), ("ids[]", "7,8,9")],
    [("ids", "[7, 8, 9]")],
], ids=["numbered", "out of order", "with gaps", "repeated", "with commas", "the last counts", "JSON"])  # fmt: skip
def test_a_list_is_the_same_in_every_spelling(pairs: list[tuple[str, str]]) -> None:
    assert decoded(*pairs).ids == [7, 8, 9]


@pytest.mark.parametrize("pairs", [
    [("places[0][0]", "3"), ("places[0][1]", "1.5"), ("places[0][2]", "-2"), ("places[0][3]", "1e3")],
    [("places", "[[3, 1.5, -2, 1e3]]")],
])  # fmt: skip
def test_lists_nest(pairs: list[tuple[str, str]]) -> None:
    assert decoded(*pairs).places == [(3, 1.5, -2.0, 1000.0)]


def test_an_object_is_spelled_by_key_or_as_json() -> None:
    assert decoded(("by_name[a b]", "1"), ("by_name[c]", "2")).by_name == {"a b": 1, "c": 2}
    assert decoded(("by_name", '{"a b": 1, "c": 2}')).by_name == {"a b": 1, "c": 2}
    assert decoded(("by_name", "")).by_name == {}


@pytest.mark.parametrize(("text", "value"), [
    ("true", True), ("True", True), (" TRUE ", True), ("1", False), ("yes", False), ("on", False), ("", False),
])  # fmt: skip
def test_only_true_is_true(text: str, value: bool) -> None:
    assert decoded(("flag", text)).flag is value


def test_of_one_value_given_twice_the_last_counts() -> None:
    assert decoded(("whole", "1"), ("whole", "2")).whole == 2


def test_what_is_not_asked_for_is_ignored() -> None:
    assert decoded(("unknown", "1"), ("[0]", "1"), ("]", ""), ("ids[", "1"), ("", "x")) == Everything()


@pytest.mark.parametrize("pairs", [
    [("whole", "1.5")],
    [("whole", "one")],
    [("whole", "")],
    [("whole", str(2**31))],
    [("whole", str(-(10**30)))],
    [("whole", "9" * 5000)],
    [("whole[0]", "1")],
    [("maybe", "x")],
    [("real", "nan")],
    [("real", "-inf")],
    [("real", "1e999")],
    [("real", "1e-310")],
    [("places", "[[3, 1.5, -2, -5e-324]]")],
    [("ids", "7,8")],
    [("ids", "[7, 8")],
    [("ids", "[" * 100_000)],
    [("ids[x]", "7")],
    [("ids[0]", "7"), ("ids[0][0]", "7")],
    [("ids[0][]", "7")],
    [("ids[" + "9" * 5000 + "]", "7")],
    [("ids" + "[0]" * 2000, "7")],
    [("ids", f"[{2**31}]")],
    [("places[0][0]", "3")],
    [("places", "[[3, 1.5, -2, 1e999]]")],
    [("by_name", "[1]")],
    [("by_name[a][b]", "1")],
    [("by_name", '{"a": 99999999999}')],
])  # fmt: skip
def test_nonsense_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput):
        decoded(*pairs)


def test_a_missing_parameter_is_named() -> None:
    class Needy(msgspec.Struct):
        treenode_id: int

    with pytest.raises(InvalidInput, match="treenode_id"):
        forms.decode([], Needy)


@given(st.builds(
    Everything, whole=INT32, real=FINITE, text=st.text(), flag=st.booleans(), maybe=st.none() | INT32,
    ids=st.lists(INT32), names=st.lists(st.text()), places=st.lists(st.tuples(INT32, FINITE, FINITE, FINITE)),
    by_name=st.dictionaries(st.text("abc _-.0123456789", min_size=1), INT32),
    groups=st.lists(st.lists(INT32, min_size=1)),
))  # fmt: skip
def test_whatever_is_spelled_comes_back(said: Everything) -> None:
    pairs = [pair for name, value in msgspec.structs.asdict(said).items() for pair in spelled(name, value)]
    assert forms.decode(pairs, Everything) == said


def spelled(name: str, value: Any) -> list[tuple[str, str]]:
    """A value as numbered and keyed parameters, the way a browser's client sends it."""
    if value is None:
        return []
    if isinstance(value, bool):
        return [(name, str(value).lower())]
    if isinstance(value, list | tuple):
        return [pair for i, item in enumerate(value) for pair in spelled(f"{name}[{i}]", item)]
    if isinstance(value, dict):
        return [pair for key, item in value.items() for pair in spelled(f"{name}[{key}]", item)]
    return [(name, value if isinstance(value, str) else repr(value))]


KEYS = st.builds(
    lambda name, steps: name + "".join(f"[{step}]" for step in steps),
    st.sampled_from([*Everything.__struct_fields__, "unknown", ""]),
    st.lists(st.sampled_from(["", "0", "1", "-1", "x", "1e3", "\x00", "٣"]) | st.text(max_size=3), max_size=9),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
VALUES = (
    st.text(max_size=20)
    | st.integers().map(str)
    | st.floats().map(str)
    | JSON.map(json.dumps)
    | st.sampled_from(["true", "nan", "inf", "1e400", "9" * 40, "[[[[", "{}", "[]", "null", "\ud800"])
)


@given(st.lists(st.tuples(KEYS | st.text(max_size=10), VALUES), max_size=8))
@example([("real", "\ud800")])
@example([("whole", "\ud800")])
@example([("by_name", "\ud800")])
def test_junk_is_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    """Nothing but `InvalidInput` comes out, and no number that the store could not hold."""
    try:
        made = forms.decode(pairs, Everything)
    except InvalidInput:
        return
    assert abs(made.whole) < 2**31
    assert all(abs(i) < 2**31 for i in (*made.ids, *made.by_name.values()))
    assert abs(made.real) < float("inf")


@pytest.mark.parametrize(("texts", "ids"), [
    (["1,2", "3"], [1, 2, 3]), (["", " 4 ,"], [4]), ([], []),
])  # fmt: skip
def test_ids_are_split_at_commas(texts: list[str], ids: list[int]) -> None:
    assert forms.split_ids(texts) == ids


@pytest.mark.parametrize("text", ["a", "1;2", "1.5", "9" * 5000])
def test_ids_are_whole_numbers(text: str) -> None:
    with pytest.raises(InvalidInput):
        forms.split_ids([text])


class Optional(msgspec.Struct):
    number: int | None = 7
    length: float | None = None
    required: int = 0
    text: str | None = None


def test_an_empty_number_is_none_where_there_need_be_none() -> None:
    made = forms.decode([("number", ""), ("length", ""), ("text", "")], Optional)
    assert (made.number, made.length, made.text) == (None, None, "")
    with pytest.raises(InvalidInput):
        forms.decode([("required", "")], Optional)


@pytest.mark.parametrize("pairs", [
    [("ids[]", "1," * 1_000_001)],
    [("ids", "[" + "1," * 1_000_001 + "1]")],
    [("by_name", "[[],[],{}" + ",{}" * 600_000)],
    [("ids", "[" * 900_000)],
    [(f"groups[{number}][0]", "1") for number in range(200_001)],
], ids=["with commas", "JSON", "objects", "deep JSON", "lists in lists"])  # fmt: skip
def test_a_list_of_more_than_may_be_held_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidInput, match=r"at most|nested|valid JSON"):
        decoded(*pairs)


def test_many_ids_are_read_in_every_spelling() -> None:
    ids = list(range(100_000))
    assert decoded(("ids", json.dumps(ids))).ids == ids
    assert decoded(("ids[]", ",".join(map(str, ids)))).ids == ids
    assert decoded(*((f"ids[{number}]", str(number)) for number in ids)).ids == ids
