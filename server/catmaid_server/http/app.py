"""The application: routes, what they share, and what runs beside them."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import AsyncIterator, Iterable

import psycopg
from aiohttp import WSCloseCode, web

from catmaid_server.auth.access import Access
from catmaid_server.auth.checks import PasswordChecks
from catmaid_server.auth.jupyterhub import Hub
from catmaid_server.auth.providers.known import providers_of
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import login_sessions, wrong_passwords
from catmaid_server.domain.cells.viewport_cells import ViewportCells
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.graph.kept_partners import KeptPartners
from catmaid_server.domain.news.project_news import News
from catmaid_server.domain.skeletons import packed_skeletons
from catmaid_server.domain.tracing import edit_answers
from catmaid_server.events.feed import Feed
from catmaid_server.events.presence import Guests
from catmaid_server.http import keys
from catmaid_server.http.addresses import own_path
from catmaid_server.http.app_options import AppOptions
from catmaid_server.http.dispatch import as_aiohttp_handler
from catmaid_server.http.forms_received import FORM_READER, FormReader
from catmaid_server.http.kept_answers import KeptAnswers
from catmaid_server.http.middleware import RequestHandler, complete_redirects, merge_slashes, observe
from catmaid_server.http.project_routes import ProjectRoutes
from catmaid_server.http.routing import Route
from catmaid_server.http.turns import UserTurns
from catmaid_server.http.warm_tiles import WarmTiles
from catmaid_server.tiles.service import TileService

_WRITE_BOOKS_EVERY_S = 60.0
_FORGET_EVERY_S = 3600.0
_STORE_AWAY_S = 1.0
_KEEP_PACKED_EVERY_S = 10.0
"""What was packed for a first picture is asked for as a whole meanwhile."""


def create_app(store: Store, routes: Iterable[Route], options: AppOptions) -> web.Application:
    """Make the service's application.

    Parameters
    ----------
    store
        Migrated database with its users; closed by whoever opened it.
    routes
        What the service answers, as a rule `catmaid_server.routes.all_routes()`.
    options
        What else it is told.

    Raises
    ------
    InvalidInput
        If the root path is also the beginning of a route's path.
    """
    app = web.Application(middlewares=[observe, complete_redirects, merge_slashes])
    app[keys.OPTIONS] = options
    app[keys.STORE] = store
    app[keys.ACCESS] = Access(store)
    app[keys.PASSWORD_CHECKS] = PasswordChecks(store, options.secret)
    app[keys.HUB] = None if options.hub is None else Hub(options.hub)
    app[keys.PROVIDERS] = providers_of(options.providers)
    app[FORM_READER] = FormReader()
    app[keys.DATABASE_TURNS] = UserTurns(max(1, store.pool_size // 2), things="requests to the database")
    news = News()
    app[keys.CELLS] = ViewportCells(options.cell_bytes, news)
    app[keys.PARTNERS] = KeptPartners(options.cell_bytes // 4, news)
    app[keys.SKELETON_ANSWERS] = KeptAnswers(options.cell_bytes // 4, news)
    app[keys.FEED] = Feed(store)
    app[keys.PRESENCE] = Guests(store)
    app[keys.TILES] = TileService(
        store,
        options.data_dir,
        hosts=options.image_hosts,
        disk_cache_bytes=options.image_cache_bytes,
        limits=options.image_patience,
    )
    app[keys.WARM_TILES] = WarmTiles(app[keys.ACCESS], app[keys.TILES])
    app[keys.SOCKETS] = weakref.WeakSet()
    every = tuple(routes)
    app[keys.ROUTES] = every
    for root_path in _root_paths(app):
        _add_routes(app, root_path)
    app.cleanup_ctx.append(_background)
    app.on_shutdown.append(_close_sockets)
    return app


def _with_head(methods: tuple[str, ...]) -> tuple[str, ...]:
    """What can be had can be asked about: browsers and proxies try by HEAD whether something is there."""
    return (*methods, "HEAD") if "GET" in methods else methods


def _root_paths(app: web.Application) -> list[str]:
    """The paths below which routes are found: some proxies take the root path off, others leave it in place."""
    root_path = app[keys.OPTIONS].proxies.root_path
    if not root_path:
        return [""]
    first = root_path.split("/")[1]
    if any(route.path.split("/")[1] == first for route in app[keys.ROUTES]):
        raise InvalidInput(f"The root path must not begin with /{first}: that is an address of the service's own.")
    return ["", root_path]


def _add_routes(app: web.Application, root_path: str) -> None:
    """Add all routes below a root path, and send who leaves out the slash at the end of one on to the path with it."""

    async def with_slash(request: web.Request) -> web.StreamResponse:
        path, query = f"{own_path(request)}/", request.rel_url.raw_query_string
        return web.Response(
            status=301, headers={"Location": f"{path}?{query}" if query else path}, content_type="text/html"
        )

    of_projects = ProjectRoutes(root_path)

    def add(method: str, path: str, handler: RequestHandler) -> None:
        if path.startswith("/{project_id"):
            of_projects.add_route(method, path, handler)
        else:
            app.router.add_route(method, root_path + path, handler)

    for route in app[keys.ROUTES]:
        handler = as_aiohttp_handler(route)
        for method in _with_head(route.methods):
            add(method, route.path, handler)
    paths = {route.path for route in app[keys.ROUTES]}
    for path in sorted(paths):
        if path.endswith("/") and path[:-1] not in paths and root_path + path[:-1]:
            for method in _with_head(("GET", "DELETE")):
                add(method, path[:-1], with_slash)
    app.router.register_resource(of_projects)


async def _background(app: web.Application) -> AsyncIterator[None]:
    endless = (
        app[keys.FEED].run(),
        app[keys.PRESENCE].run(),
        app[keys.ACCESS].watch(),
        _keep_warm(app),
        _write_books(app),
        _keep_packed(app[keys.STORE]),
        _forget_old(app[keys.STORE]),
    )
    tasks = [asyncio.create_task(work) for work in endless]
    yield
    for task in tasks:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    with contextlib.suppress(psycopg.Error):
        await app[keys.ACCESS].token_uses.write(app[keys.STORE])
    await app[keys.TILES].close()
    if (hub := app[keys.HUB]) is not None:
        await hub.close()
    for provider in app[keys.PROVIDERS].values():
        await provider.close()


async def _keep_warm(app: web.Application) -> None:
    """Read what somebody will look at next."""
    while True:
        with contextlib.suppress(psycopg.Error):  # the store is away: later will do
            await app[keys.CELLS].keep_warm(app[keys.STORE])
        await asyncio.sleep(_STORE_AWAY_S)


async def _write_books(app: web.Application) -> None:
    """Write what need not be written with each request, and forget what counts for a minute."""
    while True:
        await asyncio.sleep(_WRITE_BOOKS_EVERY_S)
        with contextlib.suppress(psycopg.Error):  # the store is away: later will do
            await app[keys.ACCESS].token_uses.write(app[keys.STORE])
            async with app[keys.STORE].reading() as connection:
                await wrong_passwords.forget_old(connection)


async def _keep_packed(store: Store) -> None:
    """Keep skeletons that were packed, for when this process is no more, and for others."""
    while True:
        await asyncio.sleep(_KEEP_PACKED_EVERY_S)
        with contextlib.suppress(psycopg.Error, OSError):  # the store is away, or its disk is full: later will do
            await packed_skeletons.write_packed(store, store.geometry)


async def _forget_old(store: Store) -> None:
    """Delete what nobody will ask for any more."""
    while True:
        with contextlib.suppress(psycopg.Error):  # the store is away: later will do
            async with store.reading() as connection:
                await edit_answers.forget_old(connection)
                await login_sessions.forget_expired(connection)
        await asyncio.sleep(_FORGET_EVERY_S)


async def close_sockets(app: web.Application, code: WSCloseCode, reason: str) -> None:
    """Close all WebSockets of this process."""
    sockets = app[keys.SOCKETS]
    await asyncio.gather(*(socket.close(code=code, message=reason.encode()) for socket in set(sockets)))


async def _close_sockets(app: web.Application) -> None:
    await close_sockets(app, WSCloseCode.GOING_AWAY, "The service is shutting down.")
