"""Invitations into a project: tokens that may end, for who administers it or made them."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

import msgspec

from catmaid_server.domain.errors import NotAllowed
from catmaid_server.domain.projects import invitations, mails, project_tokens
from catmaid_server.domain.projects.invitations import Invitation
from catmaid_server.domain.times import ZonedTime, parse_time
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes
from catmaid_server.routes.projects.project_tokens import WithdrawnToken

routes = Routes()


class NewInvitation(msgspec.Struct):
    """An invitation to make: what it gives, and when it ends."""

    name: str = ""
    """What it is for; shown to administrators."""
    permissions: list[str] = []
    """What it lets people do; with `can_annotate` they may do so from notebooks, too."""
    needs_approval: bool = False
    """Whether an administrator has to approve of each person first."""
    expires: str | None = None
    """When it ends, ISO 8601; by default never."""
    uses: int | None = None
    """How many people may use it; by default any number, or one if it is sent to an address."""
    email: str = ""
    """Address to which it is sent, if the service sends mail; empty: who made it passes the link on."""


class ListedInvitation(TypedDict):
    """An invitation, for administrators of the project."""

    id: int
    name: str
    token: str
    permissions: list[str]
    needs_approval: bool
    is_open: bool
    """Whether it lets people in: it was not withdrawn, has not ended, and is not used up."""
    creation_time: ZonedTime
    expires: ZonedTime | None
    """When it ends; `null`: never."""
    most_uses: int | None
    """How many people it is for; `null`: any number."""
    uses: int
    """How many have used it, also those who wait for approval."""
    user: str
    """Who made it."""
    email: str
    """Address of the person for whom it was made; empty: for whoever has it."""
    mail: str
    """What became of its mail: `sent`, for what it waits, or why it failed; empty: there is none, or not any more."""
    link: str
    """Where it is opened; empty where the settings do not say how people reach the service."""


@routes.get("/{project_id}/invitations/", needs=Permission.ADMINISTER)
async def list_invitations(call: Call, form: NoParameters) -> list[ListedInvitation]:
    """List the invitations into a project, the oldest first."""
    async with call.reading() as connection:
        return [_listed(call, one) for one in await invitations.list_invitations(connection, call.project_id)]


@routes.post("/{project_id}/invitations/", needs=Permission.ADMINISTER, label="project_tokens.invite")
async def invite(call: Call, form: NewInvitation) -> ListedInvitation:
    """Make an invitation, which lets who has its token into the project until it ends, and send it to an address."""
    options = call.request.app[keys.OPTIONS]
    email = mails.require_address(form.email) if form.email else ""
    made = await invitations.create(
        call.tx,
        call.project_id,
        call.user.id,
        name=form.name,
        permissions=form.permissions,
        needs_approval=form.needs_approval,
        expires=None if form.expires is None else parse_time(form.expires),
        most_uses=1 if email and form.uses is None else form.uses,
        email=email,
    )
    if email and options.mails_per_hour:
        limit = options.mails_per_hour
        await mails.mail_invitation(call.tx, call.project_id, call.user.id, made.id, limit=limit)
        made = replace(made, mail=mails.WAITING)
    return _listed(call, made)


@routes.delete("/{project_id}/invitations/{token_id}", needs=Permission.LOGIN, label="project_tokens.withdraw")
async def withdraw_invitation(call: Call, form: NoParameters) -> WithdrawnToken:
    """Let nobody in by an invitation any more; who used it stays. For administrators, and for who made it."""
    token_id: int = call.path["token_id"]
    why_not = await call.why_not(Permission.ADMINISTER)
    if why_not is not None and await invitations.maker_of(call.tx, call.project_id, token_id) != call.user.id:
        raise NotAllowed(why_not)
    await project_tokens.withdraw_token(call.tx, call.project_id, token_id)
    return {"id": token_id}


def _listed(call: Call, one: Invitation) -> ListedInvitation:
    service = call.request.app[keys.OPTIONS].public_url.rstrip("/")
    return {
        "id": one.id,
        "name": one.name,
        "token": str(one.token),
        "permissions": one.permissions,
        "needs_approval": one.needs_approval,
        "is_open": one.is_open,
        "creation_time": one.created,
        "expires": one.expires,
        "most_uses": one.most_uses,
        "uses": one.uses,
        "user": one.user,
        "email": one.email,
        "mail": one.mail,
        "link": f"{service}/#join={one.token}" if service else "",
    }
