"""Accounts that people make themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.routes import all_routes
from tests.helpers.service import Service

PASSWORD = "quite another one"


@asynccontextmanager
async def open_to_all(store: Store, folder: Path) -> AsyncIterator[str]:
    """A service that lets people register."""
    app = create_app(store, all_routes(), AppOptions(secret=b"only for tests", data_dir=folder, registration=True))
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


APPLICATION = {
    "username": "jo",
    "first_name": "Jo",
    "last_name": "March",
    "email": "jo@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
}


async def test_it_is_off_unless_set(module_service: Service) -> None:
    async with aiohttp.ClientSession(module_service.url) as browser:
        for send in (
            browser.get("/register", allow_redirects=False),
            browser.post("/register", data=APPLICATION, allow_redirects=False),
        ):
            async with send as response:
                assert (response.status, response.headers["Location"]) == (302, "/")
    async with module_service.store.reading() as connection:
        assert await users.find_user(connection, "jo") is None


async def test_a_new_account_may_do_nothing_yet(store: Store, tmp_path: Path) -> None:
    async with open_to_all(store, tmp_path) as url, aiohttp.ClientSession(url) as browser:
        async with browser.get("/register") as response:
            assert 'name="password2"' in await response.text()
        async with browser.post("/register", data=APPLICATION) as response:
            assert "has been made" in await response.text()
        async with browser.post("/accounts/login", data={"name": "jo", "pwd": PASSWORD}) as response:
            profile = await response.json()
    assert (profile["longname"], profile["is_superuser"], profile["permissions"]) == ("Jo March", False, [])


@pytest.mark.parametrize(("changed", "about"), [
    ({"username": "admin"}, "already"),
    ({"username": ""}, "user name"),
    ({"username": "a b"}, "user name"),
    ({"first_name": "x" * 151}, "at most 150"),
    ({"last_name": "March\n"  "Hare"}, "line breaks"),
    ({"email": "x" * 255}, "at most 254"),
    ({"password2": "other"}, "differ"),
    ({"password1": "short", "password2": "short"}, "at least"),
])  # fmt: skip
async def test_what_is_wrong_is_said(module_store: Store, tmp_path: Path, changed: dict[str, str], about: str) -> None:
    async with (
        open_to_all(module_store, tmp_path) as url,
        aiohttp.ClientSession(url) as browser,
        browser.post("/register", data=APPLICATION | changed) as response,
    ):
        text = await response.text()
    assert about in text
    assert PASSWORD not in text
    async with module_store.reading() as connection:
        assert await users.find_user(connection, "jo") is None


async def asked(url: str, **changed: str) -> str:
    """The page that comes for an application."""
    async with aiohttp.ClientSession(url) as browser, browser.post("/register", data=APPLICATION | changed) as response:
        assert response.status == 200
        return await response.text()


async def user_names(store: Store) -> list[str]:
    async with store.reading() as connection:
        cursor = await connection.execute("SELECT username FROM app_user ORDER BY id")
        return [name for (name,) in await cursor.fetchall()]


@pytest.mark.parametrize("name", [
    "Admin", "ADMIN", "\N{FULLWIDTH LATIN SMALL LETTER A}dmin", "anonymoususer", "Tracing-Lab",
])  # fmt: skip
async def test_nobody_takes_a_name_that_looks_like_another(module_store: Store, tmp_path: Path, name: str) -> None:
    """Groups' names neither: what is granted to `tracing-lab` would go to the user of that name."""
    async with module_store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute("INSERT INTO user_group (name) VALUES ('tracing-lab') ON CONFLICT DO NOTHING")
    before = await user_names(module_store)
    async with open_to_all(module_store, tmp_path) as url:
        assert "already" in await asked(url, username=name)
    assert await user_names(module_store) == before


async def test_of_those_who_choose_a_name_at_once_one_gets_it(store: Store, tmp_path: Path) -> None:
    async with open_to_all(store, tmp_path) as url:
        answers = await asyncio.gather(*(asked(url, username=name) for name in ("meg", "Meg", "MEG", "meg")))
    assert sorted("has been made" in text for text in answers) == [False, False, False, True]
    assert sum(name.lower() == "meg" for name in await user_names(store)) == 1


async def test_nothing_more_than_an_account_can_be_asked_for(store: Store, tmp_path: Path) -> None:
    async with open_to_all(store, tmp_path) as url:
        await asked(url, is_superuser="true", is_staff="true", id="1", groups="admin")
    async with store.reading() as connection:
        made = await users.require_user(connection, "jo")
        cursor = await connection.execute("SELECT FROM group_member WHERE user_id = %s", (made.id,))
        assert (made.is_superuser, made.id == 1, cursor.rowcount) == (False, False, 0)
