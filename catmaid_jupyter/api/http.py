"""HTTP to one CATMAID server: the token, retries, and errors as exceptions. Runs on the background loop."""

from __future__ import annotations

import asyncio
import ssl
import uuid
import weakref
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, NoReturn, Protocol

import aiohttp
import msgspec
from yarl import URL

from catmaid_jupyter.api.errors import InvalidInput, Unreachable, error_from_answer
from catmaid_jupyter.api.loop import close_soon
from catmaid_jupyter.api.patience import ANSWER_S, CONNECT_S, REQUEST_PAUSES_S
from catmaid_jupyter.api.written import note_written
from catmaid_wire.columns import MEDIA_TYPE as COLUMNS
from catmaid_wire.edits import IDEMPOTENCY_KEY
from catmaid_wire.forms import Form, encode_form
from catmaid_wire.http import (
    FAILURES,
    READ_METHODS,
    RawAnswer,
    Redirected,
    credentials,
    exchange,
    repeated,
    same_server,
    server_url,
)
from catmaid_wire.service_record import is_locked

_BUSY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT})
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=ANSWER_S)
_REDIRECTS = 2


class Answer(RawAnswer):
    """What a server answered."""

    __slots__ = ()

    @property
    def is_columns(self) -> bool:
        """Whether the body is in the columnar form of this project's own service."""
        return self.content_type == COLUMNS

    def json(self) -> Any:
        """The body read as JSON; `InvalidInput` if it is none, as from a server that is not CATMAID's."""
        try:
            return msgspec.json.decode(self.body)
        except (ValueError, RecursionError):
            raise InvalidInput(f"Expected JSON but got {self.content_type or 'nothing'}.", status=self.status) from None


@dataclass(frozen=True, slots=True, repr=False)
class Origin:
    """Where a server is and with which token to speak to it. The token is never shown.

    socket : path of the Unix socket over which to speak to it; None for the host and port of `url`.
    """

    url: URL
    token: str | None = None
    socket: Path | None = None

    def __repr__(self) -> str:
        return f"Origin({str(self.url)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("An Origin is not pickled, so that its token is not written down.")


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that is sent along with a form; its name is plain ASCII without quotes."""

    name: str
    content: bytes


class SignIn(Protocol):
    """What gets tokens that run out."""

    browser_path: str

    @property
    def is_over(self) -> bool:
        """Whether the last token has run out, or will in minutes."""

    async def origin(self) -> Origin:
        """The server with a new token."""


class Http:
    """Requests to one server.

    origin : where the server is.
    relocate : asked where it is now when nothing listens there any more; None keeps the origin.
    data_dir : folder of the embedded service; None for any other server.
    sign_in : gets a token before the first request, and whenever the server does not know the last one any more.
    """

    def __init__(
        self,
        origin: Origin,
        relocate: Callable[[], Origin | None] | None = None,
        *,
        data_dir: Path | None = None,
        sign_in: SignIn | None = None,
    ) -> None:
        self._origin = origin
        self._relocate = relocate
        self.data_dir = data_dir
        self.server = self.url if data_dir is None else str(data_dir)
        """What tells this server from others, also after it moved: its folder, or its address."""
        self._sign_in = sign_in
        self._signing_in: asyncio.Lock | None = None
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.knows_columns = False
        """Whether the server answers in columns when asked to."""
        self.honours_keys = False
        """Whether the server answers a repeated write with the same key from memory."""
        self.database: str | None = None
        """What tells the server's database from others, wherever it is served; None where that is not told."""
        self.username = ""
        """Name of the user of the token; empty before the server was asked."""

    def __repr__(self) -> str:
        return f"Http({self.url!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A connection is not pickled, so that its token is not written down; pickle an Instance.")

    def same_access(self, other: Http) -> bool:
        """Whether another connection is to the same server with the same token."""
        if self._sign_in is not None or other._sign_in is not None:
            return (self.server, type(self._sign_in)) == (other.server, type(other._sign_in))
        return (self.server, self._origin.token) == (other.server, other._origin.token)

    @property
    def url(self) -> str:
        """The server's address, without credentials and with a slash at the end."""
        return str(self._origin.url.with_user(None))

    @property
    def has_token(self) -> bool:
        """Whether requests carry a token, so that the server knows the user."""
        return self._origin.token is not None or self._sign_in is not None

    @property
    def browser_path(self) -> str:
        """Path at which browsers find the server on the site of the Jupyter server; empty: not known."""
        return "" if self._sign_in is None else self._sign_in.browser_path

    @property
    def is_closed(self) -> bool:
        """Whether there are no connections, after `close` or before the first request."""
        return self._session is None or self._session.closed

    async def request(
        self,
        method: str,
        path: str,
        *,
        form: Form | None = None,
        params: Form | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        file: SentFile | None = None,
        repeatable: bool | None = None,
    ) -> Answer:
        """Send a request and return the answer; an error answer raises.

        path : with or without the leading slash, below the server's address.
        form, params : body and query, in CATMAID's spelling (see `catmaid_wire.forms.encode_form`).
        file : comes along with the form.
        repeatable : whether to repeat it if the connection breaks; by default reads, and writes with a key that
            the server honours. A request that never left is always repeated.
        """
        headers = headers or {}
        if repeatable is None:
            repeatable = method in READ_METHODS or (IDEMPOTENCY_KEY in headers and self.honours_keys)
        body: dict[str, Any] = {"headers": dict(headers)}
        if file is not None:
            body["data"], body["headers"]["Content-Type"] = _multipart(encode_form(form or {}), file)
        elif form is not None:
            body["data"] = aiohttp.FormData(encode_form(form))()
        if json is not None:
            body["data"] = msgspec.json.encode(json)
            body["headers"]["Content-Type"] = "application/json"
        if params is not None:
            body["params"] = encode_form(params)
        answer = await self._send(method, path, body, repeatable=repeatable)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise error_from_answer(answer.status, answer.body)
        note_written(answer.version)
        return answer

    async def read_json(self, method: str, path: str, *, form: Form | None = None, params: Form | None = None) -> Any:
        """The JSON of a request that only reads, whatever its method."""
        return (await self.request(method, path, form=form, params=params, repeatable=True)).json()

    async def columns_or_json(self, method: str, path: str, *, form: Form | None = None) -> Answer:
        """A read that is answered in columns by servers that know them, in JSON by others."""
        accept = {"Accept": COLUMNS} if self.knows_columns else None
        if method in READ_METHODS:
            return await self.request(method, path, params=form, headers=accept, repeatable=True)
        return await self.request(method, path, form=form, headers=accept, repeatable=True)

    def websocket(self, path: str) -> AbstractAsyncContextManager[aiohttp.ClientWebSocketResponse]:
        """Open a WebSocket; to be used on the background loop. `InvalidInput` if it is sent on to another server."""
        return self._open().ws_connect(self._address(path), headers=credentials(self._origin.token), heartbeat=20)

    def stream(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Ask for something large, to be read piece by piece on the background loop; redirects are not followed."""
        sent = {**credentials(self._origin.token), **(headers or {})}
        return self._open().get(self._address(path), headers=sent, allow_redirects=False)

    async def close(self) -> None:
        """Close the connections; a later request opens new ones."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _send(self, method: str, path: str, body: dict[str, Any], *, repeatable: bool) -> Answer:
        if self._sign_in is not None and self._origin.token is None:
            await self._sign_in_again(None)
        token = self._origin.token
        answer = await self._answered(method, path, body, repeatable=repeatable)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._sign_in is not None:
            # Nothing was done, so that even an edit may be sent again.
            await self._sign_in_again(token)
            answer = await self._answered(method, path, body, repeatable=repeatable)
        return answer

    async def _sign_in_again(self, used: str | None) -> None:
        """Have another token than the one that was used, of which several requests may tell at once."""
        assert self._sign_in is not None
        self._signing_in = self._signing_in or asyncio.Lock()
        async with self._signing_in:
            if self._origin.token == used:
                self._origin = await self._sign_in.origin()

    async def _answered(self, method: str, path: str, body: dict[str, Any], *, repeatable: bool) -> Answer:
        def may_repeat(failure: Exception | None) -> bool:
            return repeatable or isinstance(failure, aiohttp.ClientConnectorError)

        try:
            answer = await repeated(
                lambda: self._once(method, self._address(path), body),
                pauses=REQUEST_PAUSES_S,
                busy=_BUSY,
                may_repeat=may_repeat,
                after_failure=self.locate_again,
            )
        except FAILURES as failure:
            raise Unreachable(self._no_answer(), detail=_reason(failure)) from None
        return Answer(answer.status, answer.content_type, answer.body, answer.version)

    async def _once(self, method: str, address: URL, body: dict[str, Any]) -> RawAnswer:
        options = {**body, "headers": {**credentials(self._origin.token), **body["headers"]}}
        try:
            return await exchange(self._open(), method, address, redirects=_REDIRECTS, **options)
        except Redirected as redirected:
            if redirected.in_circles:
                raise InvalidInput(f"{self.url} redirects in circles.") from None
            raise _sent_on(self._origin, redirected.target) from None

    def _open(self) -> aiohttp.ClientSession:
        loop = asyncio.get_running_loop()
        if self._session is None or self._session.closed or self._loop is not loop:
            self._loop = loop
            self._session = _new_session(self._origin)
            weakref.finalize(self, close_soon, self._session.close, loop).atexit = False
        return self._session

    def _no_answer(self) -> str:
        if self.data_dir is None or is_locked(self.data_dir):
            return f"No answer from {self.url}"
        return (
            f"No answer from {self.url}: the service of {self.data_dir} is not running, and nothing is sent to a "
            "program that may have its port now. Connecting anew starts the service."
        )

    def _address(self, path: str) -> URL:
        """The address of a path; `InvalidInput` if it is on another server, which must not get the token."""
        address = self._origin.url.join(URL(path.lstrip("/"), encoded=True))
        if address.origin() != self._origin.url.origin():
            raise InvalidInput(f"{path!r} is not a path below {self.url}.")
        return address

    async def locate_again(self) -> None:
        """Ask where the server is now, after it stopped answering where it was, and sign in if the token ran out."""
        if self._sign_in is not None and self._sign_in.is_over:
            await self._sign_in_again(self._origin.token)
        if self._relocate is None:
            return
        moved = await asyncio.get_running_loop().run_in_executor(None, self._relocate)
        if moved is None:
            return
        before, self._origin = self._origin, moved
        if before.socket != moved.socket and not self.is_closed:
            await self.close()
            self._open()


def parse_url(text: str) -> URL:
    """A server's address from what a user typed: `http` if no scheme is given, one slash at the end."""
    try:
        return server_url(text if "://" in text else f"http://{text}")
    except ValueError as error:
        raise InvalidInput(f"{text!r} is not the address of a web server.", detail=str(error)) from None


def _new_session(origin: Origin) -> aiohttp.ClientSession:
    local = origin.socket is not None or origin.url.host in _LOCAL_HOSTS
    return aiohttp.ClientSession(
        connector=_connector(origin),
        timeout=_TIMEOUT,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=not local,
        # Within one machine, packing and unpacking answers takes longer than passing them on.
        headers={"Accept-Encoding": "identity"} if local else None,
        trace_configs=[_staying_with(origin)],
    )


def _connector(origin: Origin) -> aiohttp.BaseConnector | None:
    if origin.socket is not None:
        return aiohttp.UnixConnector(str(origin.socket))
    if origin.url.scheme != "https":
        return None
    # As `SSL_CERT_FILE` is by now: aiohttp itself has read the certificates when it was imported.
    return aiohttp.TCPConnector(ssl=ssl.create_default_context())


def _staying_with(origin: Origin) -> aiohttp.TraceConfig:
    """Refuses redirects to other servers where aiohttp follows them, as for WebSockets: the token goes along."""

    async def check(_session: object, _context: object, params: aiohttp.TraceRequestRedirectParams) -> None:
        target = params.url.join(URL(params.response.headers.get("Location", "")))
        if not same_server(params.url, target):
            raise _sent_on(origin, target)

    config = aiohttp.TraceConfig()
    config.on_request_redirect.append(check)
    return config


def _sent_on(origin: Origin, target: URL) -> InvalidInput:
    there = target.with_query(None).with_user(None)
    return InvalidInput(f"{origin.url.with_user(None)} sends this request on to {there}.")


def _reason(error: BaseException) -> str:
    if isinstance(error, aiohttp.ClientConnectorError):
        return error.os_error.strerror or type(error).__name__
    return str(error) or type(error).__name__


def _multipart(pairs: list[tuple[str, str]], file: SentFile) -> tuple[bytes, str]:
    """A form with a file as bytes, which can be sent again, and its content type."""
    boundary = uuid.uuid4().hex
    parts = [(f'name="{name}"', value.encode()) for name, value in pairs]
    parts.append((f'name="file"; filename="{file.name}"', file.content))
    body = b"".join(
        f"--{boundary}\r\nContent-Disposition: form-data; {about}\r\n\r\n".encode() + content + b"\r\n"
        for about, content in parts
    )
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
