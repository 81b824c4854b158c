"""Images asked for plainly: what comes is the same as in the other way, whatever a server says."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp.abc import ResolveResult
from yarl import URL

from catmaid_server.tiles.gateway import hosts
from catmaid_server.tiles.gateway.failures import HostRefused, ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.gateway.host_client import HostClient
from catmaid_server.tiles.gateway.plain_http import NotPlain, PlainHost
from tests.helpers.image_hosts import QUICK, THIS_MACHINE

BODY = bytes(range(256)) * 300
PLAIN = (
    b'HTTP/1.1 200 OK\r\nContent-Type: image/png; charset=x\r\nETag: "7"\r\nContent-Length: %d\r\n\r\n' % len(BODY)
    + BODY
)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % len(BODY) + BODY + b"\r\n0\r\n\r\n"


class Cut(bytes):
    """An answer after which the connection is closed."""


@dataclass
class Script:
    """A server that gives bytes as they are: one answer for each request, the last one again and again.

    None is no answer at all.
    """

    answers: list[bytes | None]
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers[min(len(self.heads), len(self.answers)) - 1]
                for begin in range(0, len(answer or b""), 30_000):
                    writer.write((answer or b"")[begin : begin + 30_000])
                    await writer.drain()
                if isinstance(answer, Cut):
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def serving(*answers: bytes | None) -> AsyncIterator[Script]:
    script = Script([*answers])
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a%20b/c"
    try:
        yield script
    finally:
        server.close()


@asynccontextmanager
async def asking() -> AsyncIterator[HostClient]:
    client = HostClient(THIS_MACHINE, connect_s=1, answer_s=0.5, largest=1 << 20, connections=4)
    try:
        yield client
    finally:
        await client.close()


async def test_the_second_answer_of_a_plain_server_is_asked_for_plainly_on_one_connection() -> None:
    async with serving(PLAIN) as script, asking() as client:
        answers = [await client.ask(URL(script.url, encoded=True), {"Range": "bytes=0-9"}) for _ in range(4)]
        assert client.asked_plainly == 3
        assert script.connections == 2  # aiohttp's, and the plain one
    assert {answer.body for answer in answers} == {BODY}
    assert {answer.headers["etag"] for answer in answers} == {'"7"'}
    assert script.heads[-1].startswith(b"GET /a%20b/c HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"\r\nRange: bytes=0-9\r\n" in script.heads[-1]


@pytest.mark.parametrize(
    "other",
    [
        CHUNKED,
        PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
        PLAIN.replace(b"ETag", b"Content-Length: %d\r\nETag" % len(BODY)),
        PLAIN.replace(b"ETag", b"X-Folded: a\r\n b\r\nETag"),
        PLAIN.replace(b"ETag", b"X: " + b"a" * 70_000 + b"\r\nETag"),
        PLAIN + b"more than was said",
    ],
    ids=["chunked", "http 1.0", "two lengths", "folded", "long head", "too much"],
)
async def test_other_answers_are_left_to_the_client_for_everything(other: bytes) -> None:
    async with serving(PLAIN, other, PLAIN) as script, asking() as client:
        for _ in range(4):
            assert (await client.ask(URL(script.url, encoded=True), {})).body == BODY
        assert client.asked_plainly == 0


@pytest.mark.parametrize("end", [0, 12, 30, 5_000])
async def test_what_breaks_off_is_asked_for_again(end: int) -> None:
    async with serving(PLAIN, PLAIN, Cut(PLAIN[:end]), PLAIN) as script, asking() as client:
        for _ in range(5):
            assert (await client.ask(URL(script.url, encoded=True), {})).body == BODY
        assert len(script.heads) == 6
        assert client.asked_plainly == 3


async def test_a_server_that_closes_after_an_answer_is_asked_on_a_new_connection() -> None:
    closing = Cut(PLAIN.replace(b"ETag", b"Connection: close\r\nETag"))
    async with serving(PLAIN, closing, PLAIN) as script, asking() as client:
        for _ in range(3):
            assert (await client.ask(URL(script.url, encoded=True), {})).body == BODY
        assert (script.connections, client.asked_plainly) == (3, 2)


async def test_errors_are_the_same_in_both_ways() -> None:
    missing = b"HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"
    unchanged = b'HTTP/1.1 304 Not Modified\r\nETag: "7"\r\n\r\n'
    busy = b"HTTP/1.1 503\r\nRetry-After: 3\r\nContent-Length: 0\r\n\r\n"
    moved = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"
    async with serving(missing, unchanged, busy, moved, PLAIN, missing, unchanged, busy, moved) as script:
        url = URL(script.url, encoded=True)
        async with asking() as client:
            in_full = [await client.ask(url, {}) for _ in range(4)]
            await client.ask(url, {})
            plainly = [await client.ask(url, {}) for _ in range(4)]
            assert client.asked_plainly == 4
    assert [(each.status, each.reason) for each in plainly] == [(each.status, each.reason) for each in in_full]
    assert [each.headers for each in plainly] == [each.headers for each in in_full]


async def test_silence_ends_after_the_time_for_an_answer() -> None:
    async with serving(PLAIN, PLAIN, None) as script, asking() as client:
        url = URL(script.url, encoded=True)
        for _ in range(2):
            await client.ask(url, {})
        with pytest.raises(TimeoutError):
            await client.ask(url, {})
        assert len(script.heads) == 3


async def test_who_stops_waiting_leaves_no_answer_to_the_next() -> None:
    async with serving(PLAIN, None, PLAIN) as script, asking() as client:
        url = URL(script.url, encoded=True)
        await client.ask(url, {})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.ask(url, {})
        assert (await client.ask(url, {})).body == BODY
        assert script.connections == 3


async def test_too_much_is_refused_before_it_comes() -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n" + bytes(2_000_000)
    async with serving(PLAIN, large) as script, asking() as client:
        url = URL(script.url, encoded=True)
        await client.ask(url, {})
        with pytest.raises(ImagesUnavailable, match="larger than 1048576 bytes"):
            await client.ask(url, {})


async def test_what_could_begin_another_request_is_not_sent_plainly() -> None:
    async with serving(PLAIN) as script:
        origin = URL(script.url, encoded=True)
        host = PlainHost(origin, _Nowhere(), connect_s=1, answer_s=1, largest=9)  # type: ignore[arg-type]
        for url, headers in (
            (URL(script.url + " HTTP/1.1\r\nX: y", encoded=True), {}),
            (origin, {"If-None-Match": "7\r\nX: y"}),
            (origin, {"If-None-Match": "é"}),
        ):
            with pytest.raises(NotPlain):
                await host.ask(url, headers)


async def test_a_name_that_leads_elsewhere_later_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names = _Names("127.0.0.1", "10.0.0.1")
    monkeypatch.setattr(hosts, "ThreadedResolver", lambda: names)
    async with serving(Cut(PLAIN)) as script, asking() as client:
        url = URL(script.url, encoded=True).with_host("images.test")
        await client.ask(url, {})
        with pytest.raises(HostRefused, match=r"images\.test is at a private address"):
            await client.ask(url, {})
        assert len(script.heads) == 1


async def test_a_fetcher_asks_plainly_and_gives_the_same() -> None:
    fetcher = ObjectFetcher(THIS_MACHINE, None, QUICK)
    try:
        async with serving(PLAIN) as script:
            found = [await fetcher.fetch(f"{script.url}?{n}") for n in range(3)]
    finally:
        await fetcher.close()
    assert {(each.body, each.content_type, each.etag) for each in found if each} == {(BODY, "image/png", '"7"')}
    assert fetcher.requests == 3


class _Nowhere:
    """A resolver that nobody should ask."""


class _Names:
    """Each time the next address."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = [*addresses]

    async def resolve(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        address = self._addresses.pop(0)
        return [ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)]
