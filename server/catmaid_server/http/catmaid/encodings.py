"""The encodings in which bulky answers are offered, and which one a request wants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

import msgspec
from aiohttp import web

from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content
from catmaid_wire import columns


class Encoding(StrEnum):
    """By content type."""

    JSON = "application/json"
    MSGPACK = "application/octet-stream"
    COLUMNS = columns.MEDIA_TYPE

    @classmethod
    def wanted(cls, call: Call, named: str) -> Encoding:
        """By the `Accept` header or, as CATMAID's clients say it, the parameter `format`."""
        if call.accepts(columns.MEDIA_TYPE):
            return cls.COLUMNS
        return cls.MSGPACK if named == "msgpack" else cls.JSON


@dataclass(frozen=True, slots=True)
class Forms:
    """One answer in its two shapes: rows by position, and tables by column."""

    positional: Callable[[], Any]
    columnar: Callable[[], dict[str, Any]]

    def encoded(self, encoding: Encoding) -> bytes:
        """The body."""
        if encoding is Encoding.COLUMNS:
            return columns.encode(self.columnar())
        encode = msgspec.msgpack.encode if encoding is Encoding.MSGPACK else msgspec.json.encode
        return encode(self.positional())


def response(body: bytes, encoding: Encoding) -> web.Response:
    """The answer with an encoded body."""
    return web.Response(body=body, content_type=encoding.value)


Encoded: TypeAlias = Annotated[
    web.Response, Content(list[Any]), Content(bytes, Encoding.MSGPACK.value), Content(bytes, columns.MEDIA_TYPE)
]
"""An answer in the encoding that the request wants."""
