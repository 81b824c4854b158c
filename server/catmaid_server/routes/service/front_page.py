"""The page that a browser finds at the service's address."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final

from aiohttp import web

from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page
from catmaid_server.http.catmaid.version import own_version
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.service.link_page import LinkParameters, link_page

routes = Routes()

_FRONT_END_HEADERS = {"Content-Security-Policy": "frame-ancestors 'self'", "Cache-Control": "no-cache"}
TO_INVITATION: Final = """
      function join() {
        if (location.hash.startsWith("#join=")) location.replace("invitation/" + location.hash);
      }
      addEventListener("hashchange", join);
      join();
"""
"""Leads to the page of an invitation who comes with its link: what stands behind the # the browser alone knows."""
_LOGIN = '<a href="user/login/">Log in</a>'


@routes.get("/", needs=Permission.NONE)
async def front_page(call: Call, form: LinkParameters) -> Annotated[web.Response, Content(str, "text/html")]:
    """Tell who finds the service with a browser what it is and how to work with it.

    If the service was started with CATMAID's own front end, its page is here instead. Of a link to a place in a project
    it tells where that leads and how to open it.
    """
    front_end = call.request.app[keys.OPTIONS].front_end
    if front_end is not None:
        return web.Response(text=front_end.page, content_type="text/html", headers=_FRONT_END_HEADERS)
    of_link = await link_page(call, form)
    if of_link is not None:
        return of_link
    address = escape(str(external_url(call.request)).rstrip("/"))
    if call.user.username != ANONYMOUS:
        account = (
            f'You are {escape(call.user.username)}. <a href="user/api-tokens/">Your API tokens</a>. '
            '<a href="user/password_change/">Change your password</a>. <a href="user/sign-ins/">Your sign-ins</a>.'
        )
    elif call.request.app[keys.OPTIONS].registration:
        account = f'{_LOGIN}, or <a href="register">make an account</a>, or ask an administrator for one.'
    else:
        account = f"{_LOGIN}. An administrator gives you an account."
    return page(
        "catmaid-jupyter",
        f"""
    <p>This service keeps projects of neurons traced in image volumes. It is version {escape(own_version())}.</p>
    <p>Work with it from a Jupyter notebook:</p>
    <pre>import catmaid_jupyter as cj
cj.connect("{address}")</pre>
    <p><a href="docs/">The manual</a> says how.</p>
    <p>Programs for CATMAID can use the same address. <a href="apis/">The API</a> is described here.</p>
    <p>{account}</p>""",
        script=TO_INVITATION,
    )
