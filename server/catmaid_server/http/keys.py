"""What handlers find in the application."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.http.routing import Route

if TYPE_CHECKING:
    from catmaid_server.auth.access import Access
    from catmaid_server.auth.checks import PasswordChecks
    from catmaid_server.auth.jupyterhub import Hub
    from catmaid_server.auth.providers.provider import Provider
    from catmaid_server.domain.cells.viewport_cells import ViewportCells
    from catmaid_server.domain.graph.kept_partners import KeptPartners
    from catmaid_server.events.feed import Feed
    from catmaid_server.events.presence import Guests
    from catmaid_server.http.app_options import AppOptions
    from catmaid_server.http.kept_answers import KeptAnswers
    from catmaid_server.http.turns import UserTurns
    from catmaid_server.http.warm_tiles import WarmTiles
    from catmaid_server.tiles.service import TileService

ROUTES: web.AppKey[tuple[Route, ...]] = web.AppKey("routes")
OPTIONS: web.AppKey[AppOptions] = web.AppKey("options")
STORE: web.AppKey[Store] = web.AppKey("store", Store)
ACCESS: web.AppKey[Access] = web.AppKey("access")
PASSWORD_CHECKS: web.AppKey[PasswordChecks] = web.AppKey("password_checks")
HUB: web.AppKey[Hub | None] = web.AppKey("hub")
PROVIDERS: web.AppKey[Mapping[str, Provider]] = web.AppKey("providers")
DATABASE_TURNS: web.AppKey[UserTurns] = web.AppKey("database_turns")
CELLS: web.AppKey[ViewportCells] = web.AppKey("cells")
PARTNERS: web.AppKey[KeptPartners] = web.AppKey("partners")
SKELETON_ANSWERS: web.AppKey[KeptAnswers] = web.AppKey("skeleton_answers")
FEED: web.AppKey[Feed] = web.AppKey("feed")
PRESENCE: web.AppKey[Guests] = web.AppKey("presence")
TILES: web.AppKey[TileService] = web.AppKey("tiles")
WARM_TILES: web.AppKey[WarmTiles] = web.AppKey("warm_tiles")
SOCKETS: web.AppKey[weakref.WeakSet[web.WebSocketResponse]] = web.AppKey("sockets")
