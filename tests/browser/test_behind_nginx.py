"""Behind the nginx of deploy/nginx.conf, with TLS and a path: browser, client, tiles, events, update, maintenance."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import numpy as np
import pytest
from playwright.async_api import Browser, ConsoleMessage, Page

from catmaid_server import service
from catmaid_server.domain.accounts import users
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.tiles.imports.stacks import import_volume
from tests.browser.lab import Lab, Notebook
from tests.browser.nginx import Front, running_nginx
from tests.browser.viewer import Viewer
from tests.helpers.folders import REPOSITORY
from tests.helpers.patience import PATIENCE_S

TRACER = {"username": "tracer", "password": "a tracer's password"}
EDITS = 40
CERTIFICATE = "import os\nos.environ['SSL_CERT_FILE'] = {!r}"


@dataclass(frozen=True)
class Installation:
    """A service as deploy/service.env sets it up, nginx before it, and two projects: one that anybody may see."""

    settings: Settings
    front: Front
    open_id: int
    closed_id: int

    def session(self, token: str | None = None) -> aiohttp.ClientSession:
        context = ssl.create_default_context(cafile=str(self.front.certificate))
        headers = {"X-Authorization": f"Token {token or self.token}"}
        return aiohttp.ClientSession(headers=headers, connector=aiohttp.TCPConnector(ssl=context))

    @property
    def token(self) -> str:
        return ServiceFolder(self.settings.folder).admin_token.read_text().strip()


def example_settings(folder: Path) -> Settings:
    """Those of deploy/service.env, on a free port."""
    lines = (REPOSITORY / "deploy/service.env").read_text().splitlines()
    values = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    given: dict[str, Any] = {name.removeprefix("CATMAID_").lower(): value for name, value in values.items()}
    return Settings(**{**given, "data_dir": folder, "port": 0, "workers": 1})


@pytest.fixture(scope="module")
async def installed(tmp_path_factory: pytest.TempPathFactory, lab: Lab) -> AsyncIterator[Installation]:
    settings = example_settings(tmp_path_factory.mktemp("installed"))
    picture = np.random.default_rng(0).integers(60, 200, (2, 300, 300), dtype=np.uint8)
    async with opened_store(settings) as store:
        made = [
            await import_volume(
                store, settings.folder, (2, 300, 300), lambda z: picture[z],
                fingerprint=title, title="noise", project=title, owner="admin", resolution_nm=(4, 4, 40),
            )
            for title in ("Open", "Closed")
        ]  # fmt: skip
        async with store.writing(user_id=None, project_id=None, label="set up") as tx:
            await users.create_user(tx, TRACER["username"], password=TRACER["password"])
            await users.grant(tx, made[0].project_id, "can_browse", to=users.ANONYMOUS)
            await users.grant(tx, made[1].project_id, "can_browse", to="tracer")
    record = await asyncio.to_thread(service.start, settings)
    port = int(record.url.split(":")[2].partition("/")[0])
    try:
        async with running_nginx(tmp_path_factory.mktemp("nginx"), port, lab.url) as front:
            yield Installation(settings, front, made[0].project_id, made[1].project_id)
    finally:
        await asyncio.to_thread(service.stop, settings)


def is_complaint(said: ConsoleMessage) -> bool:
    return said.type == "error" and not said.text.startswith("Deprecated")  # what swagger-ui tells its own developers


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page that trusts the certificate, and finds nothing to complain of."""
    context = await browser.new_context(ignore_https_errors=True)
    context.set_default_timeout(1000 * PATIENCE_S)
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("console", lambda said: complaints.append(said.text) if is_complaint(said) else None)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    yield opened
    await context.close()
    assert complaints == []


async def image_base(session: aiohttp.ClientSession, installed: Installation, project_id: int) -> str:
    async with session.get(f"{installed.front.url}/{project_id}/stacks") as response:
        stack_id = (await response.json())[0]["id"]
    async with session.get(f"{installed.front.url}/{project_id}/stack/{stack_id}/info") as response:
        return str((await response.json())["mirrors"][0]["image_base"])


async def test_pages_and_forms(installed: Installation, page: Page) -> None:
    url = installed.front.url
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(installed.front.plain_url)
    assert page.url == f"{url}/"
    assert f'cj.connect("{url}")' in await page.inner_text("pre")
    await page.get_by_text("Log in").click()
    await page.get_by_label("User name").fill(TRACER["username"])
    await page.get_by_label("Password").fill(TRACER["password"])
    await page.get_by_role("button", name="Log in").click()
    assert page.url == f"{url}/user/api-tokens/"
    cookies = await page.context.cookies()
    assert {name.partition("_")[0] for name in (cookie["name"] for cookie in cookies)} >= {"sessionid"}
    assert {(cookie["path"], cookie["secure"], cookie["httpOnly"]) for cookie in cookies} == {("/catmaid/", True, True)}
    await page.get_by_label("What a new token is for").fill("a test")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_text("You have no tokens.").wait_for()
    assert page.url == f"{url}/user/api-tokens/"
    await page.goto(f"{url}/apis/#/stacks/list_stacks")
    operation = page.locator("#operations-stacks-list_stacks")
    await operation.locator("tr[data-param-name=project_id] input").fill(str(installed.closed_id))
    async with page.expect_response("**/stacks") as answer:
        await operation.locator(".execute").click()
    assert (await answer.value).url == f"{url}/{installed.closed_id}/stacks"
    assert (await answer.value).status == 200, "as the user who is logged in"
    socket = "new Promise((done) => { new WebSocket(address).onmessage = (event) => done(event.data); })"
    events = f"{url.replace('https', 'wss')}/{installed.closed_id}/events"
    async with asyncio.timeout(PATIENCE_S):
        assert "hello" in await page.evaluate(f"(address) => {socket}", events)
    assert [address for address in asked[1:] if not address.startswith(f"{url}/")] == [
        f"{url.removesuffix('/catmaid')}/catmaid"
    ]


async def test_a_viewer_in_a_notebook_with_tls(installed: Installation, browser: Browser, lab: Lab) -> None:
    behind: Any = SimpleNamespace(work=lab.work, url=installed.front.lab_url)
    secret = lab.work / "token"
    secret.write_text(installed.token)
    cells = (
        CERTIFICATE.format(str(installed.front.certificate)),
        "import catmaid_jupyter as cj\nfrom pathlib import Path\n"
        f"catmaid = cj.connect({installed.front.url!r}, token=Path('token').read_text())\n"
        f"project = catmaid.project({installed.closed_id})",
        "viewer = project.viewer(height=420)\nviewer",
    )
    notebook = await Notebook.open(browser, behind, "behind-nginx", cells, ignore_https_errors=True)
    try:
        viewer = await Viewer.of(notebook)
        await viewer.painted()
        await viewer.click(await viewer.place(400, 400))
        await viewer.shows(1)
        names = await notebook.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
        loaded = [name for name in names if "/tiles/" in name]
        assert loaded
        assert all(address.startswith(f"{installed.front.url}/") for address in loaded)
        assert not [line for line in notebook.console if "Mixed Content" in line or line.startswith("uncaught")]
    finally:
        await notebook.page.evaluate("jupyterapp.shell.currentWidget?.sessionContext?.shutdown()")
        await notebook.page.context.close()


async def test_tiles_that_anybody_may_see_are_kept_and_others_are_not(installed: Installation) -> None:
    async with installed.session() as session:
        for project_id, kept in ((installed.open_id, ["MISS", "HIT"]), (installed.closed_id, ["MISS", "MISS"])):
            base = await image_base(session, installed, project_id)
            assert base.startswith(f"{installed.front.url}/{project_id}/stack/")
            found = []
            for _ in kept:
                async with session.get(f"{base}0/0/0/0.jpg") as response:
                    assert (response.status, response.content_type) == (200, "image/jpeg")
                    found.append(response.headers["X-Cache-Status"])
            assert found == kept
            async with session.get(f"{base}0/0/0/0.jpg", headers={"X-Authorization": ""}) as response:
                assert response.status == (200 if project_id == installed.open_id else 403)


async def test_exports_links_metrics_and_packed_answers(installed: Installation) -> None:
    url = installed.front.url
    async with installed.session() as session:
        async with session.get(f"{url}/projects/export") as response:
            assert f"{url}/{installed.open_id}/stack/" in await response.text()
        async with session.get(f"{url}/{installed.open_id}/links/abc", allow_redirects=False) as response:
            assert response.headers["Location"] == f"/catmaid/?pid={installed.open_id}&link=abc"
        async with session.get(f"{url}/apis/openapi.json") as response:
            assert response.headers["Content-Encoding"] == "gzip"
        async with session.get(f"{url}/metrics") as response:
            assert response.status == 200, "from this machine"
            await response.text()
        async with session.post(f"{url}/accounts/login", data={"name": "x", "pwd": "y"},
                                headers={"Origin": "https://evil.example"}) as response:  # fmt: skip
            assert response.status == 403


async def enough(confirmed: list[int]) -> None:
    """Wait for some more edits."""
    wanted = len(confirmed) + EDITS
    while len(confirmed) < wanted:
        await asyncio.sleep(0.01)


async def test_an_update_in_the_midst_of_edits_through_nginx(installed: Installation) -> None:
    url = f"{installed.front.url}/{installed.closed_id}"
    confirmed: list[int] = []
    done = asyncio.Event()

    async def trace(session: aiohttp.ClientSession) -> None:
        parent_id = -1
        while not done.is_set():
            form = {"parent_id": parent_id, "x": 1, "y": 2, "z": 3, "state": json.dumps({"nocheck": True})}
            async with session.post(f"{url}/treenode/create", data=form) as response:
                assert response.status == 200, await response.text()
                parent_id = (await response.json())["treenode_id"]
            confirmed.append(parent_id)

    async with asyncio.timeout(PATIENCE_S), installed.session() as session, asyncio.TaskGroup() as tracers:
        for _ in range(4):
            tracers.create_task(trace(session))
        await enough(confirmed)
        await asyncio.to_thread(service.restart, installed.settings)
        await enough(confirmed)
        done.set()
    assert len(set(confirmed)) == len(confirmed)


async def test_maintenance_is_a_page_for_people_and_json_for_programs(installed: Installation, page: Page) -> None:
    installed.front.maintenance.touch()
    try:
        async with installed.session() as session, session.get(f"{installed.front.url}/version") as response:
            assert (response.status, response.headers["Retry-After"]) == (503, "30")
            assert (await response.json())["type"] == "ServiceAway"
        async with (
            installed.session() as session,
            session.get(f"{installed.front.url}/", headers={"Accept": "text/html"}) as response,
        ):
            assert (response.status, response.headers["Retry-After"]) == (503, "30")
            assert "Back soon" in await response.text()
    finally:
        installed.front.maintenance.unlink()
    await page.goto(f"{installed.front.url}/")
    assert await page.title() == "catmaid-jupyter"
