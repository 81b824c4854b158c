"""pymaid as laboratories have it reads and edits what the store holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.clients.laboratory import Laboratory

KINDS = {"presynaptic_to": 0, "postsynaptic_to": 1, "gapjunction_with": 2}
PAIRS = """
SELECT pre.skeleton_id, post.skeleton_id, pre.connector_id, pre.treenode_id, post.treenode_id
  FROM connector_link pre
  JOIN relation outgoing ON outgoing.id = pre.relation_id AND outgoing.name = 'presynaptic_to'
  JOIN connector_link post ON post.connector_id = pre.connector_id
  JOIN relation incoming ON incoming.id = post.relation_id AND incoming.name = 'postsynaptic_to'
"""


def agree(rows: list[Any], expected: list[Any]) -> None:
    """The same rows in any order; pymaid keeps places as single floats."""
    assert len(rows) == len(expected)
    for row, other in zip(sorted(map(tuple, rows)), sorted(map(tuple, expected)), strict=True):
        assert all(mine == pytest.approx(theirs, rel=1e-5) if isinstance(theirs, float) else mine == theirs
                   for mine, theirs in zip(row, other, strict=True)), (row, other)


async def test_reads_are_what_the_store_holds(laboratory: Laboratory) -> None:
    rows = laboratory.rows
    pairs = await rows(PAIRS)
    wired = Counter((source, target) for source, target, *_ in pairs)
    (source, target), _ = wired.most_common(1)[0]
    root_of_source, = await rows("SELECT id FROM treenode WHERE skeleton_id = %s AND parent_id IS NULL", source)
    await laboratory.service.tracer.post(
        f"/{laboratory.service.project_id}/label/treenode/{root_of_source}/update", tags="soma")
    read = await laboratory.run("pymaid_reads.py", skeleton_id=source, path=[source, target], tag="soma", user="tracer")

    skeletons = await rows("SELECT id FROM skeleton")
    agree([[skeleton_id] for skeleton_id in read["skeletons"]], [[skeleton_id] for skeleton_id in skeletons])
    assert read["names"] == {str(skeleton_id): name for skeleton_id, name in await rows(
        "SELECT s.id, n.name FROM skeleton s JOIN neuron n ON n.id = s.neuron_id")}
    agree(read["nodes"], await rows(
        "SELECT id, coalesce(parent_id, -1), user_id, x, y, z, radius, confidence FROM treenode"))
    links = await rows("""
        SELECT l.skeleton_id, l.treenode_id, l.connector_id, r.name, c.x, c.y, c.z FROM connector_link l
          JOIN relation r ON r.id = l.relation_id JOIN connector c ON c.id = l.connector_id""")
    agree(read["links"], [(*link[:3], KINDS[link[3]], *link[4:]) for link in links])
    agree(read["connector_links"], [(link[0], link[2], link[1], link[3]) for link in links])
    agree(read["tags"], await rows("""
        SELECT t.skeleton_id, b.name, t.id
          FROM node_label l JOIN label b ON b.id = l.label_id JOIN treenode t ON t.id = l.treenode_id"""))
    assert [root_of_source] in read["tagged"]
    agree(read["connectors"], await rows(
        "SELECT c.id, c.x, c.y, c.z, u.username FROM connector c JOIN app_user u ON u.id = c.user_id"))
    assert sorted(read["in_box"]) == sorted([connector] for connector in {link[2] for link in links})
    agree(read["between"], [(connector, a, b, node_a, node_b) for a, b, connector, node_a, node_b in pairs])

    agree(read["edges"], [(*ends, count) for ends, count in wired.items()])
    agree(read["matrix"], [(*ends, count) for ends, count in wired.items()])
    for skeleton_id, name, nodes, relation, total in read["partners"]:
        assert name == read["names"][skeleton_id]
        assert [nodes] == await rows("SELECT count(*) FROM treenode WHERE skeleton_id = %s", int(skeleton_id))
        ends = (source, int(skeleton_id)) if relation == "downstream" else (int(skeleton_id), source)
        assert total == wired[ends]
    assert len(read["partners"]) == len({ends for ends in wired if source in ends})
    assert [source, target] in read["paths"]
    assert set(read["circles"]) == {b if a == source else a for a, b in wired if source in (a, b)}

    assert read["users"] == [list(row) for row in await rows("SELECT id, username FROM app_user ORDER BY id")]
    (nodes,) = await rows("SELECT count(*) FROM treenode")
    assert list(read["contributors"].values()) == [nodes]
    assert read["traced_today"] == nodes
    (kinds,) = await rows("SELECT array_agg(r.name) FROM connector_link l JOIN relation r ON r.id = l.relation_id")
    count = Counter(kinds)
    assert [row[1:] for row in read["contributions"]] == [[nodes, count["presynaptic_to"], count["postsynaptic_to"]]]
    for skeleton_id, length in read["cables"].items():
        assert [pytest.approx(length, rel=1e-5)] == await rows(
            "SELECT cable_length FROM skeleton_summary WHERE skeleton_id = %s", int(skeleton_id))
    assert read["neurons_in_box"] == sorted(skeletons)
