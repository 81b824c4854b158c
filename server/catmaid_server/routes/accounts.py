"""Users: logging in and out, tokens, permissions, lists."""

from __future__ import annotations

from typing import Any

import msgspec
from aiohttp import web

from catmaid_server import keys
from catmaid_server.auth import passwords, sessions
from catmaid_server.domain import accounts, users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.users import User
from catmaid_server.routing import Call, NoParameters, Permission, Routes

routes = Routes()


class Login(msgspec.Struct):
    """Name and password, as CATMAID's client sends them."""

    name: str = ""
    pwd: str = ""


class Credentials(msgspec.Struct):
    """Name and password, as those who want a token send them."""

    username: str = ""
    password: str = ""


class ListUsers(msgspec.Struct):
    """Whether to add password hashes, for superusers."""

    with_passwords: bool = False


class OneProject(msgspec.Struct):
    """A project, outside of the path."""

    project_id: int | None = None


@routes.get("/accounts/login", needs=Permission.NONE)
async def who_am_i(call: Call, form: NoParameters) -> dict[str, Any]:
    """Describe the user of this session or token."""
    async with call.reading() as connection:
        return await accounts.profile(connection, call.user)


@routes.post("/accounts/login", needs=Permission.NONE)
async def log_in(call: Call, form: Login) -> web.Response:
    """Check name and password, and start a session."""
    user = await _authenticated(call, form.name, form.pwd)
    checks = call.request.app[keys.PASSWORD_CHECKS]
    better = await checks.hashed(form.pwd) if passwords.outdated(user.password) else None
    async with call.store.writing(user_id=user.id, project_id=None, label="accounts.login") as tx:
        await accounts.note_login(tx, user.id, better_hash=better)
    response = await _profile(call, user)
    cookie = sessions.issue(call.request.app[keys.SECRET], user.id)
    response.set_cookie(sessions.COOKIE, cookie, max_age=sessions.LIFETIME_S, httponly=True, samesite="Lax",
                        secure=call.request.secure)
    return response


async def _authenticated(call: Call, username: str, password: str) -> User:
    """The user whose name and password these are. No database connection is held while the password is checked."""
    async with call.reading() as connection:
        user = await users.find_user(connection, username)
    matches = await call.request.app[keys.PASSWORD_CHECKS].match(
        None if user is None else user.password, password, username=username, address=call.request.remote or "")
    return accounts.require_login(user, password_matches=matches)


@routes.any("/accounts/logout", needs=Permission.NONE)
async def log_out(call: Call, form: NoParameters) -> web.Response:
    """End the session."""
    response = await _profile(call, await call.access.anonymous())
    response.del_cookie(sessions.COOKIE)
    return response


async def _profile(call: Call, user: User) -> web.Response:
    async with call.reading() as connection:
        body = msgspec.json.encode(await accounts.profile(connection, user))
    return web.Response(body=body, content_type="application/json")


@routes.post("/api-token-auth/", needs=Permission.NONE)
async def issue_token(call: Call, form: Credentials) -> dict[str, str]:
    """Give a new API token for a name and a password."""
    if not form.username or not form.password:
        raise InvalidInput("Parameters username and password are required.")
    user = await _authenticated(call, form.username, form.password)
    async with call.store.writing(user_id=user.id, project_id=None, label="accounts.issue_token") as tx:
        return {"token": await users.issue_token(tx, user.id, "by password")}


@routes.get("/accounts/anonymous-api-token", needs=Permission.NONE)
async def anonymous_token(call: Call, form: NoParameters) -> dict[str, str]:
    """Give the API token that stands for a visitor."""
    token = accounts.anonymous_token(call.request.app[keys.SECRET])
    if await call.access.user_of_token(token) is None:
        visitor = await call.access.anonymous()
        async with call.store.writing(user_id=visitor.id, project_id=None, label="accounts.issue_token") as tx:
            await accounts.ensure_token(tx, visitor.id, token, "visitors")
    return {"token": token}


@routes.get("/user-list", needs=Permission.NONE)
async def list_users(call: Call, form: ListUsers) -> msgspec.Raw:
    """List all users, by name."""
    async with call.reading() as connection:
        return await accounts.visible_users(connection, call.user, with_passwords=form.with_passwords)


@routes.get("/accounts/{project_id}/all-usernames", needs=Permission.ANNOTATE)
async def list_names(call: Call, form: NoParameters) -> list[tuple[int, str]]:
    """List id and name of every user."""
    async with call.reading() as connection:
        return await accounts.user_names(connection)


@routes.get("/groups/", needs=Permission.LOGIN)
async def list_groups(call: Call, form: NoParameters) -> list[dict[str, Any]]:
    """List all groups."""
    async with call.reading() as connection:
        return await accounts.groups(connection)


@routes.get("/permissions", needs=Permission.NONE)
async def list_permissions(call: Call, form: NoParameters) -> Any:
    """List in which projects the user has which permission, and the user's groups."""
    granted = await call.access.granted(call.user)
    async with call.reading() as connection:
        return await accounts.permissions_by_project(connection, call.user, granted)


@routes.get("/permissions/", needs=Permission.LOGIN)
async def permission_names(call: Call, form: OneProject) -> dict[str, Any]:
    """List the permissions that there are."""
    return {"permissions": accounts.PROJECT_PERMISSIONS}


@routes.get("/{project_id}/permissions/project-user", needs=Permission.SUPERUSER)
async def user_grants(call: Call, form: NoParameters) -> msgspec.Raw:
    """List which user was granted what in this project."""
    async with call.reading() as connection:
        return await accounts.grants_in_project(connection, call.project_id, to_groups=False)


@routes.get("/{project_id}/permissions/project-group", needs=Permission.SUPERUSER)
async def group_grants(call: Call, form: NoParameters) -> msgspec.Raw:
    """List which group was granted what in this project."""
    async with call.reading() as connection:
        return await accounts.grants_in_project(connection, call.project_id, to_groups=True)
