"""Answers in columns and in rows are read alike."""

from __future__ import annotations

import json
import pickle

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api.answers import node_tables
from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.api.node_columns import columns_of_node_list
from catmaid_wire.columns import MEDIA_TYPE

ROWS = [
    [[1, None, 0.0, 0.5, 1.0, 5, -1.0, 9, 100.25, 3], [2, 1, 0.0, 0.0, 1.0, 4, 7.5, 9, 200.5, 3]],
    [[50, 5.0, 5.0, 5.0, 5, 400.0, 3, [[2, 1023, 5, 500.0, 77]]], [51, 6.0, 6.0, 6.0, 5, 401.0, 3, []]],
    {"1": ["soma"]},
    True,
    {"1023": "presynaptic_to"},
]
EMPTY: list[object] = [[], [], {}, False, {}]


@pytest.mark.parametrize("rows", [ROWS, EMPTY])
def test_node_lists_are_read_alike_in_both_forms(rows: list[object]) -> None:
    as_rows = node_tables(Answer(200, "application/json", json.dumps(rows).encode()))
    as_columns = node_tables(Answer(200, MEDIA_TYPE, columns_of_node_list(rows)))
    assert as_rows.keys() == as_columns.keys()
    for name in ("nodes", "connectors", "links"):
        table, other = as_rows.pop(name), as_columns.pop(name)
        assert {key: values.tolist() for key, values in table.items()} == {
            key: values.tolist() for key, values in other.items()
        }
    assert as_rows == as_columns


def test_positions_in_rows() -> None:
    tables = node_tables(Answer(200, "application/json", json.dumps(ROWS).encode()))
    assert tables["nodes"]["parent_id"].tolist() == [-1, 1]
    assert tables["nodes"]["radius"].tolist() == [-1.0, 7.5]
    assert tables["connectors"]["user_id"].tolist() == [3, 3]
    assert {name: values.tolist() for name, values in tables["links"].items()} == {
        "connector_id": [50],
        "treenode_id": [2],
        "relation_id": [1023],
        "confidence": [5],
        "edition_time": [500.0],
        "id": [77],
    }
    assert tables["labels"] == {"1": ["soma"]}
    assert tables["limit_reached"] is True


def test_stacks_are_values() -> None:
    axes = {"x": 1, "y": 2, "z": 3}
    info = {"sid": 7, "stitle": "FIB", "dimension": axes, "resolution": axes, "translation": axes}
    stack, same = cj.Stack.from_info(info), cj.Stack.from_info({**info, "mirrors": []})
    assert stack == same == pickle.loads(pickle.dumps(stack))
    assert len({stack, same}) == 1
    assert dir(stack) == [
        "broken_sections",
        "center",
        "crop",
        "cutout",
        "dimension",
        "extent",
        "grid",
        "id",
        "info",
        "is_labels",
        "notes",
        "picture",
        "plane",
        "resolution",
        "seen_along",
        "title",
        "translation",
    ]  # fmt: skip
