"""What neurons were at each version: the edges of the past are those that the project as of that version has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.geometry.past_edges import PastEdges, read_past_edges
from catmaid_server.domain.history import node_states
from tests.helpers.service import Service

Edge = tuple[tuple[float, ...], tuple[float, ...]]


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def past(project: cj.Project, *skeleton_ids: int) -> PastEdges:
    return loop.run(read_past_edges(project.place, skeleton_ids))


def edges_at(found: PastEdges, skeleton_id: int, version: int) -> list[Edge]:
    there = (found.skeleton_ids == skeleton_id) & (found.first <= version)
    there &= (found.last == 0) | (found.last > version)
    return sorted((tuple(child), tuple(parent)) for child, parent in found.ends[there].tolist())


def edges_as_of(project: cj.Project, skeleton_id: int, version: int) -> list[Edge]:
    then = project.at(version)
    if skeleton_id not in set(then.skeletons["id"]):
        return []
    nodes = then.skeleton(skeleton_id).nodes
    places = dict(zip(nodes["id"], nodes[["x", "y", "z"]].itertuples(index=False, name=None), strict=True))
    pairs = zip(nodes["id"], nodes["parent_id"], strict=True)
    return sorted((places[one], places[parent]) for one, parent in pairs if parent in places)


async def test_past_edges_are_those_of_each_version(project: cj.Project) -> None:
    def story() -> None:
        begin = project.version
        nodes = [project.edit.create_treenode(0, 0, 0)]
        for step in range(1, 5):
            nodes.append(project.edit.create_treenode(100 * step, 0, 0, parent_id=nodes[-1]))
        skeleton = int(project.skeletons["id"].iloc[0])
        project.edit.move_nodes({nodes[2]: (200, 50, 0)})
        project.edit.set_confidence(nodes[3], 2)
        project.edit.delete_treenode(nodes[4])
        project.undo()
        project.edit.split_skeleton(nodes[3])
        (other,) = set(project.skeletons["id"]) - {skeleton}
        project.edit.join_skeletons(nodes[2], nodes[3])
        project.edit.reroot_skeleton(nodes[4])
        found = past(project, skeleton, other)
        ids = sorted({skeleton, other})
        assert sorted(set(found.skeleton_ids.tolist())) == ids
        for version in range(begin, project.version + 1):
            for one in ids:
                assert edges_at(found, one, version) == edges_as_of(project, one, version), (version, one)
        # A confidence is no other edge.
        assert project.log(label="treenodes.update_confidence")["version"].iloc[0] not in found.versions

        middle = int(found.versions[4])
        earlier = past(project.at(middle), skeleton, other)
        assert earlier.versions.max() <= middle
        assert edges_at(earlier, skeleton, middle) == edges_at(found, skeleton, middle)
        assert len(past(project)) == 0
        assert len(past(project, 999_999)) == 0

    await asyncio.to_thread(story)


async def test_too_much_is_refused(project: cj.Project, monkeypatch: pytest.MonkeyPatch) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0)
        project.edit.create_treenode(0, 0, 100, parent_id=root)
        skeleton = int(project.skeletons["id"].iloc[0])
        assert np.isfinite(past(project, skeleton).ends).all()
        monkeypatch.setattr(node_states, "MOST_STATES", 1)
        with pytest.raises(cj.InvalidInput, match="more than 1 states: ask for fewer skeletons"):
            past(project, skeleton)

    await asyncio.to_thread(story)
