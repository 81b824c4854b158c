"""Neurons of another project or server are copied with where they come from, which is told and found."""

from __future__ import annotations

import asyncio

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.frames import IMPORTED, ORIGINS
from catmaid_jupyter.widgets.tracing_layer.active_neuron import active_neuron
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_neurons import plain, project

__all__ = ["plain", "project"]


def traced(project: cj.Project) -> list[int]:
    """Three skeletons of two nodes, with tags; the first two have a synapse."""
    roots = [project.edit.create_treenode(0, 100 * at, 0, neuron_name=f"neuron {at}", radius=5) for at in range(3)]
    for root in roots:
        project.edit.create_treenode(30, 40, 50, parent_id=root)
    project.edit.set_labels(roots[0], ["soma", "<i>"])
    synapse = project.edit.create_connector(5, 50, 0, treenode_id=roots[0])
    project.edit.create_link(roots[1], synapse, "postsynaptic_to")
    return [project.neuron(f"neuron {at}").skeleton_ids[0] for at in range(3)]


async def make_target(service: Service, *permissions: str) -> None:
    """Make the project "Target", in which the tracer has these permissions."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Target", owner_id=admin.id)
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token", *permissions):
            await users.grant(tx, project_id, permission, to="tracer")


async def test_imported_neurons_tell_their_origin(service: Service, project: cj.Project, plain: cj.Project) -> None:
    await make_target(service, "can_import")

    def story() -> cj.Project:
        target = project.instance.project("Target")
        ids = traced(project)
        target.edit.create_treenode(0, 0, 0, neuron_name="made here")
        with pytest.warns(UserWarning, match="links to connectors of 2 neurons"):
            made = target.import_skeletons(project, ids[:2], annotations="copied")
        assert dtypes_are(made, IMPORTED)
        assert made["source_id"].tolist() == ids[:2]
        assert made["is_new"].all()
        names = target.skeletons.set_index("id")["name"]
        theirs = project.skeletons.set_index("id")["name"]
        assert names[made["skeleton_id"]].tolist() == theirs[ids[:2]].tolist() == made["name"].tolist()
        nodes = ["x", "y", "z", "radius"]
        assert target.nodes(made)[nodes].equals(project.nodes(ids[:2])[nodes])
        assert sorted(target.tags(made)["tag"]) == ["<i>", "soma"]
        assert target.annotations_of(made)["annotation"].tolist() == ["copied"] * 2

        # Where they come from, and what they became; one that was imported before is left as it is.
        found = target.origins()
        assert dtypes_are(found, ORIGINS)
        url = project.instance.url.rstrip("/")
        expected = [[one, url, project.id, there] for one, there in zip(made["skeleton_id"], ids, strict=False)]
        assert found.to_numpy().tolist() == expected
        assert target.origins(made["skeleton_id"].tolist()[1:]).to_numpy().tolist() == expected[1:]
        assert project.origins().empty
        here = dict(zip(ids, made["skeleton_id"].tolist(), strict=False))
        assert target.imported_from(project, ids) == here
        assert target.imported_from((url, project.id), ids) == here
        assert target.imported_from(("https://elsewhere.example", project.id), ids) == {}
        more = target.import_skeletons(plain, ids[1:3])
        assert more["is_new"].tolist() == [False, True]
        assert more["skeleton_id"].tolist()[0] == made["skeleton_id"].tolist()[1]
        assert more["name"].tolist() == theirs[ids[1:3]].tolist()

        # One undo takes them back, and the origin goes with them.
        target.undo()
        assert set(target.imported_from(project, ids)) == set(ids[:2])
        with_links = target.import_skeletons(project, ids[:2], links=True, again=True)
        assert with_links["is_new"].all()
        assert len(target.synapses(with_links)) == 1
        assert target.imported_from(project, ids[:1]) == {ids[0]: with_links["skeleton_id"].tolist()[0]}
        with pytest.raises(cj.InvalidInput, match="in this project already"):
            target.import_skeletons(target, ids[0])
        with pytest.raises(cj.InvalidInput, match="cannot be changed"):
            target.at(target.version).import_skeletons(project, ids[0])
        with pytest.raises(cj.NotFound):
            target.import_skeletons(project, 99_999_999)
        return target

    target = await asyncio.to_thread(story)
    skeleton_id = int((await asyncio.to_thread(target.origins))["skeleton_id"].iloc[0])
    facts = await asyncio.to_thread(target.instance.run, active_neuron(target.place, skeleton_id))
    assert facts is not None
    assert facts["origin"].startswith("skeleton ")
    assert facts["origin"].endswith(f" of project {project.id}"), "its server is this one"


async def test_who_may_not_import_is_told(service: Service, project: cj.Project) -> None:
    await make_target(service)

    def story() -> None:
        target = project.instance.project("Target")
        with pytest.raises(cj.NotAllowed, match="import"):
            target.import_skeletons(project, traced(project)[2])
        assert target.skeletons.empty

    await asyncio.to_thread(story)
