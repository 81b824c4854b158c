"""The page that a person sees who opens the link of an invitation: what it is, and a button to join."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from html import escape
from typing import Annotated, Final

import msgspec
from aiohttp import web
from yarl import URL

from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_server.domain.projects import invitations
from catmaid_server.domain.projects.invitations import FoundInvitation
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import Field, form_page, page, redirect
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.accounts import opened_invitation
from catmaid_server.routes.accounts.login_page import LOGIN, other_ways
from catmaid_server.routes.accounts.opened_invitation import READ, SHOW

routes = Routes()

InvitationPage = Annotated[
    web.Response, Content(str, "text/html"), Content(None, "", 302, "To the page of the invitation, or to its link.")
]

_RIGHTS: Final = {
    "can_browse": "look at it",
    "can_annotate": "trace and annotate in it",
    "can_import": "bring skeletons in",
    "can_fork": "make a project of your own with its images",
    "can_administer": "administer it",
}
_SEND: Final = """
      function send() {
        const found = /^#join=([0-9a-f-]{36})$/i.exec(location.hash);
        if (!found) return;
        history.replaceState(null, "", location.pathname);
        const form = document.querySelector("form");
        form.elements.token.value = found[1];
        form.submit();
      }
      addEventListener("hashchange", send);
      send();
"""
"""Sends what stands behind the # of the address: browsers send it to nobody by themselves, so it is in no log."""


class InvitationLink(msgspec.Struct):
    """What somebody was given."""

    token: str = ""
    """The link of an invitation, or what stands behind `#join=` in it."""


@routes.get(READ, needs=Permission.NONE)
async def invitation_link(call: Call, form: NoParameters) -> InvitationPage:
    """Read the link with which a browser comes here; who has none in the address may paste it."""
    return _which()


@routes.post(READ, needs=Permission.NONE)
async def open_invitation(call: Call, form: InvitationLink) -> InvitationPage:
    """Go on with an invitation, which the browser keeps meanwhile."""
    token = form.token.strip().rpartition("#join=")[2]
    try:
        async with call.turn(), call.store.reading() as connection:
            await invitations.find(connection, token, call.user.id)
    except (InvalidInput, NotFound):
        return _which("There is no such invitation here. Is the link complete?")
    response = redirect(SHOW)
    opened_invitation.keep(call, response, token)
    return response


@routes.get(SHOW, needs=Permission.NONE)
async def show_invitation(call: Call, form: NoParameters) -> InvitationPage:
    """Show what the opened invitation is, and how to join: a button, or first the ways to sign in."""
    async with call.turn(), call.store.reading() as connection:
        found = await opened_invitation.found(connection, call)
    if found is None:
        return redirect(READ)
    if found.is_in:
        return _joined(call, found)
    return page("You are invited", "\n".join(_parts(call, found)))


@routes.post(SHOW, needs=Permission.NONE)
async def join_by_invitation(call: Call, form: NoParameters) -> InvitationPage:
    """Join the project of the opened invitation as the user who is signed in."""
    if call.user.username == ANONYMOUS or not opened_invitation.token_of(call):
        return redirect(SHOW)
    try:
        async with call.store.writing(user_id=call.user.id, project_id=None, label="project_tokens.apply") as tx:
            await opened_invitation.join(call, tx, call.user.id)
            found = await invitations.find(tx, opened_invitation.token_of(call), call.user.id)
    except DomainError as error:
        return page("You are invited", _problem(str(error)))
    return _joined(call, found) if found.is_in else page("You are invited", "\n".join(_parts(call, found)))


def _which(problem: str = "") -> web.Response:
    return form_page(
        "Open an invitation",
        [Field("token", "The link that you were given", "off")],
        button="Go on",
        problems=[problem] if problem else [],
        script=_SEND,
    )


def _parts(call: Call, found: FoundInvitation) -> list[str]:
    """What the invitation is, and what who sees it may do about it."""
    title = f"the project <b>{escape(found.project)}</b>"
    if found.why_ended:
        return [f"<p>{escape(found.maker)} invited people into {title}.</p>", _problem(found.why_ended)]
    parts = [f"<p>{escape(found.maker)} invites you into {title}. You may then:</p>", _list(found.permissions)]
    if found.is_used:
        return [*parts, "<p>You have asked to join. An administrator of the project has to approve of that first.</p>"]
    if found.needs_approval and call.request.app[keys.OPTIONS].approval:
        parts.append("<p>An administrator of the project has to approve of that first.</p>")
    parts += [f"<p>{sentence}</p>" for sentence in _ends(found)]
    return [*parts, *_ways(call, found)]


def _ends(found: FoundInvitation) -> list[str]:
    told = []
    if found.expires is not None:
        told.append(f"The invitation ends on {found.expires.astimezone(UTC):%Y-%m-%d at %H:%M} UTC.")
    if found.most_uses is not None:
        left = found.most_uses - found.uses
        told.append("It is for one person." if found.most_uses == 1 else f"{left} more people can use it.")
    return told


def _list(permissions: Sequence[str]) -> str:
    rights = [words for name, words in _RIGHTS.items() if name in permissions]
    return f"<ul>{''.join(f'<li>{escape(words)}</li>' for words in rights)}</ul>"


def _ways(call: Call, found: FoundInvitation) -> list[str]:
    """A button for who is signed in; for others the ways to sign in."""
    if call.user.username != ANONYMOUS:
        return [
            f"<p>You are {escape(call.user.username)}.</p>",
            f'<form method="post" action="./"><button autofocus>Join {escape(found.project)}</button></form>',
        ]
    login = escape(str(URL(f"../..{LOGIN}").with_query(next=SHOW)))
    brings_account = opened_invitation.brings_account(call, found)
    ways = [
        "<p>Sign in to join:</p>",
        other_ways(call, SHOW),
        f'<p><a class="button" href="{login}">Log in with a name and a password</a></p>',
    ]
    if brings_account or call.request.app[keys.OPTIONS].registration:
        ways.append('<p><a class="button" href="../account/">Make an account, and join</a></p>')
    else:
        ways.append(f"<p>Without an account here, ask {escape(found.maker)}, or an administrator, for one.</p>")
    return [way for way in ways if way]


def _joined(call: Call, found: FoundInvitation) -> web.Response:
    address = str(external_url(call.request)).rstrip("/")
    code = f"""import catmaid_jupyter as cj
project = cj.connect({address!r}, sign_in=True).project({found.project!r})
project.viewer()"""
    shown = page(
        "You are in",
        f"""<p>You, {escape(call.user.username)}, are in the project <b>{escape(found.project)}</b>.</p>
<p>Work with it from a Jupyter notebook, on your machine or on a hub: run this in a cell.</p>
<pre>{escape(code)}</pre>
<p><a href="../../docs/">The manual</a> says how to go on.</p>""",
    )
    opened_invitation.forget(call, shown)
    return shown


def _problem(text: str) -> str:
    return f'<p class="problem" role="alert">{escape(text)}</p>'
