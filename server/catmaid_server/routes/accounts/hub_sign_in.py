"""Signing in with the JupyterHub whose service this is: notebooks by their token of it, browsers by its page."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Final, TypedDict
from uuid import UUID

import msgspec
from aiohttp import web

from catmaid_server.auth import same_site
from catmaid_server.auth.jupyterhub import Hub, NotOfTheHub
from catmaid_server.auth.providers.attempts import own_path
from catmaid_server.auth.signing import sign, verified
from catmaid_server.domain.accounts import identities
from catmaid_server.domain.accounts.identities import JUPYTERHUB, Identity
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotAllowed, NotFound
from catmaid_server.domain.times import ZonedTime
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import redirect
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.accounts.accounts import keep_session, renewed_session

routes = Routes()

_STATE_COOKIE: Final = "catmaid_hub_state"
_STATE_S: Final = 600
_PURPOSE: Final = "hub sign-in"
_LABEL: Final = "accounts.login"


class HubToken(msgspec.Struct):
    """A token of the hub."""

    hub_token: str = ""
    """As JupyterHub gives it to a notebook's server, `JUPYTERHUB_API_TOKEN`."""


class HubSession(TypedDict):
    """An API token for who has signed in."""

    token: str
    expiry: ZonedTime
    username: str
    browser_path: str
    """Path at which browsers find this service on the hub's site, with a slash at the end."""


class WhereTo(msgspec.Struct):
    """Where to go after signing in."""

    next: str = "/user/api-tokens/"
    """A path below this service's address."""


class HubAnswer(msgspec.Struct):
    """With what the hub sends a browser back."""

    code: str = ""
    """Stands for who has signed in; it is good once."""
    state: str = ""
    """What this service gave the browser when it sent it to the hub."""
    error: str = ""
    """Why nobody signed in."""
    error_description: str = ""
    """The same in words."""


@routes.post("/hub/token", needs=Permission.NONE)
async def sign_in_notebook(call: Call, form: HubToken) -> Annotated[web.Response, Content(HubSession)]:
    """Give an API token, valid for a day, to who shows a token of the hub that may use this service."""
    hub = _hub(call)
    identity = await hub.identity_of_token(form.hub_token)
    async with call.store.writing(user_id=None, project_id=None, label=_LABEL) as tx:
        user = await identities.signed_in(tx, identity)
        made = await identities.token_for(tx, user, JUPYTERHUB)
    assert made.expiry is not None
    shown: HubSession = {
        "token": made.token,
        "expiry": made.expiry,
        "username": user.username,
        "browser_path": hub.service.browser_path,
    }
    return web.Response(
        body=msgspec.json.encode(shown), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


@routes.get("/hub/login", needs=Permission.NONE)
async def sign_in_browser(
    call: Call, form: WhereTo
) -> Annotated[web.Response, Content(None, "", 302, "To the hub's page.")]:
    """Send a browser to the hub to sign in; the hub sends it back to `/oauth_callback`."""
    hub, options = _hub(call), call.request.app[keys.OPTIONS]
    nonce = secrets.token_hex(16)
    state = sign(options.secret, _PURPOSE, f"{nonce}:{own_path(form.next)}", expires=int(time.time()) + _STATE_S)
    service, address = external_url(call.request), hub.sign_in_address(state)
    # A path is one of the hub's site, above this service's; the browser knows better than we how it got here.
    response = redirect(f"//{service.host_port_subcomponent}{address}" if address.startswith("/") else address)
    response.set_cookie(
        _STATE_COOKIE,
        nonce,
        max_age=_STATE_S,
        httponly=True,
        samesite="Lax",
        path=service.raw_path,
        secure=same_site.is_over_https(call.request.headers, service),
    )
    return response


@routes.get("/oauth_callback", needs=Permission.NONE)
async def come_back_from_hub(
    call: Call, form: HubAnswer
) -> Annotated[web.Response, Content(None, "", 302, "To where the browser wanted to go.")]:
    """Begin the session of who has signed in at the hub, in the browser that set out to do so."""
    hub, options = _hub(call), call.request.app[keys.OPTIONS]
    nonce, _, path = (verified(options.secret, _PURPOSE, form.state) or "").partition(":")
    own = call.request.cookies.get(_STATE_COOKIE, "")
    if not nonce or not secrets.compare_digest(nonce.encode(), own.encode(errors="replace")):
        raise NotAllowed("This sign-in was not begun in this browser, or more than ten minutes ago. Begin it again.")
    if form.error:
        raise NotOfTheHub(f"JupyterHub says: {form.error_description or form.error}")
    user, session_id = await _begin_session(call, await hub.identity_of_code(form.code))
    response = redirect(path)
    keep_session(call, response, session_id, user.id, user.password)
    response.del_cookie(_STATE_COOKIE, path=external_url(call.request).raw_path)
    return response


async def _begin_session(call: Call, identity: Identity) -> tuple[User, UUID]:
    async with call.store.writing(user_id=None, project_id=None, label=_LABEL) as tx:
        user = await identities.signed_in(tx, identity)
        return user, await renewed_session(call, tx, user.id)


def _hub(call: Call) -> Hub:
    hub = call.request.app[keys.HUB]
    if hub is None:
        raise NotFound("This service signs nobody in with JupyterHub: CATMAID_JUPYTERHUB is not set.")
    return hub
