"""Programs that ask a person to let them in: they wait, and the person says so on a page of the service."""

from __future__ import annotations

from html import escape
from typing import Annotated, Final, TypedDict

import msgspec
from aiohttp import web
from yarl import URL

from catmaid_server.auth.viewers import token_of
from catmaid_server.domain.accounts import program_sign_ins
from catmaid_server.domain.accounts.program_sign_ins import LIFETIME
from catmaid_server.domain.accounts.users import ANONYMOUS
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.http.addresses import client_address
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import Field, form_page, page
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.accounts.login_page import to_login
from catmaid_wire.browser_sign_in import ASK_EVERY_S, BEGIN, PAGE, TOKEN

routes = Routes()

_PAGE: Final = f"/{PAGE}"

ProgramPage = Annotated[web.Response, Content(str, "text/html"), Content(None, "", 302, "To the login.")]


class ProgramToLetIn(msgspec.Struct):
    """A program that begins to wait."""

    name: str = ""
    """What it calls itself to the person who is to let it in."""


class WaitingForPerson(TypedDict):
    """How a program goes on that waits to be let in."""

    request: str
    """By which it asks how far it is; a secret."""
    code: str
    """Which it shows to the person."""
    page: str
    """Where the person lets it in, below the service's address."""
    seconds: int
    """How long it may wait."""
    ask_every: float
    """How many seconds it lets pass between two questions."""


class ProgramRequest(msgspec.Struct):
    """A program that waits."""

    request: str = ""
    """What it was given when it began to wait."""


class LetIn(TypedDict, total=False):
    """Whether a program still waits and, if not, its API token."""

    waits: bool
    token: str
    username: str


class CodeOnPage(msgspec.Struct):
    """Which program the page is about."""

    code: str = ""
    """The code that it shows."""


class ProgramDecision(msgspec.Struct):
    """Whether a program is let in."""

    code: str = ""
    """The code that it shows."""
    allow: bool = False
    """Whether it may act as the user."""


@routes.post(f"/{BEGIN}", needs=Permission.NONE)
async def begin_waiting(call: Call, form: ProgramToLetIn) -> Annotated[web.Response, Content(WaitingForPerson)]:
    """Let a program wait until a person lets it in on the page that is named."""
    async with call.turn(), call.store.reading() as connection:
        begun = await program_sign_ins.begin(connection, form.name, client_address(call.request))
    told: WaitingForPerson = {
        "request": begun.request,
        "code": begun.code,
        "page": str(URL(PAGE).with_query(code=begun.code)),
        "seconds": int(LIFETIME.total_seconds()),
        "ask_every": ASK_EVERY_S,
    }
    return _not_kept(told)


@routes.post(f"/{TOKEN}", needs=Permission.NONE)
async def ask_whether_let_in(call: Call, form: ProgramRequest) -> Annotated[web.Response, Content(LetIn)]:
    """Give a program that was let in its API token, once; tell one that was not whether it still waits."""
    async with call.turn(), call.store.reading() as connection:
        decided = await program_sign_ins.is_decided(connection, form.request)
    if not decided:
        return _not_kept({"waits": True})
    async with call.store.writing(user_id=None, project_id=None, label="accounts.issue_token") as tx:
        user, made = await program_sign_ins.token_for(tx, form.request)
    return _not_kept({"waits": False, "token": made.token, "username": user.username})


@routes.get(_PAGE, needs=Permission.NONE)
async def program_page(call: Call, form: CodeOnPage) -> ProgramPage:
    """Show which program wants to act as the user; visitors are sent to log in first, in any way."""
    if call.user.username == ANONYMOUS:
        return to_login(str(URL(_PAGE).with_query(code=form.code) if form.code else _PAGE))
    return await _question(call, form.code) if form.code else _which()


@routes.post(_PAGE, needs=Permission.NONE)
async def decide_on_program(call: Call, form: ProgramDecision) -> ProgramPage:
    """Let a program act as the user who is logged in, or refuse it."""
    if call.user.username == ANONYMOUS:
        return to_login(str(URL(_PAGE).with_query(code=form.code)))
    if token_of(call.request.headers) is not None:
        raise InvalidInput("A person lets programs in, on a page of this service; an API token does not.")
    decide = program_sign_ins.allow if form.allow else program_sign_ins.refuse
    try:
        async with call.turn(), call.store.reading() as connection:
            name = await decide(connection, form.code, call.user.id)
    except NotFound as error:
        return _which(str(error))
    if not form.allow:
        return page("Refused", f"<p>{escape(name)} was not let in.</p>")
    return page("Let in", f"<p>{escape(name)} acts as {escape(call.user.username)} now. You can close this page.</p>")


async def _question(call: Call, code: str) -> web.Response:
    try:
        async with call.turn(), call.store.reading() as connection:
            program = await program_sign_ins.waiting(connection, code)
    except NotFound as error:
        return _which(str(error))
    kept = f'<input type="hidden" name="code" value="{escape(code)}">'
    return page(
        "Let a program in?",
        f"""<p><b>{escape(program.name)}</b>, which asks from {escape(program.place or "an unknown address")}, wants to
act as {escape(call.user.username)}: to see and change what you may.</p>
<p>Allow it only if you have just begun this yourself, and it shows this code:</p>
<pre>{escape(code)}</pre>
<form method="post" action="./">{kept}<input type="hidden" name="allow" value="true"><button>Allow</button></form>
<form method="post" action="./">{kept}<button>Refuse</button></form>""",
    )


def _which(problem: str = "") -> web.Response:
    return form_page(
        "Let a program in",
        [Field("code", "The code that the program shows", "off")],
        button="Go on",
        problems=[problem] if problem else [],
        method="get",
    )


def _not_kept(told: WaitingForPerson | LetIn) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(told), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
