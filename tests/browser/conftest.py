"""What browser tests share: a service with a specimen, JupyterLab, Chromium; and a fresh project for each test."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager

import pytest
from playwright.async_api import Browser, async_playwright

import catmaid_jupyter as cj
from catmaid_server import service
from catmaid_server.demo import projects as demo
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from catmaid_server.transfer.importers.progress import Progress, silent
from tests.browser.lab import Lab, Notebook
from tests.browser.site import RESULTS, VIEW, Open, OpenNotebook, Site
from tests.browser.viewer import Viewer

SPEC = SpecimenSpec(seed=7, size_px=(896, 640, 12))
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


@contextmanager
def quiet_bar(_title: str, _unit: str) -> Iterator[Progress]:
    yield silent


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
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture
async def notebooks(request: pytest.FixtureRequest, browser: Browser, lab: Lab) -> AsyncIterator[OpenNotebook]:
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
async def open_viewer(notebooks: OpenNotebook) -> Open:
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
