"""Signing in with a JupyterHub, of which a small server answers as the real one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from catmaid_jupyter.api.http import Http, Origin
from catmaid_jupyter.api.hub_sign_in import HubSignIn
from catmaid_server.auth.jupyterhub import HubService
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import groups, identities, users
from catmaid_server.domain.errors import InvalidInput
from tests.helpers.service import Service, fresh_service

USE = "access:services!service=catmaid"


@dataclass
class StandIn:
    """A hub: what its tokens stand for, and the groups of its users."""

    tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    groups: dict[str, list[str]] = field(default_factory=dict)
    status: int = 200

    async def user(self, request: web.Request) -> web.Response:
        if self.status != 200:
            return web.Response(status=self.status)
        found = self.tokens.get(request.headers["Authorization"].removeprefix("token "))
        return web.json_response(found, status=200 if found else 403)

    async def any_user(self, request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "token of the service"
        name = request.match_info["name"]
        return web.json_response({"name": name, "kind": "user", "groups": self.groups.get(name, [])})

    async def code(self, request: web.Request) -> web.Response:
        form = await request.post()
        assert (form["client_secret"], form["redirect_uri"]) == ("of the service", "/services/catmaid/oauth_callback")
        if form["code"] != "right":
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": "annas", "token_type": "Bearer"})


@asynccontextmanager
async def answering(hub: StandIn) -> AsyncIterator[HubService]:
    app = web.Application()
    app.add_routes(
        [
            web.get("/hub/api/user", hub.user),
            web.get("/hub/api/users/{name}", hub.any_user),
            web.post("/hub/api/oauth2/token", hub.code),
        ]
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield HubService.of(
            {
                "JUPYTERHUB_API_URL": f"http://127.0.0.1:{runner.addresses[0][1]}/hub/api",
                "JUPYTERHUB_API_TOKEN": "of the service",
                "JUPYTERHUB_SERVICE_NAME": "catmaid",
            }
        )
    finally:
        await runner.cleanup()


def user(name: str, *scopes: str, kind: str = "user") -> dict[str, Any]:
    return {"name": name, "kind": kind, "scopes": list(scopes)}


@pytest.fixture
def hub() -> StandIn:
    tokens = {
        "annas": user("anna", USE),
        "bens": user("ben", "access:services"),
        "doras": user("dora", "access:services!service=another"),
        "of a service": user("robot", USE, kind="service"),
        "tracers": user("tracer", USE),
        "slashed": user("x/../anna", USE),
    }
    return StandIn(tokens, {"anna": ["EM 2027", "tracer"]})


@pytest.fixture
async def signing_in(hub: StandIn, store: Store, tmp_path: Path) -> AsyncIterator[Service]:
    async with answering(hub) as service, fresh_service(store, tmp_path, hub=service) as running:
        yield running


async def memberships(store: Store, name: str) -> list[str]:
    async with store.reading() as connection:
        return [one.name for one in await groups.list_groups(connection) if name in one.members]


async def test_a_token_of_the_hub_gives_one_of_ours_for_a_day(signing_in: Service) -> None:
    answer = await signing_in.visitor.post("/hub/token", hub_token="annas")
    assert (answer["username"], answer["browser_path"]) == ("anna", "/services/catmaid/")
    headers = {"X-Authorization": f"Token {answer['token']}"}
    _, who = await signing_in.visitor.request("GET", "/accounts/login", headers=headers)
    assert who["username"] == "anna"
    _, listed = await signing_in.visitor.request("GET", "/api-tokens/", headers=headers)
    assert [(one["name"], one["expiry"] is not None) for one in listed] == [("signed in with jupyterhub", True)]
    again = await signing_in.visitor.post("/hub/token", hub_token="annas")
    assert (again["username"], again["token"] != answer["token"]) == ("anna", True)


async def test_groups_are_those_of_the_hub_but_for_names_of_users(hub: StandIn, signing_in: Service) -> None:
    await signing_in.visitor.post("/hub/token", hub_token="annas")
    # Members of the group of a user may edit what is this user's.
    assert await memberships(signing_in.store, "anna") == ["EM 2027"]
    async with signing_in.store.writing(user_id=None, project_id=None, label="test") as tx:
        anna = await users.require_user(tx, "anna")
        await groups.create_group(tx, "given here")
        await groups.add_member(tx, "given here", anna.id)
    hub.groups["anna"] = ["trainers", "given here"]
    await signing_in.visitor.post("/hub/token", hub_token="annas")
    assert await memberships(signing_in.store, "anna") == ["given here", "trainers"]
    hub.groups["anna"] = []
    await signing_in.visitor.post("/hub/token", hub_token="annas")
    assert await memberships(signing_in.store, "anna") == ["given here"]


async def test_groups_are_of_the_very_name(hub: StandIn, signing_in: Service) -> None:
    hub.groups["x/../anna"] = ["of the slashed"]
    await signing_in.visitor.post("/hub/token", hub_token="slashed")
    assert await memberships(signing_in.store, "x/../anna") == ["of the slashed"]


@pytest.mark.parametrize(
    ("token", "status", "words"),
    [
        ("nobody's", 403, "does not accept this sign-in"),
        ("", 403, "no token of JupyterHub"),
        ("doras", 403, "need the scope access:services!service=catmaid"),
        ("of a service", 403, "that of a service"),
        ("tracers", 403, "catmaid-jupyter user link 'tracer' 'tracer'"),
    ],
)
async def test_who_may_not_is_told_why(signing_in: Service, token: str, status: int, words: str) -> None:
    refused, error = await signing_in.visitor.refused("/hub/token", hub_token=token)
    assert refused == status
    assert words in str(error["error"])


async def test_linked_closed_and_unlinked_accounts(signing_in: Service) -> None:
    async with signing_in.store.writing(user_id=None, project_id=None, label="test") as tx:
        tracer = await users.require_user(tx, "tracer")
        await identities.link(tx, tracer.id, identities.JUPYTERHUB, "tracer")
        admin = await users.require_user(tx, "admin")
        with pytest.raises(InvalidInput, match="another user already"):
            await identities.link(tx, admin.id, identities.JUPYTERHUB, "tracer")
    given = await signing_in.visitor.post("/hub/token", hub_token="tracers")
    assert given["username"] == "tracer"
    async with signing_in.store.writing(user_id=None, project_id=None, label="test") as tx:
        await users.set_active(tx, tracer.id, active=False)
    status, error = await signing_in.visitor.refused("/hub/token", hub_token="tracers")
    assert (status, error["error"]) == (403, "The account 'tracer' is closed.")
    async with signing_in.store.writing(user_id=None, project_id=None, label="test") as tx:
        await users.set_active(tx, tracer.id, active=True)
        assert await identities.unlink(tx, tracer.id, identities.JUPYTERHUB) == "tracer"
    headers = {"X-Authorization": f"Token {given['token']}"}
    assert (await signing_in.visitor.request("GET", "/accounts/login", headers=headers))[0] == 401


async def test_a_hub_that_fails_is_told_of(hub: StandIn, signing_in: Service) -> None:
    hub.status = 500
    status, error = await signing_in.visitor.refused("/hub/token", hub_token="annas")
    assert (status, error["error"]) == (502, "JupyterHub answered 500. Try again soon.")


async def test_a_browser_signs_in_on_the_hubs_page(signing_in: Service) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(signing_in.url, cookie_jar=jar) as browser:
        async with browser.get("/hub/login?next=//evil.example/", allow_redirects=False) as answer:
            target = URL(answer.headers["Location"])
        assert (target.path, target.query["redirect_uri"]) == (
            "/hub/api/oauth2/authorize",
            "/services/catmaid/oauth_callback",
        )
        state = target.query["state"]
        # Somebody else's sign-in does not become this browser's.
        async with aiohttp.request("GET", f"{signing_in.url}/oauth_callback?code=right&state={state}") as answer:
            assert answer.status == 403
        async with browser.get(f"/oauth_callback?code=wrong&state={state}", allow_redirects=False) as answer:
            assert answer.status == 403
        async with browser.get(f"/oauth_callback?code=right&state={state}", allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/")
        async with browser.get("/accounts/login") as answer:
            assert (await answer.json())["username"] == "anna"


async def test_the_client_signs_in_by_itself_and_again(signing_in: Service) -> None:
    address = URL(f"{signing_in.url}/")
    http = Http(Origin(address), sign_in=HubSignIn(address, "annas"))
    assert (await http.read_json("GET", "accounts/login"))["username"] == "anna"
    assert http.browser_path == "/services/catmaid/"
    async with signing_in.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute("DELETE FROM api_token WHERE name = 'signed in with jupyterhub'")
    # An edit that was refused is sent again with a new token, once.
    made = await http.request("POST", "api-tokens/", form={"name": "mine"})
    assert made.json()["name"] == "mine"
    await http.close()
