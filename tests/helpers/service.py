"""A service on a free port, and the users who send it requests."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.http.connections import runner_of
from catmaid_server.routes import all_routes


@dataclass
class Actor:
    """A user who sends requests with an API token, as clients do."""

    session: aiohttp.ClientSession
    url: str
    token: str | None

    async def request(self, method: str, path: str, **kwargs: Any) -> tuple[int, Any]:
        headers = {} if self.token is None else {"X-Authorization": f"Token {self.token}"}
        headers |= kwargs.pop("headers", {})
        async with self.session.request(method, self.url + path, headers=headers, **kwargs) as response:
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, await response.read()

    async def get(self, path: str, **query: object) -> Any:
        status, body = await self.request("GET", path, params={k: str(v) for k, v in query.items()})
        assert status == 200, body
        return body

    async def post(self, path: str, **form: object) -> Any:
        status, body = await self.request("POST", path, data={k: str(v) for k, v in form.items()})
        assert status == 200, body
        return body

    async def refused(self, path: str, **form: object) -> tuple[int, dict[str, object]]:
        status, body = await self.request("POST", path, data={k: str(v) for k, v in form.items()})
        assert status >= 400, body
        assert isinstance(body, dict)
        return status, body


@dataclass
class Service:
    """A running service with one project, an administrator, a tracer, and a visitor."""

    store: Store
    url: str
    project_id: int
    admin: Actor
    tracer: Actor
    visitor: Actor
    app: web.Application


@asynccontextmanager
async def serving(store: Store, data_dir: Path, **options: Any) -> AsyncIterator[tuple[str, web.Application]]:
    """The service over a store, on a free port of this machine; `options` are those of `AppOptions`."""
    app = create_app(store, all_routes(), AppOptions(secret=b"only for tests", data_dir=data_dir, **options))
    runner = runner_of(app, shutdown_s=60)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        yield f"http://{host}:{port}", app
    finally:
        await runner.cleanup()


@asynccontextmanager
async def fresh_service(store: Store, data_dir: Path, **options: Any) -> AsyncIterator[Service]:
    """A service with the project "Test", where `tracer` may annotate and a visitor may do nothing.

    options: of `AppOptions`.
    """
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Test", owner_id=admin.id)
        tracer_id = await users.create_user(tx, "tracer", password="a tracer's password")
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token", "can_import"):
            await users.grant(tx, project_id, permission, to="tracer")
        tokens = [await users.issue_token(tx, user_id) for user_id in (admin.id, tracer_id)]
    async with serving(store, data_dir, **options) as (url, app), aiohttp.ClientSession() as session:
        admin_actor, tracer_actor, visitor = [Actor(session, url, token) for token in (*tokens, None)]
        yield Service(store, url, project_id, admin_actor, tracer_actor, visitor, app)
