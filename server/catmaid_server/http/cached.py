"""Routes whose answers are the same for everybody who may ask, and worth remembering (see `db.answers`)."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from catmaid_server.db.answers import snapshot
from catmaid_server.db.store import Connection
from catmaid_server.domain.history import versions
from catmaid_server.http.call import Call


async def remembered(call: Call, form: msgspec.Struct, produce: Callable[[Connection], Awaitable[Any]]) -> msgspec.Raw:
    """The JSON of what `produce` gives for this route, path and form; not made again as long as it holds."""

    async def encoded(connection: Connection) -> bytes:
        return msgspec.json.encode(await produce(connection))

    return msgspec.Raw(await remembered_body(call, form, "application/json", encoded))


async def remembered_body(
    call: Call, form: msgspec.Struct, content_type: str, produce: Callable[[Connection], Awaitable[bytes]]
) -> bytes:
    """As `remembered`, for an answer that `produce` has encoded as `content_type`."""
    asked = hashlib.sha256(msgspec.json.encode(form)).digest()
    request = (call.route.path, *call.path.values(), content_type, asked, call.as_of)
    state_of = snapshot if call.as_of is None else versions.state_read
    async with call.reading() as connection:
        return await call.store.answers.find(connection, request, lambda: produce(connection), state_of)
