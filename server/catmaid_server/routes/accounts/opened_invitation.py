"""The invitation that a browser has opened: kept in a cookie of it while its person signs in or makes an account."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from catmaid_server.auth import same_site
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.newcomers import Admission
from catmaid_server.domain.annotation import favorites
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.projects import invitations, project_tokens
from catmaid_server.domain.projects.invitations import FoundInvitation
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call

READ: Final = "/invitation/"
SHOW: Final = "/invitation/open/"
COOKIE: Final = "catmaid_invitation"
_LIFETIME_S: Final = 3600


def keep(call: Call, response: web.Response, token: str) -> None:
    """Let the browser keep the token of an invitation for an hour, out of reach of scripts."""
    service = external_url(call.request)
    response.set_cookie(
        COOKIE,
        token,
        max_age=_LIFETIME_S,
        httponly=True,
        samesite="Lax",
        path=service.raw_path,
        secure=same_site.is_over_https(call.request.headers, service),
    )


def forget(call: Call, response: web.Response) -> None:
    """Let the browser forget it, as after its person has joined."""
    response.del_cookie(COOKIE, path=external_url(call.request).raw_path)


def token_of(call: Call) -> str:
    """Token of the invitation that the browser has opened; empty if there is none."""
    return call.request.cookies.get(COOKIE, "")


async def found(connection: Connection, call: Call) -> FoundInvitation | None:
    """The invitation that the browser has opened; None if it has opened none that is known here."""
    token = token_of(call)
    if not token:
        return None
    try:
        return await invitations.find(connection, token, call.user.id)
    except (InvalidInput, NotFound):
        return None


async def join(call: Call, tx: Connection, user_id: int) -> None:
    """Let a user into the project of the opened invitation, and count it among their favourites.

    Raises `NotFound` for an invitation that lets nobody in any more.
    """
    options = call.request.app[keys.OPTIONS]
    entered = await project_tokens.apply_token(
        tx, user_id, token_of(call), approval=options.approval, mail_limit=options.mails_per_hour
    )
    await favorites.add(tx, entered["project_id"], user_id)


def brings_account(call: Call, invitation: FoundInvitation) -> bool:
    """Whether who has an invitation may make an account by it alone."""
    admission: Admission = call.request.app[keys.OPTIONS].admission
    return not invitation.why_ended and admission.takes_invited(
        ends=invitation.ends, by_superuser=invitation.by_superuser
    )
