"""Tables of more rows than go to a page, and more than a kernel holds."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.widgets.node_tables import node_reading
from catmaid_jupyter.widgets.project_table import TableContent, content, shown_column
from catmaid_jupyter.widgets.rpc import Binary, methods_of
from catmaid_wire import columns
from tests.helpers.table_content import decoded
from tests.unit.test_connectivity_table import ConnectedHttp, ConnectedProject

MILLION = 1_000_000
LONG = "x" * 10_000
NAMES = ["PN 10", "PN 2", LONG, "🧠 <b>", "שלום"]


def rows_of(count: int) -> pd.DataFrame:
    at = np.arange(count)
    return pd.DataFrame(
        {
            "key": at,
            "skeleton_id": at % 5,
            "name": pd.Categorical.from_codes(at % 5, categories=pd.Index(NAMES)),
            "nodes": count - at,
            "time": pd.to_datetime(60 * (at % 3), unit="s", utc=True),
        }
    )


def sent(rows: pd.DataFrame, *order: Any, **filters: str) -> dict[str, Any]:
    shown = [
        shown_column("name", "Name"),
        shown_column("nodes", "Nodes", "integer"),
        shown_column("time", "Time"),
    ]
    return decoded(Binary(TableContent(rows, shown, ["A note."]).body(order, filters)))


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MOST_ROWS", 4)


def test_a_short_table_is_there_as_a_whole() -> None:
    found = sent(rows_of(5), "nodes", False, name="PN")
    assert (found["total"], found["values"]["key"], found["notes"]) == (5, [0, 1, 2, 3, 4], ["A note."])
    assert found["values"]["name"] == NAMES


@pytest.mark.usefixtures("few")
def test_the_first_rows_in_an_order_that_fit_are_there() -> None:
    rows = rows_of(10)
    found = sent(rows)
    assert (found["total"], found["values"]["key"]) == (10, [0, 1, 2, 3])
    assert found["notes"][1].startswith("Only the first 4 of 10 rows are here.")
    assert sent(rows, "nodes", False)["values"]["nodes"] == [1, 2, 3, 4]
    assert sent(rows, "nodes", True)["values"]["nodes"] == [10, 9, 8, 7]
    # Numbers in names count as numbers, and equal rows keep their order.
    assert sent(rows, "name", False)["values"]["key"] == [1, 6, 0, 5]
    assert sent(rows, "gone", False)["values"]["key"] == [0, 1, 2, 3]
    assert sent(rows, "time", True)["values"]["time"] == ["1970-01-01 00:02"] * 3 + ["1970-01-01 00:01"]


@pytest.mark.usefixtures("few")
def test_filters_look_at_all_rows() -> None:
    rows = rows_of(20)
    found = sent(rows, name="🧠", nodes="<10")
    assert (found["values"]["key"], found["notes"]) == ([13, 18], ["A note."])
    found = sent(rows, "nodes", False, name="/^pn/")
    assert found["values"]["nodes"] == [4, 5, 9, 10]
    assert found["notes"][1].startswith("Only the first 4 of the 8 rows that fit, of 20, are here.")
    assert sent(rows, time="00:02", name=LONG[:30])["values"]["key"] == [2, 17]
    assert sent(rows, gone="a", name=" ")["values"]["key"] == [0, 1, 2, 3]


@pytest.mark.usefixtures("few")
def test_filters_that_only_the_page_reads_are_told() -> None:
    found = sent(rows_of(10), name=r"/\p{L}/", nodes="many")
    assert found["values"]["key"] == [0, 1, 2, 3]
    assert found["notes"][1] == r"The filter /\p{L}/ is applied to the rows that are here only."


def test_a_table_with_many_columns_has_fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_MOST_CELLS", 25)
    assert len(sent(rows_of(10))["values"]["key"]) == 5


def test_a_long_name_is_sent_once() -> None:
    rows = rows_of(100_000)
    body = TableContent(rows, [shown_column("name", "Name")]).body()
    assert len(body) < 100_000 * 30


class LargeHttp(ConnectedHttp):
    """Skeletons with 1,000 nodes for each number of their id; all nodes are on a line."""

    knows_columns = False

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        if path == "3/skeletons/summary":
            return {str(one): {"num_nodes": one * 1000, "cable_length": 0.0} for one in form["skeleton_ids"]}
        return await super().read_json(method, path, form=form, params=params)

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Answer:
        self.asked.append(f"{path} {form['skeleton_ids']}")
        skeletons = {
            str(one): [[[one * 10_000 + at, None, 2, at, 0, 0, -1, 5] for at in range(one * 1000)], [], {}]
            for one in form["skeleton_ids"]
        }
        return Answer(200, "application/json", json.dumps({"skeletons": skeletons}).encode())


class TaggedHttp(LargeHttp):
    """All nodes have the same tag."""

    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        if path == "3/treenodes/compact-detail":
            return [[node, 1, 0.0, 0.0, 0.0] for node in form["treenode_ids"]]
        return await super().read_json(method, path, form=form, params=params)

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Answer:
        tags = {
            str(one): [[], [], {"TODO": [one * 10_000 + at for at in range(one * 1000)]}]
            for one in form["skeleton_ids"]
        }
        return Answer(200, "application/json", json.dumps({"skeletons": tags}).encode())


async def test_no_more_nodes_are_read_than_a_table_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_reading, "MOST_ROWS", 8_000)
    monkeypatch.setattr(node_reading, "_NODES_AT_ONCE", 3_000)
    http = LargeHttp()
    table = ConnectedProject(http).treenode_table([9, 2, 1, 5, 6])
    found = await table._read()
    assert http.asked.count("3/skeletons/compact-detail [2, 1]") == 1
    assert found.rows["skeleton_id"].value_counts().to_dict() == {2: 2000, 1: 1000, 5: 5000}
    assert found.notes == [
        "2 of 5 neurons are not in this table, which holds 8,000 rows at most: 9, 6. Take fewer neurons, or read "
        "them in Python by project.nodes."
    ]
    table.close()


async def test_a_table_of_tags_holds_no_more_of_them_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(node_reading, "MOST_ROWS", 3_000)
    monkeypatch.setattr(node_reading, "_SKELETONS_AT_ONCE", 1)
    table = ConnectedProject(TaggedHttp()).tag_table([2, 4, 1, 5])
    found = await table._read()
    assert found.rows["skeleton_id"].value_counts().to_dict() == {2: 2000, 1: 1000}
    assert found.rows["key"].is_unique
    assert found.notes == [
        "2 of 4 neurons are not in this table, which holds 3,000 rows at most: 4, 5. Take fewer neurons, or read them "
        "in Python by project.tags."
    ]
    table.close()


class MillionHttp(ConnectedHttp):
    """One skeleton with a million nodes on a line, of which every hundredth has a tag."""

    knows_columns = True

    async def columns_or_json(self, method: str, path: str, *, form: Any = None) -> Answer:
        at = np.arange(MILLION, dtype="<i4")
        nodes = {
            "skeleton_id": np.full(MILLION, 17, dtype="<i4"),
            "id": at + 1,
            "parent_id": np.where(at > 0, at, -1),
            **dict.fromkeys("xyz", at * 8.0),
            "radius": np.full(MILLION, -1.0),
            "confidence": np.full(MILLION, 5, dtype="<i2"),
            "user_id": np.full(MILLION, 2, dtype="<i4"),
        }
        tagged = at[::100] + 1
        tags = {
            "skeleton_id": np.full(len(tagged), 17, dtype="<i4"),
            "treenode_id": tagged,
            "label": tagged // 100 % 2,
        }
        links = {name: np.empty(0, dtype="<i4") for name in ("skeleton_id", *columns.DETAIL_LINKS)}
        tables = {"nodes": nodes, "tags": tags, "connectors": links}
        body = {name: columns.columns(table) for name, table in tables.items()}
        return Answer(200, columns.MEDIA_TYPE, columns.encode({**body, "labels": ["TODO", LONG]}))


async def test_a_skeleton_of_a_million_nodes_takes_little_of_kernel_and_page() -> None:
    project = ConnectedProject(MillionHttp())
    table = project.treenode_table([17])
    answer = await methods_of(table)["rows"]({"sort": [], "filters": {}})
    assert len(answer.payload) < 10_000_000
    found = decoded(answer)
    assert (found["total"], len(found["values"]["key"])) == (MILLION, 100_000)
    assert table._content is not None
    assert table._content.rows.memory_usage(deep=True).sum() < 70 * MILLION

    ends = decoded(await methods_of(table)["arranged"]({"sort": ["x", True], "filters": {"kind": "!slab"}}))
    assert (ends["values"]["kind"], ends["values"]["treenode_id"]) == (["end", "root"], [MILLION, 1])
    tagged = decoded(await methods_of(table)["arranged"]({"filters": {"tags": "todo"}}))
    assert (len(tagged["values"]["key"]), set(tagged["values"]["tags"])) == (5_000, {"TODO"})
    table.close()


def test_in_python_a_table_has_all_rows_as_everywhere_else() -> None:
    table = ConnectedProject(LargeHttp()).treenode_table([2, 1])
    found = table.table
    assert len(found) == 3_000
    assert found.dtypes[["treenode_id", "skeleton_id", "confidence"]].tolist() == ["int64"] * 3
    assert found.dtypes[["neuron", "kind", "tags"]].tolist() == ["str"] * 3
    table.close()
