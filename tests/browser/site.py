"""A running service as its administrator sees it, and how tests open notebooks on it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import catmaid_jupyter as cj
from catmaid_server.demo import projects as demo
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings
from tests.browser.lab import Notebook
from tests.browser.viewer import Viewer
from tests.helpers.folders import REPOSITORY

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
