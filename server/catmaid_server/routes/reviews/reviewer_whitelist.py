"""Whose reviews a user trusts."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.reviews import reviewer_whitelist
from catmaid_server.domain.times import parse_time
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import bodies, times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class Trust(TypedDict):
    """Whose reviews are trusted that were made after a time."""

    reviewer_id: int
    accept_after: Instant


@routes.get("/{project_id}/user/reviewer-whitelist", needs=Permission.BROWSE)
async def list_trusted(call: Call, form: NoParameters) -> list[Trust]:
    """List whose reviews the user trusts, and from when on."""
    async with call.reading() as connection:
        found = await reviewer_whitelist.trusted(connection, call.project_id, call.user.id)
    return [{"reviewer_id": reviewer, "accept_after": times.utc(after)} for reviewer, after in found.items()]


@routes.post("/{project_id}/user/reviewer-whitelist", needs=Permission.BROWSE, label="reviewer_whitelist.update")
async def replace_trusted(call: Call, form: NoParameters) -> dict[str, str]:
    """Let the user trust these reviewers: parameters are named by their ids, the values are times."""
    call.require_name()
    sent = bodies.posted(call.request)
    wanted = dict(_trusted(name, value) for name, value in sent.items() if isinstance(value, str))
    await reviewer_whitelist.replace(call.tx, call.project_id, call.user.id, wanted)
    return {"success": "Updated review whitelist"}


def _trusted(name: str, value: str) -> tuple[int, datetime]:
    try:
        return int(name), parse_time(value)
    except (ValueError, InvalidInput):
        raise InvalidInput(f"Send times by reviewer id, not {name!r}: {value!r}.") from None
