"""Bodies may be compressed both ways, and never become larger in memory than any body may be."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from catmaid_server.http.limits import MAX_BODY_BYTES
from tests.helpers.answers import COLUMNS, is_error
from tests.helpers.service import Service


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


async def packed(service: Service, path: str, **headers: str) -> tuple[dict[str, str], bytes]:
    """Headers and body of an answer as it was sent to another machine."""
    token = {"X-Authorization": f"Token {service.tracer.token}", "X-Forwarded-For": "203.0.113.5"}
    async with (
        aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"]) as session,
        session.get(service.url + path, headers=token | headers) as response,
    ):
        return dict(response.headers), await response.read()


async def test_a_large_answer_is_packed_for_who_reads_it(service: Service) -> None:
    plain_headers, plain = await packed(service, "/apis/openapi.json")
    headers, body = await packed(service, "/apis/openapi.json", **{"Accept-Encoding": "gzip, deflate"})
    assert (headers["Content-Encoding"], headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert gzip.decompress(body) == plain
    assert len(body) < len(plain) / 4
    assert int(headers["Content-Length"]) == len(body)
    assert "Content-Encoding" not in plain_headers
    assert plain_headers["Vary"] == "Accept-Encoding"


async def test_every_encoding_of_an_answer_can_be_packed(service: Service) -> None:
    made: Any = None
    for index in range(150):
        made = await service.tracer.post(
            f"/{service.project_id}/treenode/create",
            x=index,
            y=7,
            z=9,
            state='{"nocheck": true}',
            **({} if made is None else {"parent_id": made["treenode_id"]}),
        )
    path = f"/{service.project_id}/skeletons/{made['skeleton_id']}/compact-detail"
    for query, accept in (("", "*/*"), ("?format=msgpack", "*/*"), ("", COLUMNS)):
        headers, plain = await packed(service, path + query, Accept=accept)
        packed_headers, body = await packed(service, path + query, Accept=accept, **{"Accept-Encoding": "gzip"})
        assert packed_headers["Content-Encoding"] == "gzip"
        assert packed_headers["Content-Type"] == headers["Content-Type"]
        assert gzip.decompress(body) == plain


async def test_what_stays_on_this_machine_is_not_packed(service: Service) -> None:
    async with aiohttp.ClientSession() as session, session.get(service.url + "/apis/openapi.json") as response:
        assert "gzip" in response.request_info.headers["Accept-Encoding"]
        assert "Content-Encoding" not in response.headers


async def test_a_small_answer_is_left_alone(service: Service) -> None:
    headers, body = await packed(service, "/version", **{"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in headers
    assert "SERVER_VERSION" in json.loads(body)


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_form_may_be_packed(service: Service, coding: str) -> None:
    form = urlencode({"x": 5, "y": 6, "z": 7, "neuron_name": "packed"}).encode()
    body = gzip.compress(form) if coding == "gzip" else zlib.compress(form)
    status, made = await service.tracer.request(
        "POST",
        f"/{service.project_id}/treenode/create",
        data=body,
        headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": coding},
    )
    assert status == 200, made
    assert isinstance(made, dict)
    name: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
    assert name["neuronname"] == "packed"


@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_a_form_that_is_packed_otherwise_is_refused(service: Service, coding: str) -> None:
    status, answer = await service.tracer.request(
        "POST",
        f"/{service.project_id}/treenode/create",
        data=b"x=5&y=6&z=7",
        headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": coding},
    )
    assert (status, is_error(answer)) == (400, True), answer


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
async def test_a_body_that_swells_is_refused(service: Service, content_type: str) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="x"; filename="x.swc"\r\n\r\n'
    head = part if "multipart" in content_type else b"x="
    bomb = gzip.compress(head + bytes(2 * MAX_BODY_BYTES))
    assert len(bomb) < 2**20
    status, answer = await service.tracer.request(
        "POST",
        f"/{service.project_id}/skeletons/import",
        data=bomb,
        headers={"Content-Type": content_type, "Content-Encoding": "gzip"},
    )
    assert (status, is_error(answer)) == (413, True), answer


async def test_others_are_answered_while_a_large_form_is_read(service: Service) -> None:
    form = gzip.compress(b"name=" + b"%41" * (MAX_BODY_BYTES // 4))
    large = asyncio.create_task(
        service.tracer.request(
            "POST",
            "/accounts/login",
            data=form,
            headers={"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"},
        )
    )
    answered = 0
    while not large.done() and answered <= 5:
        await service.visitor.get("/version")
        answered += 1
    status, answer = await large
    assert (status, is_error(answer)) == (400, True), answer
    assert answered > 5


async def test_a_large_form_in_an_old_charset_is_refused(service: Service) -> None:
    for count, expected in ((10, 400), (2**20, 413)):  # there is no user of that name
        status, _ = await service.tracer.request(
            "POST",
            "/accounts/login",
            data=b"name=" + b"\xe9" * count,
            headers={"Content-Type": "application/x-www-form-urlencoded; charset=iso-8859-1"},
        )
        assert status == expected
