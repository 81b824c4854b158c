"""The service answers under its own names only, and tells browsers which pages may read its answers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from catmaid_server.http.allowed_hosts import AllowedHosts
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.routes import all_routes
from tests.helpers.service import Service


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


async def status_of(service: Service, host: bytes | None, target: bytes = b"/version") -> tuple[int, str]:
    """The status and the body of an answer, as it comes to who writes the request byte by byte."""
    url = URL(service.url)
    reader, writer = await asyncio.open_connection(url.host, url.port)
    line = b"" if host is None else b"Host: " + host + b"\r\n"
    writer.write(b"GET " + target + b" HTTP/1.1\r\n" + line + b"Connection: close\r\n\r\n")
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode(errors="replace")


@pytest.mark.parametrize("host", [
    b"localhost", b"LOCALHOST:80", b"localhost.", b"127.0.0.1", b"127.0.0.1:65535", b"127.8.9.1", b"[::1]:8000",
    b"[::1]", b"lab.localhost", b"localhost:",
])  # fmt: skip
async def test_names_of_this_machine_for_itself(service: Service, host: bytes) -> None:
    assert (await status_of(service, host))[0] == 200


@pytest.mark.parametrize("host", [
    b"evil.example", b"evil.example:8000", b"localhost.evil.example", b"127.0.0.1.evil.example", b"192.0.2.1",
    b"xn--9ca.example", b"[2001:db8::1]:80", b"0x7f000001", b"notlocalhost", b"a" * 300,
])  # fmt: skip
async def test_other_names_are_refused_with_the_way_out(service: Service, host: bytes) -> None:
    for target in (b"/version", b"/", b"/nothing-here", b"/1/events"):
        status, body = await status_of(service, host, target)
        assert (status, "CATMAID_ALLOWED_HOSTS" in body) == (403, True), (target, body)


@pytest.mark.parametrize("host", [
    b"", b" ", b"localhost:99999", b"localhost:-1", b"localhost:http", b"localhost:80:80", b"::1", b"[::1", b"::1]",
    b"[]", b"[::1]x", b"[localhost]", b"a@localhost", b"localhost@evil.example", b"localhost/evil", b"localhost?x",
    b"localhost#x", b"local host", b"localhost\t80", b"local\x00host", b"local\x01host", b"local\x7fhost",
    b"\xff\xfe", "é.example".encode(), b"%6cocalhost", b"localhost,evil.example", b"localhost\\evil",
    b"http://localhost/", b"[::1%25eth0]", b"[1.2.3]", b"localhost\r\nHost: evil.example",
])  # fmt: skip
async def test_what_is_no_host_is_the_senders_fault(service: Service, host: bytes) -> None:
    for target in (b"/version", b"/", b"/projects/?with_mirrors=1"):
        status, body = await status_of(service, host, target)
        assert status == 400, (target, body)


@pytest.mark.parametrize(("target", "status"), [
    (b"http://localhost/version", 200),
    (b"http://localhost:80/version", 200),
    (b"http://[::1]:80/version", 200),
    (b"http://evil.example/version", 403),
    (b"http://evil.example:80/version", 403),
    (b"http://localhost@evil.example/version", 400),
    (b"http://localhost:99999/version", 400),
    (b"http:///version", 400),
    (b"http://[::1/version", 400),
    (b"//evil.example/version", 308),
])  # fmt: skip
async def test_a_target_that_is_a_whole_address(service: Service, target: bytes, status: int) -> None:
    got, body = await status_of(service, b"localhost", target)
    assert got == status, body


async def test_names_that_were_set(service: Service, tmp_path: Path) -> None:
    hosts = AllowedHosts(frozenset({"lab.example", ".below.example"}), any_address=True)
    app = create_app(
        service.store, all_routes(), AppOptions(secret=b"only for tests", data_dir=tmp_path, allowed_hosts=hosts)
    )
    async with TestClient(TestServer(app)) as client:
        for host, status in [
            ("lab.example:8000", 200),
            ("LAB.example", 200),
            ("a.below.example", 200),
            ("below.example", 403),
            ("192.0.2.1", 200),
            ("[2001:db8::1]:80", 200),
            ("evil.example", 403),
        ]:
            async with client.get("/version", headers={"Host": host}) as answer:
                assert answer.status == status, host
        async with client.get("/", headers={"Host": "lab.example:8000"}) as answer:
            assert 'cj.connect("http://lab.example:8000")' in await answer.text()


class TestOtherSites:
    """What pages of other sites may read."""

    async def test_nothing_that_came_with_a_session(self, service: Service) -> None:
        login = {"name": "tracer", "pwd": "a tracer's password"}
        async with service.visitor.session.post(f"{service.url}/accounts/login", data=login) as response:
            cookie = response.cookies["sessionid"].value
        for path in ("/projects/", "/nothing-here", "/version"):
            headers = {"Cookie": f"sessionid={cookie}", "Origin": "https://elsewhere.example"}
            async with service.visitor.session.get(service.url + path, headers=headers) as response:
                assert "Access-Control-Allow-Origin" not in response.headers
            headers["X-Authorization"] = f"Token {service.tracer.token}"
            async with service.visitor.session.get(service.url + path, headers=headers) as response:
                assert response.headers["Access-Control-Allow-Origin"] == "*"
                assert "Access-Control-Allow-Credentials" not in response.headers

    async def test_nothing_at_all_unless_they_are_named(self, service: Service, tmp_path: Path) -> None:
        origin = "https://viewer.example:8443"
        app: web.Application = create_app(
            service.store,
            all_routes(),
            AppOptions(secret=b"only for tests", data_dir=tmp_path, allowed_origins=frozenset([origin])),
        )
        async with TestClient(TestServer(app)) as client:
            for asking, readable in ((origin, origin), ("https://elsewhere.example", None), (None, None)):
                headers = {} if asking is None else {"Origin": asking}
                preflight = {**headers, "Access-Control-Request-Method": "GET"}
                for method, path, extra in [
                    ("GET", "/accounts/anonymous-api-token", headers),
                    ("GET", "/nothing-here", headers),
                    ("OPTIONS", "/projects/", preflight),
                    ("GET", "/projects/", {**headers, "Authorization": f"Token {service.tracer.token}"}),
                ]:
                    async with client.request(method, path, headers=extra) as answer:
                        assert answer.headers.get("Access-Control-Allow-Origin") == readable, (path, asking)
                        assert answer.headers["Vary"] == "Origin"
