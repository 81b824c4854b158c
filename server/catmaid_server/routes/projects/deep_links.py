"""Deep links: named views of a project."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.projects import deep_links
from catmaid_server.domain.projects.deep_links import DeepLink, ListedLink
from catmaid_server.http import keys
from catmaid_server.http.addresses import client_address
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class NewDeepLink(msgspec.Struct):
    """What a link shows; location in nm, stacks as [[stack id, zoom level], ...]."""

    UNREAD: ClassVar[dict[str, str]] = {"stack_group": "", "closest_node_to_location": "false"}
    alias: str | None = None
    is_public: bool = False
    is_exportable: bool = False
    password: str = ""
    location_x: float | None = None
    location_y: float | None = None
    location_z: float | None = None
    active_treenode: int | None = msgspec.field(name="active_treenode_id", default=None)
    active_connector: int | None = msgspec.field(name="active_connector_id", default=None)
    active_skeleton: int | None = msgspec.field(name="active_skeleton_id", default=None)
    follow_id_history: bool = False
    layered_stacks: bool = False
    layout: str | None = None
    tool: str | None = None
    show_help: bool = False
    message: str | None = None
    data_view: int | None = None
    stacks: list[Any] = []


class LinkFilter(msgspec.Struct):
    """Whose links to list."""

    only_own: bool = False
    only_public: bool = False
    only_private: bool = False
    """Whether public links are left out."""


class LinkPassword(msgspec.Struct):
    """The link's password, where it has one."""

    password: str | None = None


@routes.post("/{project_id}/links/", needs=Permission.ANNOTATE, label="links.create")
async def create_link(call: Call, form: NewDeepLink) -> DeepLink:
    """Make a link."""
    call.require_name()
    values = msgspec.structs.asdict(form)
    password = values.pop("password")
    checks = call.request.app[keys.PASSWORD_CHECKS]
    password_hash = await checks.hashed(password) if password else ""
    return await deep_links.create_link(call.tx, call.user, call.project_id, password_hash=password_hash, **values)


@routes.get("/{project_id}/links/", needs=Permission.BROWSE)
async def list_links(call: Call, form: LinkFilter) -> list[ListedLink]:
    """List the user's links and public ones."""
    async with call.reading() as connection:
        return await deep_links.list_links(
            connection,
            call.user,
            call.project_id,
            only_own=form.only_own,
            only_public=form.only_public,
            only_private=form.only_private,
        )


@routes.get("/{project_id}/links/{alias}/details", needs=Permission.BROWSE)
async def describe_link(call: Call, form: LinkPassword) -> DeepLink:
    """Describe what a link shows."""
    alias = call.path["alias"]
    async with call.reading() as connection:
        link, password_hash = await deep_links.describe_link(connection, call.user, call.project_id, alias)
    if password_hash is not None and not await call.request.app[keys.PASSWORD_CHECKS].match(
        password_hash,
        form.password or "",
        username=f"link {call.project_id} {alias}",
        address=client_address(call.request),
    ):
        raise NotAllowed(f"Link {alias!r} needs its password.")
    return link


@routes.get("/{project_id}/links/{alias}", needs=Permission.NONE)
async def follow_link(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(str, "text/html", 302, "`Location` is the page.")]:
    """Go to the page that shows a link; asked by HEAD, tell only whether there is one."""
    if call.request.method == "HEAD":
        return await _whether_there(call)
    query = urlencode({"pid": call.project_id, "link": call.path["alias"]})
    return web.Response(status=302, headers={"Location": f"/?{query}"}, content_type="text/html")


async def _whether_there(call: Call) -> web.Response:
    if not await call.access.allows(call.user, call.project_id, Permission.BROWSE):
        raise NotAllowed(f"User {call.user.username!r} lacks the permission can_browse in project {call.project_id}.")
    async with call.reading() as connection:
        await deep_links.describe_link(connection, call.user, call.project_id, call.path["alias"])
    return web.Response()


@routes.delete("/{project_id}/links/by-id/{link_id}", needs=Permission.ANNOTATE, label="links.delete")
async def delete_link_by_id(call: Call, form: NoParameters) -> dict[str, str]:
    """Delete a link by its id, which clients expect back as text."""
    link_id = await deep_links.delete_link_by_id(call.tx, call.user, call.project_id, call.path["link_id"])
    return {"deleted_id": str(link_id)}


@routes.delete("/{project_id}/links/{alias}", needs=Permission.ANNOTATE, label="links.delete")
async def delete_link(call: Call, form: NoParameters) -> dict[str, int]:
    """Delete a link."""
    return {"deleted_id": await deep_links.delete_link(call.tx, call.user, call.project_id, call.path["alias"])}
