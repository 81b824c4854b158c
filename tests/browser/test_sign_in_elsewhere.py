"""A cell connects, and its user signs in with a provider in the browser: nobody types a token."""

from __future__ import annotations

import asyncio
import queue
from pathlib import Path

import pytest
from playwright.async_api import Browser, ViewportSize

import catmaid_jupyter as cj
from catmaid_jupyter.api import browser_sign_in
from catmaid_server.auth.providers.provider import ProviderSettings
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts.newcomers import Admission
from tests.helpers.openid import CLIENT_ID, CLIENT_SECRET, OpenIdStandIn, openid_provider
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import fresh_service

NARROW: ViewportSize = {"width": 400, "height": 700}


async def test_connect_by_the_button_of_a_provider(
    browser: Browser, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr(browser_sign_in, "print", lambda line, **_: said.put(line), raising=False)
    async with openid_provider(OpenIdStandIn({"ana-at-uni": {"preferred_username": "ana"}})) as provider:
        known = ProviderSettings(
            key="oidc",
            title="Example University",
            kind="openid",
            address=provider.issuer,
            client_id=CLIENT_ID,
            client_secret=CLIENT_SECRET,
        )
        async with fresh_service(store, tmp_path, providers=(known,), admission=Admission(True)) as service:
            connecting = asyncio.create_task(asyncio.to_thread(cj.connect, service.url, sign_in=True))
            link = (await asyncio.to_thread(said.get, timeout=PATIENCE_S)).split()[1]
            page = await browser.new_page(viewport=NARROW)
            await page.goto(link)
            await page.get_by_role("link", name="Sign in with Example University").click()
            await page.get_by_text("Cancel").click()
            await page.get_by_role("alert").get_by_text("You did not let Example University tell").wait_for()
            await page.goto(link)
            await page.get_by_role("link", name="Sign in with Example University").click()
            await page.get_by_text("Continue as ana-at-uni").click()
            await page.get_by_role("heading", name="Let a program in?").wait_for()
            wide = await page.evaluate("document.documentElement.scrollWidth")
            assert wide <= NARROW["width"]
            await page.get_by_role("button", name="Allow").click()
            await page.get_by_text("acts as ana now").wait_for()
            site = await connecting
            assert site.username == "ana"
            await asyncio.to_thread(site.close)
            await page.close()
