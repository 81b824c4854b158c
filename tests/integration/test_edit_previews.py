"""What splits and joins will make, as it is shown before: the same from the service and from plain CATMAID."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import numpy as np
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.widgets.tracing_layer import arbor_previews
from catmaid_jupyter.widgets.tracing_layer.arbor_previews import join_preview, skeleton_preview, split_preview
from catmaid_jupyter.widgets.tracing_layer.neuron_facts import neuron_facts
from catmaid_jupyter.widgets.tracing_layer.previews import preview_buffers
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service


@pytest.fixture(scope="module")
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


@pytest.fixture(params=["service", "plain CATMAID"])
async def project(request: pytest.FixtureRequest, module_service: Service) -> AsyncIterator[cj.Project]:
    url, token = module_service.url, module_service.tracer.token
    if request.param == "service":
        instance = await asyncio.to_thread(cj.connect, url, token)
    else:
        http = Http(Origin(parse_url(url), token))
        instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


async def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """On the client's loop, as a widget's requests."""
    return await asyncio.wrap_future(loop.submit(coroutine))


async def annotated(tracer: Tracer, skeleton_id: int, name: str) -> None:
    await tracer.post("annotations/add", **{"skeleton_ids[0]": skeleton_id, "annotations[0]": name})


async def test_a_split_shows_both_parts(tracer: Tracer, project: cj.Project) -> None:
    chain = await tracer.chain(5, y=50)
    branch = await tracer.node(chain[2], 7, 8, 9)
    skeleton_id = await tracer.skeleton_of(chain[0])
    await annotated(tracer, skeleton_id, "PN")
    preview = await run(split_preview(project.place, skeleton_id, chain[2]))
    stays, leaves = preview.parts
    assert [part.nodes for part in preview.parts] == [2, 4]
    whole = await tracer.cable_length(skeleton_id)
    cut = np.linalg.norm(stays.positions[-1] - leaves.positions[0])
    assert stays.cable_length + leaves.cable_length + cut == pytest.approx(whole)
    (neuron,) = preview.neurons
    assert (neuron.skeleton_id, [one.name for one in neuron.annotations]) == (skeleton_id, ["PN"])
    assert neuron.annotations[0].user == "tracer"
    assert neuron.name
    assert stays.parents.tolist() == [-1, 0]
    assert leaves.parents.tolist() == [-1, 0, 1, 0]
    places = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = ANY (%s) ORDER BY id", [*chain[2:], branch])
    np.testing.assert_allclose(leaves.positions, places)
    np.testing.assert_allclose(preview.marks, places[:1])

    answer = preview_buffers(preview)
    assert [len(buffer) for buffer in answer.buffers] == [2 * 12, 2 * 4, 4 * 12, 4 * 4]
    first = np.frombuffer(answer.buffers[0], "<f4").reshape(-1, 3)
    assert first[0].tolist() == [0, 0, 0]
    np.testing.assert_allclose(answer.result["marks"][0], leaves.positions[0] - stays.positions[0], atol=1e-3)

    with pytest.raises(InvalidInput, match="is the root"):
        await run(split_preview(project.place, skeleton_id, chain[0]))
    with pytest.raises(NotFound, match="not in skeleton"):
        await run(split_preview(project.place, skeleton_id, 999_999))


async def test_a_skeleton_is_shown_with_a_node_of_it(tracer: Tracer, project: cj.Project) -> None:
    chain = await tracer.chain(3, y=70)
    skeleton_id = await tracer.skeleton_of(chain[0])
    preview = await run(skeleton_preview(project.place, skeleton_id, chain[1]))
    (part,), (neuron,) = preview.parts, preview.neurons
    assert (part.nodes, part.parents.tolist(), neuron.skeleton_id) == (3, [-1, 0, 1], skeleton_id)
    assert part.cable_length == pytest.approx(20)
    np.testing.assert_allclose(preview.marks, part.positions[1:2])
    assert len((await run(skeleton_preview(project.place, skeleton_id, None))).marks) == 0
    with pytest.raises(NotFound, match="not in skeleton"):
        await run(skeleton_preview(project.place, skeleton_id, 999_999))


async def test_a_join_shows_what_keeps_its_name_first(
    tracer: Tracer, project: cj.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, other = await tracer.chain(4, y=150), await tracer.chain(200, y=160)
    ids = (await tracer.skeleton_of(own[0]), await tracer.skeleton_of(other[0]))
    monkeypatch.setattr(arbor_previews, "_MOST_DRAWN", 50)
    preview = await run(join_preview(project.place, ids, (own[3], other[100])))
    assert [part.nodes for part in preview.parts] == [4, 200]
    assert [neuron.skeleton_id for neuron in preview.neurons] == list(ids)
    drawn = preview.parts[1]
    assert 2 < len(drawn.positions) == len(drawn.parents) <= 150
    marks = await tracer.rows("SELECT x, y, z FROM treenode WHERE id = ANY (%s) ORDER BY id", [own[3], other[100]])
    np.testing.assert_allclose(preview.marks, marks)


async def test_what_is_known_of_neurons_is_said_before(
    tracer: Tracer, project: cj.Project, module_service: Service
) -> None:
    own, other = await tracer.chain(3, y=250), await tracer.chain(2, y=260)
    admin = Tracer.of(module_service, module_service.admin)
    foreign = await admin.chain(2, y=270)
    skeletons = [await tracer.skeleton_of(nodes[0]) for nodes in (own, other, foreign)]
    await tracer.annotate(skeletons[0], "stable", "PN")
    await tracer.annotate(skeletons[1], "locked")
    await admin.annotate(skeletons[2], "locked", "PN")
    await tracer.post(f"node/{own[0]}/reviewed")
    sampling = {"interval_length": 1000, "review_required": False, "create_interval_boundaries": False}
    await tracer.post("samplers/add", skeleton_id=skeletons[1], **sampling)

    mine, locked, theirs = await run(neuron_facts(project.place, skeletons))
    assert (mine.is_stable, mine.may_edit, mine.owner, mine.locked_by, mine.samplers) == (True, True, "", [], 0)
    assert mine.reviewed == pytest.approx(100 / 3)
    assert [(one.name, one.user) for one in mine.annotations] == [("PN", "tracer"), ("stable", "tracer")]
    assert (locked.locked_by, locked.may_edit, locked.is_stable, locked.samplers) == (["you"], True, False, 1)
    assert (theirs.locked_by, theirs.may_edit, theirs.owner) == (["admin"], False, "admin")


async def test_the_name_of_a_split_and_the_annotations_are_chosen(tracer: Tracer, project: cj.Project) -> None:
    """Also where a server cannot let the name go by itself."""
    chain, other = await tracer.chain(4, y=350), await tracer.chain(2, y=360)
    skeleton_id = await tracer.skeleton_of(chain[0])
    await tracer.annotate(skeleton_id, "PN", "left")
    name = await neuron_name(project, skeleton_id)
    user_id = (await tracer.annotations(skeleton_id))["PN"]
    new = await asyncio.to_thread(
        project.edit.split_skeleton, chain[2], name_goes=True, downstream_annotations={"PN": user_id}
    )
    assert await neuron_name(project, new) == name
    assert await neuron_name(project, skeleton_id) != name
    assert set(await tracer.annotations(skeleton_id)) == {"PN", "left"}
    assert set(await tracer.annotations(new)) == {"PN"}

    sampling = {"interval_length": 1000, "review_required": False, "create_interval_boundaries": False}
    await tracer.post("samplers/add", skeleton_id=new, **sampling)
    with pytest.raises(InvalidInput, match="sampler_handling"):
        await asyncio.to_thread(project.edit.join_skeletons, other[1], chain[2])
    await asyncio.to_thread(
        project.edit.join_skeletons,
        other[1],
        chain[2],
        annotation_set={"PN": user_id},
        sampler_handling="branch",
        lose_sampler_handling="delete-samplers",
    )
    kept = await tracer.skeleton_of(chain[3])
    assert kept == await tracer.skeleton_of(other[0])
    assert set(await tracer.annotations(kept)) == {"PN"}
    assert await tracer.rows("SELECT count(*) FROM sampler WHERE skeleton_id IN (%s, %s)", new, kept) == [(0,)]


async def neuron_name(project: cj.Project, skeleton_id: int) -> str:
    answer = await run(project.place.read_json("GET", f"skeleton/{skeleton_id}/neuronname"))
    return str(answer["neuronname"])
