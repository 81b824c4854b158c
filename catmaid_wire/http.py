"""Requests to a CATMAID server over its HTTP API, for the client and for imports from running servers.

How often a request is repeated, whether redirects are followed and which exceptions are raised is up to the caller.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import aiohttp
import msgspec
from yarl import URL

_METHOD_PRESERVING: Final = frozenset({HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
READ_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that never change anything."""

VERSION_HEADER: Final = "X-Catmaid-Version"
"""Header of the answer to an edit: the version that it wrote."""

FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError)
"""What is raised by a request that gets no answer."""


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What a server answered: status, content type without parameters, and the body as received.

    version : the version that the request wrote, if the server tells.
    """

    status: int
    content_type: str
    body: bytes
    version: int | None = None


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error answer says: the message, CATMAID's name for the error, and more of the message.

    Each is empty, `detail` None, where the answer does not say it.
    """

    message: str = ""
    type: str = ""
    detail: str | None = None


class Redirected(Exception):
    """An answer that sends the request to an address where it must not go, or sends it on too often.

    Attributes
    ----------
    location
        Where to, as the server wrote it.
    target
        The same as a full address.
    in_circles
        Whether it was sent on too often.
    """

    def __init__(self, location: str, target: URL, *, in_circles: bool = False) -> None:
        super().__init__(location)
        self.location = location
        self.target = target
        self.in_circles = in_circles


def credentials(token: str | None) -> dict[str, str]:
    """The headers that carry an API token; none without a token."""
    return {} if token is None else {"X-Authorization": f"Token {token}"}


def server_url(text: str) -> URL:
    """A server's address, without query and fragment and with one slash at the end.

    Raises `ValueError` if the text is not the address of a web server.
    """
    url = URL(text)
    if url.scheme not in {"http", "https"} or not url.host:
        raise ValueError(f"{text!r} is not the address of a web server.")
    return url.with_query(None).with_fragment(None).with_path(f"{url.path.rstrip('/')}/")


async def exchange(
    session: aiohttp.ClientSession, method: str, url: URL, *, redirects: int = 0, **options: Any
) -> RawAnswer:
    """Send a request once and read its answer.

    redirects : how many redirects are followed, each only within the server, since the token must not travel to
        another one.
    options : as for `aiohttp.ClientSession.request`.

    Raises `Redirected`, and one of `FAILURES` if no answer comes.
    """
    address = url
    for remaining in range(redirects, -1, -1):
        async with session.request(method, address, **options, allow_redirects=False) as response:
            location = response.headers.get("Location")
            if location is None or response.status not in _REDIRECTS:
                body = await response.read()
                return RawAnswer(response.status, response.content_type, body, _version(response.headers))
        try:
            target = address.join(URL(location))
        except ValueError:  # no address at all; it leads nowhere
            raise Redirected(location, address) from None
        keeps_method = method in READ_METHODS or response.status in _METHOD_PRESERVING
        if redirects == 0 or not same_server(address, target) or not keeps_method:
            raise Redirected(location, target)
        if remaining == 0:
            raise Redirected(location, target, in_circles=True)
        address = target
    raise AssertionError("the last redirect returns or raises")


def _version(headers: Mapping[str, str]) -> int | None:
    text = headers.get(VERSION_HEADER, "")
    return int(text) if text.isascii() and text.isdigit() else None


async def repeated(
    attempt: Callable[[], Awaitable[RawAnswer]],
    *,
    pauses: Sequence[float],
    busy: frozenset[int],
    may_repeat: Callable[[Exception | None], bool] = lambda _failure: True,
    after_failure: Callable[[], Awaitable[None]] | None = None,
) -> RawAnswer:
    """Make a request until it is answered, as often as there are pauses and once more.

    pauses : seconds before each further attempt.
    busy : statuses of answers after which a request is repeated.
    may_repeat : whether to repeat after a failure, or after a busy answer (None).
    after_failure : awaited between the pause after a failure and the next attempt.

    Raises one of `FAILURES`: that of the last attempt.
    """
    for pause in (*pauses, None):
        try:
            answer = await attempt()
        except FAILURES as failure:
            if pause is None or not may_repeat(failure):
                raise
            await asyncio.sleep(pause)
            if after_failure is not None:
                await after_failure()
        else:
            if pause is None or answer.status not in busy or not may_repeat(None):
                return answer
            await asyncio.sleep(pause)
    raise AssertionError("the last attempt returns or raises")


def read_error(body: bytes) -> ErrorText:
    """What an error answer says, as it was received; nothing where it is not JSON, as with a page for people."""
    try:
        return error_text(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        return ErrorText()


def error_text(value: Any) -> ErrorText:
    """What an error answer says, in any of CATMAID's shapes.

    value : the answer read from JSON: `{"error", "type", "detail"}`, the REST framework's `{"detail"}`, or other.
    """
    if isinstance(value, list):
        return ErrorText("; ".join(str(item) for item in value))
    if not isinstance(value, dict):
        return ErrorText(str(value))
    return _error_of_object(value)


def is_error(value: Any) -> bool:
    """Whether an answer read from JSON tells of an error, as some servers do with status 200."""
    return isinstance(value, dict) and ("error" in value or set(value) == {"detail"})


def same_server(before: URL, after: URL) -> bool:
    """Whether a redirect stays with the server; from http to https it does."""
    return after.host == before.host and (
        (after.scheme, after.port) == (before.scheme, before.port) or after.scheme == "https"
    )


def _error_of_object(value: Mapping[str, Any]) -> ErrorText:
    error_type = str(value.get("type") or "")
    detail = value.get("detail")
    if "error" in value:
        return ErrorText(str(value["error"] or ""), error_type, None if detail is None else str(detail))
    if detail is not None:
        return ErrorText(str(detail), error_type)
    fields = (f"{name}: {text}" for name, text in value.items())
    return ErrorText("; ".join(fields), error_type)
