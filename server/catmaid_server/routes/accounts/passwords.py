"""Pages on which people change their password and make an account."""

from __future__ import annotations

from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts import api_tokens, login_sessions, registration, users
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_path
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import Field, Tick, form_page, page, redirect
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.accounts.accounts import keep_session, password_matches
from catmaid_server.routes.accounts.registering import (
    Register,
    hashed_password,
    new_password,
    password_problems,
    registration_page,
)

routes = Routes()

_HOME = "/"


class ChangePassword(msgspec.Struct):
    """The password so far, and twice the new one."""

    old_password: str = ""
    new_password1: str = ""
    new_password2: str = ""
    revoke_tokens: bool = False
    """Whether to revoke all of the user's API tokens, too."""


@routes.get("/user/password_change/", needs=Permission.NONE)
async def password_form(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the login.")]:
    """Show the page on which a user changes their password; visitors are sent to log in."""
    return _to_login(call) if call.user.username == ANONYMOUS else _password_page()


@routes.post("/user/password_change/", needs=Permission.NONE)
async def change_password(
    call: Call, form: ChangePassword
) -> Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the front page, or to the login.")]:
    """Change the user's password, which ends their other sessions and, if they want, API tokens; go to the front page.

    The page comes again, with what is wrong, if the old password is not right or the new one is none.
    """
    if call.user.username == ANONYMOUS:
        return _to_login(call)
    right = await password_matches(call, call.user, call.user.username, form.old_password)
    problems = [] if right else ["This is not your password so far."]
    problems += password_problems(form.new_password1, form.new_password2, call.user.username)
    if problems:
        return _password_page(problems)
    new_hash = await call.request.app[keys.PASSWORD_CHECKS].hashed(form.new_password1)
    async with call.store.writing(user_id=call.user.id, project_id=None, label="users.set_password") as tx:
        await users.set_password_hash(tx, call.user.id, new_hash)
        if form.revoke_tokens:
            await api_tokens.revoke_tokens_of(tx, call.user.id)
        session_id = await login_sessions.begin_session(tx, call.user.id)
    response = redirect(_HOME)
    keep_session(call, response, session_id, call.user.id, new_hash)
    return response


@routes.get("/register", needs=Permission.NONE)
async def registration_form(
    call: Call, form: NoParameters
) -> Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the front page.")]:
    """Show the page on which people make themselves an account, if this service lets them."""
    return registration_page(Register()) if call.request.app[keys.OPTIONS].registration else redirect(_HOME)


@routes.post("/register", needs=Permission.NONE)
async def register(
    call: Call, form: Register
) -> Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the front page.")]:
    """Make an account, which may do nothing until somebody grants it something, if this service lets people."""
    if not call.request.app[keys.OPTIONS].registration:
        return redirect(_HOME)
    if form.problems:
        return registration_page(form, form.problems)
    new_hash = await hashed_password(call, form)
    try:
        async with call.store.writing(user_id=None, project_id=None, label="users.register") as tx:
            await registration.register(tx, form.username, password_hash=new_hash, **form.names)
    except InvalidInput as error:
        return registration_page(form, [str(error)])
    return page("Welcome", "<p>Your account has been made, and you can log in now.</p>")


def _to_login(call: Call) -> web.Response:
    return redirect(f"/accounts/login?next={external_path(call.request)}")


def _password_page(problems: list[str] | None = None) -> web.Response:
    return form_page(
        "Change your password",
        [
            Field("old_password", "Your password so far", "current-password", "password"),
            *new_password("new_password1", "new_password2"),
            Tick("revoke_tokens", "Revoke all my API tokens, too; notebooks and programs then need new ones"),
        ],
        button="Change it",
        about="This ends your sessions in other browsers.",
        problems=problems or [],
    )
