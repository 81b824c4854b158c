"""Volumes: what they measure and hold, what files they come in, and files that are too much."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import numpy as np
import pytest

from catmaid_server.db.float_arrays import FloatArray
from catmaid_server.domain.space import meshes
from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service

TETRAHEDRON = "v 0 0 0\nv 60 0 0\nv 0 60 0\nv 0 0 60\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n"


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def upload(tracer: Tracer, **files: str | bytes) -> tuple[int, Any]:
    """Import files by name, which has a double underscore for the dot."""
    form = aiohttp.FormData(quote_fields=False)
    for name, content in files.items():
        form.add_field(
            name,
            content if isinstance(content, bytes) else content.encode(),
            filename=name.replace("__", "."),
            content_type="application/octet-stream",
        )
    return await tracer.actor.request("POST", f"/{tracer.project_id}/volumes/import", data=form)


async def box(tracer: Tracer, size: float = 10, **form: object) -> int:
    corners = dict.fromkeys(("min_x", "min_y", "min_z"), 0) | dict.fromkeys(("max_x", "max_y", "max_z"), size)
    made = await tracer.post("volumes/add", **{"type": "box", "title": "a box"} | corners | form)
    return int(made["volume_id"])


async def count(tracer: Tracer) -> int:
    return int((await tracer.rows("SELECT count(*) FROM volume"))[0][0])


async def listed(tracer: Tracer, volume_id: int) -> dict[str, Any]:
    table = await tracer.get("volumes/", **{"volume_ids[0]": volume_id})
    return dict(zip(table["columns"], table["data"][0], strict=True))


async def test_a_box_is_measured(tracer: Tracer) -> None:
    row = await listed(tracer, await box(tracer, min_x=-10))
    assert (row["area"], row["volume"], row["watertight"]) == (1000, 2000, True)


async def test_an_open_surface_is_not_watertight(tracer: Tracer) -> None:
    made = await tracer.post(
        "volumes/add", type="trimesh", title="a sheet", mesh="[[[0,0,0],[10,0,0],[0,10,0]],[[0,1,2]]]"
    )
    row = await listed(tracer, made["volume_id"])
    assert (row["area"], row["watertight"]) == (50, False)


@pytest.mark.parametrize(("place", "inside"), [((5, 5, 5), True), ((59, 60, 59), True), ((-1, 5, 5), False)])
async def test_a_place_is_inside_or_not(tracer: Tracer, place: tuple[float, ...], inside: bool) -> None:
    """Of the box around the surface, as clients of CATMAID know it."""
    _, made = await upload(tracer, tetra__obj=TETRAHEDRON)
    found = await tracer.get(f"volumes/{made['tetra.obj']}/intersect", **dict(zip("xyz", place, strict=True)))
    assert found == {"intersects": inside}


@pytest.mark.parametrize(("extension", "media_type"), [("stl", "model/stl"), ("obj", "model/obj")])
async def test_a_volume_comes_back_from_its_file(tracer: Tracer, extension: str, media_type: str) -> None:
    _, made = await upload(tracer, tetra__obj=TETRAHEDRON)
    before = await tracer.get(f"volumes/{made['tetra.obj']}/")
    path = f"/{tracer.project_id}/volumes/{made['tetra.obj']}/export.{extension}"
    status, content = await tracer.actor.request("GET", path, headers={"Accept": media_type})
    assert status == 200
    assert isinstance(content, bytes)
    _, again = await upload(tracer, **{f"again__{extension}": content})
    after = await tracer.get(f"volumes/{again[f'again.{extension}']}/")
    assert (after["bbox"], after["mesh"], after["name"]) == (before["bbox"], before["mesh"], "again")


async def test_a_large_surface_is_kept_exactly(tracer: Tracer) -> None:
    triangles = 50_000
    facets = np.zeros(triangles, dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])
    facets["corners"] = np.random.default_rng(7).uniform(-1e6, 1e6, (triangles, 3, 3))
    _, made = await upload(tracer, large__stl=b" " * 80 + triangles.to_bytes(4, "little") + facets.tobytes())
    ((kept,),) = await tracer.rows("SELECT corners FROM volume WHERE id = %s", made["large.stl"])
    assert (np.array(kept) == facets["corners"].ravel()).all()
    shown = await tracer.get(f"volumes/{made['large.stl']}/")
    assert shown["bbox"]["min"]["x"] == facets["corners"][..., 0].min()


async def test_volumes_that_hold_nodes_of_a_skeleton(tracer: Tracer) -> None:
    nodes = await tracer.chain(3, y=5000)
    skeleton = await tracer.skeleton_of(nodes[0])
    holding = await box(tracer, min_x=-1, min_y=4999, max_y=5001, min_z=-1, max_x=5)
    beside = await box(tracer, min_x=100, max_x=200, min_y=4999, max_y=5001)
    (found,) = await tracer.post("volumes/skeleton-innervations", **{"skeleton_ids[0]": skeleton})
    assert found["skeleton_id"] == skeleton
    assert {holding, beside} & set(found["volume_ids"]) == {holding}


async def test_volumes_of_an_annotation_only(tracer: Tracer) -> None:
    nodes = await tracer.chain(3, y=6000)
    query = {"skeleton_ids[0]": await tracer.skeleton_of(nodes[0]), "annotation": "neuropil"}
    corners = {"min_x": -1, "min_y": 5999, "max_y": 6001, "min_z": -1, "max_x": 5}
    wanted = await box(tracer, **corners)
    await box(tracer, **corners)
    status, _ = await tracer.refused("volumes/skeleton-innervations", **query)
    assert status == 400
    await annotate(tracer, wanted, "lobe", meta="neuropil")
    assert [row["volume_ids"] for row in await tracer.post("volumes/skeleton-innervations", **query)] == [[wanted]]
    assert await tracer.post("volumes/skeleton-innervations", **query, min_nodes=4) == []
    assert await tracer.post("volumes/skeleton-innervations", **query, min_cable=1e9) == []


async def entity_of(tracer: Tracer, volume_id: int) -> int:
    entities = await tracer.post("volumes/entities/", **{"volume_ids[0]": volume_id})
    return int(entities[str(volume_id)])


async def annotate(tracer: Tracer, volume_id: int, annotation: str, meta: str) -> int:
    """The entity that stands for the volume, annotated."""
    entity_id = await entity_of(tracer, volume_id)
    await tracer.post(
        "annotations/add", **{"annotations[0]": annotation, "entity_ids[0]": entity_id, "meta_annotations[0]": meta}
    )
    return entity_id


async def test_volumes_are_found_by_their_annotations(tracer: Tracer) -> None:
    volume_id = await box(tracer, title="calyx")
    entity_id = await annotate(tracer, volume_id, "of the calyx", meta="of volumes")
    assert (await listed(tracer, volume_id))["annotations"] == ["of the calyx"]
    query = {"annotation_reference": "name", "annotated_with": "of the calyx", "types": "volume"}
    found = await tracer.post("annotations/query-targets", **query)
    assert [(entity["id"], entity["name"], entity["type"]) for entity in found["entities"]] == [
        (entity_id, "calyx", "volume")
    ]
    nothing = await tracer.post(
        "annotations/query-targets",
        types="volume",
        annotation_reference="name",
        not_annotated_with="of the calyx",
        name="calyx",
    )
    assert nothing["totalRecords"] == 0
    (annotation_id,) = (row[0] for row in await tracer.rows("SELECT id FROM annotation WHERE name = 'of the calyx'"))
    await tracer.post("annotations/remove", **{"annotation_ids[0]": annotation_id, "entity_ids[0]": entity_id})
    assert await tracer.rows("SELECT id FROM annotation WHERE id = %s", annotation_id) == []
    assert (await listed(tracer, volume_id))["annotations"] is None


async def test_an_annotated_volume_can_be_deleted(tracer: Tracer) -> None:
    volume_id = await box(tracer)
    await annotate(tracer, volume_id, "short-lived", meta="and above")
    status, _ = await tracer.actor.request("DELETE", f"/{tracer.project_id}/volumes/{volume_id}/")
    assert status == 200
    found = await tracer.post("annotations/query-targets", annotation_reference="name", annotated_with="short-lived")
    assert found["entities"] == []


async def test_a_new_title_keeps_the_surface(tracer: Tracer) -> None:
    volume_id = await box(tracer)
    before = await tracer.get(f"volumes/{volume_id}/")
    await tracer.post(f"volumes/{volume_id}/", title="renamed")
    after = await tracer.get(f"volumes/{volume_id}/")
    assert (after["name"], after["comment"], after["mesh"]) == ("renamed", before["comment"], before["mesh"])
    status, _ = await tracer.refused(f"volumes/{volume_id}/", title=" ")
    assert status == 400


async def test_a_file_name_is_a_name_not_a_path(tracer: Tracer) -> None:
    _, made = await upload(tracer, **{"../../../etc/passwd__obj": TETRAHEDRON})
    assert (await tracer.get(f"volumes/{next(iter(made.values()))}/"))["name"] == "passwd"


TOO_MANY = 1001


@pytest.fixture
def few_triangles(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mesh has fewer than `TOO_MANY` triangles here: a million lines take seconds."""
    monkeypatch.setattr(meshes, "MOST_TRIANGLES", TOO_MANY - 1)
    monkeypatch.setattr(meshes, "MOST_VERTICES", 3 * (TOO_MANY - 1))


@pytest.mark.parametrize(("name", "content"), [
    ("many__obj", TETRAHEDRON + "f 1 1 1\n" * TOO_MANY),
    ("fan__obj", TETRAHEDRON + "f" + " 1" * (TOO_MANY + 2)),
    ("many__stl", "solid\n" + "vertex 0 0 0\n" * 3 * TOO_MANY),
    ("far__obj", TETRAHEDRON.replace("60", "1e300")),
    ("nowhere__obj", TETRAHEDRON.replace("60", "nan")),
    ("short__obj", TETRAHEDRON.replace("v 60 0 0", "v 60 0")),
    ("dangling__obj", TETRAHEDRON + "f 1 2 9"),
    ("behind__obj", TETRAHEDRON + "f 1 2 -9"),
    ("huge__obj", TETRAHEDRON + "f 1 2 99999999999999999999999"),
    ("empty__obj", ""),
    ("empty__stl", b""),
    ("lying__stl", b" " * 80 + b"\xff\xff\xff\xff" + b"\0" * 50),
    ("binary__obj", bytes(range(256))),
])  # fmt: skip
async def test_a_bad_file_is_refused_whole(
    tracer: Tracer, few_triangles: None, name: str, content: str | bytes
) -> None:
    """Nor is anything made of the good file before it."""
    before = await count(tracer)
    status, body = await upload(tracer, good__obj=TETRAHEDRON, **{name: content})
    assert (status, is_error(body)) == (400, True), body
    assert await count(tracer) == before


async def test_a_file_of_another_kind_is_refused(tracer: Tracer) -> None:
    status, body = await upload(tracer, surface__ply=b"ply")
    assert (status, is_error(body)) == (415, True)


@pytest.mark.parametrize("form", [
    {"type": "box", "title": "x", "max_x": 1e300, "max_y": 1, "max_z": 1},
    {"type": "box", "title": "x", "max_x": -1, "max_y": 1, "max_z": 1},
    {"type": "trimesh", "title": "x", "mesh": "[[[0,0,0]],[" + ",".join(["[0,0,0]"] * TOO_MANY) + "]]"},
    {"type": "trimesh", "title": "x", "mesh": "[[[0,0,1e999],[1,0,0],[0,1,0]],[[0,1,2]]]"},
    {"type": "trimesh", "title": "x", "mesh": "[" * 100_000},
    {"type": "trimesh", "title": "x", "mesh": "[[],[]]"},
    {"type": "trimesh", "title": "", "mesh": "[[[0,0,0],[1,0,0],[0,1,0]],[[0,1,2]]]"},
    {"type": "sphere", "title": "x"},
], ids=lambda form: json.dumps(form)[:60])  # fmt: skip
async def test_a_bad_volume_is_refused(tracer: Tracer, few_triangles: None, form: dict[str, object]) -> None:
    before = await count(tracer)
    status, body = await tracer.refused("volumes/add", **form)
    assert (status, is_error(body)) == (400, True), body
    assert await count(tracer) == before


async def test_a_connection_that_carried_a_large_surface_is_replaced(module_service: Service) -> None:
    """Its buffers never become smaller: a few would fill the memory."""
    query = "SELECT pg_backend_pid()"
    async with module_service.store.reading() as connection:
        before = await (await connection.execute(query)).fetchone()
        await connection.execute("SELECT cardinality(%s)", (FloatArray(np.zeros(1_000_000)),))
        assert not connection.closed
    assert connection.closed
    async with module_service.store.reading() as other:
        assert await (await other.execute(query)).fetchone() != before
