"""The page that shows the API works without any other host, and can be used to ask."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Browser, Page

from tests.browser.lab import OPENING_MS
from tests.helpers.service import Service


async def opened(browser: Browser, url: str) -> tuple[Page, list[str], list[str]]:
    """The page, the addresses that it asks, and its errors."""
    page = await browser.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    await page.goto(url)
    await page.wait_for_selector(".opblock-tag", timeout=OPENING_MS)
    return page, asked, errors


async def test_it_shows_the_api_and_loads_nothing_from_elsewhere(browser: Browser, service: Service) -> None:
    page, asked, errors = await opened(browser, service.url + "/apis/")
    tags = await page.locator(".opblock-tag").all_inner_texts()
    assert {"treenodes", "skeletons", "volumes"} <= {tag.strip() for tag in tags}
    assert [address for address in asked if not address.startswith(service.url)] == []
    assert errors == []
    await page.close()


async def test_one_can_edit_with_it(browser: Browser, service: Service) -> None:
    page, _, errors = await opened(browser, service.url + "/apis/#/treenodes/create_treenode")
    await page.locator(".auth-wrapper .authorize").first.click()
    await page.locator(".auth-container input").first.fill(service.tracer.token or "")
    await page.locator(".auth-container .authorize").first.click()
    await page.locator(".btn-done").first.click()
    operation = page.locator("#operations-treenodes-create_treenode")
    await operation.locator("tr[data-param-name=project_id] input").fill(str(service.project_id))
    async with page.expect_response("**/treenode/create") as answer:
        await operation.locator(".execute").click()
    made: dict[str, Any] = await (await answer.value).json()
    await page.get_by_text(f'"treenode_id": {made["treenode_id"]}').first.wait_for()
    name: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
    assert name["neuronname"] == f"neuron {name['neuronid']}"
    assert errors == []
    await page.close()
