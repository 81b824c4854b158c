"""The link of an invitation in a browser: who has an account joins, others make one, by keyboard alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Page, ViewportSize, expect

from catmaid_server.auth.providers.provider import ProviderSettings
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from tests.helpers.openid import CLIENT_ID, CLIENT_SECRET, OpenIdStandIn, openid_provider
from tests.helpers.service import Service, fresh_service

NARROW: ViewportSize = {"width": 400, "height": 700}
PASSWORD = "made of many words"


async def link_to(service: Service, **wish: object) -> str:
    form = {"permissions[0]": "can_browse", "permissions[1]": "can_annotate", **wish}
    made: Any = await service.admin.post(f"/{service.project_id}/invitations/", **form)
    return f"{service.url}/#join={made['token']}"


@asynccontextmanager
async def narrow_page(browser: Browser, scheme: Literal["dark", "light"] = "light") -> AsyncIterator[Page]:
    """A page of a browser without cookies, in which no script fails."""
    context = await browser.new_context(viewport=NARROW, color_scheme=scheme)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
    try:
        yield page
        assert errors == []
    finally:
        await context.close()


async def fits(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def has_access(service: Service, username: str, permission: str) -> bool:
    async with service.store.reading() as connection:
        user = await users.require_user(connection, username)
        found = await connection.execute(
            "SELECT FROM project_permission WHERE user_id = %s AND permission = %s", (user.id, permission)
        )
        return await found.fetchone() is not None


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_new_person_makes_an_account_and_is_in(
    browser: Browser, store: Store, tmp_path: Path, scheme: Literal["dark", "light"]
) -> None:
    async with fresh_service(store, tmp_path) as service, narrow_page(browser, scheme) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        link = await link_to(service, uses=1)
        await page.goto(link)
        await expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
        await expect(page.get_by_text("Admin (admin) invites you into the project Test")).to_be_visible()
        await expect(page.get_by_role("listitem")).to_have_text(["look at it", "trace and annotate in it"])
        assert await fits(page)
        # Nor does the address bar have it any more, for the next person at this machine.
        assert "#" not in page.url
        await page.get_by_role("link", name="Make an account, and join").focus()
        await page.keyboard.press("Enter")
        for label, text in (("User name", "ana"), ("New password", "short"), ("The same once more", "short")):
            await page.get_by_label(label).fill(text)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert").first).to_contain_text("at least")
        assert await fits(page)
        for label in ("New password", "The same once more"):
            await page.get_by_label(label).fill(PASSWORD)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You are in")).to_be_visible()
        await expect(page.get_by_text("project('Test')")).to_be_visible()
        assert await fits(page)
        assert await has_access(service, "ana", "can_annotate_with_token")
        assert not any(link.rpartition("=")[2] in url.partition("#")[0] for url in asked), "the token is in a request"


async def test_who_is_signed_in_sees_a_button(browser: Browser, store: Store, tmp_path: Path) -> None:
    async with fresh_service(store, tmp_path) as service, narrow_page(browser) as page:
        link = await link_to(service, **{"permissions[1]": "can_fork"})
        await page.goto(f"{service.url}/user/login/?next=/")
        await page.get_by_label("User name").fill("tracer")
        await page.get_by_label("Password").fill("a tracer's password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("You are tracer")).to_be_visible()
        await page.goto(link)
        await expect(page.get_by_text("You are tracer.")).to_be_visible()
        assert not await has_access(service, "tracer", "can_fork"), "looking at an invitation joins nothing"
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You are in")).to_be_visible()
        assert await has_access(service, "tracer", "can_fork")


async def test_who_signs_in_elsewhere_comes_back_to_the_invitation(
    browser: Browser, store: Store, tmp_path: Path
) -> None:
    async with openid_provider(OpenIdStandIn({"ana-at-uni": {"preferred_username": "ana"}})) as provider:
        known = ProviderSettings(
            key="oidc",
            title="Example University",
            kind="openid",
            address=provider.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
        )
        async with fresh_service(store, tmp_path, providers=(known,)) as service, narrow_page(browser) as page:
            await page.goto(await link_to(service, expires="2999-01-01"))
            await expect(page.get_by_text("The invitation ends on 2999-01-01")).to_be_visible()
            await page.get_by_role("link", name="Sign in with Example University").click()
            await page.get_by_text("Continue as ana-at-uni").click()
            await expect(page.get_by_text("You, ana, are in the project Test")).to_be_visible()
            assert await has_access(service, "ana", "can_annotate")


async def test_an_invitation_that_ended_says_so(browser: Browser, store: Store, tmp_path: Path) -> None:
    async with fresh_service(store, tmp_path) as service, narrow_page(browser) as page:
        link = await link_to(service, uses=1)
        await service.tracer.post("/project-tokens/apply", token=link.rpartition("=")[2])
        await page.goto(link)
        await expect(page.get_by_role("alert")).to_have_text(
            "This invitation into 'Test' has been used by somebody. Ask for a new one."
        )
        await page.goto(f"{service.url}/#join=00000000-0000-0000-0000-000000000000")
        await expect(page.get_by_role("alert")).to_have_text("There is no such invitation here. Is the link complete?")
        # By hand, as where scripts are off.
        await page.get_by_label("The link that you were given").fill(await link_to(service))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="You are invited")).to_be_visible()
        assert await fits(page)
