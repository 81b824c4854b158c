"""Points to proofread and statuses in Python: at the service, and through one that knows CATMAID's routes only."""

from __future__ import annotations

import asyncio

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.frames import PROOFREADING_POINTS, PROOFREADING_STATUS, STRUCTURAL_CHANGES
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_neurons import plain, project

__all__ = ["plain", "project"]


def traced(project: cj.Project, name: str = "PN 17") -> tuple[int, list[int]]:
    """A skeleton with two ends, root first, and its nodes: the third edge is uncertain, the fourth node has a tag."""
    nodes = [project.edit.create_treenode(0, 0, 0, neuron_name=name)]
    for step in (1, 2):
        nodes.append(project.edit.create_treenode(0, 0, 40 * step, parent_id=nodes[-1]))
    nodes.append(project.edit.create_treenode(50, 0, 80, parent_id=nodes[1]))
    project.edit.set_confidence(nodes[2], 3)
    project.edit.set_labels(nodes[0], ["soma"])
    project.edit.set_labels(nodes[3], ["TODO", "ends"])
    return int(project.neuron(name).skeleton_ids[0]), nodes


async def test_points_are_found_and_kept_as_seen_at_any_server(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        skeleton, nodes = traced(project)
        other, _ = traced(project, "PN 18")
        expected = [("open end", nodes[2]), ("low confidence", nodes[2]), ("tag", nodes[3])]
        for at in (project, plain):
            points = at.proofreading.points([skeleton, other])
            assert dtypes_are(points, PROOFREADING_POINTS)
            own = points[points["skeleton_id"] == skeleton]
            assert list(zip(own["kind"], own["treenode_id"], strict=True)) == expected
            assert own["neuron"].unique().tolist() == ["PN 17"]
            assert len(points) == 6
            assert not points["seen"].any()
            assert at.proofreading.points("PN 17", confidence_below=2, tags=[])["kind"].tolist() == ["open end"]
        points = project.proofreading.points(skeleton)
        project.proofreading.mark_seen(points.iloc[:2])
        plain.proofreading.mark_seen(points.iloc[2:])
        assert project.proofreading.points(skeleton)["seen"].all()
        project.proofreading.mark_seen(points.iloc[:1], seen=False)
        assert plain.proofreading.points(skeleton)["seen"].tolist() == [False, True, True]
        project.edit.set_confidence(nodes[2], 2)
        seen = project.proofreading.points(skeleton).set_index("kind")["seen"]
        assert not seen["low confidence"], "it is another point now"
        with pytest.raises(cj.InvalidInput, match="treenode_id, kind, mark is missing"):
            project.proofreading.mark_seen(points[["what"]])

    await asyncio.to_thread(story)


async def test_a_status_becomes_stale_with_an_edit_of_structure_which_is_told(
    project: cj.Project, plain: cj.Project
) -> None:
    def story() -> None:
        skeleton, nodes = traced(project)
        other, others = traced(project, "PN 18")
        for at in (project, plain):
            assert at.proofreading.status([skeleton, other])["status"].tolist() == ["", ""]
        project.proofreading.set_status([skeleton, other], "begun")
        project.proofreading.set_status(skeleton, " complete ")
        for at in (project, plain):
            status = at.proofreading.status([other, skeleton])
            assert dtypes_are(status, PROOFREADING_STATUS)
            assert status["status"].tolist() == ["begun", "complete"]
            assert status["user"].tolist() == ["tracer", "tracer"]
            assert not status["is_stale"].any()
            assert at.proofreading.changes(skeleton).empty
        assert project.annotations_of(skeleton)["annotation"].tolist() == ["proofreading: complete"]
        project.edit.move_nodes({nodes[0]: (9, 9, 9)})
        assert not project.proofreading.status(skeleton)["is_stale"].any(), "a move is no change of structure"
        project.edit.create_treenode(0, 0, 200, parent_id=nodes[2])
        project.edit.join_skeletons(nodes[3], others[0])
        (stale,) = project.proofreading.status(skeleton).to_dict("records")
        assert (stale["status"], stale["is_stale"], stale["changes"]) == ("complete", True, 2)
        assert stale["last_change"].startswith("join two skeletons by tracer on ")
        assert stale["last_change"].endswith(": 4 nodes more")
        changes = project.proofreading.changes(skeleton)
        assert dtypes_are(changes, STRUCTURAL_CHANGES)
        assert changes[["change", "nodes_made"]].to_numpy().tolist() == [
            ["add a treenode", 1],
            ["join two skeletons", 4],
        ]
        elsewhere = plain.proofreading.changes(skeleton)
        assert dtypes_are(elsewhere, STRUCTURAL_CHANGES)
        assert elsewhere[["change", "user", "version"]].to_numpy().tolist() == [["edit treenodes", "tracer", -1]]
        assert plain.proofreading.status(skeleton)["is_stale"].all()
        project.proofreading.set_status(skeleton, "complete")
        assert not project.proofreading.status(skeleton)["is_stale"].any(), "it is complete again"
        project.proofreading.set_status(skeleton, None)
        assert project.proofreading.status(skeleton)["status"].tolist() == [""]
        project.undo()
        assert project.proofreading.status(skeleton)["status"].tolist() == ["complete"]
        with pytest.raises(cj.InvalidInput, match="A status is a text"):
            project.proofreading.set_status(skeleton, " ")

    await asyncio.to_thread(story)


async def test_the_table_has_the_points_and_keeps_what_was_seen(project: cj.Project) -> None:
    def story() -> None:
        skeleton, nodes = traced(project)
        table = project.proofread([skeleton], confidence_below=4)
        try:
            assert table.table["treenode_id"].tolist() == [nodes[2], nodes[2], nodes[3]]
            table.rules = {"confidence_below": 1, "tags": []}
            assert table.table["kind"].tolist() == ["open end"]
            project.edit.set_labels(nodes[2], ["ends"])
            assert table.table.empty
        finally:
            table.close()

    await asyncio.to_thread(story)
