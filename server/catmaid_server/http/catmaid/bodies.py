"""Forms that come in the body of a request."""

from __future__ import annotations

import asyncio
import codecs
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError
from aiohttp.web_request import FileField
from multidict import MultiDict, MultiDictProxy

from catmaid_server.domain.errors import InvalidInput

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_NOTHING: MultiDictProxy[str | bytes | bytearray | FileField] = MultiDictProxy(MultiDict())
_READ: web.RequestKey[MultiDictProxy[str | bytes | bytearray | FileField]] = web.RequestKey("posted")
_LARGE_BYTES = 2**20
"""From here on in a thread, so that others are answered meanwhile."""
_PIECE_BYTES = 2**14
_encode = msgspec.json.Encoder().encode


async def posted(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """The form that a request brings, files included: read once, empty if it brings none.

    A compressed body is unpacked on the way, up to the size that any body may have.

    Raises
    ------
    InvalidInput
        If the body is not the form that it says it is, or its text is not in the charset that it says.
    """
    if not (request.body_exists and request.content_type in _FORMS):
        return _NOTHING
    try:
        if request.content_type == "multipart/form-data":
            return await request.post()
        if (form := request.get(_READ)) is None:
            form = request[_READ] = await _urlencoded(request)
    except RequestPayloadError:
        raise InvalidInput("The body is not packed as its Content-Encoding says.") from None
    # LookupError: unknown charset; RuntimeError: unknown transfer encoding.
    except (ValueError, LookupError, RuntimeError, HttpProcessingError) as error:
        reason = error.message if isinstance(error, HttpProcessingError) else error
        raise InvalidInput(f"The body is not a well-formed form: {reason}") from None
    return form


async def _urlencoded(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | FileField]:
    """A form without files; unlike aiohttp's own reading, this does not replace what is no text."""
    body = (await request.read()).rstrip()
    charset = codecs.lookup(request.charset or "utf-8").name
    if charset != "utf-8" and len(body) > _LARGE_BYTES:
        raise web.HTTPRequestEntityTooLarge(
            _LARGE_BYTES, len(body), text=f"A form in another charset than UTF-8 has at most {_LARGE_BYTES} bytes."
        )
    fields = body.count(b"&") + 1
    if fields > request.client_max_fields:
        raise web.HTTPRequestEntityTooLarge(
            request.client_max_fields, fields, text=f"A form has at most {request.client_max_fields} fields."
        )
    if charset != "utf-8":
        pairs = parse_qsl(body.decode(charset), keep_blank_values=True, encoding=charset, errors="strict")
    elif len(body) < _LARGE_BYTES:
        pairs = _fields(body)
    else:
        pairs = await asyncio.to_thread(_fields, body)
    return MultiDictProxy(MultiDict(pairs))


def _fields(body: bytes) -> list[tuple[str, str]]:
    """Names and values of a form in UTF-8; `UnicodeDecodeError` if one is no text."""
    parts = (part.partition(b"=") for part in body.split(b"&") if part)
    return [(_text(name), _text(value)) for name, _, value in parts]


def _text(quoted: bytes) -> str:
    spaced = quoted.replace(b"+", b" ")
    return (_unquoted(spaced) if b"%" in spaced else spaced).decode()


def _unquoted(quoted: bytes) -> bytes:
    """What percent signs stand for, piece by piece: all at once would take many times the memory of the text."""
    pieces, begin = [], 0
    while begin < len(quoted):
        end = begin + _PIECE_BYTES
        cut = quoted.rfind(b"%", end - 2, end)  # does not come apart from its digits
        end = cut if cut > begin else end
        pieces.append(unquote_to_bytes(quoted[begin:end]))
        begin = end
    return b"".join(pieces)


async def posted_json(request: web.Request) -> list[tuple[str, str]]:
    """The members of a JSON object as parameters of a form have them; those that are null are left out."""
    try:
        sent = msgspec.json.decode(await request.read(), type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RequestPayloadError, RecursionError):
        raise InvalidInput("The body is not a JSON object.") from None
    return [
        (name, value if isinstance(value, str) else _encode(value).decode())
        for name, value in sent.items()
        if value is not None
    ]
