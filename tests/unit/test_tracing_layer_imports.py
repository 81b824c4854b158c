"""A tracing layer's neurons for other projects, and in few nodes for small pictures."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.geometry.geometry_reader import SkeletonNodes
from catmaid_jupyter.widgets import TracingLayer
from catmaid_jupyter.widgets.tracing_layer import node_finding
from tests.unit.test_tracing_layer import FakeProject, ask, layer, project, sent

__all__ = ["layer", "project", "sent"]


async def test_neurons_are_imported_into_the_project_of_the_offer(layer: TracingLayer, project: FakeProject) -> None:
    with pytest.raises(InvalidInput, match="says where to"):
        await ask(layer, "import_neuron", skeleton_id=9)
    with pytest.raises(InvalidInput, match="shows this project itself"):
        layer.import_into(cast("Any", project))
    asked: list[Any] = []

    def import_skeletons(source: Any, skeleton_id: int) -> pd.DataFrame:
        asked.append((source, skeleton_id))
        return pd.DataFrame({"source_id": [9], "skeleton_id": [70], "name": ["Basin-4"], "is_new": [True]})

    layer.import_into(cast("Any", SimpleNamespace(title="Mine", import_skeletons=import_skeletons)))
    assert layer.import_offer == {"source": "Theirs", "target": "Mine"}
    assert await ask(layer, "import_neuron", skeleton_id=9) == {"skeleton_id": 70, "name": "Basin-4", "is_new": True}
    assert asked == [(project, 9)]
    layer.import_into(None)
    assert layer.import_offer is None


async def test_a_neuron_in_few_nodes(layer: TracingLayer, monkeypatch: pytest.MonkeyPatch) -> None:
    def chain(count: int) -> SkeletonNodes:
        return SkeletonNodes(np.arange(count), np.arange(count) - 1, np.arange(3.0 * count).reshape(-1, 3))

    async def read_nodes(_place: Place, skeleton_ids: list[int]) -> dict[int, SkeletonNodes]:
        return {one: chain(one) for one in skeleton_ids}

    monkeypatch.setattr(node_finding, "read_nodes", read_nodes)
    assert await ask(layer, "outline", skeleton_id=2) == [
        {"x": 0.0, "y": 1.0, "z": 2.0},
        {"x": 3.0, "y": 4.0, "z": 5.0},
    ]
    many = await ask(layer, "outline", skeleton_id=10_000)
    assert 1_000 <= len(many) <= 3_000
