"""Ask a server one question: plainly where it answers plainly, else in all of HTTP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import aiohttp
from aiohttp import HttpVersion11, hdrs
from yarl import URL

from catmaid_server.tiles.gateway.failures import ImagesUnavailable
from catmaid_server.tiles.gateway.hosts import CheckedResolver, ImageHosts
from catmaid_server.tiles.gateway.plain_http import HostAnswer, NotPlain, PlainHost

_REMEMBERED: Final = 1_000
_OTHER_FORMS: Final = (hdrs.TRANSFER_ENCODING, hdrs.CONTENT_ENCODING, hdrs.SET_COOKIE)

_Origin = tuple[str, str]


class HostClient:
    """Asks servers for objects and follows no redirects.

    The first answer of a server is read by aiohttp; if it was a plain one, the next ones are asked for plainly. What
    goes wrong then is asked for by aiohttp again, which says what is wrong.

    Parameters
    ----------
    hosts
        Which servers may be asked.
    connect_s, answer_s
        How many seconds a connection may take, and how many may pass without a byte of an answer.
    largest
        Most bytes of an answer.
    connections
        Most connections to one server in either way.
    """

    def __init__(self, hosts: ImageHosts, *, connect_s: float, answer_s: float, largest: int, connections: int) -> None:
        self.asked_plainly = 0
        self._resolver = CheckedResolver(hosts)
        self._connect_s = connect_s
        self._answer_s = answer_s
        self._largest = largest
        self._connections = connections
        self._plain: dict[_Origin, PlainHost | None] = {}
        """None for those that gave another answer than a plain one after such."""
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """End all connections."""
        for host in self._plain.values():
            if host is not None:
                host.close()
        self._plain.clear()
        if self._session is not None:
            await self._session.close()

    async def ask(self, url: URL, headers: Mapping[str, str]) -> HostAnswer:
        """Answer of a server; its body if the status is 200 or 206.

        Raises `aiohttp.ClientError`, `TimeoutError`, and `ImagesUnavailable` for what is too large or not allowed.
        """
        origin = url.scheme, url.raw_authority
        plain = self._plain.get(origin)
        if plain is not None:
            try:
                answer = await plain.ask(url, headers)
            except NotPlain as error:
                if error.lasting:
                    self._plain[origin] = None
            else:
                self.asked_plainly += 1
                return answer
        return await self._ask_in_full(url, headers, origin)

    async def _ask_in_full(self, url: URL, headers: Mapping[str, str], origin: _Origin) -> HostAnswer:
        async with self._opened().get(url, headers=headers, allow_redirects=False) as response:
            body = await self._body(url, response) if response.status in (200, 206) else b""
            if origin not in self._plain and _is_plain(response):
                self._remember(origin, url)
            named = {name.lower(): value for name, value in response.headers.items()}
            return HostAnswer(response.status, response.reason or "", named, body)

    async def _body(self, url: URL, response: aiohttp.ClientResponse) -> bytes:
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._largest:
                raise ImagesUnavailable(f"{url.path} at {url.host} is larger than {self._largest} bytes.")
        return bytes(body)

    def _remember(self, origin: _Origin, url: URL) -> None:
        if len(self._plain) >= _REMEMBERED:
            for host in self._plain.values():
                if host is not None:
                    host.close()
            self._plain.clear()
        self._plain[origin] = PlainHost(
            url, self._resolver, connect_s=self._connect_s, answer_s=self._answer_s, largest=self._largest
        )

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._connect_s, sock_read=self._answer_s)
            connector = aiohttp.TCPConnector(resolver=self._resolver, limit=0, limit_per_host=self._connections)
            self._session = aiohttp.ClientSession(timeout=timeout, connector=connector, trust_env=False)
        return self._session


def _is_plain(response: aiohttp.ClientResponse) -> bool:
    headers = response.headers
    return (
        response.status in (200, 206)
        and response.version == HttpVersion11
        and hdrs.CONTENT_LENGTH in headers
        and headers.get(hdrs.CONNECTION, "keep-alive").lower() == "keep-alive"
        and not any(name in headers for name in _OTHER_FORMS)
    )
