"""The page on which people make and revoke their API tokens."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final

import msgspec
from aiohttp import web

from catmaid_server.domain.accounts import api_tokens
from catmaid_server.domain.accounts.api_tokens import MOST_DAYS, ApiToken, NewApiToken
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page, redirect
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.accounts.api_tokens import (
    AllTokens,
    TokenToMake,
    make_token,
    require_confirmation,
    write_token_uses,
)
from catmaid_server.routes.accounts.login_page import to_login

routes = Routes()

_TOKENS: Final = "/user/api-tokens/"

Page = Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the login, or back to the page.")]


class TokenForm(msgspec.Struct):
    """A token to make, from the page."""

    name: str = ""
    """What it is for, to tell it from others."""
    days: str = ""
    """How many days it is valid; empty: until it is revoked."""


class TokenToRevoke(msgspec.Struct):
    """A token to revoke, from the page."""

    token_id: int = 0
    """Id of the API token."""


@routes.get("/user/api-tokens/", needs=Permission.NONE)
async def token_page(call: Call, form: NoParameters) -> Page:
    """Show the user's API tokens, and forms to make and to revoke them; visitors are sent to log in."""
    return to_login(_TOKENS) if call.user.username == ANONYMOUS else await _page_of_tokens(call)


@routes.post("/user/api-tokens/", needs=Permission.NONE)
async def make_token_on_page(call: Call, form: TokenForm) -> Page:
    """Make an API token and show it, this once."""
    if call.user.username == ANONYMOUS:
        return to_login(_TOKENS)
    try:
        made = await make_token(call, TokenToMake(form.name, _days(form.days)))
    except (InvalidInput, NotAllowed) as error:
        return await _page_of_tokens(call, problem=str(error))
    return await _page_of_tokens(call, made=made)


@routes.post("/user/api-tokens/revoke-all", needs=Permission.NONE)
async def revoke_all_on_page(call: Call, form: AllTokens) -> Page:
    """Revoke all of the user's API tokens."""
    if call.user.username == ANONYMOUS:
        return to_login(_TOKENS)
    require_confirmation(call, form)
    async with call.store.writing(user_id=call.user.id, project_id=None, label="accounts.revoke_tokens") as tx:
        await api_tokens.revoke_tokens_of(tx, call.user.id)
    return redirect(_TOKENS)


@routes.post("/user/api-tokens/revoke", needs=Permission.NONE)
async def revoke_token_on_page(call: Call, form: TokenToRevoke) -> Page:
    """Revoke one of the user's API tokens and show the others."""
    if call.user.username == ANONYMOUS:
        return to_login(_TOKENS)
    try:
        async with call.store.writing(user_id=call.user.id, project_id=None, label="accounts.revoke_token") as tx:
            await api_tokens.revoke_own_token(tx, call.user.id, form.token_id)
    except NotFound as error:
        return await _page_of_tokens(call, problem=str(error))
    return redirect(_TOKENS)


def _days(text: str) -> int | None:
    if not text.strip():
        return None
    try:
        return int(text)
    except ValueError:
        raise InvalidInput(f"The number of days is a whole number, or empty, not {text!r}.") from None


async def _page_of_tokens(call: Call, *, made: NewApiToken | None = None, problem: str = "") -> web.Response:
    await write_token_uses(call)
    # Not as of a version: uses are not versioned.
    async with call.turn(), call.store.reading() as connection:
        listed = await api_tokens.list_tokens(connection, user_id=call.user.id)
    parts = [
        f"<p>You are {escape(call.user.username)}. With an API token, programs act as you: notebooks, for example.</p>",
        f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        "" if made is None else _shown(made),
        _table(listed),
        _revoke_all(call.user.username) if len(listed) > 1 else "",
        f'''<form method="post" action="./">
<label>What a new token is for
<input name="name" autocomplete="off" maxlength="{api_tokens.LONGEST_NAME}" required></label>
<label>Valid for how many days; empty: until you revoke it
<input name="days" type="number" min="1" max="{MOST_DAYS}" autocomplete="off"></label>
<button>Make a token</button>
</form>''',
    ]
    return page("Your API tokens", "\n".join(part for part in parts if part))


def _shown(made: NewApiToken) -> str:
    return (
        f"<p>This is the token for {escape(made.name)}. Copy it now; it is not shown again.</p>"
        f"<pre>{escape(made.token)}</pre>"
    )


def _revoke_all(username: str) -> str:
    return (
        f'<form method="post" action="revoke-all">'
        f'<input type="hidden" name="confirm" value="{escape(username)}"><button>Revoke all</button></form>'
    )


def _table(listed: list[ApiToken]) -> str:
    if not listed:
        return "<p>You have no tokens.</p>"
    rows = "\n".join(_row(token) for token in listed)
    return (
        "<table><tr><th>for</th><th>ends with</th><th>made</th><th>last used</th><th>valid until</th>"
        f"<th></th></tr>\n{rows}\n</table>"
    )


def _row(token: ApiToken) -> str:
    used = "" if token.last_use is None else f"{token.last_use:%Y-%m-%d %H:%M} UTC"
    until = "you revoke it" if token.expiry is None else f"{token.expiry:%Y-%m-%d %H:%M} UTC"
    return (
        f"<tr><td>{escape(token.name)}</td><td>{escape(token.ending)}</td><td>{token.creation_time:%Y-%m-%d}</td>"
        f'<td>{used}</td><td>{until}</td><td><form method="post" action="revoke">'
        f'<input type="hidden" name="token_id" value="{token.id}"><button>Revoke</button></form></td></tr>'
    )
