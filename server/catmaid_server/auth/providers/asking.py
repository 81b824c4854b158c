"""Requests to a provider: no redirects, bounded in size and time, and failures in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeVar

import aiohttp
import msgspec
from yarl import URL

from catmaid_server.auth.providers.provider import ProviderUnreachable
from catmaid_server.domain.errors import InvalidInput

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15)
_MOST_BYTES: Final = 2**20
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})

T = TypeVar("T")


class ProviderAnswer(NamedTuple):
    """Status and body of an answer."""

    status: int
    body: bytes


class ProviderClient:
    """Sends requests to one provider, whom people know as `title`."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def ask(
        self, method: str, address: str, *, headers: Mapping[str, str] | None = None, body: str | None = None
    ) -> ProviderAnswer:
        """Send a request; `body` is a form that is encoded already. Raises `ProviderUnreachable`."""
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar(), trust_env=True)
        sent = {"Accept": "application/json", **(headers or {})}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            async with self._session.request(
                method, URL(address), headers=sent, data=body, allow_redirects=False
            ) as answer:
                content = await answer.content.read(_MOST_BYTES)
                if not answer.content.at_eof():
                    content += await self._rest(answer.content, _MOST_BYTES - len(content))
        except (TimeoutError, aiohttp.ClientError, ValueError) as error:
            raise ProviderUnreachable(
                f"{self.title} does not answer ({type(error).__name__}). Try again in a few minutes."
            ) from None
        if answer.status >= 500 or answer.status == 429:
            raise ProviderUnreachable(f"{self.title} answered {answer.status}. Try again in a few minutes.")
        return ProviderAnswer(answer.status, content)

    async def _rest(self, content: aiohttp.StreamReader, most: int) -> bytes:
        parts = b""
        while chunk := await content.read(2**16):
            parts += chunk
            if len(parts) > most:
                raise ProviderUnreachable(f"{self.title} answered more than {_MOST_BYTES} bytes.")
        return parts

    async def read(self, address: str, kind: type[T], *, token: str | None = None) -> T:
        """JSON that is at an address. Raises `ProviderUnreachable`."""
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        status, body = await self.ask("GET", address, headers=headers)
        if status != 200:
            raise ProviderUnreachable(f"{self.title} answered {status} at {_without_query(address)}.")
        return self.decoded(body, kind)

    def decoded(self, body: bytes, kind: type[T]) -> T:
        """What is in a body. Raises `ProviderUnreachable`."""
        try:
            return msgspec.json.decode(body, type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ProviderUnreachable(
                f"{self.title} answered something else than was asked. Is its address in the settings right?"
            ) from None


def require_safe(address: str, what: str) -> str:
    """The address, if nobody on the way can read what is sent there: HTTPS, or this machine; else `InvalidInput`."""
    try:
        url = URL(address)
        is_safe = bool(url.host) and (url.scheme == "https" or (url.scheme == "http" and url.host in _LOCAL))
    except ValueError:
        is_safe = False
    if not is_safe:
        raise InvalidInput(f"{what} is an address with https://, not {address!r:.200}.")
    return address


def _without_query(address: str) -> str:
    return str(URL(address).with_query(None))
