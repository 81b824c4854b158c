"""The connectivity matrix's kernel side: numbers, groups, orders, and what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets import ConnectivityMatrix
from catmaid_jupyter.widgets.connectivity_matrix.ordering import row_order
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_wire import columns
from tests.unit.test_connectivity_table import ConnectedHttp, ConnectedProject

COUNTS = {"17": {"19": 5, "20": 1}, "18": {"19": 2}, "19": {"18": 3}}


class MatrixHttp(ConnectedHttp):
    async def read_json(self, method: str, path: str, *, form: Any = None, params: Any = None) -> Any:
        if path != "3/skeleton/connectivity_matrix":
            return await super().read_json(method, path, form=form, params=params)
        wanted = {int(one): targets for one, targets in COUNTS.items() if int(one) in form["rows"]}
        return {
            str(one): {target: count for target, count in targets.items() if int(target) in form["columns"]}
            for one, targets in wanted.items()
        }


@pytest.fixture
def project() -> ConnectedProject:
    return ConnectedProject(MatrixHttp())


async def content_of(matrix: ConnectivityMatrix) -> Any:
    return columns.decode((await methods_of(matrix)["matrix"]({})).payload)


def table_of(content: Any) -> list[list[int]]:
    shape = len(content["rows"]["names"]), len(content["columns"]["names"])
    counts: list[list[int]] = np.reshape(content["counts"], shape).tolist()
    return counts


async def test_it_has_rows_columns_groups_and_orders(project: ConnectedProject) -> None:
    rows, others = Selection(project, [18, 17]), Selection(project, [20, 19, 98])
    matrix = project.matrix(rows, others)
    assert matrix.table.to_numpy().tolist() == [[0, 2, 0], [1, 5, 0]]
    content = await content_of(matrix)
    assert content["rows"] == {"names": ["PN 18", "PN 17"], "skeleton_ids": [[18], [17]]}
    assert table_of(content) == [[0, 2], [1, 5]]
    assert content["notes"] == ["Skeleton 98 is not counted. Gone; this server does not tell what became of it."]
    matrix.order = "count"
    content = await content_of(matrix)
    assert [content[axis]["skeleton_ids"] for axis in ("rows", "columns")] == [[[17], [18]], [[19], [20]]]
    matrix.close()
    grouped = project.matrix(rows, others, groups={"PN": [17, 18]})
    content = await content_of(grouped)
    assert content["rows"] == {"names": ["PN"], "skeleton_ids": [[18, 17]]}
    assert table_of(content) == [[1, 7]]
    assert await methods_of(grouped)["select"]({"way": "new", "skeleton_ids": [18, 17]})
    assert grouped.selections["selection 1"].skeleton_ids == [18, 17]
    grouped.close()


async def test_a_square_matrix_has_one_order(project: ConnectedProject) -> None:
    matrix = project.matrix([17, 18, 19], order="cluster")
    content = await content_of(matrix)
    assert content["rows"] == content["columns"]
    matrix.rows.clear()
    content = await content_of(matrix)
    assert content["notes"] == ["There are no neurons: add some to the selection."]
    with pytest.raises(InvalidInput, match="of another project"):
        ConnectivityMatrix(matrix.rows, Selection(ConnectedProject(), []))
    matrix.close()


def test_alike_rows_are_side_by_side() -> None:
    counts = np.array([[5, 0, 1], [0, 0, 0], [0, 7, 0], [9, 0, 2], [0, 3, 0]])
    order = row_order(counts, list("abcde"), "cluster")
    assert order[-1] == 1
    assert {frozenset(order[:2]), frozenset(order[2:4])} == {frozenset({0, 3}), frozenset({2, 4})}
    assert row_order(counts, list("bACde"), "name") == [1, 0, 2, 3, 4]
    assert row_order(counts[:1], ["a"], "cluster") == [0]
