"""Forms with files: `multipart/form-data`, complete as they are, by RFC 7578."""

from __future__ import annotations

import binascii
import quopri
import re
from collections.abc import Iterator
from email.message import Message
from typing import NamedTuple

from aiohttp import content_disposition_filename, hdrs, parse_content_disposition
from multidict import CIMultiDict

from catmaid_server.http.catmaid.charsets import codec_of
from catmaid_server.http.received import Content

_MOST_HEADER_BYTES = 2**14
_PLAIN_FIELD = re.compile(rb'Content-Disposition: form-data; name="([^"\\%;=]*)"', re.IGNORECASE)
_CHARSET_OF_PARAMETER = re.compile(r"\*\s*=\s*\"?([^\s;'\"]+)'")  # as in name*=utf-8''text
_CHARSET_FIELD = "_charset_"  # its value is the charset of the fields that say none


class UploadedFile(NamedTuple):
    """A file that came along with a form."""

    filename: str
    content: bytes


class Part(NamedTuple):
    """A part of a form; bytes are what is neither text nor a file with a name."""

    name: str
    value: str | bytes | UploadedFile


def boundary_of(content_type: str) -> bytes:
    """The boundary that a `Content-Type` names; `ValueError` without one."""
    message = Message()
    message["Content-Type"] = content_type
    boundary = message.get_boundary()
    if not boundary or len(boundary) > 70:
        raise ValueError("the Content-Type names no boundary of 1 to 70 characters")
    return boundary.encode("utf-8", "surrogateescape")


def count_parts(content: Content, boundary: bytes, most: int) -> int:
    """How many parts there are; not exact beyond `most`."""
    count = 0
    for _ in re.finditer(re.escape(b"\n--" + boundary), content):
        count += 1
        if count > most:
            break
    return count


def parts(content: Content, boundary: bytes) -> Iterator[Part]:
    """Fields and files in their order; `ValueError` if something is wrong with them, `LookupError` with a charset."""
    charset = "utf-8"
    for begin, end in _extents(content, boundary):
        part = _part(content, begin, end, charset)
        if part.name == _CHARSET_FIELD and isinstance(part.value, str):
            charset = codec_of(part.value)
        else:
            yield part


def _extents(content: Content, boundary: bytes) -> Iterator[tuple[int, int]]:
    """Where each part begins, with its headers, and ends."""
    delimiter = b"--" + boundary
    at = content.find(delimiter)
    while at > 0 and content[at - 1 : at] != b"\n":
        at = content.find(delimiter, at + 1)
    if at < 0:
        raise ValueError("it does not begin with its boundary")
    at += len(delimiter)
    while content[at : at + 2] != b"--":
        begin = content.find(b"\n", at)
        if begin < 0 or content[at:begin].strip(b" \t\r"):
            raise ValueError("a boundary does not end its line")
        end = content.find(b"\r\n" + delimiter, begin - 1)
        if end < 0:
            raise ValueError("the last part does not end with the boundary")
        yield begin + 1, max(end, begin + 1)
        at = end + 2 + len(delimiter)


def _part(content: Content, begin: int, end: int, charset: str) -> Part:
    head = content.find(b"\r\n\r\n", begin, min(end, begin + _MOST_HEADER_BYTES))
    if head < 0:
        raise ValueError("a part has no headers, or very long ones")
    plain = _PLAIN_FIELD.fullmatch(content[begin:head])
    if plain is not None:
        return Part(plain[1].decode(), content[head + 4 : end].decode(charset))
    headers = _headers(content[begin:head])
    disposition = headers.get(hdrs.CONTENT_DISPOSITION)
    for named in _CHARSET_OF_PARAMETER.findall(disposition or ""):
        codec_of(named)
    kind, parameters = parse_content_disposition(disposition)
    name = content_disposition_filename(parameters, "name")
    if kind != "form-data" or name is None:
        raise ValueError("a part has no name")
    value = _decoded(content[head + 4 : end], headers.get(hdrs.CONTENT_TRANSFER_ENCODING, "binary").strip().lower())
    media_type = Message()
    media_type["Content-Type"] = headers.get(hdrs.CONTENT_TYPE, "text/plain")
    filename = content_disposition_filename(parameters)
    if filename:
        return Part(name, UploadedFile(filename, value))
    if media_type.get_content_maintype() != "text":
        return Part(name, value)
    return Part(name, value.decode(codec_of(media_type.get_content_charset(charset))))


def _headers(head: bytes) -> CIMultiDict[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    for line in head.decode("utf-8", "surrogateescape").split("\r\n"):
        name, colon, value = line.partition(":")
        if not colon or not name.strip():
            raise ValueError("a part has a header without a name")
        headers.add(name.strip(), value.strip())
    return headers


def _decoded(value: bytes, encoding: str) -> bytes:
    match encoding:
        case "binary" | "8bit" | "7bit":
            return value
        case "base64":
            return binascii.a2b_base64(value)
        case "quoted-printable":
            return quopri.decodestring(value)
        case _:
            raise ValueError(f"a part has the unknown transfer encoding {encoding!r}")
