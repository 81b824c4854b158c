"""The connectivity table's kernel side: partners, columns, groups, thresholds, places, and neurons that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pandas as pd
import pytest

from catmaid_jupyter.api.errors import InvalidInput, NotFound, Unreachable
from catmaid_jupyter.client.project import ProjectHome
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import ConnectivityTable
from catmaid_jupyter.widgets.connectivity_table import connectivity_table
from catmaid_jupyter.widgets.rpc import methods_of
from tests.helpers.table_content import decoded
from tests.unit.test_selection import FakeHttp, FakeInstance, FakeProject
from tests.unit.test_selection_table import FakeViewer

TYPES = [
    {"relation": "presynaptic_to", "partner_reference": "outgoing"},
    {"relation": "postsynaptic_to", "partner_reference": "incoming"},
]
OUT = {
    "19": {"num_nodes": 190, "skids": {"17": [0, 0, 0, 1, 4], "18": [0, 0, 0, 0, 2]}},
    "20": {"num_nodes": 20, "skids": {"17": [0, 0, 0, 0, 1]}},
}
IN = {"19": {"num_nodes": 190, "skids": {"18": [0, 0, 0, 0, 3]}}}


class ConnectedHttp(FakeHttp):
    """17 and 18 synapse onto 19, which synapses onto 18; 17 synapses onto 20."""

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        if self.is_away:
            raise Unreachable("No answer.")
        if path == "3/connectors/types/":
            return TYPES
        if path == "3/skeletons/connectivity":
            direction = form["link_types"][0]
            return {direction: OUT if direction == "outgoing" else IN}
        if path == "3/connector/list/many_to_many":
            return [[c, [c, 2, 3], c * 10, 17, 5, 1, [0, 0, 0], c * 10 + 1, 19, 5, 1, [1, 1, 1]] for c in (7, 8)]
        return await super().read_json(method, path, form=form, params=params)


class ConnectedProject(FakeProject):
    def __init__(self, http: ConnectedHttp | None = None) -> None:
        instance = FakeInstance()
        instance.http = cast("Any", http or ConnectedHttp())
        super().__init__(cast("ProjectHome", instance))


@pytest.fixture
def project() -> ConnectedProject:
    return ConnectedProject()


@pytest.fixture
def table(project: ConnectedProject) -> Iterator[ConnectivityTable]:
    made = project.connectivity(Selection(project, [17, 18]))
    yield made
    made.close()


async def ask(table: ConnectivityTable, method: str, **params: Any) -> Any:
    return await methods_of(table)[method](params)


async def content_of(table: ConnectivityTable) -> Any:
    return decoded(await ask(table, "rows"))


def test_the_table_is_what_the_project_says(table: ConnectivityTable, project: ConnectedProject) -> None:
    found = table.table
    for relation in ("in", "out"):
        part = found[found["relation"] == relation].drop(columns="relation").reset_index(drop=True)
        pd.testing.assert_frame_equal(part, project.partners(table.selection, relation=relation))
    table.show_in, table.min_synapses, table.min_nodes = False, 2, 100
    assert table.table["skeleton_id"].tolist() == [19]
    table.show_out = False
    assert table.table.empty
    assert list(table.table) == ["relation", "skeleton_id", "name", "nodes", "synapses", 17, 18]


async def test_each_neuron_or_group_has_a_column(table: ConnectivityTable, project: ConnectedProject) -> None:
    content = await content_of(table)
    assert [column["title"] for column in content["shown"]][-2:] == ["PN 17", "PN 18"]
    values = content["values"]
    assert values["key"] == ["in 19", "out 19", "out 20"]
    assert values["of 17"] == [0, 5, 1]
    table.grouping = "annotation"
    content = await content_of(table)
    assert [column["name"] for column in content["shown"]][-3:] == ["of DA1", "of PN", "of without annotation"]
    table.grouping = "none"
    assert len((await content_of(table))["shown"]) == 5
    grouped = ConnectivityTable(table.selection, groups={"left": [17, 20]})
    values = (await content_of(grouped))["values"]
    assert [values["of left"], values["of others"]] == [[0, 5, 1], [3, 2, 0]]
    grouped.close()


async def test_neurons_that_are_gone_are_told(table: ConnectivityTable) -> None:
    table.selection.change("add", [98])
    content = await content_of(table)
    assert content["notes"] == ["Skeleton 98 is not counted. Gone; this server does not tell what became of it."]
    assert "of 98" not in content["values"]
    table.selection.clear()
    assert (await content_of(table))["notes"] == ["The selection is empty: add neurons to it."]


async def test_more_neurons_than_have_a_column_are_counted(
    table: ConnectivityTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = (await content_of(table))["values"]
    monkeypatch.setattr(connectivity_table, "_MOST_COLUMNS", 1)
    few = await content_of(table)
    assert few["notes"] == ["Only the first 1 of 2 have a column; all are counted."]
    assert {**every, "of 18": None} == {**few["values"], "of 18": None}
    assert "of 18" not in few["values"]
    assert table._content is not None
    assert [name for name in table._content.rows if str(name).startswith("of ")] == ["of 17"]


async def test_it_tells_pages_of_changes(table: ConnectivityTable, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(table, "emit", lambda event, **_: told.append(event))
    table.selection.change("add", [20])
    table.selection.hide()
    table.min_synapses = 4
    assert told == ["changed", "changed"]


async def test_partners_go_into_selections_and_synapses_are_visited(
    table: ConnectivityTable, project: ConnectedProject
) -> None:
    await content_of(table)
    assert await ask(table, "select", way="new", skeleton_ids=[19]) == "selection 1 has 1 neuron now."
    assert table.selections["selection 1"].skeleton_ids == [19]
    with pytest.raises(InvalidInput, match="no viewer"):
        await ask(table, "jump", key="out 19", turn=0)
    viewer: Any = FakeViewer(project)
    table.viewer = viewer
    assert await ask(table, "jump", key="out 19", turn=3) == "Synapse 2 of 2: connector 8."
    assert (viewer.position, viewer.layers[0].active_node) == ((8.0, 2.0, 3.0), 80)
    with pytest.raises(NotFound, match="not there any more"):
        await ask(table, "jump", key="out 33", turn=0)


async def test_what_is_wrong_is_said(table: ConnectivityTable, project: ConnectedProject) -> None:
    with pytest.raises(InvalidInput, match="There are no groups"):
        ConnectivityTable(table.selection, grouping="groups")
    with pytest.raises(TypeError, match="Did you mean 'min_synapses'"):
        project.connectivity(table.selection, min_synapse=3)
    cast("Any", project.instance.http).is_away = True
    with pytest.raises(Unreachable, match="No answer"):
        await ask(table, "rows")
