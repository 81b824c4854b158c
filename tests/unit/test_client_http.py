"""Requests to servers that misbehave, against a small server in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from aiohttp.test_utils import unused_port as find_unused_port
from yarl import URL

from catmaid_jupyter.api.connecting import open_http
from catmaid_jupyter.api.errors import InvalidInput, NotFound, Unreachable
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.client.instance import Instance
from catmaid_wire.edits import IDEMPOTENCY_KEY
from catmaid_wire.http import is_error, read_error

SECRET = "a-secret-token"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Double:
    """A server whose behaviour a test writes."""

    def __init__(self) -> None:
        self.requests: list[web.Request] = []
        self.forms: list[dict[str, str]] = []
        self.handler: Handler = self.fine

    async def fine(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ok": True})

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        return await self.handler(request)


@pytest.fixture
def double() -> Double:
    return Double()


@pytest.fixture
async def http(double: Double) -> AsyncIterator[Http]:
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", double.handle)
    server = TestServer(app)
    await server.start_server()
    client = Http(Origin(server.make_url("/"), SECRET))
    yield client
    await client.close()
    await server.close()


async def test_the_token_travels_in_the_header_only(http: Http, double: Double) -> None:
    await http.request("POST", "/3/node/list", form={"treenode_ids": [5, 6]})
    sent = double.requests[0]
    assert sent.headers["X-Authorization"] == f"Token {SECRET}"
    assert double.forms[0] == {"treenode_ids[0]": "5", "treenode_ids[1]": "6"}
    assert SECRET not in f"{http!r} {http.url} {http._origin!r} {sent.url}"


async def test_an_error_never_shows_the_token(http: Http, double: Double) -> None:
    async def gone(request: web.Request) -> web.StreamResponse:
        raise web.HTTPNotFound

    double.handler = gone
    with pytest.raises(NotFound) as caught:
        await http.request("GET", "3/treenodes/5/info")
    assert SECRET not in repr(caught.value.__dict__)
    assert caught.value.__cause__ is None


async def test_a_read_survives_a_broken_connection(http: Http, double: Double) -> None:
    async def breaks_once(request: web.Request) -> web.StreamResponse:
        if len(double.requests) == 1:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response([1])

    double.handler = breaks_once
    assert (await http.request("GET", "3/skeletons/")).json() == [1]
    assert len(double.requests) == 2


async def test_a_write_without_a_key_is_sent_once(http: Http, double: Double) -> None:
    async def breaks(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    double.handler = breaks
    with pytest.raises(Unreachable):
        await http.request("POST", "3/treenode/create", form={"x": 1})
    assert len(double.requests) == 1


@pytest.mark.parametrize(("honoured", "sent"), [(True, 2), (False, 1)])
async def test_a_write_with_a_key_is_repeated_if_the_server_honours_keys(
    http: Http, double: Double, honoured: bool, sent: int
) -> None:
    async def breaks_once(request: web.Request) -> web.StreamResponse:
        if len(double.requests) == 1:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({})

    double.handler = breaks_once
    http.honours_keys = honoured
    request = http.request("POST", "3/treenode/create", form={"x": 1}, headers={IDEMPOTENCY_KEY: "k"})
    if honoured:
        await request
    else:
        with pytest.raises(Unreachable):
            await request
    assert len(double.requests) == sent


async def test_nothing_listens(unused_tcp_port_url: URL) -> None:
    http = Http(Origin(unused_tcp_port_url, SECRET))
    with pytest.raises(Unreachable) as caught:
        await http.request("GET", "version")
    assert "No answer" in str(caught.value)
    assert SECRET not in f"{caught.value!r} {caught.value.detail}"
    await http.close()


@pytest.fixture
def unused_tcp_port_url(unused_port: int) -> URL:
    return URL(f"http://127.0.0.1:{unused_port}/")


@pytest.fixture
def unused_port() -> int:

    return find_unused_port()


async def test_a_service_that_moved_is_found_again(http: Http, unused_tcp_port_url: URL) -> None:
    moved = Http(Origin(unused_tcp_port_url), relocate=lambda: http._origin)
    assert (await moved.request("POST", "anything")).json() == {"ok": True}
    assert moved.url == http.url
    await moved.close()


async def test_the_token_is_not_sent_on_to_another_server(http: Http, double: Double) -> None:
    async def elsewhere(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://elsewhere.invalid/login?next=1")

    double.handler = elsewhere
    with pytest.raises(InvalidInput, match=r"elsewhere\.invalid/login"):
        await http.request("GET", "projects/")
    assert len(double.requests) == 1


async def test_a_missing_slash_is_added_by_the_server(http: Http, double: Double) -> None:
    async def with_slash(request: web.Request) -> web.StreamResponse:
        if not request.path.endswith("/"):
            raise web.HTTPMovedPermanently(f"{request.path}/")
        return web.json_response(request.path)

    double.handler = with_slash
    assert (await http.request("GET", "3/labels")).json() == "/3/labels/"


async def test_a_cancelled_request_ends(http: Http, double: Double) -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return web.Response()

    double.handler = slow
    task = asyncio.create_task(http.request("GET", "3/node/list"))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_server_that_is_not_catmaid_is_refused(http: Http) -> None:
    with pytest.raises(InvalidInput, match="not a CATMAID server"):
        await Instance.open(http)


async def test_a_plain_catmaid_server_has_no_capabilities(http: Http, double: Double) -> None:
    async def catmaid(request: web.Request) -> web.StreamResponse:
        if request.path == "/version":
            return web.json_response({"SERVER_VERSION": "2021.12.21"})
        return web.json_response({"username": "test2", "is_authenticated": True})

    double.handler = catmaid
    instance = await Instance.open(http)
    assert (instance.version, instance.capabilities, instance.username) == ("2021.12.21", frozenset(), "test2")
    assert not http.honours_keys
    assert SECRET not in f"{instance!r} {instance._repr_html_()}"


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("localhost:8000", "http://localhost:8000/"),
        ("https://fafb.example.org/catmaid", "https://fafb.example.org/catmaid/"),
        ("https://fafb.example.org/catmaid/?x=1#y", "https://fafb.example.org/catmaid/"),
    ],
)
def test_addresses_as_people_type_them(typed: str, url: str) -> None:
    assert str(parse_url(typed)) == url


@pytest.mark.parametrize("typed", ["", "ftp://host/", "http://", "http://host:port/"])
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(InvalidInput):
        parse_url(typed)


async def test_a_redirect_in_circles_ends(http: Http, double: Double) -> None:
    async def around(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.path)

    double.handler = around
    with pytest.raises(InvalidInput, match="redirects in circles"):
        await http.request("GET", "projects/")
    assert len(double.requests) == 3


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"error": "no", "type": "PermissionError"}, True),
        ({"detail": "Not found."}, True),
        ({"detail": "all of it", "id": 5}, False),
        ([], False),
    ],
)
def test_errors_are_known_whatever_their_status(answer: object, told: bool) -> None:
    assert is_error(answer) is told


@pytest.fixture
async def stranger(double: Double) -> AsyncIterator[TestServer]:
    """Another server, which writes down what it hears."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", double.handle)
    server = TestServer(app, host="127.0.0.2")
    await server.start_server()
    yield server
    await server.close()


async def test_a_websocket_that_is_sent_on_takes_no_token_along(
    http: Http, double: Double, stranger: TestServer
) -> None:
    async def send_on(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(stranger.make_url("/1/events?token=1"))

    double.handler = send_on
    with pytest.raises(InvalidInput, match=f"sends this request on to {stranger.make_url('/1/events')}\\."):
        async with http.websocket("1/events"):
            pass
    assert [request.host for request in double.requests] == [URL(http.url).authority]


async def test_a_path_that_is_an_address_elsewhere_gets_no_token(
    http: Http, double: Double, stranger: TestServer
) -> None:
    """Stacks name the place of their images, and whoever adds stacks is not whoever looks at them."""
    with pytest.raises(InvalidInput, match="is not a path below"):
        await http.request("GET", str(stranger.make_url("/1.jpg")))
    assert double.requests == []


@pytest.mark.parametrize(("own", "sent"), [
    (None, SECRET), ("http://127.0.0.1:{port}/catmaid", SECRET), ("https://catmaid.example.org", None),
    ("http://127.0.0.1:9", None),
])  # fmt: skip
async def test_the_token_of_the_environment_is_for_the_server_of_the_environment(
    http: Http, double: Double, monkeypatch: pytest.MonkeyPatch, own: str | None, sent: str | None
) -> None:
    monkeypatch.delenv("CATMAID_URL", raising=False)
    monkeypatch.setenv("CATMAID_TOKEN", SECRET)
    if own is not None:
        monkeypatch.setenv("CATMAID_URL", own.format(port=URL(http.url).port))
    opened = open_http(http.url, None)
    await opened.request("GET", "version")
    await opened.close()
    assert double.requests[0].headers.get("X-Authorization") == (sent and f"Token {sent}")


async def test_a_redirect_that_is_no_address_is_an_error_with_a_sentence(http: Http, double: Double) -> None:
    async def lost(request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "http://elsewhere:99999/"})

    double.handler = lost
    with pytest.raises(InvalidInput, match="sends this request on"):
        await http.read_json("GET", "version")


@pytest.mark.parametrize("body", [b"[" * 5000, b'"\xff"', b"<html>"])
async def test_a_body_that_cannot_be_read_is_an_error_with_a_sentence(http: Http, double: Double, body: bytes) -> None:
    async def confused(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type="text/html")

    double.handler = confused
    with pytest.raises(InvalidInput, match="Expected JSON but got text/html"):
        await http.read_json("GET", "version")
    assert read_error(body).message == ""
