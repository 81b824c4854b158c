"""What versions were about: whose neurons, where, and by which version they are taken back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def newest(tracer: Tracer) -> int:
    return int((await tracer.get("version"))["version"])


async def names(tracer: Tracer, *versions: int) -> list[list[str]]:
    found = await tracer.get("versions/details", versions=str(list(versions)))
    assert [details["version"] for details in found] == list(versions)
    return [[neuron["name"] for neuron in details["neurons"]] for details in found]


async def taken_back_by(tracer: Tracer, version: int) -> Any:
    return (await tracer.post("versions/details", versions=f"[{version}]"))[0]["taken_back_by"]


async def test_the_neurons_of_versions_by_their_newest_names(tracer: Tracer) -> None:
    first, *_ = await tracer.chain(2)
    skeleton_id = await tracer.skeleton_of(first)
    ((neuron_id,),) = await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id)
    made = await newest(tracer)
    await tracer.label(first, "soma")
    labelled = await newest(tracer)
    await tracer.annotate(skeleton_id, "DN")
    annotated = await newest(tracer)
    await tracer.post(f"neurons/{neuron_id}/rename", name="PN 7")
    renamed = await newest(tracer)
    assert await names(tracer, made, labelled, annotated, renamed) == [["PN 7"]] * 4
    other = await tracer.node(y=90)
    ((other_neuron,),) = await tracer.rows(
        "SELECT neuron_id FROM skeleton WHERE id = %s", await tracer.skeleton_of(other)
    )
    await tracer.post(f"neurons/{other_neuron}/rename", name="PN 8")
    await tracer.post("skeleton/join", from_id=other, to_id=first, annotation_set="{}", state=UNCHECKED)
    (joined,) = await names(tracer, await newest(tracer))
    assert set(joined) == {"PN 7", "PN 8"}


async def test_what_is_undone_redone_and_reverted_again(tracer: Tracer) -> None:
    node = await tracer.node()
    created = await newest(tracer)
    assert await taken_back_by(tracer, created) is None
    await tracer.post("versions/undo")
    undone = await newest(tracer)
    assert await taken_back_by(tracer, created) == undone
    await tracer.post("versions/redo")
    redone = await newest(tracer)
    assert await taken_back_by(tracer, created) is None
    await tracer.post("versions/revert", versions=f"[{redone}]")
    reverted = await newest(tracer)
    assert await taken_back_by(tracer, created) == await taken_back_by(tracer, redone) == reverted
    assert await taken_back_by(tracer, reverted) is None
    await tracer.post("versions/revert", versions=f"[{reverted}]")
    assert await taken_back_by(tracer, created) is None
    assert list(await tracer.nodes([node])) == [node]


async def test_what_is_undone_redone_and_undone_again(tracer: Tracer) -> None:
    await tracer.node()
    created = await newest(tracer)
    for _ in range(2):
        await tracer.post("versions/undo")
        undone = await newest(tracer)
        assert await taken_back_by(tracer, created) == undone
        await tracer.post("versions/redo")
        assert await taken_back_by(tracer, created) is None
        assert await taken_back_by(tracer, undone) == await newest(tracer)
    await tracer.post("versions/undo")
    assert await taken_back_by(tracer, created) == await newest(tracer)


async def test_the_place_of_a_version(tracer: Tracer) -> None:
    root = await tracer.node(x=10, y=20, z=30)
    end = await tracer.node(root, x=11, y=21, z=30)
    skeleton_id = await tracer.skeleton_of(root)
    created = await newest(tracer)
    await tracer.post("node/update", t=f"[[{end},15,25,30]]", state=UNCHECKED)
    moved = await newest(tracer)
    await tracer.label(end, "soma")
    labelled = await newest(tracer)
    await tracer.annotate(skeleton_id, "DN")
    annotated = await newest(tracer)
    there = {"id": end, "skeleton_id": skeleton_id}
    assert await tracer.get("versions/place", version=created) == {**there, "x": 11, "y": 21, "z": 30}
    assert await tracer.get("versions/place", version=moved) == {**there, "x": 15, "y": 25, "z": 30}
    assert await tracer.get("versions/place", version=labelled) == {**there, "x": 15, "y": 25, "z": 30}
    root_place = {"id": root, "skeleton_id": skeleton_id, "x": 10, "y": 20, "z": 30}
    assert await tracer.get("versions/place", version=annotated) == root_place
    await tracer.post("treenode/delete", treenode_id=end, state=UNCHECKED)
    deleted = await tracer.get("versions/place", version=await newest(tracer))
    assert deleted == {"id": None, "skeleton_id": None, "x": 15, "y": 25, "z": 30}


async def test_versions_without_a_place_and_of_no_project(tracer: Tracer) -> None:
    await tracer.post("pins/", name="nowhere")
    version = await newest(tracer)
    status, error = await tracer.refused("versions/details", versions="[999999999]")
    assert (status, error["error"]) == (404, f"Project {tracer.project_id} has no version 999999999.")
    _, error = await tracer.actor.request("GET", f"/{tracer.project_id}/versions/place?version={version}")
    assert error["error"] == f"Version {version} changed nothing that has a place."
