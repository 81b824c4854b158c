"""Requests that last: who was let in once is asked again whenever access changes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import psycopg
from aiohttp import WSCloseCode, web

from catmaid_server.domain.errors import DomainError
from catmaid_server.http.call import Call
from catmaid_server.http.dispatch import admitted

MOST_MESSAGE_BYTES: Final = 2**16
"""Of what a client sends, unpacked: visitors open sockets, too, and each may have one such message under way."""
_ASK_AGAIN_S = 60.0
_AWAY_S = 1.0
_LONGEST_REASON = 120
"""Bytes, of the 123 that WebSockets have room for."""


async def end_when_refused(call: Call, socket: web.WebSocketResponse) -> None:
    """Close a WebSocket as soon as its request would be refused: permission, token, session or account are gone."""
    while True:
        change = call.access.next_change
        try:
            await admitted(call.request, call.route, call.path.get("project_id"))
        except DomainError as refusal:
            await socket.close(code=WSCloseCode.POLICY_VIOLATION, message=_reason(str(refusal)))
            return
        except psycopg.Error:  # the store is away: who was let in stays until it is back
            await asyncio.sleep(_AWAY_S)
            continue
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(change.wait(), _ASK_AGAIN_S)


def _reason(text: str) -> bytes:
    """The beginning of a text, in whole characters: clients take half a one for a broken protocol."""
    return text.encode()[:_LONGEST_REASON].decode(errors="ignore").encode()
