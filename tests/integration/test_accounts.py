"""Sessions, passwords, registration, and who may edit whose data."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import yaml
from aiohttp import web

from catmaid_server.app import create_app
from catmaid_server.db.store import Store
from catmaid_server.domain import stacks, users
from catmaid_server.domain.stacks import Mirror, NewStack
from tests.conftest import Actor, Service

OLD, NEW = "an old password", "quite another one"


@asynccontextmanager
async def browsing(service: Service) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser of its own: it keeps cookies and names the service's own page as the origin."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(service.url, cookie_jar=jar, headers={"Origin": service.url}) as browser:
        yield browser


async def logged_in(browser: aiohttp.ClientSession, name: str, password: str) -> int:
    async with browser.post("/accounts/login", data={"name": name, "pwd": password}) as response:
        return response.status


async def who(browser: aiohttp.ClientSession) -> str:
    async with browser.get("/accounts/login") as response:
        name: str = (await response.json())["username"]
        return name


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

    async def test_a_password_set_by_an_administrator_ends_sessions(self, module_service: Service) -> None:
        user_id = await add_user(module_service.store, "bea", password=OLD)
        async with browsing(module_service) as browser:
            assert await logged_in(browser, "bea", OLD) == 200
            async with module_service.store.writing(user_id=None, project_id=None, label="set password") as tx:
                await users.set_password(tx, user_id, NEW)
            assert await who(browser) == users.ANONYMOUS

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
            async with browser.post("/user/password_change/", data=form,
                                    headers={"Origin": "https://elsewhere.example"}) as response:
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


@asynccontextmanager
async def open_to_all(store: Store, folder: Path) -> AsyncIterator[str]:
    """A service that lets people register."""
    app = create_app(store, secret=b"only for tests", data_dir=folder, registration=True)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


APPLICATION = {"username": "jo", "first_name": "Jo", "last_name": "March", "email": "jo@example.org",
               "password1": NEW, "password2": NEW}


class TestRegistration:
    """Accounts that people make themselves."""

    async def test_it_is_off_unless_set(self, module_service: Service) -> None:
        async with browsing(module_service) as browser:
            for send in (browser.get("/register", allow_redirects=False),
                         browser.post("/register", data=APPLICATION, allow_redirects=False)):
                async with send as response:
                    assert (response.status, response.headers["Location"]) == (302, "/")
        async with module_service.store.reading() as connection:
            assert await users.find_user(connection, "jo") is None

    async def test_a_new_account_may_do_nothing_yet(self, store: Store, tmp_path: Path) -> None:
        async with open_to_all(store, tmp_path) as url, aiohttp.ClientSession(url) as browser:
            async with browser.get("/register") as response:
                assert 'name="password2"' in await response.text()
            async with browser.post("/register", data=APPLICATION) as response:
                assert "has been made" in await response.text()
            async with browser.post("/accounts/login", data={"name": "jo", "pwd": NEW}) as response:
                profile = await response.json()
        assert (profile["longname"], profile["is_superuser"], profile["permissions"]) == ("Jo March", False, [])

    @pytest.mark.parametrize(("changed", "about"), [
        ({"username": "admin"}, "already"),
        ({"username": ""}, "user name"),
        ({"username": "a b"}, "user name"),
        ({"password2": "other"}, "differ"),
        ({"password1": "short", "password2": "short"}, "at least"),
    ])  # fmt: skip
    async def test_what_is_wrong_is_said(
        self, module_store: Store, tmp_path: Path, changed: dict[str, str], about: str
    ) -> None:
        async with (
            open_to_all(module_store, tmp_path) as url,
            aiohttp.ClientSession(url) as browser,
            browser.post("/register", data=APPLICATION | changed) as response,
        ):
            text = await response.text()
        assert about in text
        assert NEW not in text
        async with module_store.reading() as connection:
            assert await users.find_user(connection, "jo") is None


class TestSharing:
    """Memberships and grants, as administrators change them."""

    async def test_members_of_ones_group_may_edit_ones_data(self, service: Service) -> None:
        node: Any = await service.admin.post(f"/{service.project_id}/treenode/create")
        path, form = f"/{service.project_id}/treenode/delete", {"treenode_id": node["treenode_id"],
                                                                "state": '{"nocheck": true}'}
        assert (await service.tracer.refused(path, **form))[0] == 403
        admin, tracer = [(await actor.get("/accounts/login"))["userid"] for actor in (service.admin, service.tracer)]  # type: ignore[index]
        memberships = f"/{service.project_id}/groups/memberships/"
        shared = {"source_users[0]": tracer, "target_users[0]": admin, "target_users[1]": 999}
        answer: Any = await service.admin.post(memberships, action="add", **shared)
        assert answer == {"updated_users": 1, "warnings": ["There is no user 999."]}
        assert admin in (await service.tracer.get("/accounts/login"))["domain"]  # type: ignore[index]
        groups: Any = await service.tracer.get("/groups/", member_id=tracer)
        assert [group["name"] for group in groups] == ["admin"]
        assert (await service.tracer.request("GET", "/groups/", params={"member_id": "999"}))[0] == 404
        await service.admin.post(memberships, action="revoke", **shared)
        assert (await service.tracer.refused(path, **form))[0] == 403
        group_id = groups[0]["id"]
        await service.admin.post(memberships, action="add", **{"source_users[0]": tracer, "target_users[0]": admin})
        await service.tracer.post(path, **form)
        await service.admin.post(memberships, action="add", **{"source_groups[0]": group_id, "target_users[0]": tracer})
        for wrong in ({"action": "steal", **shared}, {"action": "add", "target_users[0]": admin},
                      {"action": "add", "source_users[0]": tracer}):
            assert (await service.admin.refused(memberships, **wrong))[0] == 400
        assert (await service.tracer.refused(memberships, action="add", **shared))[0] == 403

    async def test_administrators_of_a_project_grant_and_take(self, service: Service) -> None:
        user_id = await add_user(service.store, "kim", password=OLD)
        path = f"/{service.project_id}/permissions/project-user"
        wanted = {"user_id": user_id, "permissions[0][0]": "can_browse", "permissions[0][1]": "true",
                  "permissions[1][0]": "can_annotate", "permissions[1][1]": "true"}
        assert (await service.tracer.refused(path, **wanted))[0] == 403
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await users.grant(tx, service.project_id, "can_administer", to="tracer")
        assert await service.tracer.post(path, **wanted) == {"n_updated_permissions": 2}
        granted: Any = await service.tracer.get(path)
        assert granted[str(user_id)] == {"user_name": "kim", "permissions": ["can_annotate", "can_browse"]}
        await service.tracer.post(path, **{**wanted, "permissions[1][1]": "false"})
        granted = await service.tracer.get(path)
        assert granted[str(user_id)]["permissions"] == ["can_browse"]
        for wrong, status in (({"user_id": 999}, 404), ({"permissions[0][0]": "can_fly"}, 400)):
            assert (await service.tracer.refused(path, **{**wanted, **wrong}))[0] == status
        assert (await service.tracer.refused(path, user_id=user_id))[0] == 400

    async def test_groups_are_granted_likewise(self, service: Service) -> None:
        groups: Any = await service.admin.get("/groups/")
        group_id = next(group["id"] for group in groups if group["name"] == "tracer")
        path = f"/{service.project_id}/permissions/project-group"
        await service.admin.post(path, group_id=group_id, **{"permissions[0][0]": "can_fork",
                                                             "permissions[0][1]": "true"})
        assert await service.admin.get(path) == {
            str(group_id): {"group_name": "tracer", "permissions": ["can_fork"]}}

    async def test_a_lock_is_seen_by_those_it_keeps_out(self, service: Service) -> None:
        made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create")
        names: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
        path = f"/classinstance/{names['neuronid']}/permissions"
        assert await service.visitor.get(path) == {"can_edit": True}
        await service.tracer.post(f"/{service.project_id}/annotations/add",
                                  **{"annotations[0]": "locked", "skeleton_ids[0]": made["skeleton_id"]})
        edits = [(await actor.get(path))["can_edit"] for actor in (service.visitor, service.tracer, service.admin)]  # type: ignore[index]
        assert edits == [False, True, True]
        assert await service.tracer.get("/classinstance/999999/permissions") == {"can_edit": False}


class TestUserTable:
    """The list of users in pages."""

    async def test_pages_and_order(self, service: Service) -> None:
        for name, first in (("zoe", "Zoe"), ("liv", "Ann")):
            await add_user(service.store, name, first_name=first, last_name="Last")
        page: Any = await service.tracer.post("/user-table-list", iDisplayStart=1, iDisplayLength=2, iSortingCols=1,
                                              iSortCol_0=0, sSortDir_0="desc")
        assert (page["iTotalRecords"], page["iTotalDisplayRecords"]) == (5, 5)
        assert [row[0] for row in page["aaData"]] == ["tracer", "liv"]
        page = await service.tracer.post("/user-table-list", iSortingCols=2, iSortCol_0=2, sSortDir_0="desc",
                                         iSortCol_1=1, sSortDir_1="asc")
        assert [row[0] for row in page["aaData"][:2]] == ["liv", "zoe"]
        page = await service.tracer.post("/user-table-list")
        assert [row[3] for row in page["aaData"]] == sorted(row[3] for row in page["aaData"])
        assert (await service.tracer.refused("/user-table-list", iSortingCols=1, iSortCol_0=9))[0] == 400
        assert (await service.visitor.refused("/user-table-list"))[0] == 403

    async def test_who_annotated(self, service: Service) -> None:
        made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create")
        await service.tracer.post(f"/{service.project_id}/annotations/add",
                                  **{"annotations[0]": "glia", "skeleton_ids[0]": made["skeleton_id"]})
        names: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
        for wanted, found in (({"annotations[0]": "glia"}, ["tracer"]), ({"annotations[0]": "soma"}, []),
                              ({"annotations[0]": "glia", "annotations[1]": "soma"}, []),
                              ({"neuron_id": names["neuronid"]}, ["tracer"]), ({"neuron_id": 999999}, [])):
            page: Any = await service.admin.post("/user-table-list", **wanted)
            assert [row[0] for row in page["aaData"]] == found, wanted

    async def test_hashes_are_for_superusers(self, service: Service) -> None:
        listed: Any = await service.admin.get("/user-list", with_passwords="true")
        assert all("password" in user for user in listed)
        status, _ = await service.tracer.request("GET", "/user-list", params={"with_passwords": "true"})
        assert status == 403


class TestProjects:
    """What users see and leave of projects."""

    async def test_a_token_is_given_back_and_applied_again(self, service: Service) -> None:
        await add_user(service.store, "mia", password=OLD)
        granted: Any = await service.visitor.post("/api-token-auth/", username="mia", password=OLD)
        mia = Actor(service.visitor.session, service.url, granted["token"])
        path = f"/{service.project_id}/project-tokens"
        token: Any = await service.admin.post(f"{path}/", **{"default_permissions[0]": "can_browse"})
        assert token["name"] == f"Project token {token['id']}"
        assert (await service.admin.refused(f"{path}/", **{"default_permissions[0]": "can_fly"}))[0] == 400
        assert (await mia.refused("/project-tokens/apply"))[0] == 404
        for _ in range(2):
            await mia.post("/project-tokens/apply", token=token["token"])
            assert await mia.get(f"/{service.project_id}/user-project-tokens/") == [token["id"]]
            (project,) = await mia.get("/projects/")  # type: ignore[misc]
            assert project["favorite"] is True
            assert await mia.post(f"{path}/revoke", token_id=token["id"]) == {
                "delete": [1, {"catmaid.UserProjectToken": 1}]}
            assert await mia.get("/projects/") == []
        assert (await mia.refused(f"{path}/revoke", token_id=999))[0] == 404
        await mia.post("/project-tokens/apply", token=token["token"], favorite="false")
        me: Any = await mia.get("/accounts/login")
        await service.admin.post(f"{path}/revoke", token_id=token["id"], user_id=me["userid"])
        assert (await mia.refused(f"{path}/revoke", token_id=token["id"], user_id=me["userid"]))[0] == 403
        assert await mia.post(f"{path}/revoke", token_id=token["id"]) == {"delete": [0, {}]}
        await mia.post("/project-tokens/apply", token=token["token"])
        assert await mia.get("/projects/") == [], "whom an administrator sent away does not come back by the token"

    async def test_the_export_has_what_another_server_needs(self, service: Service) -> None:
        async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
            stack_id = await stacks.register_stack(tx, service.project_id, NewStack(
                title="Möbius", dimension=(10, 20, 30), resolution=(4, 4.5, 40), zoom_levels=2, broken_sections=[3],
                mirrors=[Mirror(tile_width=256, tile_height=128, image_base="https://images.example/", title="here"),
                         Mirror(tile_width=64, tile_height=64, source={"kind": "zarr", "path": "x", "revision": "r"})],
            ), translation=(0.5, 0, -1))
        body: Any = await service.tracer.get("/projects/export")
        ((project,),) = [[entry["project"] for entry in yaml.safe_load(body)]]
        (stack,) = project["stacks"]
        assert (project["title"], stack["title"], stack["broken_sections"]) == ("Test", "Möbius", [3])
        assert (stack["dimension"], stack["resolution"], stack["translation"]) == (
            "(10, 20, 30)", "(4,4.5,40)", "(0.5,0,-1)")
        assert stack["downsample_factors"] == [[1, 1, 1], [2, 2, 1]]
        assert stack["mirrors"][0]["url"] == "https://images.example/"
        assert stack["mirrors"][1]["url"] == f"{service.url}/{service.project_id}/stack/{stack_id}/tiles/r/"
        assert "stackgroups" not in stack
        nothing: Any = await service.visitor.get("/projects/export")
        assert yaml.safe_load(nothing) == []
