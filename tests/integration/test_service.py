"""What every request meets: who asks, may they, is it well-formed, and how the answer looks whatever happens."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from catmaid_server.domain.accounts import users
from tests.helpers.answers import is_error
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service

COLUMNS = "application/x-catmaid-columns+msgpack"
ANYWHERE = {"left": -1e6, "top": -1e6, "z1": -1e6, "right": 1e6, "bottom": 1e6, "z2": 1e6}


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that keeps cookies and sends no token."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def eventually(actor: Actor, path: str, status: int) -> None:
    """Ask until the answer has this status: workers hear of a change by a notification, which takes a moment."""
    async with asyncio.timeout(PATIENCE_S):
        while (await actor.request("GET", path))[0] != status:
            await asyncio.sleep(0)


class TestOpenRoutes:
    """What anybody may ask."""

    async def test_version_tells_the_api_and_what_goes_beyond_it(self, service: Service) -> None:
        body: Any = await service.visitor.get("/version")
        assert body["SERVER_VERSION"].startswith("2026.")
        assert {"columns", "events", "idempotency"} <= set(body["CATMAID_JUPYTER"]["capabilities"])

    async def test_health(self, service: Service) -> None:
        assert await service.visitor.get("/health") == {"status": "ok"}

    async def test_metrics_count_answers_by_route_and_never_by_id(self, service: Service) -> None:
        await service.visitor.request("GET", "/4711/stacks", params={"secret": "hush"})
        body = await service.admin.get("/metrics")
        assert isinstance(body, bytes)
        assert b'catmaid_answers_total{method="GET",route="/{project_id}/stacks",status="403"}' in body
        assert b"/4711" not in body
        assert b"hush" not in body

    async def test_each_answer_has_an_id_for_the_log(self, service: Service, browser: aiohttp.ClientSession) -> None:
        seen = set()
        for path in ("/version", "/nothing-here"):
            async with browser.get(service.url + path) as response:
                seen.add(response.headers["X-Request-ID"])
                assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert len(seen) == 2

    async def test_other_sites_may_ask(self, service: Service, browser: aiohttp.ClientSession) -> None:
        async with browser.options(
            f"{service.url}/{service.project_id}/node/list",
            headers={
                "Origin": "https://neuroglancer.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-authorization,idempotency-key",
            },
        ) as response:
            assert response.status == 204
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert "POST" in response.headers["Access-Control-Allow-Methods"]
            allowed = response.headers["Access-Control-Allow-Headers"].lower()
            assert "x-authorization" in allowed
            assert "idempotency-key" in allowed
            assert "Access-Control-Allow-Credentials" not in response.headers
        async with browser.get(service.url + "/nothing-here") as response:
            assert response.headers["Access-Control-Allow-Origin"] == "*", "else a browser hides the error"


class TestWhoAsks:
    """Tokens, cookies, and what each lets a user do."""

    @pytest.mark.parametrize("spelling", ["X-Authorization", "Authorization"])
    @pytest.mark.parametrize("scheme", ["Token", "token", "TOKEN"])
    async def test_a_token_says_who_asks(self, service: Service, spelling: str, scheme: str) -> None:
        actor = Actor(service.visitor.session, service.url, None)
        _, body = await actor.request("GET", "/accounts/login", headers={spelling: f"{scheme} {service.tracer.token}"})
        assert isinstance(body, dict)
        assert body["username"] == "tracer"

    async def test_a_wrong_token_is_refused_even_where_none_is_needed(self, service: Service) -> None:
        status, body = await Actor(service.visitor.session, service.url, "0" * 40).request("GET", "/version")
        assert (status, is_error(body, "AuthenticationFailed")) == (401, True)

    async def test_without_a_token_one_is_a_visitor(self, service: Service) -> None:
        body: Any = await service.visitor.get("/accounts/login")
        assert (body["username"], body["is_authenticated"]) == ("AnonymousUser", False)

    async def test_a_password_is_exchanged_for_a_token(self, service: Service) -> None:
        granted: Any = await service.visitor.post("/api-token-auth/", username="tracer", password="a tracer's password")
        body: Any = await Actor(service.visitor.session, service.url, granted["token"]).get("/accounts/login")
        assert body["username"] == "tracer"

    @pytest.mark.parametrize("form", [
        {"username": "tracer", "password": "wrong"}, {"username": "nobody", "password": "wrong"},
        {"username": "AnonymousUser", "password": "!"}, {"username": "tracer", "password": "\x00"},
        {"username": "tracer\x00", "password": "x"}, {},
    ])  # fmt: skip
    async def test_a_wrong_password_is_not(self, service: Service, form: dict[str, str]) -> None:
        status, body = await service.visitor.refused("/api-token-auth/", **form)
        assert (status, is_error(body)) == (400, True)

    async def test_a_session_lasts_until_the_logout(self, service: Service, browser: aiohttp.ClientSession) -> None:
        async with browser.post(
            service.url + "/accounts/login", data={"name": "tracer", "pwd": "a tracer's password"}
        ) as response:
            assert response.status == 200
            cookie = response.cookies["sessionid"]
            assert cookie["httponly"]
            assert cookie["samesite"] == "Lax"
        async with browser.get(service.url + "/accounts/login") as response:
            assert (await response.json())["username"] == "tracer"
        async with browser.post(service.url + "/accounts/logout") as response:
            assert (await response.json())["username"] == "AnonymousUser"
        async with browser.get(service.url + "/accounts/login") as response:
            assert (await response.json())["username"] == "AnonymousUser"

    @pytest.mark.parametrize("cookie", ["", "junk", "1.9999999999.x", "2.9999999999.\xe9", "..", "1.2.3.4"])
    async def test_a_forged_cookie_is_a_visitors(self, service: Service, cookie: str) -> None:
        status, body = await service.visitor.request(
            "GET", "/accounts/login", headers={"Cookie": f"sessionid={cookie}"}
        )
        assert status == 200
        assert isinstance(body, dict)
        assert body["username"] == "AnonymousUser"

    @pytest.mark.parametrize(("method", "headers", "status"), [
        ("POST", {}, 200),
        *((method, headers, status) for method in ("GET", "POST") for headers, status in (
            ({"Origin": "{own}"}, 200),
            ({"Sec-Fetch-Site": "same-origin"}, 200),
            ({"X-Requested-With": "XMLHttpRequest"}, 200),
            ({"Origin": "https://evil.example"}, 403),
            ({"Origin": "https://evil.example", "X-Requested-With": "XMLHttpRequest"}, 403),
            ({"Origin": "null"}, 403),
            ({"Sec-Fetch-Site": "cross-site"}, 403),
        )),
        ("GET", {}, 403),
        ("GET", {"Sec-Fetch-Site": "none"}, 403),
        ("GET", {"Sec-Fetch-Site": "same-site"}, 403),
        ("GET", {"Referer": "{own}/"}, 403),
    ])  # fmt: skip
    async def test_a_cookie_writes_for_its_own_site_alone(
        self, service: Service, browser: aiohttp.ClientSession, method: str, headers: dict[str, str], status: int
    ) -> None:
        """Also where a route takes GET: a link or an image in a foreign page must not make a node."""
        await log_in(browser, service)
        headers = {name: value.format(own=service.url) for name, value in headers.items()}
        async with browser.request(
            method, f"{service.url}/{service.project_id}/treenode/create", headers=headers
        ) as response:
            assert response.status == status
            assert status == 200 or is_error(await response.json(), "PermissionError")

    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
    async def test_no_other_site_logs_anybody_in(
        self, service: Service, browser: aiohttp.ClientSession, headers: dict[str, str]
    ) -> None:
        """Else people would trace as somebody else without knowing."""
        form = {"name": "tracer", "pwd": "a tracer's password"}
        async with browser.post(service.url + "/accounts/login", data=form, headers=headers) as response:
            assert response.status == 403
            assert "sessionid" not in response.cookies

    @pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
    async def test_no_other_site_logs_anybody_out(
        self, service: Service, browser: aiohttp.ClientSession, headers: dict[str, str]
    ) -> None:
        await log_in(browser, service)
        for send in (browser.get, browser.post):
            async with send(f"{service.url}/accounts/logout", headers=headers) as response:
                assert response.status == 403
                assert "sessionid" not in response.cookies

    async def test_a_cookie_reads_from_anywhere(self, service: Service, browser: aiohttp.ClientSession) -> None:
        await log_in(browser, service)
        async with browser.get(
            f"{service.url}/{service.project_id}/stacks", headers={"Origin": "https://evil.example"}
        ) as response:
            assert response.status == 200

    @pytest.mark.parametrize(("headers", "status"), [
        ({}, 101), ({"Origin": "{own}"}, 101), ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403),
    ])  # fmt: skip
    async def test_a_cookie_opens_sockets_for_its_own_site_alone(
        self, service: Service, browser: aiohttp.ClientSession, headers: dict[str, str], status: int
    ) -> None:
        """A browser lets any site open a WebSocket with our cookie, and read what comes."""
        await log_in(browser, service)
        headers = {name: value.format(own=service.url) for name, value in headers.items()}
        try:
            async with browser.ws_connect(f"{service.url}/{service.project_id}/events", headers=headers):
                opened = 101
        except aiohttp.WSServerHandshakeError as error:
            opened = error.status
        assert opened == status

    async def test_writing_with_a_token_needs_one_more_permission(
        self, service: Service, browser: aiohttp.ClientSession
    ) -> None:
        """A script can do more harm than a hand: CATMAID asks for `can_annotate_with_token`."""
        actor = await newcomer(service, "hand", "can_browse", "can_annotate")
        path = f"/{service.project_id}/treenode/create"
        status, body = await actor.refused(path)
        assert (status, is_error(body, "PermissionError")) == (403, True)
        assert "can_annotate_with_token" in str(body["error"])
        await actor.get(f"/{service.project_id}/stacks")
        await log_in(browser, service, "hand")
        async with browser.post(service.url + path) as response:
            assert response.status == 200


async def log_in(browser: aiohttp.ClientSession, service: Service, name: str = "tracer") -> None:
    form = {"name": name, "pwd": f"a {name}'s password"}
    async with browser.post(service.url + "/accounts/login", data=form) as response:
        assert response.status == 200


async def newcomer(service: Service, name: str, *permissions: str) -> Actor:
    """A new user with an API token and some permissions in the project."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, name, password=f"a {name}'s password")
        for permission in permissions:
            await users.grant(tx, service.project_id, permission, to=name)
        token = await users.issue_token(tx, user_id)
    return Actor(service.tracer.session, service.url, token)


class TestPermissions:
    """What a project lets whom do."""

    async def test_an_unknown_project_looks_like_a_forbidden_one(self, service: Service) -> None:
        """Else anybody could find out which projects there are."""
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await tx.execute("INSERT INTO project (id, title) VALUES (800, 'Hidden')")
        for path in ("/{}/stacks", "/{}/node/list", "/{}/skeletons/", "/{}/events", "/{}/treenode/create"):
            method = "POST" if "create" in path else "GET"
            answers = [await service.tracer.request(method, path.format(project)) for project in (800, 801)]
            texts = [json.dumps(body).replace("800", "N").replace("801", "N") for _, body in answers]
            assert [status for status, _ in answers] == [403, 403]
            assert texts[0] == texts[1]

    async def test_a_visitor_who_may_do_nothing_reads_and_writes_nothing(self, service: Service) -> None:
        for method, path in (("GET", "stacks"), ("POST", "node/list"), ("POST", "treenode/create"), ("GET", "events")):
            status, body = await service.visitor.request(method, f"/{service.project_id}/{path}")
            assert (status, is_error(body, "PermissionError")) == (403, True)

    async def test_to_browse_is_not_to_annotate(self, service: Service) -> None:
        reader = await newcomer(service, "reader", "can_browse", "can_annotate_with_token")
        await reader.get(f"/{service.project_id}/skeletons/")
        status, _ = await reader.refused(f"/{service.project_id}/treenode/create")
        assert status == 403

    async def test_to_annotate_is_to_browse(self, service: Service) -> None:
        writer = await newcomer(service, "writer", "can_annotate", "can_annotate_with_token")
        await writer.post(f"/{service.project_id}/treenode/create")
        await writer.get(f"/{service.project_id}/skeletons/")

    async def test_a_group_lends_its_permissions(self, service: Service) -> None:
        member = await newcomer(service, "member")
        path = f"/{service.project_id}/stacks"
        assert (await member.request("GET", path))[0] == 403
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await tx.execute("INSERT INTO user_group (name) VALUES ('reading group')")
            await tx.execute(
                "INSERT INTO group_member (user_id, group_id) SELECT u.id, g.id"
                "  FROM app_user u, user_group g WHERE u.username = 'member' AND g.name = 'reading group'"
            )
            await users.grant(tx, service.project_id, "can_browse", to="reading group")
        await eventually(member, path, 200)

    async def test_what_is_granted_and_revoked_holds_for_running_services(self, service: Service) -> None:
        changing = await newcomer(service, "changing")
        path = f"/{service.project_id}/stacks"
        assert (await changing.request("GET", path))[0] == 403
        async with service.store.writing(user_id=None, project_id=None, label="grant") as tx:
            await users.grant(tx, service.project_id, "can_browse", to="changing")
        await eventually(changing, path, 200)
        async with service.store.writing(user_id=None, project_id=None, label="revoke") as tx:
            await tx.execute(
                "DELETE FROM project_permission p USING app_user u WHERE u.id = p.user_id AND u.username = 'changing'"
            )
        await eventually(changing, path, 403)

    async def test_whose_account_is_closed_is_a_stranger(self, service: Service) -> None:
        leaving = await newcomer(service, "leaving", "can_browse")
        await leaving.get(f"/{service.project_id}/stacks")
        async with service.store.writing(user_id=None, project_id=None, label="close") as tx:
            await tx.execute("UPDATE app_user SET is_active = false WHERE username = 'leaving'")
        await eventually(leaving, "/version", 401)
        closed = {"username": "leaving", "password": "a leaving's password"}
        status, body = await service.visitor.refused("/api-token-auth/", **closed)
        assert (status, is_error(body, "InactiveLoginError")) == (400, True)
