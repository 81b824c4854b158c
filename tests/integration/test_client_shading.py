"""Nodes get values and colours by rules, at any CATMAID server."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.shading.rules import RULES
from catmaid_jupyter.client.shading.shader import Shader
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.viewer3d.shading import NodeShading
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service
from tests.integration.test_client_neurons import plain, project, told

__all__ = ["plain", "project"]


def branched(project: cj.Project) -> tuple[int, list[int]]:
    """A skeleton with two branches at its second node, and its treenodes a to e."""
    a = project.edit.create_treenode(0, 0, 0, neuron_name="branched", radius=50)
    b = project.edit.create_treenode(100, 0, 0, parent_id=a)
    c = project.edit.create_treenode(100, 30, 0, parent_id=b, confidence=3)
    d = project.edit.create_treenode(200, 0, 0, parent_id=b)
    e = project.edit.create_treenode(301, 0, 0, parent_id=d)
    project.edit.set_labels(c, ["twig", "ends"])
    output = project.edit.create_connector(0, 0, 5, treenode_id=e)
    project.edit.create_link(c, output, "postsynaptic_to")
    (skeleton_id,) = project.neuron("branched").skeleton_ids
    return skeleton_id, [a, b, c, d, e]


async def test_rules_give_values_for_each_node(project: cj.Project, plain: cj.Project, service: Service) -> None:
    skeleton_id, nodes = await asyncio.to_thread(branched, project)
    segments = await Tracer.of(service).post(f"skeletons/{skeleton_id}/review")
    await Tracer.of(service).post(f"node/{segments[0]['sequence'][0]['id']}/reviewed")
    reviewed = segments[0]["sequence"][0]["id"]

    def story() -> None:
        other = project.edit.create_treenode(0, 0, 900)
        (other_id,) = set(project.skeletons["id"]) - {skeleton_id}
        expected: dict[str, list[Any]] = {
            "strahler": [2, 2, 1, 1, 1, 1],
            "depth": [0, 0, 1, 1, 1, 0],
            "distance_to_root": [0, 100, 130, 200, 301, 0],
            "flow_centrality": [0, 1, 1, 1, 1, 0],
            "axon_dendrite": ["linker"] * 5 + [None],
            "creator": ["tracer"] * 6,
            "reviewer": ["tracer" if node == reviewed else None for node in [*nodes, other]],
            "label": [None, None, "ends, twig", None, None, None],
            "confidence": [5, 5, 3, 5, 5, 5],
            "radius": [50, *[np.nan] * 5],
        }
        for one in (project, plain, project.at(project.version)):
            for rule, values in expected.items():
                table = one.shading([skeleton_id, other_id], rule)
                assert table["treenode_id"].tolist() == [*nodes, other]
                assert_values(table, values, rule)
            ages = one.shading([skeleton_id], "age")["value"]
            assert str(ages.dtype) == "datetime64[us, UTC]"
            assert (pd.Timestamp.now("UTC") - ages < pd.Timedelta("1h")).all()
        assert set(RULES) == {*expected, "age"}
        assert project.shading([], "strahler").empty
        colors = project.shading(skeleton_id, "strahler", colormap=["black", "white"])["color"]
        assert colors.tolist() == ["#ffffff"] * 2 + ["#000000"] * 3
        _values_of_ones_own(project, skeleton_id, other_id, nodes)

    await told(story)


def assert_values(table: pd.DataFrame, values: list[Any], what: str) -> None:
    dtype = "str" if any(isinstance(value, str) for value in values) else "float64"
    pd.testing.assert_series_equal(table["value"], pd.Series(values, name="value", dtype=dtype), obj=what)


def _values_of_ones_own(project: cj.Project, skeleton_id: int, other_id: int, nodes: list[int]) -> None:
    both = [other_id, skeleton_id]
    own: list[tuple[Any, list[Any]]] = [
        ({skeleton_id: [5, 4, 3, np.nan, 1], other_id: 9}, [9, 5, 4, 3, np.nan, 1]),
        ({skeleton_id: pd.Series([1, 2], index=nodes[:0:-3])}, [np.nan, np.nan, 2, np.nan, np.nan, 1]),
        ({skeleton_id: None, other_id: "x"}, ["x", *[None] * 5]),
        (pd.DataFrame({"treenode_id": nodes[::-1], "what": list("edcba")}), [None, *"abcde"]),
        (lambda one: one.nodes["x"], [0, 0, 100, 100, 200, 301]),
        (lambda one: one.strahler, [1, 2, 2, 1, 1, 1]),
    ]
    for given, values in own:
        assert_values(project.shading(both, given), values, "given")
    mistakes: list[tuple[Any, str]] = [
        ({skeleton_id: [1, 2]}, f"Skeleton {skeleton_id} has 5 treenodes, but 2 values"),
        ({skeleton_id: pd.Series([1], index=[7])}, f"Skeleton {skeleton_id}: .*; 7 is not"),
        ({skeleton_id: "a", other_id: 1}, "Some skeletons have numbers and others have names"),
        (lambda one: 5 * one.node_ids[:1], f"Skeleton {skeleton_id} has 5 treenodes, but 1 values"),
    ]
    for given, message in mistakes:
        with pytest.raises(cj.InvalidInput, match=message):
            project.shading(both, given)


class ShadedWidget(NodeShading, Widget):
    """A widget as far as it shades neurons."""

    _esm = "export default {}"

    def __init__(self, project: cj.Project, skeleton_ids: list[int]) -> None:
        super().__init__(project.instance)
        self.project = project
        self.shown = skeleton_ids

    def _shaded_ids(self) -> list[int]:
        return self.shown


async def test_a_widget_shades_and_reads_again_what_changed(project: cj.Project) -> None:
    def story() -> ShadedWidget:
        skeleton_id, nodes = branched(project)
        widget = ShadedWidget(project, [skeleton_id])
        with pytest.raises(cj.InvalidInput, match="no shading"):
            widget.shade("strahlr")
        assert widget.shading_rule == {}
        widget.shade("confidence", colormap="viridis")
        assert widget.shading_rule == {"title": "confidence", "number": 1}
        project.edit.set_confidence(nodes[0], 1)
        return widget

    widget = await asyncio.to_thread(story)
    (shown,) = widget.shown
    before = await widget._shading({"skeleton_ids": [shown, 999_999]})
    assert before is not None
    assert before.result["skeleton_ids"] == [shown]
    assert before.result["rows"] == [5]
    assert before.result["gone"] == [999_999]
    assert (before.buffers[0], before.result["lows"], before.result["limits"]) == (bytes([2, 2, 0, 2, 2]), [3], (3, 5))
    assert len(before.buffers[1]) == 256 * 4
    widget.forget_shading([shown])
    after = await widget._shading({"skeleton_ids": [shown]})
    assert after is not None
    assert (after.buffers[0], after.result["lows"], after.result["steps"]) == (bytes([0, 4, 2, 4, 4]), [1], [1])
    assert after.result["legend"]["low_text"] == "1"
    widget.shade(None)
    assert await widget._shading({"skeleton_ids": [shown]}) is None
    widget.close()


async def test_what_is_forgotten_while_it_is_read_is_read_again(project: cj.Project) -> None:
    def story() -> None:
        skeleton_id, _ = branched(project)
        turns = []

        def values(one: Any) -> Any:
            turns.append(len(one.nodes))
            if len(turns) == 1:
                shader.forget([skeleton_id])
            return one.nodes["x"]

        shader = Shader(project.place, values)
        for _ in range(3):
            shader.colors([skeleton_id])
        assert turns == [5, 5]

    await told(story)
