"""What Python reads of many neurons as of a version is what it read then; and only those who may can change it."""

from __future__ import annotations

import asyncio
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from tests.helpers.service import Service
from tests.integration.test_client_neurons import ODD_NAMES, project, traced

__all__ = ["project"]


def told(project: cj.Project, ids: list[int]) -> dict[str, pd.DataFrame]:
    """All that is read of neurons, by what it is."""
    arbors = project.morphology(ids)
    inside = project.in_volume(ids, "box")
    assert isinstance(inside, pd.DataFrame)
    return {
        "nodes": project.nodes(ids),
        "tags": project.tags(ids),
        "all tags": project.tags(),
        "connectors": project.connectors(ids),
        "links": project.links(ids),
        "measures": arbors.measures,
        "of morphologies": arbors.connectors,
        "partners": project.partners(ids),
        "adjacency": project.adjacency(ids),
        "synapses": project.synapses(ids),
        "annotations": project.annotations,
        "annotations of neurons": project.annotations_of(ids),
        "tree": project.annotation_tree(),
        "volumes": project.volumes,
        "inside": inside,
        "reviews": project.reviews(ids),
        "contributors": project.contributors(ids),
        "landmarks": project.landmarks,
        "groups of landmarks": project.landmark_groups,
        "samplers": project.samplers,
    }


async def test_the_past_is_read_as_it_was(project: cj.Project) -> None:
    def story() -> None:
        ids = traced(project)
        project.annotate(ids, ["PN", "left"], meta="side")
        project.add_volume(((-10, -10, -10), (50, 310, 10)), "box")
        before, version = told(project, ids), project.version
        past = project.at(version)
        project.annotate(ids[:1], "right")
        project.rename_neurons({ids[1]: "renamed"})
        project.delete_volume("box")
        project.delete_neurons(ids)
        after = told(past, ids)
        different = [name for name, table in before.items() if not table.equals(after[name])]
        assert not different
        assert past.nodes(ODD_NAMES).equals(before["nodes"])
        changes: list[Any] = [
            lambda: past.annotate(ids, "x"),
            lambda: past.rename_neurons({ids[0]: "x"}),
            lambda: past.delete_neurons(ids),
            lambda: past.upload("1 0 0 0 0 1 -1\n"),
            lambda: past.add_volume(((0, 0, 0), (1, 1, 1))),
        ]
        for change in changes:
            with pytest.raises(cj.InvalidInput, match="cannot be changed"):
                change()

    await asyncio.to_thread(story)


async def test_who_may_only_look_is_told_so(service: Service, project: cj.Project) -> None:
    def story() -> None:
        ids = traced(project)
        project.annotate(ids, "PN")
        with cj.connect(service.url, service.admin.token) as administrator:
            administrator.project("Test").revoke("tracer", "can_annotate")
        assert len(project.nodes(ids)) == 10
        changes: list[Any] = [
            lambda: project.annotate(ids, "x"),
            lambda: project.unannotate(ids, "PN"),
            lambda: project.rename_neurons({ids[0]: "x"}),
            lambda: project.give_neurons(ids, "admin"),
            lambda: project.delete_neurons(ids),
            lambda: project.add_volume(((0, 0, 0), (1, 1, 1))),
        ]
        for change in changes:
            with pytest.raises(cj.NotAllowed):
                change()
        with cj.connect(service.url, service.admin.token) as administrator:
            administrator.project("Test").revoke("tracer", "can_import")
        with pytest.raises(cj.NotAllowed):
            project.upload("1 0 0 0 0 1 -1\n")
        assert project.annotations_of(ids)["annotation"].tolist() == ["PN"] * 4

    await asyncio.to_thread(story)
