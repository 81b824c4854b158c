"""The page of an invitation, as a browser without scripts has it: who may make an account by it, and who may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.newcomers import Admission, InvitedBy
from tests.helpers.openid import OpenIdStandIn, openid_provider
from tests.helpers.service import Actor, Service, fresh_service
from tests.integration.test_provider_sign_in import Browser, browser_at, registered

PASSWORD = "made of many words"
ACCOUNT = {"username": "ana", "email": "ana@uni.example", "password1": PASSWORD, "password2": PASSWORD}


async def invite(service: Service, actor: Actor | None = None, **wish: object) -> str:
    form = {"permissions[0]": "can_browse", **wish}
    made: Any = await (actor or service.admin).post(f"/{service.project_id}/invitations/", **form)
    return str(made["token"])


async def send(browser: Browser, path: str, **form: str) -> tuple[int, str, str]:
    """Status, where it leads, and the text."""
    async with browser.session.post(path, data=form, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def opened(browser: Browser, token: str) -> str:
    """The page of an invitation."""
    assert (await send(browser, "/invitation/", token=token))[:2] == (302, "/invitation/open/")
    return (await browser.get("/invitation/open/"))[2]


async def permissions_of(service: Service, username: str) -> list[str]:
    async with service.store.reading() as connection:
        user = await users.find_user(connection, username)
        found = await connection.execute(
            "SELECT permission FROM project_permission WHERE user_id = %s ORDER BY 1", (user.id if user else None,)
        )
        return [name for (name,) in await found.fetchall()]


async def test_an_account_and_the_project_come_together_or_not_at_all(service: Service) -> None:
    token = await invite(service, uses=1)
    async with browser_at(service) as ana, browser_at(service) as bo:
        for browser in (ana, bo):
            assert "Make an account, and join" in await opened(browser, token)
        assert (await send(ana, "/invitation/account/", **ACCOUNT))[:2] == (302, "/invitation/open/")
        assert "You, ana, are in the project" in (await ana.get("/invitation/open/"))[2]
        assert await permissions_of(service, "ana") == ["can_browse"]
        # Who was too late has no account either.
        assert (await send(bo, "/invitation/account/", **{**ACCOUNT, "username": "bo"}))[:2] == (
            302,
            "/invitation/open/",
        )
        assert "has been used by somebody" in (await bo.get("/invitation/open/"))[2]
        async with service.store.reading() as connection:
            assert await users.find_user(connection, "bo") is None


@pytest.mark.parametrize(
    ("invited_by", "by", "uses", "registration", "brings"),
    [
        ("superusers", "admin", 1, False, True),
        ("superusers", "tracer", 1, False, False),
        ("superusers", "admin", None, False, False),
        ("administrators", "tracer", 1, False, True),
        ("nobody", "admin", 1, False, False),
        ("nobody", "tracer", None, True, True),
    ],
)
async def test_whose_invitations_bring_accounts_is_a_setting(
    store: Store, tmp_path: Path, invited_by: InvitedBy, by: str, uses: int | None, registration: bool, brings: bool
) -> None:
    admission = Admission(registration, (), invited_by)
    async with fresh_service(store, tmp_path, admission=admission, registration=registration) as service:
        async with store.writing(user_id=None, project_id=None, label="test") as tx:
            await users.grant(tx, service.project_id, "can_administer", to="tracer")
        wish = {} if uses is None else {"uses": uses}
        token = await invite(service, service.admin if by == "admin" else service.tracer, **wish)
        async with browser_at(service) as browser:
            page = await opened(browser, token)
            assert ("Make an account" in page) == brings
            assert ("Without an account here, ask" in page) != brings
            await send(browser, "/invitation/account/", **ACCOUNT)
            assert (await permissions_of(service, "ana") == ["can_browse"]) == brings


async def test_who_is_invited_makes_an_account_with_a_provider(store: Store, tmp_path: Path) -> None:
    async with openid_provider(OpenIdStandIn({"ana-at-uni": {"preferred_username": "ana"}, "bo": {}})) as provider:
        known = (registered("oidc", provider.issuer),)
        async with fresh_service(store, tmp_path, providers=known) as service, browser_at(service) as browser:
            assert "people are let in by invitation" in (await browser.sign_in("oidc", "ana-at-uni"))[2]
            assert "Sign in with Oidc" in await opened(browser, await invite(service, uses=1))
            way = "?next=/invitation/open/"
            assert (await browser.sign_in("oidc", "ana-at-uni", path=way))[1] == "/invitation/open/"
            assert "You, ana, are in the project" in (await browser.get("/invitation/open/"))[2]
            async with browser_at(service) as another:
                assert "people are let in by invitation" in (await another.sign_in("oidc", "bo"))[2]


async def test_signing_in_joins_nothing_by_itself(store: Store, tmp_path: Path) -> None:
    async with openid_provider(OpenIdStandIn({"ana-at-uni": {"preferred_username": "ana"}})) as provider:
        known = (registered("oidc", provider.issuer),)
        options: Any = {"providers": known, "admission": Admission(registration=True)}
        async with fresh_service(store, tmp_path, **options) as service, browser_at(service) as browser:
            await opened(browser, await invite(service))
            await browser.sign_in("oidc", "ana-at-uni", path="?next=/invitation/open/")
            assert "<button autofocus>Join Test</button>" in (await browser.get("/invitation/open/"))[2]
            assert await permissions_of(service, "ana") == []
            assert "You, ana, are in the project" in (await send(browser, "/invitation/open/"))[2]
            assert await permissions_of(service, "ana") == ["can_browse"]
            # The browser has forgotten it, for the next person at it.
            assert (await browser.get("/invitation/open/"))[1] == "/invitation/"


async def test_who_has_to_be_approved_reads_so(service: Service) -> None:
    token = await invite(service, needs_approval="true", uses=1)
    async with browser_at(service) as browser:
        assert "has to approve of that first" in await opened(browser, token)
        await send(browser, "/invitation/account/", **ACCOUNT)
        page = (await browser.get("/invitation/open/"))[2]
        assert "You have asked to join." in page
        assert await permissions_of(service, "ana") == []
        (request,) = await service.admin.get(f"/{service.project_id}/project-tokens/requests")
        form = {"token_id": request["token_id"], "user_id": request["user_id"]}
        await service.admin.post(f"/{service.project_id}/project-tokens/approve", **form)
        assert "You, ana, are in the project" in (await browser.get("/invitation/open/"))[2]


async def test_other_sites_do_nothing_by_it(service: Service) -> None:
    token = await invite(service, uses=1)
    async with browser_at(service) as browser:
        await opened(browser, token)
        headers = {"Origin": "https://evil.example"}
        async with browser.session.post("/invitation/account/", data=ACCOUNT, headers=headers) as answer:
            assert answer.status == 403
        await send(browser, "/user/login/", username="tracer", password="a tracer's password")
        async with browser.session.post("/invitation/open/", headers=headers) as answer:
            assert answer.status == 403
        assert "can_fork" not in await permissions_of(service, "tracer")


@pytest.mark.parametrize("token", ["", "x", "00000000-0000-0000-0000-000000000000", "<script>"])
async def test_what_is_no_invitation_is_told(service: Service, token: str) -> None:
    async with browser_at(service) as browser:
        status, _, page = await send(browser, "/invitation/", token=token)
        assert (status, "There is no such invitation here." in page) == (200, True)
        assert "<script>\n" in page
        assert (await browser.get("/invitation/open/"))[1] == "/invitation/"
        assert (await browser.get("/invitation/account/"))[1] == "/invitation/open/"


async def test_the_page_runs_one_script_and_no_other(service: Service) -> None:
    async with service.visitor.session.get(f"{service.url}/invitation/") as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.count("sha256-") == 1
    assert "unsafe-inline" not in policy.partition("script-src")[2]
