"""The page on which users see with which providers they sign in, and add and remove such ways."""

from __future__ import annotations

from html import escape
from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts import identities, passwords
from catmaid_server.domain.accounts.identities import LinkedIdentity
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import DomainError, InvalidInput
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page, redirect
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.accounts.login_page import to_login
from catmaid_server.routes.accounts.provider_sign_in import SIGN_INS

routes = Routes()

SignInsPage = Annotated[
    web.Response, Content(str, "text/html"), Content(None, "", 302, "To the login, or back to the page.")
]


class SignInToRemove(msgspec.Struct):
    """A way to sign in, from the page."""

    issuer: str = ""
    """Who vouches for the user, as the page has it."""


@routes.get(SIGN_INS, needs=Permission.NONE)
async def sign_ins_page(call: Call, form: NoParameters) -> SignInsPage:
    """Show with which providers the user signs in; visitors are sent to log in."""
    return to_login(SIGN_INS) if call.user.username == ANONYMOUS else await _page(call)


@routes.post(SIGN_INS, needs=Permission.NONE)
async def remove_sign_in(call: Call, form: SignInToRemove) -> SignInsPage:
    """Let the user sign in with a provider no more; the last way to sign in stays."""
    if call.user.username == ANONYMOUS:
        return to_login(SIGN_INS)
    try:
        async with call.store.writing(user_id=call.user.id, project_id=None, label="users.unlink") as tx:
            others = [
                one for one in await identities.list_identities(tx, user_id=call.user.id) if one.issuer != form.issuer
            ]
            if not others and not passwords.is_usable(call.user.password):
                raise InvalidInput("This is your only way to sign in. Add another one before you remove it.")
            await identities.unlink(tx, call.user.id, form.issuer)
    except DomainError as error:
        return await _page(call, problem=str(error))
    return redirect(SIGN_INS)


async def _page(call: Call, *, problem: str = "") -> web.Response:
    # Not as of a version: identities are not versioned.
    async with call.turn(), call.store.reading() as connection:
        found = await identities.list_identities(connection, user_id=call.user.id)
    titles = {one.settings.address: one.settings.title for one in call.request.app[keys.PROVIDERS].values()}
    known = {one.issuer for one in found}
    more = [
        f'<p><a class="button" href="../../sign-in/{key}?add=true">Add {escape(one.settings.title)}</a></p>'
        for key, one in call.request.app[keys.PROVIDERS].items()
        if one.settings.address not in known
    ]
    password = "You have a password, too." if passwords.is_usable(call.user.password) else "You have no password."
    parts = [
        f"<p>You are {escape(call.user.username)}. These are other accounts with which you sign in here.</p>",
        f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        _table(found, titles),
        f"<p>{password}</p>",
        *more,
    ]
    return page("Your sign-ins", "\n".join(part for part in parts if part))


def _table(found: list[LinkedIdentity], titles: dict[str, str]) -> str:
    if not found:
        return "<p>There are none.</p>"
    rows = "\n".join(
        f"<tr><td>{escape(titles.get(one.issuer, one.issuer))}</td><td>{escape(one.subject)}</td>"
        f'<td><form method="post"><input type="hidden" name="issuer" value="{escape(one.issuer)}">'
        f"<button>Remove</button></form></td></tr>"
        for one in found
    )
    return f"<table><tr><th>with</th><th>known there as</th><th></th></tr>\n{rows}\n</table>"
