"""What may be added to a 3D viewer, and what is said of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import ipywidgets
import pytest
import pythreejs as p3

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import Viewer3D
from catmaid_jupyter.widgets.rpc import methods_of
from tests.unit.test_selection_table import TracedProject


@pytest.fixture
def v3() -> Iterator[Viewer3D]:
    made = Viewer3D(Selection(TracedProject("history"), []))
    yield made
    made.close()


async def test_objects_are_added_once_and_removed(v3: Viewer3D) -> None:
    ball = p3.Mesh(p3.SphereGeometry(5), p3.MeshBasicMaterial())
    group = p3.Group()
    v3.add(ball, group)
    v3.add(ball)
    assert v3.objects == [ball, group]
    problem = {"model_id": group.model_id, "object": "Mesh", "reason": "It has no positions."}
    gone = problem | {"model_id": "another"}
    await methods_of(v3)["not_drawn"]({"problems": [problem, gone]})
    assert v3.not_drawn.values.tolist() == [[group, "Mesh", "It has no positions."]]
    v3.remove(group)
    assert (v3.objects, len(v3.not_drawn)) == ([ball], 0)


def test_what_is_no_object_is_refused(v3: Viewer3D, monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong, sentence in (
        (5, "such as a Mesh or a Group, not int"),
        (p3.SphereGeometry(5), "SphereGeometry is no object of a scene"),
        (ipywidgets.Button(), "Button is no object of a scene"),
    ):
        with pytest.raises(InvalidInput, match=sentence):
            v3.add(p3.Group(), wrong)
    assert v3.objects == []
    with pytest.raises(InvalidInput, match="Group is none of the objects that were added"):
        v3.remove(p3.Group())
    with pytest.raises(InvalidInput, match="There is nothing to show"):
        v3.to_pythreejs()
    monkeypatch.setitem(sys.modules, "pythreejs", None)
    with pytest.raises(InvalidInput, match=r"pip install 'catmaid-jupyter\[pythreejs\]'"):
        v3.add(p3.Group())
