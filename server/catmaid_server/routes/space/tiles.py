"""Image tiles, whose addresses never get other images, and the tickets with which browsers ask for them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.space import stacks
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.tiles import tickets
from catmaid_server.tiles.encode import CONTENT_TYPES
from catmaid_server.tiles.overviews import overview
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.service import StackRevision

routes = Routes()

_FOR_EVER: Final = "max-age=31536000, immutable"


class WithTicket(msgspec.Struct):
    """A ticket instead of a token."""

    ticket: str | None = None


class Ticket(msgspec.Struct):
    """A ticket, and until when it is good."""

    ticket: str
    expires: datetime


@routes.post("/{project_id}/tile-ticket", needs=Permission.BROWSE)
async def issue_ticket(call: Call, form: NoParameters) -> Ticket:
    """Give the user a ticket for the project's tiles."""
    secret = call.request.app[keys.OPTIONS].signs_tickets
    ticket, expires = tickets.issue(secret, call.user.id, call.project_id, now=time.time())
    return Ticket(ticket, datetime.fromtimestamp(expires, UTC))


@routes.get(
    r"/{project_id}/stack/{stack_id}/tiles/{revision:[0-9a-f]+}"
    r"/{zoom:[0-9]{1,2}}/{z:[0-9]{1,9}}/{row:[0-9]{1,9}}/{col:[0-9]{1,9}}.{extension:jpg|png}",
    needs=Permission.NONE,
)
async def tile(
    call: Call, form: WithTicket
) -> Annotated[web.Response, Content(bytes, "image/jpeg"), Content(bytes, "image/png"), Content(None, "", 304)]:
    """Give one tile; the image at an address never changes."""
    visibility = await _visibility(call, form.ticket)
    address = TileAddress(*(int(call.path[name]) for name in ("zoom", "z", "row", "col")))
    stack = StackRevision(call.project_id, call.path["stack_id"], call.path["revision"])
    extension: str = call.path["extension"]
    data = await call.request.app[keys.TILES].tile(stack, address, extension)
    etag = f"{stack.revision}-{address.zoom}-{address.z}-{address.row}-{address.col}-{extension}"
    return _image(call, data, extension, etag, visibility)


@routes.get(
    r"/{project_id}/stack/{stack_id}/tiles/{revision:[0-9a-f]+}/small/{z:[0-9]{1,9}}.{extension:jpg|png}",
    needs=Permission.NONE,
)
async def section_overview(
    call: Call, form: WithTicket
) -> Annotated[web.Response, Content(bytes, "image/jpeg"), Content(bytes, "image/png"), Content(None, "", 304)]:
    """Give a small picture of a whole section; the image at an address never changes."""
    visibility = await _visibility(call, form.ticket)
    stack = StackRevision(call.project_id, call.path["stack_id"], call.path["revision"])
    async with call.reading() as connection:
        extent = await stacks.tiled_extent(connection, stack.project_id, stack.stack_id, stack.revision)
    section, extension = int(call.path["z"]), call.path["extension"]
    data = await overview(call.request.app[keys.TILES], stack, extent, section, extension)
    return _image(call, data, extension, f"{stack.revision}-small-{section}-{extension}", visibility)


def _image(call: Call, data: bytes, extension: str, etag: str, visibility: str) -> web.Response:
    """An image file that may be kept for ever; 304 without it for who has it."""
    headers = {"Cache-Control": f"{visibility}, {_FOR_EVER}", "ETag": f'"{etag}"'}
    if any(known.value in (etag, "*") for known in call.request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    return web.Response(body=data, content_type=CONTENT_TYPES[extension], headers=headers)


async def _visibility(call: Call, ticket: str | None) -> str:
    """`public` if any visitor may see the tile, `private` if this user may; else `NotAllowed`."""
    anonymous = await call.access.anonymous()
    if await _may_browse(call, anonymous):
        return "public"
    user = call.user if ticket is None else await _holder(call, ticket)
    if not await _may_browse(call, user):
        raise NotAllowed(
            f"User {user.username!r} lacks the permission {Permission.BROWSE.value} in project {call.project_id}."
        )
    return "private"


async def _holder(call: Call, ticket: str) -> User:
    user_id = tickets.holder(call.request.app[keys.OPTIONS].signs_tickets, ticket, call.project_id, now=time.time())
    user = None if user_id is None else await call.access.user_of_id(user_id)
    if user is None:
        raise NotAllowed("The ticket is not good, or no longer.")
    return user


async def _may_browse(call: Call, user: User) -> bool:
    return await call.access.allows(user, call.project_id, Permission.BROWSE)
