"""Images of other servers through the service: registered by address, fetched once, and told about when they fail."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import aiohttp
import numpy as np
import pytest
from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.http import keys
from catmaid_server.tiles.encode import decode_grey, encode, image_size
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost, serving_images
from tests.helpers.service import Actor, Service, fresh_service, serving

VOLUME = np.random.default_rng(3).integers(0, 256, (6, 600, 700), dtype=np.uint8)
SAID = {"dimension": [700, 600, 6], "resolution": [4, 4, 40]}
TEMPLATE = "/1/{z}/{row}_{col}_{zoom}.png"


@pytest.fixture
async def host() -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(VOLUME)) as serving:
        yield serving


@pytest.fixture
async def gateway(store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with fresh_service(
        store, tmp_path / "data", image_hosts=THIS_MACHINE, image_patience=QUICK, image_folders=(tmp_path,)
    ) as service:
        yield service


async def added(service: Service, address: str, **said: Any) -> dict[str, Any]:
    status, body = await service.admin.request(
        "POST", f"/{service.project_id}/stacks/add", json={"address": address, **SAID, **said}
    )
    assert status == 200, body
    assert isinstance(body, dict)
    return body


async def tiles_below(service: Service, stack_id: int) -> str:
    info = await service.admin.get(f"/{service.project_id}/stack/{stack_id}/info")
    return str(info["mirrors"][0]["image_base"]).removeprefix(service.url)


async def raw(service: Service, path: str, **query: Any) -> tuple[bytes, Any]:
    """Body and headers of a tile, as a browser gets them."""
    headers = {"X-Authorization": f"Token {service.tracer.token}"}
    async with service.tracer.session.get(service.url + path, headers=headers, params=query) as response:
        assert response.status == 200, await response.text()
        return await response.read(), response.headers


async def test_a_stack_is_registered_described_and_removed(gateway: Service, host: ImageHost) -> None:
    made = await added(gateway, host.url + TEMPLATE, title="Away", translation=[10, 20, 30])
    assert made["created"]
    assert made["notes"] == ["Tiles of 256 x 256 pixels."]
    info = await gateway.tracer.get(f"/{gateway.project_id}/stack/{made['stack_id']}/info")
    assert (info["stitle"], info["translation"]) == ("Away", {"x": 10, "y": 20, "z": 30})
    assert [mirror["tile_source_type"] for mirror in info["mirrors"]] == [5]
    assert host.url not in str(info)
    again = await added(gateway, host.url + TEMPLATE, title="Away")
    assert (again["stack_id"], again["created"]) == (made["stack_id"], False)
    removed = await gateway.admin.post(f"/{gateway.project_id}/stack/{made['stack_id']}/remove")
    assert removed == {"stack_id": made["stack_id"], "title": "Away", "deleted": True}
    assert await gateway.tracer.get(f"/{gateway.project_id}/stacks") == []
    status, body = await gateway.admin.request("POST", f"/{gateway.project_id}/stack/{made['stack_id']}/remove")
    assert (status, body["error"]) == (404, f"Project {gateway.project_id} has no stack {made['stack_id']}.")


async def test_only_administrators_register_stacks_and_only_members_see_tiles(
    gateway: Service, host: ImageHost
) -> None:
    form = {"address": host.url + TEMPLATE, **SAID}
    for actor in (gateway.tracer, gateway.visitor):
        status, _ = await actor.request("POST", f"/{gateway.project_id}/stacks/add", json=form)
        assert status == 403
    assert not host.asked
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    assert (await gateway.visitor.request("GET", f"{below}0/1/1/1.png"))[0] == 403
    ticket = (await gateway.tracer.post(f"/{gateway.project_id}/tile-ticket"))["ticket"]
    assert (await gateway.visitor.request("GET", f"{below}0/1/1/1.png", params={"ticket": ticket}))[0] == 200


async def test_many_clients_of_a_cold_tile_cause_one_request(gateway: Service, host: ImageHost) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])

    async def slowly(_request: web.Request) -> None:
        await asyncio.sleep(0.1)

    host.before = slowly
    bodies = await asyncio.gather(*(gateway.tracer.get(f"{below}0/5/1/1.png") for _ in range(64)))
    assert host.asked["/1/5/1_1_0.png"] == 1
    assert np.array_equal(decode_grey(bodies[0]), VOLUME[5, 256:512, 256:512])
    assert len(set(bodies)) == 1


async def test_a_restarted_service_asks_for_nothing_it_has(store: Store, tmp_path: Path, host: ImageHost) -> None:
    options: dict[str, Any] = {"image_hosts": THIS_MACHINE, "image_patience": QUICK}
    async with fresh_service(store, tmp_path, **options) as first:
        below = await tiles_below(first, (await added(first, host.url + TEMPLATE))["stack_id"])
        body = await first.tracer.get(f"{below}0/2/0/1.png")
        token = first.tracer.token
    async with serving(store, tmp_path, **options) as (url, _), aiohttp.ClientSession() as session:
        assert await Actor(session, url, token).get(f"{below}0/2/0/1.png") == body
    assert host.asked["/1/2/0_1_0.png"] == 1


async def test_tiles_come_in_the_kind_and_look_that_is_asked_for(gateway: Service, host: ImageHost) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    small, headers = await raw(gateway, f"{below}0/1/0/0.jpg", quality=5)
    large, _ = await raw(gateway, f"{below}0/1/0/0.jpg", quality=95)
    assert headers["Content-Type"] == "image/jpeg"
    assert headers["Cache-Control"] == "private, max-age=86400"
    assert 4 * len(small) < len(large)
    webp, headers = await raw(gateway, f"{below}0/1/0/0.webp")
    assert (headers["Content-Type"], image_size(webp)) == ("image/webp", (256, 256))
    stretched, _ = await raw(gateway, f"{below}0/1/0/0.png", window="100,200")
    expected = np.clip((VOLUME[1, :256, :256].astype(float) - 100) / 100, 0, 1) * 255
    assert np.abs(decode_grey(stretched) - expected).max() <= 0.5
    inverted, _ = await raw(gateway, f"{below}0/1/0/0.png", window="255,0")
    assert np.array_equal(decode_grey(inverted), 255 - VOLUME[1, :256, :256])
    dark, _ = await raw(gateway, f"{below}0/1/0/0.png", gamma=2)
    assert decode_grey(dark).mean() < VOLUME[1, :256, :256].mean()
    status, body = await gateway.tracer.request("GET", f"{below}0/1/0/0.png", params={"window": "7,7"})
    assert (status, "two different values" in body["error"]) == (400, True)
    assert host.asked["/1/1/0_0_0.png"] == 1


async def hang(_request: web.Request) -> None:
    await asyncio.sleep(30)


async def test_who_does_not_wait_is_told_so_and_finds_the_image_later(gateway: Service, host: ImageHost) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def late(_request: web.Request) -> None:
        asked.set()
        await go_on.wait()

    await raw(gateway, f"{below}0/1/0/0.png", wait=60)
    host.before = late
    for _ in range(3):  # the second one comes in the way of warm tiles
        _, headers = await raw(gateway, f"{below}0/1/0/1.png", wait=0.05)
        assert unquote(headers["X-Image-Error"]).startswith("127.0.0.1 has not given this image within 0.05 s.")
        assert (headers["Retry-After"], headers["Cache-Control"]) == ("1", "no-store")
    await asked.wait()
    go_on.set()
    body, headers = await raw(gateway, f"{below}0/1/0/1.png", wait=60)
    assert "X-Image-Error" not in headers
    assert np.array_equal(decode_grey(body), VOLUME[1, :256, 256:512])
    assert host.asked["/1/1/0_1_0.png"] == 1
    status, body = await gateway.tracer.request("GET", f"{below}0/1/0/0.png", params={"wait": 61})
    assert (status, body["error"]) == (400, "wait is 0 to 60 seconds.")


async def test_images_that_hang_do_not_keep_those_beside_them(store: Store, tmp_path: Path, host: ImageHost) -> None:
    patience = dataclasses.replace(QUICK, answer_s=60, in_all_s=60, stalls_s=0.05)
    async with fresh_service(store, tmp_path, image_hosts=THIS_MACHINE, image_patience=patience) as service:
        below = await tiles_below(service, (await added(service, host.url + TEMPLATE))["stack_id"])

        async def bad_section(request: web.Request) -> None:
            if request.path.startswith("/1/4/"):
                await asyncio.sleep(60)

        host.before = bad_section
        places = [(row, col) for row in range(3) for col in range(3)]
        told = await asyncio.gather(*(raw(service, f"{below}0/4/{row}/{col}.png", wait=0.01) for row, col in places))
        assert all("X-Image-Error" in headers for _, headers in told)
        good = await asyncio.gather(*(raw(service, f"{below}0/2/{row}/{col}.png", wait=60) for row, col in places))
        assert not any("X-Image-Error" in headers for _, headers in good)


async def fail(_request: web.Request) -> web.Response:
    return web.Response(status=500)


async def truncate(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "image/png"})
    await response.prepare(request)
    await response.write(b"\x89PNG\r\n\x1a\n")
    if request.transport is not None:
        request.transport.close()
    return response


async def half_an_image(_request: web.Request) -> web.Response:
    return web.Response(body=encode(VOLUME[0, :256, :256].copy(), "png")[:20_000], content_type="image/png")


async def lie(_request: web.Request) -> web.Response:
    return web.Response(text="<html>Please log in</html>", content_type="image/png")


async def redirect_inside(_request: web.Request) -> web.Response:
    raise web.HTTPFound("http://192.168.7.7/secret")


async def redirect_to_metadata(_request: web.Request) -> web.Response:
    raise web.HTTPFound("http://169.254.169.254/latest/meta-data/")


async def redirect_for_ever(request: web.Request) -> web.Response:
    raise web.HTTPFound(request.url)


@pytest.mark.parametrize(
    ("trouble", "message"),
    [
        (hang, "127.0.0.1 gave no answer within"),
        (fail, "127.0.0.1 answered 500 Internal Server Error."),
        (truncate, "127.0.0.1 broke off in the middle of /1/3/0_0_0.png."),
        (half_an_image, "/1/3/0_0_0.png is cut off after 20000 bytes."),
        (lie, "/1/3/0_0_0.png is no image: the server gave image/png, 26 bytes."),
        (redirect_inside, "192.168.7.7 is at a private address"),
        (redirect_to_metadata, "169.254.169.254 is at a private address"),
        (redirect_for_ever, "127.0.0.1 sends on more than 4 times."),
    ],
)
async def test_trouble_is_told_in_a_grey_tile_and_in_a_sentence(
    gateway: Service, host: ImageHost, trouble: Any, message: str
) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    host.before = trouble
    body, headers = await raw(gateway, f"{below}0/3/0/0.png")
    assert message in unquote(headers["X-Image-Error"])
    assert headers["Cache-Control"] == "no-store"
    told = decode_grey(body)
    assert told.shape == (256, 256)
    assert (told > 100).any(), "the sentence is written on it"
    status, answer = await gateway.tracer.request("GET", f"{below}0/3/0/0.png", headers={"Accept": "application/json"})
    assert (status, answer["type"]) == (424, "ImagesUnavailable")
    host.before = None
    await asyncio.sleep(0.4)
    body, headers = await raw(gateway, f"{below}0/3/0/0.png")
    assert "X-Image-Error" not in headers
    assert np.array_equal(decode_grey(body), VOLUME[3, :256, :256])


async def test_a_host_that_keeps_failing_is_left_alone(gateway: Service, host: ImageHost) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    host.before = fail
    for z in range(5):
        await raw(gateway, f"{below}0/{z}/0/0.png")
    tries = [host.asked[f"/1/{z}/0_0_0.png"] for z in range(5)]
    assert (tries[0], tries[4]) == (3, 0)


async def test_another_mirror_steps_in_also_for_one_that_lost_its_images(gateway: Service, host: ImageHost) -> None:
    async with serving_images(ImageHost(VOLUME)) as second:
        made = await added(gateway, host.url + TEMPLATE, mirrors=[second.url + TEMPLATE])
        below = await tiles_below(gateway, made["stack_id"])
        await raw(gateway, f"{below}0/1/0/0.png")
        assert (host.asked["/1/1/0_0_0.png"], second.asked["/1/1/0_0_0.png"]) == (1, 0)
        for z, trouble in ((2, fail), (4, gone)):
            host.before = trouble
            await asyncio.sleep(0.4)
            body, headers = await raw(gateway, f"{below}0/{z}/0/0.png")
            assert np.array_equal(decode_grey(body), VOLUME[z, :256, :256])
            assert "X-Image-Error" not in headers
            assert second.asked[f"/1/{z}/0_0_0.png"] == 1


async def gone(_request: web.Request) -> web.Response:
    return web.Response(status=404)


async def test_mirrors_of_other_images_are_refused(gateway: Service, host: ImageHost, tmp_path: Path) -> None:
    form = {"address": host.url + TEMPLATE, "mirrors": ["http://10.1.2.3/x/{z}/{row}_{col}_{zoom}.png"], **SAID}
    status, body = await gateway.admin.request("POST", f"/{gateway.project_id}/stacks/add", json=form)
    assert (status, body["type"]) == (424, "ImagesUnavailable")
    assert "10.1.2.3 is at a private address" in body["error"]


async def test_the_service_says_why_it_does_not_read_a_path(gateway: Service, host: ImageHost) -> None:
    status, body = await gateway.admin.request("POST", f"/{gateway.project_id}/stacks/add", json={"address": "/etc"})
    assert status == 403
    assert "CATMAID_IMAGE_FOLDERS" in body["error"]


async def test_a_chunk_is_fetched_once_for_all_its_tiles(gateway: Service, shared: Path) -> None:
    async with serving_images(ImageHost(VOLUME, folders={"vnc1": shared / "data/vnc1"})) as host:
        form = {"address": f"{host.url}/files/vnc1/vnc1.zarr", "tile_width": 128, "tile_height": 128}
        made = await gateway.admin.request("POST", f"/{gateway.project_id}/stacks/add", json=form)
        below = await tiles_below(gateway, made[1]["stack_id"])
        await asyncio.gather(*(raw(gateway, f"{below}0/3/{row}/{col}.png") for row in (0, 1) for col in (0, 1)))
        assert host.asked["/files/vnc1/vnc1.zarr/0/3/0/0"] == 1


async def test_anybody_may_see_tiles_where_anybody_may_browse(gateway: Service, host: ImageHost) -> None:
    below = await tiles_below(gateway, (await added(gateway, host.url + TEMPLATE))["stack_id"])
    async with gateway.store.writing(user_id=None, project_id=None, label="test") as tx:
        await users.grant(tx, gateway.project_id, "can_browse", to=users.ANONYMOUS)
    gateway.app[keys.ACCESS].forget()
    assert (await gateway.visitor.request("GET", f"{below}0/1/1/1.png"))[0] == 200


async def test_what_was_kept_is_given_when_it_is_old_and_the_host_away(
    store: Store, tmp_path: Path, host: ImageHost
) -> None:
    patience = dataclasses.replace(QUICK, kept_s=0.0)
    async with fresh_service(store, tmp_path, image_hosts=THIS_MACHINE, image_patience=patience) as service:
        below = await tiles_below(service, (await added(service, host.url + TEMPLATE))["stack_id"])
        await raw(service, f"{below}0/1/0/0.png")
        host.before = fail
        body, headers = await raw(service, f"{below}0/1/0/0.png", quality=80)
        assert "X-Image-Error" not in headers
        assert np.array_equal(decode_grey(body), VOLUME[1, :256, :256])
