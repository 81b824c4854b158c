"""What a browser is told that follows a link to a place in a project: where it leads, and how to open it."""

from __future__ import annotations

from html import escape

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound
from catmaid_server.domain.projects import deep_links, project_list
from catmaid_server.domain.projects.deep_links import DeepLink
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page
from catmaid_server.http.routing import Permission


class LinkParameters(msgspec.Struct):
    """What CATMAID's links say; what is no number is passed over."""

    pid: str | None = None
    """Project."""
    xp: str | None = None
    """Place along x, nm."""
    yp: str | None = None
    """Place along y, nm."""
    zp: str | None = None
    """Place along z, nm."""
    link: str | None = None
    """Name of a link that is kept here, and says the rest."""
    workspace: str | None = None
    """Name of a workspace that is kept for all users of the project."""
    active_node_id: str | None = None
    """Treenode or connector that is active."""


async def link_page(call: Call, form: LinkParameters) -> web.Response | None:
    """The page of a link; None if the address is none. Only who may see the project is told what is there."""
    if form.pid is None or not form.pid.isdecimal() or len(form.pid) > 9:
        return None
    told = await _told(call, int(form.pid), form)
    address = f"{external_url(call.request)}?{call.request.rel_url.raw_query_string}"
    return page(
        "A place in catmaid-jupyter",
        f"""
    {"".join(f"<p>{escape(sentence)}</p>" for sentence in told)}
    <p>Open it in a Jupyter notebook, on your machine or on a hub: run this in a cell.</p>
    <pre style="white-space: pre-wrap; overflow-wrap: anywhere">import catmaid_jupyter as cj
cj.open({escape(repr(address))})</pre>
    <p>{_account(call)}</p>""",
    )


async def _told(call: Call, project_id: int, form: LinkParameters) -> list[str]:
    """Where the link leads, in sentences."""
    if not await call.access.allows(call.user, project_id, Permission.BROWSE):
        return ["This link leads to a project that you may not see, or that is not there."]
    async with call.reading() as connection:
        project = await project_list.describe_project(connection, project_id)
        title = project["title"]
        if form.link is not None:
            try:
                link, password_hash = await deep_links.describe_link(connection, call.user, project_id, form.link)
            except (NotFound, NotAllowed, InvalidInput):
                return [f"There is no link “{form.link[:100]}” in project “{title}”, or it is private."]
            if password_hash is not None:
                return [f"The link “{form.link[:100]}” leads to project “{title}”; it needs a password."]
            return [f"The link “{form.link[:100]}” leads to project “{title}”.", *_of_link(link)]
    if form.workspace is not None:
        return [f"This link leads to the workspace “{form.workspace[:100]}” of project “{title}”."]
    place = _place([form.xp, form.yp, form.zp])
    active = f" Node {form.active_node_id} is active." if (form.active_node_id or "").isdecimal() else ""
    return [f"This link leads to project “{title}”{place}.{active}"]


def _of_link(link: DeepLink) -> list[str]:
    places = [link["location_x"], link["location_y"], link["location_z"]]
    place = _place([None if value is None else str(value) for value in places])
    return [*([f"It is{place[1:]}."] if place else []), *([link["message"]] if link["message"] else [])]


def _place(texts: list[str | None]) -> str:
    try:
        x, y, z = (float(text or "") for text in texts)
    except ValueError:
        return ""
    return f", at x = {x:,.0f}, y = {y:,.0f}, z = {z:,.0f} nm"


def _account(call: Call) -> str:
    if call.user.username != ANONYMOUS:
        return f"You are {escape(call.user.username)}."
    return (
        'You are not logged in. <a href="user/login/">Log in</a>; notebooks need <code>CATMAID_TOKEN</code> or a token.'
    )
