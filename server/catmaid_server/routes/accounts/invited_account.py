"""The page on which who is invited makes an account, and joins by the same click."""

from __future__ import annotations

from typing import Annotated

from aiohttp import web

from catmaid_server.auth import same_site
from catmaid_server.domain.accounts import registration
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound
from catmaid_server.domain.projects.invitations import FoundInvitation
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import redirect
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.accounts import opened_invitation
from catmaid_server.routes.accounts.accounts import keep_session, renewed_session
from catmaid_server.routes.accounts.opened_invitation import SHOW
from catmaid_server.routes.accounts.registering import Register, hashed_password, registration_page

routes = Routes()

AccountPage = Annotated[
    web.Response, Content(str, "text/html"), Content(None, "", 302, "To the page of the invitation.")
]


@routes.get("/invitation/account/", needs=Permission.NONE)
async def invited_account_form(call: Call, form: NoParameters) -> AccountPage:
    """Show the page on which who is invited makes an account; others are sent to the invitation."""
    found = await _invitation(call)
    return redirect(SHOW) if found is None else _page(found, Register())


@routes.post("/invitation/account/", needs=Permission.NONE)
async def make_invited_account(call: Call, form: Register) -> AccountPage:
    """Make an account, log it in, and let it into the project of the invitation: all of it, or nothing."""
    if same_site.is_foreign(call.request.headers, external_url(call.request)):
        raise NotAllowed("Make an account on a page of this service.")
    found = await _invitation(call)
    if found is None:
        return redirect(SHOW)
    if form.problems:
        return _page(found, form, form.problems)
    password_hash = await hashed_password(call, form)
    try:
        async with call.store.writing(user_id=None, project_id=None, label="users.register") as tx:
            user_id = await registration.register(tx, form.username, password_hash=password_hash, **form.names)
            await opened_invitation.join(call, tx, user_id)
            session_id = await renewed_session(call, tx, user_id)
    except NotFound:  # it has ended meanwhile
        return redirect(SHOW)
    except InvalidInput as error:
        return _page(found, form, [str(error)])
    response = redirect(SHOW)
    keep_session(call, response, session_id, user_id, password_hash)
    return response


async def _invitation(call: Call) -> FoundInvitation | None:
    """The opened invitation; None if nobody makes an account by it, or who asks has one."""
    if call.user.username != ANONYMOUS:
        return None
    async with call.turn(), call.store.reading() as connection:
        found = await opened_invitation.found(connection, call)
    if found is None or found.why_ended:
        return None
    is_open = call.request.app[keys.OPTIONS].registration or opened_invitation.brings_account(call, found)
    return found if is_open else None


def _page(found: FoundInvitation, form: Register, problems: list[str] | None = None) -> web.Response:
    about = f"With it you join the project {found.project}, into which {found.maker} invites you."
    return registration_page(form, problems or [], about=about, button="Make it, and join")
