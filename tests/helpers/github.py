"""A GitHub Enterprise server of this machine, as far as signing in asks it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from yarl import URL

from tests.helpers.openid import CLIENT_ID, CLIENT_SECRET, answering_at


@dataclass
class GitHubStandIn:
    """A server on which one person is signed in."""

    user: dict[str, Any]
    emails: list[dict[str, Any]] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)

    async def page(self, request: web.Request) -> web.Response:
        query = request.query
        code = f"code {len(self.challenges)}"
        self.challenges[code] = query["code_challenge"]
        back = URL(query["redirect_uri"]).update_query(code=code, state=query["state"])
        return web.Response(status=302, headers={"Location": str(back)})

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["client_id"], form["client_secret"]) == (CLIENT_ID, CLIENT_SECRET)
        challenge = self.challenges.pop(str(form["code"]), None)
        if challenge != create_s256_code_challenge(str(form["code_verifier"])):
            return web.json_response({"error": "bad_verification_code", "error_description": "The code is wrong."})
        return web.json_response({"access_token": "of the person", "token_type": "bearer"})

    async def person(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer of the person"
        return web.json_response(self.user)

    async def addresses(self, request: web.Request) -> web.Response:
        return web.json_response(self.emails)


@asynccontextmanager
async def github(server: GitHubStandIn) -> AsyncIterator[str]:
    """Address of the server while it answers."""
    app = web.Application()
    app.add_routes(
        [
            web.get("/login/oauth/authorize", server.page),
            web.post("/login/oauth/access_token", server.token),
            web.get("/api/v3/user", server.person),
            web.get("/api/v3/user/emails", server.addresses),
        ]
    )
    async with answering_at(app) as address:
        yield address
