"""pymaid as laboratories have it reads and edits what the store holds."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from catmaid_server.demo.specimen.specimen import grow
from tests.clients.laboratory import PAIRS, SPEC, Laboratory

KINDS = {"presynaptic_to": 0, "postsynaptic_to": 1, "gapjunction_with": 2}


def agree(rows: list[Any], expected: list[Any]) -> None:
    """The same rows in any order; pymaid keeps places as single floats."""
    assert len(rows) == len(expected)
    for row, other in zip(sorted(map(tuple, rows)), sorted(map(tuple, expected)), strict=True):
        assert all(
            mine == pytest.approx(theirs, rel=1e-5) if isinstance(theirs, float) else mine == theirs
            for mine, theirs in zip(row, other, strict=True)
        ), (row, other)


async def test_reads_are_what_the_store_holds(laboratory: Laboratory) -> None:
    rows = laboratory.rows
    pairs = await rows(PAIRS)
    wired = Counter((source, target) for source, target, *_ in pairs)
    (source, target), _ = wired.most_common(1)[0]
    (root_of_source,) = await rows("SELECT id FROM treenode WHERE skeleton_id = %s AND parent_id IS NULL", source)
    await laboratory.service.tracer.post(
        f"/{laboratory.service.project_id}/label/treenode/{root_of_source}/update", tags="soma"
    )
    read = await laboratory.run("pymaid_reads.py", skeleton_id=source, path=[source, target], tag="soma", user="tracer")

    skeletons = await rows("SELECT id FROM skeleton")
    agree([[skeleton_id] for skeleton_id in read["skeletons"]], [[skeleton_id] for skeleton_id in skeletons])
    assert read["names"] == {
        str(skeleton_id): name
        for skeleton_id, name in await rows("SELECT s.id, n.name FROM skeleton s JOIN neuron n ON n.id = s.neuron_id")
    }
    agree(
        read["nodes"],
        await rows("SELECT id, coalesce(parent_id, -1), user_id, x, y, z, radius, confidence FROM treenode"),
    )
    links = await rows("""
        SELECT l.skeleton_id, l.treenode_id, l.connector_id, r.name, c.x, c.y, c.z FROM connector_link l
          JOIN relation r ON r.id = l.relation_id JOIN connector c ON c.id = l.connector_id""")
    agree(read["links"], [(*link[:3], KINDS[link[3]], *link[4:]) for link in links])
    agree(read["connector_links"], [(link[0], link[2], link[1], link[3]) for link in links])
    agree(
        read["tags"],
        await rows("""
        SELECT t.skeleton_id, b.name, t.id
          FROM node_label l JOIN label b ON b.id = l.label_id JOIN treenode t ON t.id = l.treenode_id"""),
    )
    assert [root_of_source] in read["tagged"]
    agree(
        read["connectors"],
        await rows("SELECT c.id, c.x, c.y, c.z, u.username FROM connector c JOIN app_user u ON u.id = c.user_id"),
    )
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
            "SELECT cable_length FROM skeleton_summary WHERE skeleton_id = %s", int(skeleton_id)
        )
    assert read["neurons_in_box"] == sorted(skeletons)


async def test_a_neuron_is_uploaded_edited_and_deleted(laboratory: Laboratory) -> None:
    rows = laboratory.rows
    before = await rows("SELECT id FROM skeleton ORDER BY id")

    made = await laboratory.run("pymaid_edits.py", step="upload")
    skeleton_id = made["skeleton_id"]
    ids = made["node_ids"]
    assert await rows("SELECT id FROM skeleton WHERE id <> ALL (%s)", before) == [skeleton_id]
    assert await rows(
        "SELECT id, coalesce(parent_id, -1), x, radius FROM treenode WHERE skeleton_id = %s ORDER BY x", skeleton_id
    ) == [
        (ids[str(node)], ids.get(str(parent), -1), 100.0 * (node - 1), radius)
        for node, parent, radius in ((1, -1, 30), (2, 1, 20), (3, 2, 10), (4, 3, 10), (5, 3, 5), (6, 5, 5))
    ]
    assert await labels(laboratory, skeleton_id) == [("ends", ids["4"]), ("ends", ids["6"]), ("soma", ids["1"])]
    assert await links(laboratory, skeleton_id) == [
        (ids["4"], "presynaptic_to", 310),
        (ids["6"], "postsynaptic_to", 510),
    ]
    assert made["annotated"] == made["named"] == [skeleton_id]
    assert made["from_origin"] == {"17": skeleton_id}
    assert skeleton_id in made["in_volume"]
    assert sorted(made["volume"]) == [[-10, -10, -10], [-10, -10, 2990], [-10, 2990, -10], [2990, -10, -10]]
    assert await rows("SELECT name, comment FROM volume") == [("around", "a tetrahedron")]

    edited = await laboratory.run(
        "pymaid_edits.py", step="edit", skeleton_id=skeleton_id, user="tracer", node_ids=list(ids.values())
    )
    agree(
        edited["nodes"],
        await rows(
            "SELECT id, coalesce(parent_id, -1), x, y, z, radius, confidence FROM treenode WHERE skeleton_id = %s",
            skeleton_id,
        ),
    )
    assert len(edited["nodes"]) == 9, "six, one added and two joined"
    assert (ids["2"], ids["3"], 150, 60, 40, 20, 5) in map(tuple, edited["nodes"]), "moved, and the tree turned around"
    assert (ids["4"], -1, 300, 50, 40, 10, 5) in map(tuple, edited["nodes"])
    assert await labels(laboratory, skeleton_id) == sorted(
        (tag, node) for tag, nodes in edited["tags"].items() for node in nodes
    )
    assert edited["tags"]["checked"] == [ids["2"]]
    assert edited["connector_tags"] == {"odd": [edited["connector_id"]]}
    assert [(node, relation) for node, relation, x in await links(laboratory, skeleton_id) if x == 610] == [
        (ids["2"], "presynaptic_to"),
        (ids["4"], "postsynaptic_to"),
    ]
    assert await rows(
        "SELECT n.name FROM neuron n JOIN skeleton s ON s.neuron_id = n.id WHERE s.id = %s", skeleton_id
    ) == ["renamed"]
    assert edited["annotations"] == await rows(
        """
        SELECT a.name FROM annotation a JOIN annotation_link l ON l.annotation_id = a.id
          JOIN skeleton s ON s.neuron_id = l.neuron_id WHERE s.id = %s ORDER BY a.name""",
        skeleton_id,
    )
    assert {"seen", "from elsewhere"} <= set(edited["annotations"])
    assert "done" not in edited["annotations"]
    assert edited["progressing"], "annotations below the one asked for count"
    assert edited["review"] == [[9, 2]], "the new link of one of three ends its review"
    assert [node for node, _ in edited["reviewers"]] == await rows(
        "SELECT treenode_id FROM review WHERE skeleton_id = %s ORDER BY treenode_id", skeleton_id
    )

    left = await laboratory.run(
        "pymaid_edits.py",
        step="delete",
        skeleton_id=skeleton_id,
        node_ids=list(ids.values()),
        connector_id=edited["connector_id"],
    )
    assert left == {"skeletons": before, "volumes": 0}
    assert await rows("SELECT id FROM treenode WHERE id = ANY (%s)", list(ids.values())) == []
    assert await rows("SELECT id FROM connector WHERE id = %s", edited["connector_id"]) == []


async def test_who_may_not_write_is_told_so(laboratory: Laboratory) -> None:
    with pytest.raises(AssertionError, match="403 Server Error"):
        await laboratory.run("pymaid_edits.py", laboratory.service.visitor, step="upload")


async def test_images_are_where_the_stack_says(laboratory: Laboratory) -> None:
    (x, y, z), specimen = SPEC.resolution_nm, grow(SPEC)
    read = await laboratory.run("pymaid_images.py", box=[20 * x, 60 * x, 10 * y, 40 * y, 2 * z, 4 * z])
    pixels = np.array(read["pixels"])
    painted = np.stack([specimen.section(section)[10:40, 20:60] for section in range(2, 2 + len(pixels))])
    assert pixels.shape == painted.shape
    assert np.abs(pixels - painted.astype(int)).mean() < 8, "but for what JPEG takes"


async def labels(laboratory: Laboratory, skeleton_id: int) -> list[Any]:
    return await laboratory.rows(
        """
        SELECT b.name, t.id FROM node_label l JOIN label b ON b.id = l.label_id JOIN treenode t ON t.id = l.treenode_id
         WHERE t.skeleton_id = %s ORDER BY b.name, t.id""",
        skeleton_id,
    )


async def links(laboratory: Laboratory, skeleton_id: int) -> list[Any]:
    return await laboratory.rows(
        """
        SELECT l.treenode_id, r.name, c.x FROM connector_link l JOIN relation r ON r.id = l.relation_id
          JOIN connector c ON c.id = l.connector_id
         WHERE l.skeleton_id = %s ORDER BY c.x, l.treenode_id""",
        skeleton_id,
    )
