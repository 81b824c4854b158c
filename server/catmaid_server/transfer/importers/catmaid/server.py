"""A CATMAID server as a source: requests over its HTTP API, a few at a time, tried again where that may help."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import msgspec

from catmaid_server.domain.errors import DomainError, InvalidInput, NotAllowed, NotFound
from catmaid_wire.errors import NOT_ALLOWED
from catmaid_wire.forms import FormValue, encode_form
from catmaid_wire.http import (
    FAILURES,
    ErrorText,
    RawAnswer,
    Redirected,
    credentials,
    error_text,
    exchange,
    is_error,
    repeated,
    server_url,
)

TRIES: Final = 5
_BUSY = frozenset({429, 500, 502, 503, 504})
_TIMEOUT = aiohttp.ClientTimeout(total=None, connect=20, sock_read=600)


class SourceError(DomainError):
    """The server that data is copied from does not answer as it should."""


class CatmaidServer:
    """One server, and the account that reads from it.

    Parameters
    ----------
    url
        Address of the server, as in a browser: `https://catmaid.example.org/tracing`.
    token
        API token of an account that may browse; None to read what anybody may.
    connections
        Most requests at a time.
    pause
        Seconds before a request is tried again; twice as long each time.
    """

    def __init__(self, url: str, token: str | None, *, connections: int = 4, pause: float = 1.0) -> None:
        try:
            self._address = server_url(url)
        except ValueError:
            raise InvalidInput(
                f"{url!r} is no address of a server; it should be like https://catmaid.example.org/"
            ) from None
        self.url: Final = self._address.with_user(None)
        self._token = token
        self._pause = pause
        self._gate = asyncio.Semaphore(connections)
        self._session = aiohttp.ClientSession(
            headers=credentials(token or None),
            timeout=_TIMEOUT,
            connector=aiohttp.TCPConnector(limit=connections),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def require_catmaid(self) -> None:
        """Raise `SourceError` unless this is a CATMAID server, `NotAllowed` if it does not know the token."""
        try:
            version = await self._request("GET", "version", tries=1)
        except NotFound:
            version = None
        if not isinstance(version, dict) or "SERVER_VERSION" not in version:
            raise SourceError(f"{self.url} is no CATMAID server: it does not tell its version.")
        await self.get("projects/")

    async def get(self, path: str, **query: Any) -> Any:
        """The answer to a GET request, from JSON."""
        return await self._request("GET", path, params={k: str(v) for k, v in query.items()})

    async def post(self, path: str, **form: FormValue) -> Any:
        """The answer to a POST request, from JSON; lists are sent as `name[0]`, `name[1]`, and so on."""
        return await self._request("POST", path, data=dict(encode_form(form)))

    async def _request(self, method: str, path: str, *, tries: int = TRIES, **body: Any) -> Any:
        """Send until there is an answer. Raises the error that the answer means."""
        pauses = [self._pause * 2**attempt for attempt in range(tries - 1)]

        async def once() -> RawAnswer:
            async with self._gate:
                return await exchange(self._session, method, self._address / path, **body)

        try:
            answer = await repeated(once, pauses=pauses, busy=_BUSY)
        except Redirected as elsewhere:
            raise SourceError(f"{self.url} sends on to {elsewhere.location}; give the address behind that.") from None
        except FAILURES as error:
            raise SourceError(f"{self.url} cannot be reached: {_reason(error)}.") from None
        return self._checked(path, answer.status, answer.body)

    def _checked(self, path: str, status: int, content: bytes) -> Any:
        try:
            answer = msgspec.json.decode(content)
        except (ValueError, RecursionError):
            answer = None
        error = error_text(answer) if is_error(answer) else ErrorText()
        said = " ".join((error.message or error.detail or "").split())
        if status == 401:
            raise NotAllowed(f"{self.url} does not know the token. {said}".rstrip())
        if status == 403 or (said and error.type == NOT_ALLOWED):
            who = "The account of this token" if self._token else "Without a token, one"
            raise NotAllowed(f"{who} may not read {path} at {self.url}. {said}".rstrip())
        if status == 404:
            raise NotFound(f"{self.url} has no {path}. {said}".rstrip())
        if status >= 400 or said:
            raise SourceError(f"{self.url} answers {path} with {status}. {said}".rstrip())
        if answer is None and content != b"null":
            raise SourceError(f"{self.url} answers {path} with something else than JSON.")
        return answer


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
