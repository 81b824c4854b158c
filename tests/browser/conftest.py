"""What browser tests share: a service with a specimen, JupyterLab, Chromium; and a fresh project for each test."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Generator

import pytest
from playwright.async_api import Browser, expect

import catmaid_jupyter as cj
from tests.browser.lab import Lab, Notebook, running_lab
from tests.browser.lab_pages import LabPages
from tests.browser.site import RESULTS, VIEW, Open, OpenNotebook, Site, running_browser, running_site, viewer_cells
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_MS

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
async def site(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A service with the demo's projects, made of a small specimen."""
    async with running_site(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture(scope="session")
async def lab(site: Site, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    async with running_lab(tmp_path_factory.mktemp("lab"), site.settings.folder) as running:
        yield running


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as running:
        yield running


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.stash[_FAILED] = report.failed
    return report


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def lab_pages(browser: Browser, lab: Lab) -> LabPages:
    return LabPages(browser, lab)


@pytest.fixture
async def notebooks(request: pytest.FixtureRequest, lab_pages: LabPages) -> AsyncIterator[OpenNotebook]:
    """Opens notebooks in windows of their own; those of a test that fails are kept as pictures and files.

    A window goes from test to test, until one fails. `own_page=True` gives a window that no other test has: for tests
    that change the page itself.
    """
    opened: list[tuple[Notebook, bool]] = []
    test = re.sub(r"\W+", "-", request.node.name)

    async def open_notebook(*cells: str, name: str | None = None, own_page: bool = False) -> Notebook:
        notebook = await lab_pages.open(name or f"{test}-{len(opened)}", cells, own_page=own_page)
        opened.append((notebook, own_page))
        return notebook

    yield open_notebook
    has_failed = request.node.stash.get(_FAILED, True) or any(notebook.uncaught() for notebook, _ in opened)
    for notebook, own_page in opened:
        if has_failed:
            await notebook.report(RESULTS / test)
        await lab_pages.take_back(notebook, own_page=own_page or has_failed)
    assert not [line for notebook, _ in opened for line in notebook.uncaught()]


@pytest.fixture
async def open_viewer(notebooks: OpenNotebook) -> Open:
    """Opens a notebook with a viewer of a project and waits until it is ready."""

    async def show(project: cj.Project, options: str = VIEW, *, own_page: bool = False) -> tuple[Notebook, Viewer]:
        notebook = await notebooks(*viewer_cells(project, options), own_page=own_page)
        return notebook, await Viewer.of(notebook)

    return show
