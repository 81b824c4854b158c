"""Reviews in Python: at the service, and through a connection that knows CATMAID's routes only."""

from __future__ import annotations

import asyncio

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.frames import (
    REVIEW_CHANGES,
    REVIEW_SEGMENTS,
    REVIEW_STATUS,
    REVIEW_TEAM,
    REVIEWERS,
    REVIEWS_OF_TREENODES,
)
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_neurons import plain, project

__all__ = ["plain", "project"]


def branched(project: cj.Project) -> tuple[int, list[int]]:
    """A skeleton with two ends, root first, and its nodes."""
    nodes = [project.edit.create_treenode(0, 0, 0, neuron_name="PN 17")]
    for step in (1, 2):
        nodes.append(project.edit.create_treenode(0, 0, 40 * step, parent_id=nodes[-1]))
    nodes.append(project.edit.create_treenode(50, 0, 80, parent_id=nodes[1]))
    return int(project.neuron("PN 17").skeleton_ids[0]), nodes


async def test_reviews_at_any_server(service: Service, project: cj.Project, plain: cj.Project) -> None:
    def story(admin: cj.Project) -> None:
        skeleton, nodes = branched(project)
        for at in (project, plain):
            segments = at.review.segments(skeleton)
            assert dtypes_are(segments, REVIEW_SEGMENTS)
            assert segments["treenode_id"].tolist() == [nodes[2], nodes[1], nodes[0], nodes[3], nodes[1]]
            part = at.review.segments("PN 17", treenode=nodes[1])
            assert part["treenode_id"].tolist() == [nodes[2], nodes[1], nodes[3], nodes[1]]
        assert project.review.mark(nodes[:2]) == nodes[:2]
        assert plain.review.mark([nodes[2], 999_999]) == [nodes[2]]
        assert admin.review.mark(nodes[3]) == [nodes[3]]
        project.review.set_team({"admin": "2020-01-01"})
        for at in (project, plain):
            status = at.review.status([skeleton])
            assert dtypes_are(status, REVIEW_STATUS)
            assert status.iloc[0][["nodes", "own", "team", "union"]].tolist() == [4, 3, 1, 4]
            assert status["own_percent"].tolist() == [75.0]
            reviewers = at.review.reviewers(skeleton)
            assert dtypes_are(reviewers, REVIEWERS)
            assert reviewers[["reviewer", "nodes", "percent"]].to_numpy().tolist() == [
                ["admin", 1, 25.0],
                ["tracer", 3, 75.0],
            ]
            reviews = at.review.reviews(skeleton)
            assert dtypes_are(reviews, REVIEWS_OF_TREENODES)
            assert reviews["treenode_id"].tolist() == nodes
            assert reviews["reviewer"].tolist() == ["tracer"] * 3 + ["admin"]
            assert at.review.segments(skeleton)["reviewers"].tolist()[0] == ["tracer"]
            table = at.review_table([skeleton]).table
            assert table.iloc[0][["name", "segments", "changed"]].tolist() == ["PN 17", 2, 0]
            assert table["reviewers"].tolist() == ["tracer 75.0 %, admin 25.0 %"]

    admin = await asyncio.to_thread(cj.connect, service.url, service.admin.token)
    try:
        await asyncio.to_thread(story, await asyncio.to_thread(admin.project, "Test"))
    finally:
        await asyncio.to_thread(admin.close)


async def test_what_changed_since_is_told(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        skeleton, nodes = branched(project)
        project.review.mark(nodes)
        assert project.review.stale(skeleton).empty
        project.edit.move_nodes({nodes[0]: (9, 9, 9)})
        project.edit.set_confidence(nodes[2], 2)
        stale = project.review.stale(skeleton)
        assert dtypes_are(stale, REVIEW_CHANGES)
        assert stale[["treenode_id", "reviewer", "change", "user"]].to_numpy().tolist() == [
            [nodes[0], "tracer", "moved", "tracer"],
            [nodes[2], "tracer", "edited", "tracer"],
        ]
        elsewhere = plain.review.stale(skeleton)
        assert dtypes_are(elsewhere, REVIEW_CHANGES)
        assert elsewhere[["treenode_id", "change"]].to_numpy().tolist() == [[nodes[2], "edited"]]

    await asyncio.to_thread(story)


async def test_marks_and_resets_are_undone(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        skeleton, nodes = branched(project)

        def own() -> int:
            return int(project.review.status(skeleton)["own"].iloc[0])

        project.review.mark(nodes)
        assert project.undo() == "review"
        assert own() == 0
        project.redo()
        assert (project.review.reset([skeleton]), own()) == (1, 0)
        assert project.undo() == "reset own reviews"
        assert own() == 4
        assert plain.review.reset(skeleton) == 1
        assert own() == 0
        with pytest.raises(cj.InvalidInput, match="at least one treenode"):
            project.review.mark([])
        for at in (project, plain):
            with pytest.raises(cj.NotFound, match="None of these treenodes exists"):
                at.review.mark(999_999)

    await asyncio.to_thread(story)


async def test_a_team_is_chosen_by_names_and_days(project: cj.Project) -> None:
    def story() -> None:
        project.review.set_team(["admin"])
        team = project.review.team
        assert dtypes_are(team, REVIEW_TEAM)
        assert team.to_numpy().tolist() == [["admin", pd.Timestamp("1970-01-01", tz="UTC")]]
        project.review.set_team({"admin": "2026-01-02T03:00:00+01:00", "tracer": None})
        assert project.review.team["since"].tolist()[0] == pd.Timestamp("2026-01-02T02:00:00Z")
        with pytest.raises(cj.InvalidInput, match="A team is a list of names"):
            project.review.set_team("admin")
        with pytest.raises(cj.InvalidInput, match="admin is trusted from a day on"):
            project.review.set_team({"admin": "soon"})
        with pytest.raises(cj.NotFound, match="There is no user 'eve'"):
            project.review.set_team(["eve"])
        project.review.set_team([])
        assert project.review.team.empty

    await asyncio.to_thread(story)


async def test_a_section_is_skipped_by_reviewers_until_that_is_undone(project: cj.Project, plain: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0)
        child = project.edit.create_treenode(0, 0, 120, parent_id=root)

        def skipped() -> list[float]:
            rows = loop.run(project.place.read_json("GET", f"treenodes/{child}/suppressed-virtual/"))
            return [row["location_coordinate"] for row in rows]

        for at in (project, plain):
            at.edit.suppress_virtual_node(child, 40)
            assert skipped() == [40]
            at.undo()
            assert skipped() == []
        with pytest.raises(InvalidInput, match="lies between a treenode and its parent"):
            project.edit.suppress_virtual_node(child, 200)

    await asyncio.to_thread(story)
