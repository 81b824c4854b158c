"""Regions of interest: what they show, and how long they live."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.tiles.imports.stacks import import_stack
from tests.helpers.service import Service

STACK = np.random.default_rng(0).integers(1, 256, (2, 150, 200), dtype=np.uint8)
RESOLUTION, TRANSLATION = (4.0, 5.0, 40.0), (10.0, 20.0, 30.0)


@pytest.fixture
async def stack_id(service: Service, tmp_path: Path) -> int:
    """Two sections of 200 x 150 pixels in tiles of 64."""
    folder = tmp_path / "raw"
    folder.mkdir()
    for z, section in enumerate(STACK):
        Image.fromarray(section).save(folder / f"{z}.png")
    made = await import_stack(
        service.store,
        tmp_path,
        folder,
        tile_size=64,
        translation_nm=TRANSLATION,
        project="Test",
        owner="admin",
        resolution_nm=RESOLUTION,
    )
    return made.stack_id


def corners(left: int, top: int, right: int, bottom: int, section: int, **more: object) -> dict[str, object]:
    """A rectangle given in pixels, as the service wants it, in nm."""
    (x, y, z), (dx, dy, dz) = RESOLUTION, TRANSLATION
    return {
        "x_min": left * x + dx,
        "x_max": right * x + dx,
        "y_min": top * y + dy,
        "y_max": bottom * y + dy,
        "z": section * z + dz,
        "zoom_level": 0,
        "rotation_cw": 0,
        **more,
    }


async def newest(service: Service, table: str) -> int:
    async with service.store.reading() as connection:
        cursor = await connection.execute(f"SELECT max(id) FROM {table}")
        row = await cursor.fetchone()
    assert row is not None
    found: int = row[0]
    return found


async def picture(service: Service, region_id: int) -> NDArray[np.uint8]:
    status, body = await service.tracer.request("GET", f"/{service.project_id}/roi/{region_id}/image")
    assert status == 200
    assert isinstance(body, bytes)
    return np.asarray(Image.open(BytesIO(body)))


async def test_a_region_is_told_by_centre_and_size(service: Service, stack_id: int) -> None:
    await service.tracer.post(
        f"/{service.project_id}/roi/add", stack=stack_id, **corners(10, 20, 110, 60, 1, rotation_cw=30)
    )
    region_id = await newest(service, "region")
    assert await service.tracer.get(f"/{service.project_id}/roi/{region_id}/info") == {
        "id": region_id,
        "zoom_level": 0,
        "location": [250.0, 220.0, 70.0],
        "width": 400.0,
        "height": 200.0,
        "rotation_cw": 30.0,
        "stack_id": stack_id,
        "project_id": service.project_id,
    }


async def test_its_picture_is_cut_from_the_section(service: Service, stack_id: int) -> None:
    await service.tracer.post(f"/{service.project_id}/roi/add", stack=stack_id, **corners(10, 20, 110, 100, 1))
    np.testing.assert_array_equal(await picture(service, await newest(service, "region")), STACK[1, 20:100, 10:110])


async def test_a_turned_region_is_shown_upright(service: Service, stack_id: int) -> None:
    await service.tracer.post(
        f"/{service.project_id}/roi/add", stack=stack_id, **corners(40, 20, 80, 60, 0, rotation_cw=90)
    )
    np.testing.assert_array_equal(
        await picture(service, await newest(service, "region")), np.rot90(STACK[0, 20:60, 40:80])
    )


async def test_outside_of_the_images_it_is_black(service: Service, stack_id: int) -> None:
    await service.tracer.post(f"/{service.project_id}/roi/add", stack=stack_id, **corners(-20, -10, 20, 30, 0))
    shown = await picture(service, await newest(service, "region"))
    assert not shown[:10].any()
    np.testing.assert_array_equal(shown[10:, 20:], STACK[0, :30, :20])


async def test_a_region_goes_with_its_last_link(service: Service, stack_id: int) -> None:
    project = f"/{service.project_id}"
    node: Any = await service.tracer.post(f"{project}/treenode/create", x=1, y=2, z=3)
    models: Any = await service.tracer.post(f"{project}/neurons/from-models", **{"model_ids[0]": node["skeleton_id"]})
    neuron_id = models[str(node["skeleton_id"])]
    made: Any = await service.tracer.post(f"{project}/ontology/relations/add", relname="linked_to")
    path = f"{project}/roi/link/{made['relation_id']}/stack/{stack_id}/ci"
    await service.tracer.post(f"{path}/{neuron_id}/", **corners(0, 0, 10, 10, 0))
    region_id, link_id = await newest(service, "region"), await newest(service, "region_link")
    assert (await service.tracer.refused(f"{path}/999999/", **corners(0, 0, 10, 10, 0)))[0] == 404
    assert await newest(service, "region") == region_id, "a refused link leaves no region"
    await service.tracer.post(f"{project}/roi/{link_id}/remove")
    assert (await service.tracer.request("GET", f"{project}/roi/{region_id}/info"))[0] == 404
    assert (await service.tracer.refused(f"{project}/roi/{link_id}/remove"))[0] == 404


async def test_links_of_others_stay(service: Service, stack_id: int) -> None:
    project = f"/{service.project_id}"
    await service.admin.post(f"{project}/tracing/setup/rebuild")
    found: Any = await service.admin.get(f"{project}/search", substring="neuropile")
    relations: Any = await service.admin.get(f"{project}/ontology/relations")
    await service.admin.post(
        f"{project}/roi/link/{relations['part_of']}/stack/{stack_id}/ci/{found[0]['id']}/", **corners(0, 0, 10, 10, 0)
    )
    link_id = await newest(service, "region_link")
    status, _ = await service.tracer.refused(f"{project}/roi/{link_id}/remove")
    assert status == 403


@pytest.mark.parametrize("wrong", [{"stack": 999999}, {"zoom_level": -1}, {"x_min": "left"}, {"z": "nan"}])
async def test_a_region_that_cannot_be_is_refused(service: Service, stack_id: int, wrong: dict[str, object]) -> None:
    form = {"stack": stack_id, **corners(0, 0, 10, 10, 0), **wrong}
    assert (await service.tracer.refused(f"/{service.project_id}/roi/add", **form))[0] in (400, 404)
