"""From an aiohttp request to a route's answer: authenticate, permit, decode, run, encode."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid5

import msgspec
import psycopg
from aiohttp import web
from prometheus_client import Counter

from catmaid_server.auth import same_site, sessions
from catmaid_server.auth.access import Access, Permission, Unauthenticated
from catmaid_server.auth.viewers import token_of
from catmaid_server.domain.accounts.users import ANONYMOUS, User
from catmaid_server.domain.errors import DomainError, InvalidInput, NotAllowed, NotFound
from catmaid_server.domain.tracing import edit_answers
from catmaid_server.domain.tracing.edit_answers import EditAnswer
from catmaid_server.http import keys, past
from catmaid_server.http.addresses import external_url
from catmaid_server.http.call import Call
from catmaid_server.http.forms_received import FORM_READER
from catmaid_server.http.routing import Route
from catmaid_wire.edits import EDIT_GROUP, IDEMPOTENCY_KEY
from catmaid_wire.http import VERSION_HEADER

_ATTEMPTS = 12
_LARGEST_ID = 2**31 - 1
_LONGEST_ID = 32
_RETRIES = Counter("catmaid_edit_retries", "Edits that were begun anew, by reason", ["reason"])
_encode = msgspec.json.Encoder().encode


def as_aiohttp_handler(route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """The handler that aiohttp calls for `route`."""

    async def handle(request: web.Request) -> web.StreamResponse:
        path = {name: _path_value(name, text) for name, text in request.match_info.items()}
        user = await admitted(request, route, path.get("project_id"))
        async with request.app[FORM_READER].reading(request, route, user) as (form, as_of):
            call = Call(request, user, path, route)
            if as_of is not None:
                await past.enter(call, as_of)
            if route.writes:
                return await _write(call, form)
            response = _response(await route.handler(call, form))
            return past.named(call, response)

    return handle


async def admitted(request: web.Request, route: Route, project_id: int | None) -> User:
    """Who asks, if they may; raises `Unauthenticated` or `NotAllowed`. For what lasts, to be asked again."""
    user, with_token = await _who(request, route)
    await _permit(request.app[keys.ACCESS], route, user, with_token, project_id)
    return user


async def _write(call: Call, form: Any) -> web.StreamResponse:
    """Run a route that writes; what a deadlock broke is tried again, what was done under the same key is not."""
    key = _idempotency_key(call)
    for attempt in range(1, _ATTEMPTS + 1):
        if (earlier := await _earlier_answer(call, key)) is not None:
            return earlier
        try:
            return await _write_once(call, form, key)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
            _RETRIES.labels("deadlock" if isinstance(error, psycopg.errors.DeadlockDetected) else "late").inc()
            if attempt == _ATTEMPTS:
                raise
        except (DomainError, psycopg.IntegrityError):
            # The same request may have been under way and be what we failed on: then its answer is ours.
            if (earlier := await _earlier_answer(call, key)) is not None:
                return earlier
            raise
    raise AssertionError("unreachable")


async def _write_once(call: Call, form: Any, key: UUID | None) -> web.StreamResponse:
    route = call.route
    assert route.label is not None
    async with (
        call.turn(),
        call.store.writing(
            user_id=call.user.id,
            project_id=call.path.get("project_id"),
            label=route.label,
            group=_header_uuid(call, EDIT_GROUP),
            opened=call.begin,
        ) as tx,
    ):
        call.connection = tx
        response = _response(await route.handler(call, form))
        response.headers[VERSION_HEADER] = str(call.version)
        if key is not None and isinstance(response, web.Response) and isinstance(response.body, bytes):
            answer = EditAnswer(response.body, response.content_type)
            await edit_answers.remember(tx, key, call.user.id, answer)
    return response


async def _earlier_answer(call: Call, key: UUID | None) -> web.Response | None:
    if key is None:
        return None
    async with call.reading() as connection:
        answer = await edit_answers.find(connection, key)
    if answer is None:
        return None
    return web.Response(body=answer.body, content_type=answer.content_type, headers={"Idempotency-Replayed": "true"})


def _response(result: Any) -> web.StreamResponse:
    if isinstance(result, web.StreamResponse):
        return result
    return web.Response(body=_encode(result), content_type="application/json")


async def _who(request: web.Request, route: Route) -> tuple[User, bool]:
    """The user of the request, and whether an API token said so."""
    access = request.app[keys.ACCESS]
    token = token_of(request.headers)
    if token is not None:
        user = await access.user_of_token(token)
        if user is None:
            raise Unauthenticated("Invalid token.")
        return user, user.username != ANONYMOUS
    cookie = sessions.cookie_of(request.cookies, request.app[keys.OPTIONS].session_cookie)
    if cookie is not None:
        user = await _user_of_session(request, cookie)
        if user is not None:
            _require_same_site(request, writes=route.writes)
            return user, False
    return await access.anonymous(), False


async def _user_of_session(request: web.Request, cookie: str) -> User | None:
    secret = request.app[keys.OPTIONS].secret
    session = sessions.session_of(secret, cookie)
    user = None if session is None else await request.app[keys.ACCESS].user_of_id(session.user_id)
    if session is None or user is None or not sessions.is_current(secret, session, user.password):
        return None
    return user if await request.app[keys.ACCESS].is_open(session.id, user.id) else None


def _require_same_site(request: web.Request, *, writes: bool) -> None:
    """A browser sends the session cookie along with requests of other sites: refuse those that could do harm.

    What may change something must not come from elsewhere, nor a WebSocket, whose answers other sites could read.
    A plain link or picture, which names no origin, must not change anything: it takes a script of this site.
    """
    link = request.method in ("GET", "HEAD")
    service_url = external_url(request)
    if link and writes and not same_site.is_ours(request.headers, service_url):
        raise NotAllowed("Following a link changes nothing: send POST, or the header X-Requested-With.")
    if (not link or same_site.opens_socket(request.headers)) and same_site.is_foreign(request.headers, service_url):
        raise NotAllowed("A request with a session cookie must come from this site; use an API token elsewhere.")


async def _permit(access: Access, route: Route, user: User, with_token: bool, project_id: int | None) -> None:
    needs = route.needs
    if needs is Permission.NONE:
        return
    if needs is Permission.LOGIN or needs is Permission.SUPERUSER:
        if user.username == ANONYMOUS or (needs is Permission.SUPERUSER and not user.is_superuser):
            rank = " as a superuser" if needs is Permission.SUPERUSER else ""
            raise NotAllowed(f"You need to be logged in{rank}.")
        await _require_project(access, user, project_id)
        return
    assert project_id is not None, f"{route.path} needs {needs} but names no project"
    # Who may write with `can_browse` alone writes what is their own, such as favourites.
    edits = route.writes and needs is not Permission.BROWSE
    refusal = await access.refusal(user, project_id, needs.value, edits_by_token=with_token and edits)
    if refusal is not None:
        raise NotAllowed(refusal)
    await _require_project(access, user, project_id)


async def _require_project(access: Access, user: User, project_id: int | None) -> None:
    """Tell those who may browse every project of one that is none; to others it is as one that they may not browse."""
    if project_id is not None and user.is_superuser and not await access.has_project(project_id):
        raise NotFound(f"There is no project {project_id}.")


def _path_value(name: str, text: str) -> Any:
    if not name.endswith("_id"):
        return text
    value = int(text) if len(text) <= _LONGEST_ID else None
    if value is None or abs(value) > _LARGEST_ID:
        raise NotFound(f"There is no {name.removesuffix('_id').replace('_', ' ')} {text}.")
    return value


def _idempotency_key(call: Call) -> UUID | None:
    """What stands for this very edit: the client's key, by this user and for this path.

    None without a key, and where anybody may ask: such answers hold tokens, which are not to be kept.
    """
    given = _header_uuid(call, IDEMPOTENCY_KEY)
    if given is None or call.route.needs is Permission.NONE:
        return None
    return uuid5(given, f"{call.user.id} {call.request.path}")


def _header_uuid(call: Call, name: str) -> UUID | None:
    text = call.request.headers.get(name)
    try:
        return None if text is None else UUID(text)
    except ValueError:
        raise InvalidInput(f"{name} must be a UUID.") from None
