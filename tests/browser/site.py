"""A running service as its administrator sees it, and how tests open notebooks on it."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, async_playwright

import catmaid_jupyter as cj
from catmaid_server import service
from catmaid_server.demo import projects as demo
from catmaid_server.demo.specimen.spec import SpecimenSpec
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from tests.browser.lab import Notebook
from tests.browser.viewer import Viewer
from tests.helpers.demo import make_demo
from tests.helpers.folders import REPOSITORY

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
RESULTS = REPOSITORY / "test-results"
VIEW = "height=420, nm_per_pixel=3.0"

OpenNotebook = Callable[..., Awaitable[Notebook]]
Open = Callable[..., Awaitable[tuple[Notebook, Viewer]]]


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

    async def new_member(self, project: cj.Project) -> tuple[str, str]:
        """Name and token of a user who may browse a project and change it."""
        name = f"member_{secrets.token_hex(3)}"
        async with (
            opened_store(self.settings) as store,
            store.writing(user_id=1, project_id=None, label="users.create") as tx,
        ):
            token = await users.issue_token(tx, await users.create_user(tx, name))
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token"):
            project.grant(name, permission)
        return name, token


def viewer_cells(project: cj.Project, options: str = VIEW) -> tuple[str, str]:
    """The cells of a notebook that shows a project in a viewer called `viewer`."""
    return (
        f"import catmaid_jupyter as cj\nproject = cj.connect().project({project.id})",
        f"viewer = project.viewer({options})\nviewer",
    )


@asynccontextmanager
async def running_site(folder: Path) -> AsyncIterator[Site]:
    """A service with the demo's projects, made of a small specimen."""
    made = await make_demo(folder, SPEC)
    settings = made.model_copy(update={"private_image_hosts": "127.0.0.1"})  # where tests serve images
    service.start(settings)
    try:
        instance = cj.connect(data_dir=settings.folder)
        # Hints for beginners would be in the way of what tests look at.
        instance.project(demo.DEMO).show_hints(again=False)
        yield Site(settings, instance)
    finally:
        service.stop(settings)


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Chromium without a window: that of `CATMAID_CHROMIUM`, or one that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CATMAID_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    assert found is not None, "Chromium is not installed"
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=found, args=CHROMIUM_SWITCHES)
        yield launched
        await launched.close()
