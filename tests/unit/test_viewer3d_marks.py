"""Clouds of points, landmarks and special treenodes that a 3D viewer marks."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import Viewer3D
from catmaid_jupyter.widgets.rpc import methods_of
from tests.unit.test_selection_table import TracedProject


@pytest.fixture
def v3() -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(TracedProject("history"), []))
    yield made
    made.close()


async def test_points_are_shown_replaced_and_hidden(v3: Viewer3D) -> None:
    v3.show_points(np.array([[1e9, 2, 3], [1e9 + 50, 0, 3]]), "a", color="orange", radius=20)
    v3.show_points(pd.DataFrame({"x": [1], "y": [2], "z": [3], "more": ["b"]}), "b", opacity=0.5)
    clouds = {one["name"]: one for one in v3.point_clouds}
    assert (clouds["a"]["color"], clouds["a"]["radius"], clouds["b"]["opacity"]) == ("#ffa500", 20.0, 0.5)
    answer = await methods_of(v3)["points"]({"id": clouds["a"]["id"]})
    assert answer.result == {"corner": [1e9, 0, 3]}
    assert np.frombuffer(answer.buffers[0], "<f4").tolist() == [0, 2, 0, 50, 0, 0]
    v3.show_points([1, 2, 3], "a")
    assert [one["name"] for one in v3.point_clouds] == ["b", "a"]
    with pytest.raises(NotFound, match="shown no more"):
        await methods_of(v3)["points"]({"id": clouds["a"]["id"]})
    v3.hide_points("b")
    assert [one["name"] for one in v3.point_clouds] == ["a"]
    v3.hide_points()
    assert v3.point_clouds == []


def test_what_are_no_points_is_refused(v3: Viewer3D) -> None:
    wrong: list[tuple[Any, dict[str, Any], str]] = [
        ([[1, 2, 3], [1, float("nan"), 3]], {}, r"Point 1 has no finite place: \[1\.0, nan, 3\.0\]; 1 of them"),
        ([[1, 2]], {}, r"of the shape \(n, 3\), nm, not \(1, 2\)"),
        ("nowhere", {}, "Points are an array"),
        (pd.DataFrame({"x": [1], "y": [2]}), {}, "this one has no z"),
        ([[1, 2, 3]], {"radius": -1}, "radius of points is a finite number from 0"),
        ([[1, 2, 3]], {"opacity": 2}, "opacity of points is a number from 0 to 1"),
        ([[1, 2, 3]], {"color": "redd"}, "'redd' is no colour"),
    ]
    for points, options, sentence in wrong:
        with pytest.raises(InvalidInput, match=sentence):
            v3.show_points(points, **options)
    assert v3.point_clouds == []
    v3.show_points(np.empty((0, 3)))
    with pytest.raises(NotFound, match="There are no points 'pionts'"):
        v3.hide_points("pionts")
    with pytest.raises(InvalidInput, match="There are no special nodes 'open_ends'"):
        v3.special_nodes = ["open_ends"]
    v3.special_nodes = ["labelled", "labelled", "open_end"]
    assert v3.special_nodes == ["labelled", "open_end"]


def test_landmarks_are_a_cloud(v3: Viewer3D) -> None:
    columns = {"id": [1, 2], "name": ["a", "b"], "location_id": [5, -1]}
    places = pd.DataFrame({**columns, **{axis: [1.0, np.nan] for axis in "xyz"}})
    v3.project = SimpleNamespace(landmarks=places)
    v3.show_landmarks(radius=500)
    assert v3.point_clouds[0]["name"] == "landmarks"
    v3.project = SimpleNamespace(landmarks=places[1:])
    with pytest.raises(NotFound, match="no landmarks with a place"):
        v3.show_landmarks()
