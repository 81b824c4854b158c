"""The application: routes, what they share, and what runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import psycopg
from aiohttp import WSCloseCode, web

from catmaid_server.auth.access import Access
from catmaid_server.auth.checks import PasswordChecks
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import login_sessions, wrong_passwords
from catmaid_server.domain.tracing import edit_answers
from catmaid_server.events.feed import Feed
from catmaid_server.http import keys
from catmaid_server.http.dispatch import as_aiohttp_handler
from catmaid_server.http.front_end import FrontEnd
from catmaid_server.http.middleware import merge_slashes, observe
from catmaid_server.http.routing import Route
from catmaid_server.tiles.service import TileService

MAX_BODY_BYTES = 64 * 1024**2
MAX_FORM_FIELDS = 500_000  # clients write each of many ids as a field of its own
NODE_LIMIT = 50_000
_WRITE_BOOKS_EVERY_S = 60.0
_FORGET_EVERY_S = 3600.0


def create_app(
    store: Store,
    routes: Iterable[Route],
    *,
    secret: bytes,
    data_dir: Path,
    node_limit: int = NODE_LIMIT,
    registration: bool = False,
    approval: bool = True,
    front_end: FrontEnd | None = None,
) -> web.Application:
    """Make the service's application.

    Parameters
    ----------
    store
        Migrated database with its users; closed by whoever opened it.
    routes
        What the service answers, as a rule `catmaid_server.routes.all_routes()`.
    secret
        Signs sessions and tile tickets.
    data_dir
        Where image stores lie whose path is relative.
    node_limit
        Most treenodes in one answer of `node/list`.
    registration
        Whether people may make themselves accounts.
    approval
        Whether project tokens that need approval give nothing before it; CATMAID gives all at once.
    front_end
        CATMAID's own front end, to be found at the service's address.
    """
    app = web.Application(
        middlewares=[observe, merge_slashes], client_max_size=MAX_BODY_BYTES, client_max_fields=MAX_FORM_FIELDS
    )
    app[keys.STORE] = store
    app[keys.SECRET] = secret
    app[keys.ACCESS] = Access(store)
    app[keys.PASSWORD_CHECKS] = PasswordChecks(store, secret)
    app[keys.FEED] = Feed(store)
    app[keys.TILES] = TileService(store, data_dir)
    app[keys.NODE_LIMIT] = node_limit
    app[keys.REGISTRATION] = registration
    app[keys.APPROVAL] = approval
    app[keys.FRONT_END] = front_end
    app[keys.SOCKETS] = weakref.WeakSet()
    app[keys.ROUTES] = tuple(routes)
    for route in app[keys.ROUTES]:
        handler = as_aiohttp_handler(route)
        for method in _with_head(route.methods):
            app.router.add_route(method, route.path, handler)
    _lead_to_slashes(app)
    app.cleanup_ctx.append(_background)
    app.on_shutdown.append(_close_sockets)
    return app


def _with_head(methods: tuple[str, ...]) -> tuple[str, ...]:
    """What can be had can be asked about: browsers and proxies try by HEAD whether something is there."""
    return (*methods, "HEAD") if "GET" in methods else methods


def _lead_to_slashes(app: web.Application) -> None:
    """Send who leaves out the slash at the end of a path on to the path with it, as clients expect."""

    async def with_slash(request: web.Request) -> web.StreamResponse:
        path, query = f"{request.rel_url.raw_path}/", request.rel_url.raw_query_string
        return web.Response(
            status=301, headers={"Location": f"{path}?{query}" if query else path}, content_type="text/html"
        )

    paths = {route.path for route in app[keys.ROUTES]}
    for path in sorted(paths):
        if path.endswith("/") and path[:-1] not in {"", *paths}:
            app.router.add_get(path[:-1], with_slash)
            app.router.add_delete(path[:-1], with_slash)


async def _background(app: web.Application) -> AsyncIterator[None]:
    endless = (app[keys.FEED].run(), app[keys.ACCESS].watch(), _write_books(app), _forget_old(app[keys.STORE]))
    tasks = [asyncio.create_task(work) for work in endless]
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    with contextlib.suppress(psycopg.Error):
        await app[keys.ACCESS].token_uses.write(app[keys.STORE])
    app[keys.TILES].close()


async def _write_books(app: web.Application) -> None:
    """Write what need not be written with each request, and forget what counts for a minute."""
    while True:
        await asyncio.sleep(_WRITE_BOOKS_EVERY_S)
        with contextlib.suppress(psycopg.Error):  # the store is away: later will do
            await app[keys.ACCESS].token_uses.write(app[keys.STORE])
            async with app[keys.STORE].reading() as connection:
                await wrong_passwords.forget_old(connection)


async def _forget_old(store: Store) -> None:
    """Delete what nobody will ask for any more."""
    while True:
        with contextlib.suppress(psycopg.Error):  # the store is away: later will do
            async with store.reading() as connection:
                await edit_answers.forget_old(connection)
                await login_sessions.forget_expired(connection)
        await asyncio.sleep(_FORGET_EVERY_S)


async def _close_sockets(app: web.Application) -> None:
    sockets = app[keys.SOCKETS]
    for socket in set(sockets):
        await socket.close(code=WSCloseCode.GOING_AWAY, message=b"The service is shutting down.")
