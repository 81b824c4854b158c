"""Sessions and passwords."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from yarl import URL

from catmaid_server.auth import sessions
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import login_sessions, users
from catmaid_server.http import keys
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service, serving

OLD, NEW = "an old password", "quite another one"
TRACER = {"name": "tracer", "pwd": "a tracer's password"}


@asynccontextmanager
async def browsing(service: Service) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser of its own: it keeps cookies and names the service's own page as the origin."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(service.url, cookie_jar=jar, headers={"Origin": service.url}) as browser:
        yield browser


async def logged_in(browser: aiohttp.ClientSession, name: str, pwd: str) -> int:
    async with browser.post("/accounts/login", data={"name": name, "pwd": pwd}) as response:
        return response.status


async def who(browser: aiohttp.ClientSession) -> str:
    async with browser.get("/accounts/login") as response:
        name: str = (await response.json())["username"]
        return name


async def who_says(url: str, headers: dict[str, str]) -> str:
    """Who the service takes a request with these headers for."""
    async with aiohttp.request("GET", f"{url}/accounts/login", headers=headers) as response:
        name: str = (await response.json())["username"]
        return name


def cookie_of(browser: aiohttp.ClientSession, service: Service) -> str:
    return browser.cookie_jar.filter_cookies(URL(service.url))["sessionid"].value


async def change_password(
    browser: aiohttp.ClientSession, old: str, new: str, again: str | None = None
) -> tuple[int, str]:
    form = {"old_password": old, "new_password1": new, "new_password2": new if again is None else again}
    async with browser.post("/user/password_change/", data=form, allow_redirects=False) as response:
        return response.status, await response.text()


async def add_user(store: Store, name: str, **more: Any) -> int:
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        return await users.create_user(tx, name, **more)


class TestSessions:
    """What begins and ends them."""

    async def test_a_new_password_ends_all_other_sessions(self, module_service: Service) -> None:
        await add_user(module_service.store, "ada", password=OLD)
        async with browsing(module_service) as here, browsing(module_service) as there:
            assert [await logged_in(browser, "ada", OLD) for browser in (here, there)] == [200, 200]
            assert (await change_password(here, OLD, NEW))[0] == 302
            assert (await who(here), await who(there)) == ("ada", users.ANONYMOUS)
            assert await logged_in(there, "ada", OLD) == 400
            assert await logged_in(there, "ada", NEW) == 200
            assert (await who(here), await who(there)) == ("ada", "ada")

    async def test_a_logout_ends_the_session_for_whoever_kept_its_cookie(
        self, module_service: Service, tmp_path: Path
    ) -> None:
        """In every process of the service, not only in the one that was asked to end it."""
        async with (
            Store.opened(module_service.store.dsn, pool_size=2) as other_store,
            serving(other_store, tmp_path) as (other_url, other_app),
            browsing(module_service) as browser,
            browsing(module_service) as elsewhere,
        ):
            assert [await logged_in(b, **TRACER) for b in (browser, elsewhere)] == [200, 200]
            kept = {"Cookie": f"sessionid={cookie_of(browser, module_service)}"}
            assert [await who_says(url, kept) for url in (module_service.url, other_url)] == ["tracer", "tracer"]
            told = other_app[keys.ACCESS].next_change
            async with browser.post("/accounts/logout") as response:
                assert response.status == 200
            assert await who_says(module_service.url, kept) == users.ANONYMOUS
            await asyncio.wait_for(told.wait(), PATIENCE_S)
            assert await who_says(other_url, kept) == users.ANONYMOUS
            assert await who(elsewhere) == "tracer"

    async def test_a_logout_closes_the_sockets_of_the_session(self, module_service: Service) -> None:
        async with browsing(module_service) as browser:
            assert await logged_in(browser, **TRACER) == 200
            async with browser.ws_connect(f"/{module_service.project_id}/events") as socket:
                await socket.receive(timeout=PATIENCE_S)
                async with browser.post("/accounts/logout"):
                    pass
                assert (await socket.receive(timeout=PATIENCE_S)).type is aiohttp.WSMsgType.CLOSE

    async def test_a_login_ends_the_session_that_it_replaces(self, module_service: Service) -> None:
        async with browsing(module_service) as browser:
            assert await logged_in(browser, **TRACER) == 200
            kept = {"Cookie": f"sessionid={cookie_of(browser, module_service)}"}
            assert await logged_in(browser, **TRACER) == 200
            assert await who(browser) == "tracer"
        assert await who_says(module_service.url, kept) == users.ANONYMOUS

    async def test_a_cookie_of_a_session_that_never_began_is_a_visitors(self, module_service: Service) -> None:
        async with module_service.store.reading() as connection:
            tracer = await users.require_user(connection, "tracer")
            admin = await users.require_user(connection, "admin")
            session_id = await login_sessions.begin_session(connection, admin.id)
        for unknown in (uuid4(), session_id):
            cookie = sessions.issue(b"only for tests", unknown, tracer.id, tracer.password)
            assert await who_says(module_service.url, {"Cookie": f"sessionid={cookie}"}) == users.ANONYMOUS

    async def test_the_oldest_of_many_sessions_ends(
        self, module_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(login_sessions, "MOST", 2)
        user_id = await add_user(module_service.store, "mia")
        async with module_service.store.reading() as connection:
            begun = [await login_sessions.begin_session(connection, user_id) for _ in range(3)]
            assert [await login_sessions.is_open(connection, one, user_id) for one in begun] == [False, True, True]

    @pytest.mark.parametrize("revoke", [True, False])
    async def test_a_new_password_ends_api_tokens_if_wanted(self, module_service: Service, revoke: bool) -> None:
        name = f"nora {revoke}"
        user_id = await add_user(module_service.store, name, password=OLD)
        async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            token = await users.issue_token(tx, user_id)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, name, OLD) == 200
            async with browser.get("/user/password_change/") as response:
                assert 'name="revoke_tokens" type="checkbox"' in await response.text()
            form = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
            form |= {"revoke_tokens": "true"} if revoke else {}
            async with browser.post("/user/password_change/", data=form, allow_redirects=False) as response:
                assert response.status == 302
            assert await who(browser) == name
        actor = Actor(module_service.visitor.session, module_service.url, token)
        assert (await actor.request("GET", "/accounts/login"))[0] == (401 if revoke else 200)

    async def test_a_password_set_by_an_administrator_ends_sessions(self, module_service: Service) -> None:
        user_id = await add_user(module_service.store, "bea", password=OLD)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, "bea", OLD) == 200
            async with module_service.store.writing(user_id=None, project_id=None, label="set password") as tx:
                await users.set_password(tx, user_id, NEW)
            assert await who(browser) == users.ANONYMOUS

    @pytest.mark.parametrize(("headers", "secure"), [
        ({}, False),
        ({"X-Forwarded-Proto": "https"}, False),  # of no trusted proxy
        ({"Origin": "https://{host}"}, True),
    ])  # fmt: skip
    async def test_cookies_stay_where_they_are_safe(
        self, module_service: Service, headers: dict[str, str], secure: bool
    ) -> None:
        """No script reads them, no other site sends them, and what came by HTTPS does not go back without."""
        host = module_service.url.partition("://")[2]
        headers = {name: value.format(host=host) for name, value in headers.items()}
        async with (
            aiohttp.ClientSession(module_service.url) as browser,
            browser.post("/accounts/login", data=TRACER, headers=headers) as response,
        ):
            cookie = response.cookies["sessionid"]
        assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)

    async def test_a_session_that_somebody_else_chose_is_not_taken_up(self, module_service: Service) -> None:
        async with aiohttp.ClientSession(module_service.url, cookies={"sessionid": "chosen"}) as browser:
            async with browser.post("/accounts/login", data=TRACER) as response:
                assert response.cookies["sessionid"].value != "chosen"
            async with browser.post("/accounts/logout") as response:
                assert (response.cookies["sessionid"].value, response.cookies["sessionid"]["max-age"]) == ("", "0")

    async def test_closing_an_account_ends_its_sessions(self, module_service: Service) -> None:
        user_id = await add_user(module_service.store, "cleo", password=OLD)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, "cleo", OLD) == 200
            async with module_service.store.writing(user_id=None, project_id=None, label="close") as tx:
                await tx.execute("UPDATE app_user SET is_active = false WHERE id = %s", (user_id,))
            assert await who(browser) == users.ANONYMOUS

    async def test_a_closed_account_is_described_but_lets_nobody_in(self, module_service: Service) -> None:
        """As CATMAID does it, for who knows the password."""
        user_id = await add_user(module_service.store, "dora", password=OLD)
        async with module_service.store.writing(user_id=None, project_id=None, label="close") as tx:
            await tx.execute("UPDATE app_user SET is_active = false WHERE id = %s", (user_id,))
        async with browsing(module_service) as browser:
            async with browser.post("/accounts/login", data={"name": "dora", "pwd": OLD}) as response:
                assert (response.status, (await response.json())["username"]) == (200, "dora")
                assert not response.cookies
            assert await who(browser) == users.ANONYMOUS
            assert await logged_in(browser, "dora", "wrong") == 400
        status, _ = await module_service.visitor.refused("/api-token-auth/", username="dora", password=OLD)
        assert status == 400

    async def test_who_is_logged_in_and_names_nobody_is_told_who_they_are(self, module_service: Service) -> None:
        profile: Any = await module_service.tracer.post("/accounts/login")
        assert profile["username"] == "tracer"
        assert (await module_service.visitor.refused("/accounts/login"))[0] == 400

    async def test_hashes_of_imported_users_are_replaced_at_login(self, module_service: Service) -> None:
        digest = hashlib.pbkdf2_hmac("sha256", OLD.encode(), b"seasalt", 1000)
        imported = f"pbkdf2_sha256$1000$seasalt${base64.b64encode(digest).decode()}"
        await add_user(module_service.store, "ella", password_hash=imported)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, "ella", "wrong") == 400
            assert await stored_password(module_service.store, "ella") == imported
            assert await logged_in(browser, "ella", OLD) == 200
            replaced = await stored_password(module_service.store, "ella")
            assert replaced.startswith("$argon2id$")
            assert await who(browser) == "ella"
        async with browsing(module_service) as browser:
            assert await logged_in(browser, "ella", OLD) == 200
        assert await stored_password(module_service.store, "ella") == replaced

    async def test_a_superuser_is_told_all_permissions(self, module_service: Service) -> None:
        admin: Any = await module_service.admin.get("/accounts/login")
        assert {"catmaid.can_administer", "auth.change_group"} <= set(admin["permissions"])
        tracer: Any = await module_service.tracer.get("/accounts/login")
        assert tracer["permissions"] == []


async def stored_password(store: Store, name: str) -> str:
    async with store.reading() as connection:
        return (await users.require_user(connection, name)).password


class TestPasswordPage:
    """Where people change their password."""

    async def test_visitors_are_sent_to_log_in(self, module_service: Service) -> None:
        async with browsing(module_service) as browser:
            for send in (browser.get, browser.post):
                async with send("/user/password_change/", allow_redirects=False) as response:
                    assert response.status == 302
                    assert response.headers["Location"] == "/accounts/login?next=/user/password_change/"

    @pytest.mark.parametrize(("old", "new", "again", "about"), [
        ("wrong", NEW, NEW, "not your password"),
        (OLD, NEW, NEW + "!", "differ"),
        (OLD, "short", "short", "at least"),
        (OLD, "1234567890", "1234567890", "more than a number"),
        (OLD, "fay's password", "fay's password", "name in it"),
        (OLD, "x" * 2000, "x" * 2000, "at most"),
        ("", "", "", "not your password"),
    ])  # fmt: skip
    async def test_what_is_wrong_is_said(
        self, module_service: Service, old: str, new: str, again: str, about: str
    ) -> None:
        name = "fay"
        async with module_service.store.reading() as connection:
            known = await users.find_user(connection, name)
        if known is None:
            await add_user(module_service.store, name, password=OLD)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, name, OLD) == 200
            status, text = await change_password(browser, old, new, again)
            assert status == 200
            assert about in text
            assert await logged_in(browser, name, OLD) == 200

    async def test_another_site_cannot_change_it(self, module_service: Service) -> None:
        await add_user(module_service.store, "gina", password=OLD)
        async with browsing(module_service) as browser:
            await logged_in(browser, "gina", OLD)
            form = {"old_password": OLD, "new_password1": NEW, "new_password2": NEW}
            async with browser.post(
                "/user/password_change/", data=form, headers={"Origin": "https://elsewhere.example"}
            ) as response:
                assert response.status == 403
            assert await logged_in(browser, "gina", OLD) == 200

    async def test_guessing_the_old_one_ends_soon(self, module_service: Service) -> None:
        await add_user(module_service.store, "hope", password=OLD)
        async with browsing(module_service) as browser:
            await logged_in(browser, "hope", OLD)
            tries = [(await change_password(browser, f"guess {number}", NEW))[0] for number in range(12)]
            assert set(tries[:10]) == {200}
            assert tries[-1] == 429

    async def test_the_front_page_says_who_one_is(self, module_service: Service) -> None:
        await add_user(module_service.store, "i<b>da", password=OLD)
        async with browsing(module_service) as browser:
            await logged_in(browser, "i<b>da", OLD)
            async with browser.get("/") as response:
                text = await response.text()
        assert "i&lt;b&gt;da" in text
        assert "<b>da" not in text
