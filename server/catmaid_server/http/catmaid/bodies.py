"""Forms that come in the body of a request."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote_to_bytes

import msgspec
from aiohttp import hdrs, web
from multidict import MultiDict, MultiDictProxy

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.catmaid import multipart
from catmaid_server.http.catmaid.charsets import codec_of
from catmaid_server.http.catmaid.multipart import UploadedFile
from catmaid_server.http.limits import BodyLimits
from catmaid_server.http.received import Content

Form: TypeAlias = MultiDictProxy[str | bytes | UploadedFile]

_URLENCODED = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data"
FORM_TYPES = (_URLENCODED, _MULTIPART)
_NOTHING: Form = MultiDictProxy(MultiDict())
_POSTED: web.RequestKey[Form] = web.RequestKey("posted")
_MOST_OF_OLD_CHARSET = 2**20
_PIECE_BYTES = 2**14
_FIELD = re.compile(rb"[^&]+")
_NULL = b"null"


def posted(request: web.Request) -> Form:
    """The form that a request brought, files included: empty if it brought none."""
    form: Form = request.get(_POSTED, _NOTHING)
    return form


def keep(request: web.Request, form: Form) -> None:
    """Let `posted` find the form."""
    request[_POSTED] = form


def count_fields(request: web.Request, content: Content, limits: BodyLimits) -> int:
    """How many fields and files a form has, before it is taken apart.

    Raises
    ------
    web.HTTPRequestEntityTooLarge
        If they are too many.
    InvalidInput
        If the request does not say how to take it apart.
    """
    if request.content_type == _MULTIPART:
        count = multipart.count_parts(content, _boundary(request), limits.most_fields)
    else:
        count = _count_urlencoded(content, limits.most_fields)
    if count > limits.most_fields:
        raise web.HTTPRequestEntityTooLarge(limits.most_fields, count, text=limits.too_many_fields)
    return count


def parsed(request: web.Request, content: Content) -> Form:
    """Take a form apart.

    Raises
    ------
    InvalidInput
        If the body is not the form that it says it is, or its text is not in the charset that it says.
    """
    try:
        if request.content_type == _MULTIPART:
            return MultiDictProxy(MultiDict(multipart.parts(content, _boundary(request))))
        return MultiDictProxy(MultiDict(_urlencoded(content, request.charset or "utf-8")))
    except (ValueError, LookupError) as error:  # LookupError: no charset of forms
        raise InvalidInput(f"The body is not a well-formed form: {error}") from None


def _boundary(request: web.Request) -> bytes:
    try:
        return multipart.boundary_of(request.headers.get(hdrs.CONTENT_TYPE, ""))
    except ValueError as error:
        raise InvalidInput(f"The body is not a well-formed form: {error}") from None


def _count_urlencoded(content: Content, most: int) -> int:
    """How many fields there are; not exact beyond `most`."""
    count = 1
    for _ in re.finditer(b"&", content):
        count += 1
        if count > most:
            break
    return count


def _urlencoded(content: Content, named_charset: str) -> Iterator[tuple[str, str]]:
    """The fields of a form without files; unlike aiohttp's own reading, this does not replace what is no text."""
    charset = codec_of(named_charset)
    if charset == "utf-8":
        return fields(content, _end_of_text(content))
    if len(content) > _MOST_OF_OLD_CHARSET:
        raise web.HTTPRequestEntityTooLarge(
            _MOST_OF_OLD_CHARSET,
            len(content),
            text=f"A form in another charset than UTF-8 has at most {_MOST_OF_OLD_CHARSET} bytes.",
        )
    text = bytes(content).rstrip().decode(charset)
    return iter(parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict"))


def _end_of_text(content: Content) -> int:
    end = len(content)
    while end and content[end - 1 : end].isspace():
        end -= 1
    return end


def fields(content: Content, end: int) -> Iterator[tuple[str, str]]:
    """Names and values of a form in UTF-8 up to `end`; `UnicodeDecodeError` if one is no text."""
    for part in _FIELD.finditer(content, 0, end):
        begin, end_of_field = part.span()
        equals = content.find(b"=", begin, end_of_field)
        if equals < 0:
            yield _text(part[0]), ""
        else:
            yield _text(content[begin:equals]), _text(content[equals + 1 : end_of_field])


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


def parsed_json(content: Content) -> list[tuple[str, str]]:
    """The members of a JSON object as parameters of a form have them; those that are null are left out.

    What is not text stays the JSON that it is: as Python objects it would take many times the memory.
    """
    try:
        sent = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
        return [(name, _json_value(bytes(value))) for name, value in sent.items() if bytes(value) != _NULL]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidInput("The body is not a JSON object.") from None


def _json_value(value: bytes) -> str:
    return msgspec.json.decode(value, type=str) if value.startswith(b'"') else value.decode()
