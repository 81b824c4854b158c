"""Clouds of points."""

from __future__ import annotations

import json
from typing import Any

import aiohttp
import pytest

from tests.helpers.arbors import Tracer
from tests.helpers.service import Service

PLACES = [[float(number), 10.0, 20.0] for number in range(20)]


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def cloud(tracer: Tracer, name: str = "somata") -> dict[str, Any]:
    status, made = await tracer.actor.request(
        "PUT", f"/{tracer.project_id}/pointclouds/", data={"name": name, "points": json.dumps(PLACES)}
    )
    assert status == 200, made
    assert isinstance(made, dict)
    return made


async def test_a_cloud_gives_its_points_in_their_order(tracer: Tracer) -> None:
    made = await cloud(tracer)
    shown = await tracer.get(f"pointclouds/{made['id']}/", with_points="true")
    assert [place for _, *place in shown["points"]] == PLACES


async def test_a_share_of_the_points_is_always_the_same(tracer: Tracer) -> None:
    path = f"pointclouds/{(await cloud(tracer))['id']}/"
    quarter, again, half = [
        (await tracer.get(path, with_points="true", sample_ratio=share))["points"] for share in (0.25, 0.25, 0.5)
    ]
    assert (len(quarter), quarter) == (5, again)
    assert set(map(tuple, quarter)) < set(map(tuple, half))
    status, _ = await tracer.actor.request("GET", f"/{tracer.project_id}/{path}?with_points=true&sample_ratio=2")
    assert status == 400


async def test_some_clouds_are_listed(tracer: Tracer) -> None:
    one, other = await cloud(tracer, "one"), await cloud(tracer, "other")
    names = await tracer.get("pointclouds/", simple="true")
    assert {"id": one["id"], "name": "one"} in names
    (wanted,) = await tracer.post("pointclouds/", **{"pointcloud_ids[0]": other["id"]}, with_images="true")
    assert (wanted["name"], wanted["images"]) == ("other", [])


async def test_points_tell_whose_they_are(tracer: Tracer) -> None:
    made = await cloud(tracer)
    point = (await tracer.get("points/"))[-1]
    assert (point["user"], point["editor"], point["project"]) == (made["user_id"], made["user_id"], tracer.project_id)
    assert [point[f"location_{axis}"] for axis in "xyz"] == PLACES[-1]


async def test_nothing_of_a_cloud_is_lost_silently(tracer: Tracer) -> None:
    """What is not kept, and a restriction that would not hold, are refused."""
    before = await tracer.rows("SELECT count(*) FROM point_cloud")
    restricted = {"name": "some", "points": json.dumps(PLACES), "group_id": "1"}
    pictured = aiohttp.FormData()
    pictured.add_field("name", "some")
    pictured.add_field("points", json.dumps(PLACES))
    pictured.add_field("image", b"a picture", filename="image.png")
    for form in (restricted, pictured):
        status, _ = await tracer.actor.request("PUT", f"/{tracer.project_id}/pointclouds/", data=form)
        assert status == 400
    assert await tracer.rows("SELECT count(*) FROM point_cloud") == before
