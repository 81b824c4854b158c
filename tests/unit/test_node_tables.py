"""The kernel side of tables of treenodes, connectors and tags."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from catmaid_jupyter.client import frames
from catmaid_jupyter.client.frames import frame
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.project_table import ProjectTable
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_wire import columns
from tests.unit.test_connectivity_table import ConnectedProject
from tests.unit.test_selection_table import FakeViewer

TIME = pd.Timestamp("2026-06-30 12:00", tz="UTC")


class NodesProject(ConnectedProject):
    """Skeleton 17 is a root with two ends, of which one has two tags; its root has a synapse onto skeleton 18."""

    def nodes(self, neurons: Any) -> pd.DataFrame:
        rows = [(17, 1, -1, 0.0, 0.0, 0.0, -1.0, 5, 2), (17, 2, 1, 10.0, 0.0, 40.0, 8.0, 5, 2)]
        rows.append((17, 3, 1, 0.0, 20.0, 0.0, -1.0, 4, 2))
        return self._frame([row for row in rows if row[0] in neurons], frames.NODES_OF_SKELETONS)

    def tags(self, neurons: Any = None) -> pd.DataFrame:
        return self._frame([(17, "soma", 2), (17, "TODO", 2)] if 17 in neurons else [], frames.TAGS_OF_SKELETONS)

    def links(self, neurons: Any = None, *, relation: str | None = None) -> pd.DataFrame:
        rows = [
            (90, 7, 1, 17, "presynaptic_to", 5, "ana", TIME, TIME),
            (91, 7, 8, 18, "postsynaptic_to", 5, "ana", TIME, TIME),
        ]
        return self._frame(rows if 17 in neurons else [], frames.LINKS)

    def connectors(self, neurons: Any = None, *, relation: str | None = None) -> pd.DataFrame:
        return self._frame([(7, 1.0, 2.0, 3.0, 5, "ana", TIME, TIME)] if 17 in neurons else [], frames.CONNECTORS)

    def _frame(self, rows: list[Any], schema: Any) -> pd.DataFrame:
        found = zip(*rows, strict=True) if rows else [()] * len(schema)
        return frame(dict(zip(schema, found, strict=True)), schema)


@pytest.fixture
def project() -> NodesProject:
    return NodesProject()


async def values_of(table: ProjectTable) -> Any:
    return columns.decode((await methods_of(table)["rows"]({})).payload)["values"]


async def test_treenodes_have_kinds_and_tags(project: NodesProject) -> None:
    viewer: Any = FakeViewer(project)
    table = project.treenode_table(Selection(project, [17]), viewer)
    values = await values_of(table)
    assert values["kind"] == ["root", "end", "end"]
    assert values["tags"] == ["", "soma, TODO", ""]
    assert (values["neuron"][0], values["radius"].tolist()) == ("PN 17", [-1, 8, -1])
    assert await methods_of(table)["jump"]({"key": 2, "turn": 0}) == "This is treenode 2."
    assert (viewer.position, viewer.layers[0].active_node) == ((10.0, 0.0, 40.0), 2)
    assert await methods_of(table)["select"]({"way": "new", "skeleton_ids": [17]})
    table.close()


async def test_links_have_relations_and_places(project: NodesProject) -> None:
    table = project.connector_table([17])
    values = await values_of(table)
    assert (values["connector_id"].tolist(), values["relation"]) == ([7], ["presynaptic_to"])
    assert (values["x"].tolist(), values["creation_time"]) == ([1.0], ["2026-06-30 12:00"])
    table.close()


async def test_tags_are_rows(project: NodesProject) -> None:
    table = project.tag_table([17])
    values = await values_of(table)
    assert (values["tag"], values["key"]) == (["soma", "TODO"], ["2 soma", "2 TODO"])
    table.selection.clear()
    assert (await values_of(table))["tag"] == []
    table.close()


@pytest.mark.parametrize("name", ["treenode_table", "connector_table", "tag_table"])
def test_their_tables_are_dataframes_also_of_nothing(project: NodesProject, name: str) -> None:
    table = getattr(project, name)(Selection(project, [17, 98]))
    assert table.table["neuron"].tolist()[0] == "PN 17"
    assert "key" not in table.table
    assert table.label
    table.selection.clear()
    assert table.table.empty
    table.close()
