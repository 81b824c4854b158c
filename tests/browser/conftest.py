"""What browser tests share: a service with a specimen, JupyterLab, Chromium; and a fresh project for each test."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

import catmaid_jupyter as cj
from catmaid_server import service
from catmaid_server.demo import projects as demo
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.transfer.importers.progress import Progress, silent
from tests.browser.lab import Lab, Notebook
from tests.browser.viewer import Viewer

RESULTS = Path(__file__).resolve().parents[2] / "test-results"
SPEC = SpecimenSpec(seed=7, size_px=(896, 640, 12))
VIEW = "height=420, nm_per_pixel=3.0"
CHROMIUM_SWITCHES = [
    "--headless=new",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Canvases are drawn by the processor: an emulated graphics card takes 100 ms for what this does in 2.
    "--disable-gpu",
]

Open = Callable[..., Awaitable[tuple[Notebook, Viewer]]]


@contextmanager
def quiet_bar(_title: str, _unit: str) -> Iterator[Progress]:
    yield silent


@dataclass
class Site:
    """A running service as its administrator sees it."""

    settings: Settings
    instance: cj.Instance

    def project(self, title: str) -> cj.Project:
        return self.instance.project(title)

    async def new_project(self) -> cj.Project:
        """A project with the specimen's images and nothing traced."""
        title = f"Empty {secrets.token_hex(3)}"
        async with opened_store(self.settings) as store, store.reading() as connection:
            admin = await users.require_user(connection, "admin")
            source = await projects.require_project(connection, demo.DEMO)
            async with store.writing(user_id=admin.id, project_id=None, label="projects.create") as tx:
                project_id = await projects.create_project(tx, title, owner_id=admin.id)
                await tx.execute(
                    """INSERT INTO project_stack (project_id, stack_id, translation_x, translation_y, translation_z)
                       SELECT %s, stack_id, translation_x, translation_y, translation_z
                         FROM project_stack WHERE project_id = %s""",
                    (project_id, source),
                )
        return self.project(title)


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A service with the demo's projects, made of a small specimen."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("browser"))
    async with opened_store(settings) as store:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(demo, "real_data", lambda: None)
            await demo.make_projects(store, settings.folder, quiet_bar, spec=SPEC)
    service.start(settings)
    yield Site(settings, cj.connect(data_dir=settings.folder))
    service.stop(settings)


@pytest.fixture(scope="session")
async def lab(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    running = Lab(tmp_path_factory.mktemp("lab"), site.settings.folder)
    try:
        await running.ready()
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CATMAID_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found is not None, "Chromium is not installed"
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=found, args=CHROMIUM_SWITCHES)
        yield launched
        await launched.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture
async def notebooks(request: pytest.FixtureRequest, browser: Browser, lab: Lab) -> AsyncIterator[Open]:
    """Opens notebooks in windows of their own; those of a test that fails are kept as pictures and files."""
    opened: list[Notebook] = []
    test = re.sub(r"\W+", "-", request.node.name)

    async def open_notebook(*cells: str, name: str | None = None) -> Notebook:
        opened.append(await Notebook.open(browser, lab, name or f"{test}-{len(opened)}", cells))
        return opened[-1]

    yield open_notebook
    uncaught = [line for notebook in opened for line in notebook.console if line.startswith("uncaught")]
    for notebook in opened:
        if request.node.stash.get(_FAILED, True):
            await notebook.report(RESULTS / test)
        await notebook.page.evaluate("jupyterapp.shell.currentWidget?.sessionContext?.shutdown()")
        await notebook.page.context.close()
    assert not uncaught


@pytest.fixture
async def open_viewer(notebooks: Open) -> Open:
    """Opens a notebook with a viewer of a project and waits until it is ready."""

    async def show(project: cj.Project, options: str = VIEW) -> tuple[Notebook, Viewer]:
        notebook = await notebooks(
            f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
            f"viewer = project.viewer({options})\nviewer",
        )
        viewer = Viewer(notebook.page, await notebook.value("viewer.layers[0].layer_id"))
        await viewer.ready()
        return notebook, viewer

    return show
