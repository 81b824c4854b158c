"""The page on which people log in: with a name and a password, or by signing in elsewhere."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final

import msgspec
from aiohttp import web
from yarl import URL

from catmaid_server.auth import same_site
from catmaid_server.auth.providers.attempts import own_path
from catmaid_server.auth.turns import TooManyAttempts
from catmaid_server.domain.accounts.accounts import InactiveLogin, InvalidLogin
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import NotAllowed
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import Field, Kept, form_page, redirect
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.accounts.accounts import authenticated, start_noted_session

routes = Routes()

LOGIN: Final = "/user/login/"
_TOKENS: Final = "/user/api-tokens/"

LoginPage = Annotated[
    web.Response, Content(str, "text/html"), Content(None, "", 302, "To where the browser wanted to go.")
]


class AfterLogin(msgspec.Struct):
    """Where to go after logging in."""

    next: str = _TOKENS
    """A path below this service's address."""


class LoginForm(msgspec.Struct):
    """Name and password, from the page."""

    username: str = ""
    password: str = ""
    next: str = _TOKENS
    """A path below this service's address, to go to afterwards."""


@routes.get(LOGIN, needs=Permission.NONE)
async def login_form(call: Call, form: AfterLogin) -> LoginPage:
    """Show the page on which people log in; who is logged in is sent on."""
    path = own_path(form.next)
    return login_page(call, path) if call.user.username == ANONYMOUS else redirect(path)


@routes.post(LOGIN, needs=Permission.NONE)
async def log_in_on_page(call: Call, form: LoginForm) -> LoginPage:
    """Start a session and go on; the page comes again if name or password are wrong."""
    if same_site.is_foreign(call.request.headers, external_url(call.request)):
        raise NotAllowed("Log in on a page of this service; elsewhere, use an API token.")
    path = own_path(form.next)
    try:
        user = await authenticated(call, form.username, form.password)
    except (InvalidLogin, InactiveLogin, TooManyAttempts) as error:
        return login_page(call, path, form.username, [str(error)])
    response = redirect(path)
    await start_noted_session(call, response, user, form.password)
    return response


def login_page(
    call: Call, path: str, username: str = "", problems: list[str] | None = None, *, about: str = ""
) -> web.Response:
    """The page; who logs in goes to `path`. `about` is said above the form."""
    return form_page(
        "Log in",
        [
            Field("username", "User name", "username", value=username),
            Field("password", "Password", "current-password", "password"),
            Kept("next", path),
        ],
        button="Log in",
        about=about,
        problems=problems or [],
        before=other_ways(call, path),
    )


def to_login(path: str) -> web.Response:
    """Send a visitor to log in and come back to a path of this service."""
    return redirect(str(URL(LOGIN).with_query(next=path)))


def other_ways(call: Call, path: str) -> str:
    """A line for each other way to sign in, on a page two levels below the service's address."""
    app, ways = call.request.app, []
    if app[keys.HUB] is not None:
        ways.append(("hub/login", "JupyterHub"))
    ways += [(f"sign-in/{key}", provider.settings.title) for key, provider in app[keys.PROVIDERS].items()]
    links = (
        f'<a class="button" href="{escape(str(URL(f"../../{way}").with_query(next=path)))}">'
        f"Sign in with {escape(title)}</a>"
        for way, title in ways
    )
    return "\n".join(f"<p>{link}</p>" for link in links)
