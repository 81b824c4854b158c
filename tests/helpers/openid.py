"""An OpenID provider of this machine, with a key of its own, that people sign in at by clicking their name."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from html import escape
from typing import Any

from aiohttp import encode_basic_auth, web
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import RSAKey
from yarl import URL

CLIENT_ID, CLIENT_SECRET = "catmaid of the lab", "known to both"


@dataclass
class OpenIdStandIn:
    """A provider: its people by their subjects, and what it does wrong.

    claims
        Put into identity tokens instead of what is right; None leaves the claim out.
    signs_with
        Key of new tokens; of `published` by default.
    """

    people: dict[str, dict[str, Any]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    published: RSAKey = field(default_factory=lambda: new_key("first"))
    signs_with: RSAKey | None = None
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "RS256"})
    tells_email_in: str = "userinfo"
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    access_tokens: dict[str, str] = field(default_factory=dict)

    async def describe(self, request: web.Request) -> web.Response:
        return web.json_response(
            {
                "issuer": self.issuer,
                **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in ("authorization", "token", "userinfo")},
                "jwks_uri": f"{self.issuer}/keys",
                "scopes_supported": ["openid", "profile", "email"],
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            status=self.status,
        )

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [self.published.as_dict(private=False)]})

    async def page(self, request: web.Request) -> web.Response:
        """Where people sign in: a link for each of them, and one for who does not want to."""
        query = request.query
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        links = [
            f'<p><a href="{escape(str(self._back(query, subject)))}">Continue as {escape(subject)}</a></p>'
            for subject in self.people
        ]
        refusal = URL(query["redirect_uri"]).update_query(error="access_denied", state=query["state"])
        links.append(f'<p><a href="{escape(str(refusal))}">Cancel</a></p>')
        return web.Response(text="\n".join(links), content_type="text/html")

    def _back(self, query: Any, subject: str) -> URL:
        code = secrets.token_hex(8)
        self.codes[code] = {"sub": subject, **query}
        return URL(query["redirect_uri"]).update_query(code=code, state=query["state"], iss=self.issuer)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        if request.headers["Authorization"] != encode_basic_auth(CLIENT_ID, CLIENT_SECRET):
            return web.json_response({"error": "invalid_client"}, status=401)
        asked = self.codes.pop(str(form["code"]), None)
        if (
            asked is None
            or form["redirect_uri"] != asked["redirect_uri"]
            or create_s256_code_challenge(str(form["code_verifier"])) != asked["code_challenge"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        access_token = secrets.token_hex(8)
        self.access_tokens[access_token] = asked["sub"]
        return web.json_response({"access_token": access_token, "id_token": self.identity_token(asked)})

    def identity_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        more = self.people[asked["sub"]] if self.tells_email_in == "token" else {}
        claims = {
            "iss": self.issuer,
            "sub": asked["sub"],
            "aud": CLIENT_ID,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            **more,
            **self.claims,
        }
        key = self.signs_with or self.published
        header = {"kid": key.kid, **self.header}
        return jwt.encode(header, {name: value for name, value in claims.items() if value is not None}, key)

    async def userinfo(self, request: web.Request) -> web.Response:
        subject = self.access_tokens[request.headers["Authorization"].removeprefix("Bearer ")]
        return web.json_response({"sub": subject, **self.people[subject]})


def new_key(name: str) -> RSAKey:
    """A key for signatures."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@asynccontextmanager
async def openid_provider(provider: OpenIdStandIn) -> AsyncIterator[OpenIdStandIn]:
    """The provider while it answers, at `provider.issuer`."""
    app = web.Application()
    app.add_routes(
        [
            web.get("/.well-known/openid-configuration", provider.describe),
            web.get("/keys", provider.keys),
            web.get("/authorization", provider.page),
            web.post("/token", provider.token),
            web.get("/userinfo", provider.userinfo),
        ]
    )
    async with answering_at(app) as address:
        provider.issuer = address
        yield provider


@asynccontextmanager
async def answering_at(app: web.Application) -> AsyncIterator[str]:
    """Address of an application that answers on a free port of this machine."""
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
