"""Logging in and out, and API tokens."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from aiohttp import web

from catmaid_server.auth import devices, same_site, sessions
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import accounts, inactivity, login_sessions, passwords, users
from catmaid_server.domain.accounts.accounts import DescribedAccount
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import InvalidInput, NotAllowed
from catmaid_server.http import keys
from catmaid_server.http.addresses import client_address, external_url
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()


class Login(msgspec.Struct):
    """Name and password, as CATMAID's client sends them."""

    name: str = ""
    pwd: str = ""


class Credentials(msgspec.Struct):
    """Name and password, as those who want a token send them."""

    username: str = ""
    password: str = ""


@routes.get("/accounts/login", needs=Permission.NONE)
async def who_am_i(call: Call, form: NoParameters) -> DescribedAccount:
    """Describe the user of this session or token."""
    async with call.reading() as connection:
        return await accounts.describe_account(connection, call.user)


@routes.post("/accounts/login", needs=Permission.NONE)
async def log_in(call: Call, form: Login) -> Annotated[web.Response, Content(DescribedAccount)]:
    """Check name and password, and start a session, if no page of another site asks for it.

    A user who is logged in and sends no name gets their own account described. An account that was switched off is
    described, too, as CATMAID does it, but no session begins.
    """
    if same_site.is_foreign(call.request.headers, external_url(call.request)):
        raise NotAllowed("Log in on a page of this service; elsewhere, use an API token.")
    if not form.name and call.user.username != ANONYMOUS:
        return await _account_response(call, call.user)
    try:
        user = await authenticated(call, form.name, form.pwd)
    except accounts.InactiveLogin as closed:
        return await _account_response(call, closed.user)
    response = await _account_response(call, user)
    await start_noted_session(call, response, user, form.pwd)
    return response


async def start_noted_session(call: Call, response: web.Response, user: User, password: str) -> None:
    """Start the session of a user who gave their password, and note the time of the login."""
    checks = call.request.app[keys.PASSWORD_CHECKS]
    better_hash = await checks.hashed(password) if passwords.outdated(user.password) else None
    async with call.store.writing(user_id=user.id, project_id=None, label="accounts.login") as tx:
        password_hash = await accounts.note_login(tx, user, better_hash=better_hash)
        session_id = await renewed_session(call, tx, user.id)
    keep_session(call, response, session_id, user.id, password_hash)


async def renewed_session(call: Call, tx: Connection, user_id: int) -> UUID:
    """End the session of the request, if it has one, and begin one of this user; return its id."""
    if (session_id := session_of_request(call)) is not None:
        await login_sessions.end_session(tx, session_id)
    return await login_sessions.begin_session(tx, user_id)


def session_of_request(call: Call) -> UUID | None:
    """Id of the session that the cookie of a request names, open or not."""
    options = call.request.app[keys.OPTIONS]
    cookie = sessions.cookie_of(call.request.cookies, options.session_cookie)
    session = sessions.session_of(options.secret, cookie or "")
    return None if session is None else session.id


def keep_session(call: Call, response: web.Response, session_id: UUID, user_id: int, password_hash: str) -> None:
    """Give the browser the cookie of a session, and one that says that this user has logged in on this device."""
    options, service = call.request.app[keys.OPTIONS], external_url(call.request)
    secret = options.secret
    cookie = sessions.issue(secret, session_id, user_id, password_hash)
    cookies = [(options.session_cookie, cookie, sessions.LIFETIME_S)]
    if _device(call, user_id) is None:
        cookies.append((devices.COOKIE, devices.issue(secret, user_id), devices.LIFETIME_S))
    secure = same_site.is_over_https(call.request.headers, service)
    for name, value, lifetime_s in cookies:
        response.set_cookie(
            name, value, max_age=lifetime_s, httponly=True, samesite="Lax", path=service.raw_path, secure=secure
        )


async def authenticated(call: Call, username: str, password: str) -> User:
    """The user whose name and password these are. No database connection is held while the password is checked."""
    async with call.reading() as connection:
        user = await users.find_user(connection, username)
    matches = await password_matches(call, user, username, password)
    try:
        return accounts.require_login(user, password_matches=matches)
    except accounts.InactiveLogin as closed:
        async with call.reading() as connection:
            why = await inactivity.why_closed(connection, closed.user.id)
        raise accounts.InactiveLogin(closed.user, why) from None


async def password_matches(call: Call, user: User | None, username: str, password: str) -> bool:
    """Whether a password is that of a user; None: there is none of this name. Raises `TooManyAttempts`."""
    return await call.request.app[keys.PASSWORD_CHECKS].match(
        None if user is None else user.password,
        password,
        username=username,
        address=client_address(call.request),
        device=None if user is None else _device(call, user.id),
    )


def _device(call: Call, user_id: int) -> str | None:
    return devices.device_of(call.request.app[keys.OPTIONS].secret, call.request.cookies.get(devices.COOKIE), user_id)


@routes.any("/accounts/logout", needs=Permission.NONE)
async def log_out(call: Call, form: NoParameters) -> Annotated[web.Response, Content(DescribedAccount)]:
    """End the session for good, if no page of another site asks for it: its cookie is worth nothing any more."""
    if same_site.is_foreign(call.request.headers, external_url(call.request)):
        raise NotAllowed("Log out on a page of this service.")
    if (session_id := session_of_request(call)) is not None:
        async with call.reading() as connection:
            await login_sessions.end_session(connection, session_id)
    response = await _account_response(call, await call.access.anonymous())
    path, options = external_url(call.request).raw_path, call.request.app[keys.OPTIONS]
    response.del_cookie(options.session_cookie, path=path)
    # One of CATMAID's name may be that of another program on this host.
    if sessions.session_of(options.secret, call.request.cookies.get(sessions.COOKIE, "")) is not None:
        response.del_cookie(sessions.COOKIE, path=path)
    return response


async def _account_response(call: Call, user: User) -> web.Response:
    async with call.reading() as connection:
        body = msgspec.json.encode(await accounts.describe_account(connection, user))
    return web.Response(body=body, content_type="application/json")


@routes.post("/api-token-auth/", needs=Permission.NONE)
async def issue_token(call: Call, form: Credentials) -> dict[str, str]:
    """Give a new API token for a name and a password."""
    if not form.username or not form.password:
        raise InvalidInput("Parameters username and password are required.")
    user = await authenticated(call, form.username, form.password)
    async with call.store.writing(user_id=user.id, project_id=None, label="accounts.issue_token") as tx:
        return {"token": await users.issue_token(tx, user.id, "by password")}


@routes.get("/accounts/anonymous-api-token", needs=Permission.NONE)
async def anonymous_token(call: Call, form: NoParameters) -> dict[str, str]:
    """Give the API token that stands for a visitor."""
    token = accounts.anonymous_token(call.request.app[keys.OPTIONS].secret)
    if await call.access.user_of_token(token) is None:
        visitor = await call.access.anonymous()
        async with call.store.writing(user_id=visitor.id, project_id=None, label="accounts.issue_token") as tx:
            await accounts.ensure_token(tx, visitor.id, token, "visitors")
    return {"token": token}
