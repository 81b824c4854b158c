"""The kernel side of tables of treenodes, connectors and tags."""

from __future__ import annotations

import json
from typing import Any

import pytest

from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.project_table import ProjectTable
from catmaid_jupyter.widgets.rpc import methods_of
from tests.helpers.table_content import decoded
from tests.unit.test_connectivity_table import TYPES, ConnectedHttp, ConnectedProject
from tests.unit.test_selection_table import FakeViewer

TIME = "2026-06-30T12:00:00Z"


class NodesHttp(ConnectedHttp):
    """Skeleton 17 is a root with two ends, of which one has two tags; its root has a synapse onto skeleton 18."""

    knows_columns = False

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        match path:
            case "3/treenodes/compact-detail":
                return [[node, 1, 10.0, 0.0, 40.0] for node in form["treenode_ids"]]
            case "3/connectors/types/":
                return [{"relation_id": 1, **TYPES[0]}, {"relation_id": 2, **TYPES[1]}]
            case _:
                return await super().read_json(method, path, form=form, params=params)

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Answer:
        wanted = form["skeleton_ids"]
        if path == "3/connectors/":
            links = [[90, 1, 17, 1, 5, 1, TIME, TIME], [91, 8, 18, 2, 5, 1, TIME, TIME]]
            body: Any = {"connectors": [[7, 1.0, 2.0, 3.0, 5, 1, 1, TIME, TIME]], "partners": {"7": links}}
        else:
            nodes = [[1, None, 2, 0, 0, 0, -1, 5], [2, 1, 2, 10, 0, 40, 8, 5], [3, 1, 2, 0, 20, 0, -1, 4]]
            detail = [nodes, [], {"TODO": [2], "soma": [2]}]
            body = {"skeletons": {str(one): detail if one == 17 else [[], [], {}] for one in wanted}}
        return Answer(200, "application/json", json.dumps(body).encode())


@pytest.fixture
def project() -> ConnectedProject:
    return ConnectedProject(NodesHttp())


async def values_of(table: ProjectTable) -> Any:
    return decoded(await methods_of(table)["rows"]({}))["values"]


async def test_treenodes_have_kinds_and_tags(project: ConnectedProject) -> None:
    viewer: Any = FakeViewer(project)
    table = project.treenode_table(Selection(project, [17]), viewer)
    values = await values_of(table)
    assert values["kind"] == ["root", "end", "end"]
    assert values["tags"] == ["", "TODO, soma", ""]
    assert (values["neuron"][0], values["radius"]) == ("PN 17", [-1, 8, -1])
    assert await methods_of(table)["jump"]({"key": 2, "turn": 0}) == "This is treenode 2."
    assert (viewer.position, viewer.layers[0].active_node) == ((10.0, 0.0, 40.0), 2)
    assert await methods_of(table)["select"]({"way": "new", "skeleton_ids": [17]})
    table.close()


async def test_links_have_relations_and_places(project: ConnectedProject) -> None:
    table = project.connector_table([17])
    values = await values_of(table)
    assert (values["connector_id"], values["relation"]) == ([7], ["presynaptic_to"])
    assert (values["x"], values["creation_time"]) == ([1.0], ["2026-06-30 12:00"])
    table.close()


async def test_tags_are_rows(project: ConnectedProject) -> None:
    table = project.tag_table([17])
    values = await values_of(table)
    assert (values["tag"], values["key"]) == (["TODO", "soma"], ["2 TODO", "2 soma"])
    table.selection.clear()
    assert (await values_of(table))["tag"] == []
    table.close()


async def test_rows_that_are_read_to_be_sorted_are_kept(project: ConnectedProject) -> None:
    """As when a page is loaded again that had sorted a table."""
    table = project.treenode_table([17])
    arranged = methods_of(table)["arranged"]
    assert decoded(await arranged({"sort": ["x", True]}))["values"]["key"] == [1, 2, 3]
    kept = table._content
    assert kept is not None
    await arranged({"sort": ["y", True]})
    assert table._content is kept
    table.close()


@pytest.mark.parametrize("name", ["treenode_table", "connector_table", "tag_table"])
def test_their_tables_are_dataframes_also_of_nothing(project: ConnectedProject, name: str) -> None:
    table = getattr(project, name)(Selection(project, [17, 98]))
    assert table.table["neuron"].tolist()[0] == "PN 17"
    assert "key" not in table.table
    assert table.label
    table.selection.clear()
    assert table.table.empty
    table.close()


def test_what_others_do_to_other_skeletons_is_not_read(project: ConnectedProject) -> None:
    table, told = project.tag_table([17]), []
    table.emit_soon = lambda event, **_data: told.append(event)  # type: ignore[method-assign]
    table._changed({"skeleton_ids": [18, 19]})
    assert told == []
    for ids in ([18, 17], [], None):
        table._changed({"skeleton_ids": ids})
    assert told == ["changed"] * 3
    table.close()
