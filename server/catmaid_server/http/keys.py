"""What handlers find in the application."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.http.routing import Route

if TYPE_CHECKING:
    from catmaid_server.auth.access import Access
    from catmaid_server.auth.checks import PasswordChecks
    from catmaid_server.events.feed import Feed
    from catmaid_server.http.allowed_hosts import AllowedHosts
    from catmaid_server.http.front_end import FrontEnd
    from catmaid_server.http.proxies import Proxies
    from catmaid_server.http.turns import UserTurns
    from catmaid_server.tiles.service import TileService

ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes")
STORE: web.AppKey[Store] = web.AppKey("store", Store)
SECRET: web.AppKey[bytes] = web.AppKey("secret", bytes)
ACCESS: web.AppKey[Access] = web.AppKey("access")
PASSWORD_CHECKS: web.AppKey[PasswordChecks] = web.AppKey("password_checks")
DATABASE_TURNS: web.AppKey[UserTurns] = web.AppKey("database_turns")
FEED: web.AppKey[Feed] = web.AppKey("feed")
TILES: web.AppKey[TileService] = web.AppKey("tiles")
SOCKETS: web.AppKey[weakref.WeakSet[web.WebSocketResponse]] = web.AppKey("sockets")
REGISTRATION: web.AppKey[bool] = web.AppKey("registration", bool)
FRONT_END: web.AppKey[FrontEnd | None] = web.AppKey("front_end")
APPROVAL: web.AppKey[bool] = web.AppKey("approval", bool)
TICKET_KEY: web.AppKey[bytes] = web.AppKey("ticket_key", bytes)
SESSION_COOKIE: web.AppKey[str] = web.AppKey("session_cookie", str)
OVER_TLS: web.AppKey[bool] = web.AppKey("over_tls", bool)
ALLOWED_HOSTS: web.AppKey[AllowedHosts] = web.AppKey("allowed_hosts")
ALLOWED_ORIGINS: web.AppKey[frozenset[str]] = web.AppKey("allowed_origins")
PROXIES: web.AppKey[Proxies] = web.AppKey("proxies")
NODE_LIMIT: web.AppKey[int] = web.AppKey("node_limit", int)
