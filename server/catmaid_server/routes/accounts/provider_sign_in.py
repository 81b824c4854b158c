"""Signing in with a provider: a browser goes to its page, and comes back with a code that tells who has signed in."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Annotated, Final
from uuid import UUID

import msgspec
import structlog
from aiohttp import web

from catmaid_server.auth import same_site
from catmaid_server.auth.providers import attempts
from catmaid_server.auth.providers.attempts import SignInAttempt
from catmaid_server.auth.providers.provider import AGAIN, Provider, ProviderUnreachable, SignInRefused
from catmaid_server.domain.accounts import identities, newcomers
from catmaid_server.domain.accounts.newcomers import SignedInPerson
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import DomainError, InvalidInput, NotAllowed, NotFound
from catmaid_server.http import keys
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.pages import page, redirect
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.accounts import opened_invitation
from catmaid_server.routes.accounts.accounts import keep_session, renewed_session

routes = Routes()
log = structlog.get_logger(__name__)

SIGN_INS: Final = "/user/sign-ins/"
_LABEL: Final = "accounts.login"
_LONGEST_CODE: Final = 4_000
_ROOT: Final = "../../"
"""From the address to which a provider sends browsers back."""

WayThere = Annotated[
    web.Response,
    Content(None, "", 302, "To the provider's page."),
    Content(str, "text/html", 502, "The provider does not answer."),
]
WayBack = Annotated[
    web.Response,
    Content(None, "", 302, "To where the browser wanted to go."),
    Content(str, "text/html", 403, "Nobody is signed in; it says why."),
    Content(str, "text/html", 502, "The provider does not answer."),
]


class SignInWish(msgspec.Struct):
    """Where to go after signing in, and whether to stay the user who one is."""

    next: str = "/user/api-tokens/"
    """A path below this service's address."""
    add: bool = False
    """Whether the user who is logged in wants to sign in this way, too, from now on."""


class ProviderReply(msgspec.Struct):
    """With what the provider sends a browser back."""

    code: str = ""
    """Stands for who has signed in; it is good once."""
    state: str = ""
    """What this service gave the browser when it sent it there."""
    iss: str = ""
    """Which provider this is (RFC 9207); not all tell."""
    error: str = ""
    """Why nobody signed in."""
    error_description: str = ""
    """The same in words."""


@routes.get("/sign-in/{provider}", needs=Permission.NONE)
async def go_to_provider(call: Call, form: SignInWish) -> WayThere:
    """Send a browser to a provider to sign in; the provider sends it back to `/sign-in/{provider}/return`."""
    provider, options = _provider(call), call.request.app[keys.OPTIONS]
    service, user_id = external_url(call.request), None
    if form.add:
        if call.user.username == ANONYMOUS or not same_site.is_ours(call.request.headers, service):
            raise NotAllowed("Log in first, and add a sign-in on the page of your sign-ins.")
        user_id = call.user.id
    attempt = attempts.begin(
        options.secret,
        provider.settings.key,
        browser=call.request.cookies.get(attempts.COOKIE, ""),
        path=SIGN_INS if form.add else form.next,
        user_id=user_id,
    )
    try:
        response = redirect(await provider.page(attempt, _return_address(call)))
    except ProviderUnreachable as error:
        return _not_signed_in(call, error, "../")
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        attempts.COOKIE,
        attempt.browser,
        max_age=attempts.LIFETIME_S,
        httponly=True,
        samesite="Lax",
        path=service.raw_path,
        secure=same_site.is_over_https(call.request.headers, service),
    )
    return response


@routes.get("/sign-in/{provider}/return", needs=Permission.NONE)
async def come_back_from_provider(call: Call, form: ProviderReply) -> WayBack:
    """Begin the session of who has signed in with a provider, in the browser that set out to do so."""
    provider, options = _provider(call), call.request.app[keys.OPTIONS]
    browser = call.request.cookies.get(attempts.COOKIE, "")
    attempt = attempts.resumed(options.secret, provider.settings.key, form.state, browser=browser)
    try:
        if attempt is None:
            raise SignInRefused(
                f"This sign-in was not begun in this browser, or more than {attempts.LIFETIME_S // 60} minutes ago, "
                f"or it is over. {AGAIN}"
            )
        person = await _person(call, provider, attempt, form)
        response = await (_added if attempt.user_id is not None else _signed_in)(call, provider, attempt, person)
    except (NotAllowed, ProviderUnreachable) as error:
        log.info("nobody signed in", provider=provider.settings.key, reason=str(error))
        return _not_signed_in(call, error, _ROOT)
    response.del_cookie(attempts.COOKIE, path=external_url(call.request).raw_path)
    response.headers["Cache-Control"] = "no-store"
    return response


async def _person(call: Call, provider: Provider, attempt: SignInAttempt, form: ProviderReply) -> SignedInPerson:
    settings = provider.settings
    if form.iss and form.iss != settings.address:
        raise SignInRefused(f"This answer comes from another provider than {settings.title}. {AGAIN}")
    if form.error == "access_denied":
        raise SignInRefused(f"You did not let {settings.title} tell this service who you are. {AGAIN}")
    if form.error:
        raise SignInRefused(f"{settings.title} says: {form.error_description or form.error:.300}")
    if not form.code or len(form.code) > _LONGEST_CODE:
        raise SignInRefused(f"{settings.title} sent no code that tells who signed in. {AGAIN}")
    return await provider.person(form.code, attempt, _return_address(call))


async def _signed_in(call: Call, provider: Provider, attempt: SignInAttempt, person: SignedInPerson) -> web.Response:
    user, session_id = await _begin_session(call, provider, person)
    response = redirect(attempt.path)
    keep_session(call, response, session_id, user.id, user.password)
    return response


async def _begin_session(call: Call, provider: Provider, person: SignedInPerson) -> tuple[User, UUID]:
    admission = call.request.app[keys.OPTIONS].admission
    async with call.store.writing(user_id=None, project_id=None, label=_LABEL) as tx:
        invitation = await opened_invitation.found(tx, call)
        is_invited = invitation is not None and opened_invitation.brings_account(call, invitation)
        user = await newcomers.welcomed(
            tx,
            person,
            admission,
            provider=provider.settings.title,
            invited=partial(opened_invitation.join, call, tx) if is_invited else None,
        )
        return user, await renewed_session(call, tx, user.id)


async def _added(call: Call, provider: Provider, attempt: SignInAttempt, person: SignedInPerson) -> web.Response:
    """Let the user who is logged in sign in this way, too."""
    if call.user.id != attempt.user_id:
        raise SignInRefused(f"You are no longer logged in as the user who began this. {AGAIN}")
    identity = person.identity
    try:
        async with call.store.writing(user_id=call.user.id, project_id=None, label="users.link") as tx:
            await identities.link(tx, call.user.id, identity.issuer, identity.subject)
    except InvalidInput:
        raise SignInRefused(f"This account of {provider.settings.title} is that of another user here.") from None
    return redirect(SIGN_INS)


def _return_address(call: Call) -> str:
    provider = call.path["provider"]
    return str(external_url(call.request) / "sign-in" / provider / "return")


def _provider(call: Call) -> Provider:
    providers = call.request.app[keys.PROVIDERS]
    found = providers.get(call.path["provider"])
    if found is None:
        known = ", ".join(providers) or "none"
        raise NotFound(f"Nobody signs in with {call.path['provider']!r:.100} here. Providers of this service: {known}.")
    return found


def _not_signed_in(call: Call, error: DomainError, root: str) -> web.Response:
    """A page that says why nobody is signed in. `root`: the way from there to the service's address."""
    back = f'<p><a href="{root}user/login/">Back to the login</a></p>'
    shown = page("Not signed in", f'<p class="problem" role="alert">{escape(str(error))}</p>\n{back}')
    shown.set_status(502 if isinstance(error, ProviderUnreachable) else 403)
    return shown
