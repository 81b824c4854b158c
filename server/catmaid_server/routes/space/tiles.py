"""Image tiles, whose addresses never get other images, and the tickets with which browsers ask for them."""

from __future__ import annotations

import asyncio
import re
import time
from datetime import UTC, datetime
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.domain.space import stacks
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.http.warm_tiles import WARM_TILE, WarmTile, place_of
from catmaid_server.tiles import tickets
from catmaid_server.tiles.encode import CONTENT_TYPES, JPEG_QUALITY
from catmaid_server.tiles.gateway.failures import ImagesPending, ImagesUnavailable
from catmaid_server.tiles.look import StackLook, TileWish, parsed_window
from catmaid_server.tiles.overviews import overview
from catmaid_server.tiles.pyramid import TileAddress
from catmaid_server.tiles.rendering import placeholder
from catmaid_server.tiles.service import StackRevision, TileService

routes = Routes()

_FOR_EVER: Final = "max-age=31536000, immutable"
_FOR_A_DAY: Final = "max-age=86400"
_NOT_AT_ALL: Final = "no-store"
_LONGEST_WAIT_S: Final = 60


class WithTicket(msgspec.Struct):
    """A ticket instead of a token."""

    ticket: str | None = None


class AskedTile(WithTicket):
    """How a tile is to look; as the stack says if nothing is given."""

    quality: int = JPEG_QUALITY
    """1 to 100, of JPEG and WebP; what exists as a file is given as it is if this is not given."""
    window: str | None = None
    """The values that become black and white, with a comma between."""
    gamma: float | None = None
    """Above 0, at most 100: exponent of the grey between black and white."""
    wait: float | None = None
    """0 to 60: if the image has not come so many seconds after it was first asked for, answer as if it could not be
    had, with `Retry-After`; it is still fetched, for who asks again. As long as it takes if not given."""


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
    r"/{zoom:[0-9]{1,2}}/{z:[0-9]{1,9}}/{row:[0-9]{1,9}}/{col:[0-9]{1,9}}.{extension:jpg|png|webp}",
    needs=Permission.NONE,
)
async def tile(
    call: Call, form: AskedTile
) -> Annotated[
    web.Response,
    Content(bytes, "image/jpeg"),
    Content(bytes, "image/png"),
    Content(bytes, "image/webp"),
    Content(None, "", 304),
]:
    """Give one tile; the image at an address never changes, but where it comes from another server.

    If that does not give it, the tile is a grey one on which the reason stands,
    with the header `X-Image-Error`, and is not to be kept; who accepts JSON only gets an error instead.
    """
    visibility = await _visibility(call, form.ticket)
    if form.wait is not None and not 0 <= form.wait <= _LONGEST_WAIT_S:
        raise InvalidInput(f"wait is 0 to {_LONGEST_WAIT_S} seconds.")
    address = TileAddress(*(int(call.path[name]) for name in ("zoom", "z", "row", "col")))
    stack = StackRevision(call.project_id, call.path["stack_id"], call.path["revision"])
    extension: str = call.path["extension"]
    tiles = call.request.app[keys.TILES]
    wish = TileWish(extension, form.quality, await _look(tiles, stack, form))
    try:
        data = await tiles.tile(stack, address, wish, form.wait)
    except ImagesUnavailable as error:
        if call.request.headers.get("Accept", "*/*").startswith("application/json"):
            raise
        return await _placeholder(error, await tiles.tile_size(stack), extension)
    look = f"-{form.quality}-{form.window}-{form.gamma}" if form.quality != JPEG_QUALITY or wish.look else ""
    etag = f"{stack.revision}-{{place}}-{extension}{re.sub(r'[^0-9a-zA-Z.,-]', '', look)}"
    call.request[WARM_TILE] = WarmTile(stack, await tiles.kept_as(stack, wish), etag, form.wait)
    kept = _FOR_A_DAY if await tiles.may_change(stack) else _FOR_EVER
    return _image(call, data, extension, etag.format(place=place_of(address)), visibility, kept)


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


async def _look(tiles: TileService, stack: StackRevision, form: AskedTile) -> StackLook | None:
    """The look that is asked for, where it is another one than the stack's."""
    if not 1 <= form.quality <= 100:
        raise InvalidInput("The quality of an image file is 1 to 100.")
    if form.gamma is not None and not 0 < form.gamma <= 100:
        raise InvalidInput("Gamma is above 0 and at most 100.")
    if form.window is None and form.gamma is None:
        return None
    _, own = await (await tiles.mirrors(stack)).source()
    window = own.window if form.window is None else parsed_window(form.window)
    return StackLook(window, own.gamma if form.gamma is None else form.gamma, own.labels)


async def _placeholder(error: ImagesUnavailable, size: tuple[int, int], extension: str) -> web.Response:
    """A tile that says what is wrong."""
    data = await asyncio.to_thread(placeholder, str(error), size, extension)
    headers = {
        "Cache-Control": _NOT_AT_ALL,
        "X-Image-Error": quote(str(error), safe=" ,.:;/()'"),
        "Access-Control-Expose-Headers": "X-Image-Error, Retry-After",
    }
    if isinstance(error, ImagesPending):
        headers["Retry-After"] = "1"
    return web.Response(body=data, content_type=CONTENT_TYPES[extension], headers=headers)


def _image(call: Call, data: bytes, extension: str, etag: str, visibility: str, kept: str = _FOR_EVER) -> web.Response:
    """An image file that may be kept for some time; 304 without it for who has it."""
    headers = {"Cache-Control": f"{visibility}, {kept}", "ETag": f'"{etag}"'}
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
