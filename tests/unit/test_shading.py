"""Values at nodes become indices into palettes, and legends say what they mean."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.shading.node_columns import CategoryPlaces, category_column, scale_column
from catmaid_jupyter.client.shading.node_values import CategoryValues, ScaleValues, values_of
from catmaid_jupyter.client.shading.palettes import (
    MOST_CATEGORIES,
    NO_VALUE_PLACE,
    OTHERS_PLACE,
    STEPS,
    ScaleLimits,
    category_palette,
    most_frequent,
    scale_indices,
    scale_palette,
)
from catmaid_jupyter.client.shading.rules import rule_of


def test_a_scale_goes_from_low_to_high_and_has_a_colour_for_no_value() -> None:
    values = np.array([10.0, np.nan, 20, 15, np.inf, 99])
    assert scale_indices(values, 10, 20).tolist() == [0, STEPS, 254, 127, STEPS, 254]
    assert ScaleLimits(low=5).of(values) == (5, 99)
    assert ScaleLimits().of(np.array([np.nan])) == (0, 0)
    assert scale_indices(np.array([3.0, 3, np.nan]), 3, 3).tolist() == [127, 127, STEPS]
    palette = scale_palette("distance", "viridis", 0, 12_000, "nm", ("no radius", 2))
    assert palette.rgba.shape == (256, 4)
    assert palette.rgba[[0, -1]].tolist() == [[68, 1, 84, 255], [0x99, 0x99, 0x99, 255]]
    legend = palette.legend
    assert (legend["low_text"], legend["high_text"], legend["colors"][0]) == ("0 nm", "12.0 µm", "#440154")
    assert legend["no_value"] == {"name": "no radius", "color": "#999999", "nodes": 2}
    numbers = scale_palette("flow", None, 0.25, 1_073_230, "", ("", 0)).legend
    assert (numbers["low_text"], numbers["high_text"]) == ("0.25", "1,073,230")
    own = scale_palette("x", ["black", "white"], 0, 86_400, "time", ("", 0))
    assert own.rgba[[0, 127, 254], 0].tolist() == [0, 128, 255]
    assert (own.legend["high_text"], own.legend["no_value"]) == ("1970-01-02 00:00", None)
    soon = scale_palette("age", None, 61, 75, "time", ("", 0)).legend
    assert (soon["low_text"], soon["high_text"]) == ("1970-01-01 00:01:01", "1970-01-01 00:01:15")


@pytest.mark.parametrize(
    ("limits", "message"),
    [((2, 1), "2 is not less than 1"), ((float("nan"), None), "low is a finite"), ((None, "9"), "high is a finite")],
)
def test_limits_that_are_none_are_refused(limits: tuple[Any, Any], message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        ScaleLimits(*limits)


def test_the_most_frequent_categories_have_colours_of_their_own() -> None:
    counts = {f"{number:03}": 1000 - number for number in range(300)}
    shown = most_frequent(counts)
    assert shown == [f"{number:03}" for number in range(MOST_CATEGORIES)]
    palette = category_palette("label", None, counts, CategoryPlaces().of(shown), {}, ("no label", 7))
    assert palette.rgba.shape == (256, 4)
    assert palette.rgba[OTHERS_PLACE].tolist() == [0xCC, 0xCC, 0xCC, 255]
    assert palette.legend["entries"][-1]["name"] == "46 others"
    assert palette.legend["entries"][-1]["nodes"] == sum(1000 - number for number in range(254, 300))
    few, places = {"a": 1, "b": 2}, {"a": 7, "b": 2}
    colored = category_palette("label", {"b": "#010203"}, few, places, {"a": "red"}, ("", 0))
    assert [entry["color"] for entry in colored.legend["entries"]] == ["#ff0000", "#010203"]
    assert colored.rgba[[7, 2]].tolist() == [[255, 0, 0, 255], [1, 2, 3, 255]]
    in_turn = category_palette("label", ["white"], few, places, {"a": "red"}, ("", 0))
    assert in_turn.rgba[[2, 7, 3, 255]].tolist() == [[255] * 4, [255] * 4, [0x99] * 3 + [255], [0x99] * 3 + [255]]
    with pytest.raises(InvalidInput, match="There is no category 'bb'"):
        category_palette("label", {"bb": "red"}, few, places, {}, ("", 0))
    with pytest.raises(InvalidInput, match="these values are numbers"):
        scale_palette("x", {"a": "red"}, 0, 1, "", ("", 0))
    with pytest.raises(InvalidInput, match="no palette 'virdis'"):
        scale_palette("x", "virdis", 0, 1, "", ("", 0))


def test_whole_numbers_have_places_of_their_own_and_others_a_share_of_their_range() -> None:
    whole = scale_column(ScaleValues(np.array([3.0, np.nan, 5, 3])), ScaleLimits())
    assert (whole.places.tolist(), whole.low, whole.high, whole.step, whole.nothing) == ([0, 255, 2, 0], 3, 5, 1, 1)
    values = np.array([0.0, 1e6, 123_456.7, -np.inf])
    parts = scale_column(ScaleValues(values), ScaleLimits())
    assert parts.places.tolist() == [0, 254, 31, 255]
    assert parts.low + 31 * parts.step == pytest.approx(123_456.7, abs=parts.step / 2)
    narrow = scale_column(ScaleValues(values), ScaleLimits(high=1000.5))
    assert (narrow.places.tolist(), narrow.high) == ([0, 254, 254, 255], 1000.5)
    nothing = scale_column(ScaleValues(np.array([np.nan])), ScaleLimits())
    assert (nothing.places.tolist(), nothing.is_empty) == ([255], True)
    extreme = scale_column(ScaleValues(np.array([-1.7e308, 1.7e308, 5e-324])), ScaleLimits())
    assert extreme.places.tolist() == [0, 254, 127]


def test_columns_that_are_the_same_have_the_same_digest() -> None:
    given = [np.array([1.0, 2]), np.array([1.0, 2]), np.array([2.0, 3]), np.array([1.0, 3])]
    one, same, higher, wider = (scale_column(ScaleValues(values), ScaleLimits()).digest for values in given)
    assert one == same
    assert len({one, higher, wider}) == 3
    assert max(one, higher, wider) < 2**53


def test_categories_keep_their_places_when_others_come() -> None:
    places = CategoryPlaces()
    assert places.of(["m", "z"]) == {"m": 0, "z": 1}
    assert places.of(["a", "z"]) == {"a": 2, "z": 1}
    many = [f"{number}" for number in range(MOST_CATEGORIES - 1)]
    found = places.of(["z", *many])
    assert (found["z"], sorted(found.values())) == (1, list(range(MOST_CATEGORIES)))
    column = category_column(CategoryValues(np.array(["z", None, "other"], dtype=object)), {"z": 1})
    assert (column.places.tolist(), column.nothing) == ([1, NO_VALUE_PLACE, OTHERS_PLACE], 1)


def test_values_are_numbers_times_or_names() -> None:
    day = pd.Timestamp("1970-01-02", tz="UTC")
    numbers: list[tuple[Any, list[float], str]] = [
        ([1, 2], [1, 2], ""),
        ([None, 2], [np.nan, 2], ""),
        (pd.Series([1, None], dtype="Int64"), [1, np.nan], ""),
        (np.array(["1970-01-02", "NaT"], dtype="datetime64[s]"), [86_400, np.nan], "time"),
        (pd.Series([day, None]), [86_400, np.nan], "time"),
    ]
    for given, expected, unit in numbers:
        found = values_of(given, "Skeleton 1")
        assert isinstance(found, ScaleValues)
        np.testing.assert_array_equal(found.values, expected)
        assert found.unit == unit
    for given, names in (([True, False], ["True", "False"]), (pd.Series(["a", None], dtype="category"), ["a", None])):
        found = values_of(given, "Skeleton 1")
        assert isinstance(found, CategoryValues)
        assert found.names.tolist() == names
    for wrong, message in (([[1]], r"of shape \(1, 1\)"), ([1j], "not of the type complex128")):
        with pytest.raises(InvalidInput, match=f"Skeleton 1: values are .*{message}"):
            values_of(wrong, "Skeleton 1")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("strahlr", "no shading 'strahlr'. Did you mean 'strahler'"),
        (5, "not int"),
        ({"a": [1]}, "by skeleton id, a whole number, not by 'a'"),
        (pd.DataFrame({"x": [1]}), "a column treenode_id"),
        (pd.DataFrame({"treenode_id": [1], "a": 1, "b": 2}), "one column beside treenode_id, or one called value"),
        (pd.DataFrame({"treenode_id": [1, 1], "a": 1}), "Treenode 1 is several times"),
    ],
)
def test_what_is_no_rule_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        rule_of(given)
