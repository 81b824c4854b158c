"""The list of projects: what a server tells of them to whom, and what the widget does with it in Python."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.spaces.browsed_projects import BROWSED
from catmaid_jupyter.widgets import ProjectBrowser
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.image_hosts import ImageHost, serving_images
from tests.helpers.remote_stack import VOLUME, added_stack, gateway_to_images, project_of
from tests.helpers.service import Service
from tests.integration.test_client import dtypes_are
from tests.integration.test_client_elsewhere import plain

__all__ = ["plain"]


def ask(browser: ProjectBrowser, name: str, **params: Any) -> Any:
    """What a page gets when it asks."""
    return loop.run(methods_of(browser)[name](params))


async def test_everybody_is_told_of_what_they_may_see(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        hidden = await projects.create_project(tx, "Hidden", owner_id=admin.id, comment="for nobody")
    await service.tracer.post(f"/{service.project_id}/treenode/create", x=1, y=2, z=3, confidence=5)
    (seen,) = await service.tracer.get("/projects/browse")
    assert seen["last_edit"] is not None
    assert seen | {"last_edit": None} == {
        "id": service.project_id,
        "title": "Test",
        "comment": "",
        "stacks": [],
        "neurons": 1,
        "nodes": 1,
        "last_edit": None,
        "owners": ["admin"],
        "permissions": ["can_annotate", "can_annotate_with_token", "can_browse", "can_import"],
        "favorite": False,
        "is_public": False,
        "archived": None,
        "requests": 0,
    }
    assert await service.visitor.get("/projects/browse") == []

    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
    (public,) = await service.visitor.get("/projects/browse")
    assert (public["is_public"], public["owners"], public["permissions"]) == (True, [], ["can_browse"])
    everything = await service.admin.get("/projects/browse")
    assert [(one["id"], one["comment"], one["nodes"]) for one in everything] == [
        (hidden, "for nobody", 0),
        (service.project_id, "", 1),
    ]


async def test_a_project_is_chosen_marked_and_opened(service: Service) -> None:
    def story() -> None:
        with cj.connect(service.url, service.admin.token) as server:
            browser = server.project_browser(show="mine")
            test = server.project("Test")
            assert browser.project is None
            browser.project = "Test"
            assert browser.project is test
            assert browser.connection == f"cj.connect({server.url!r})"
            found = browser.table
            assert dtypes_are(found, BROWSED)
            shown = found[["title", "neurons", "favorite", "is_public"]]
            assert shown.to_numpy().tolist() == [["Test", 0, False, False]]
            assert found["owners"].tolist() == [["admin"]]

            assert ask(browser, "favor", project_id=test.id, favorite=True) == "Test is a favourite now."
            assert browser.table["favorite"].tolist() == [True]
            assert ask(browser, "list")[0]["favorite"] is True
            assert browser.first_rows["rows"] == [["Test", "0", "admin", ""]]
            ask(browser, "open", project_id=test.id)
            assert browser.viewer is not None
            assert browser.viewer.project is test
            with pytest.raises(cj.NotFound, match="not there any more"):
                ask(browser, "open", project_id=999)
            with pytest.raises(TypeError, match="Did you mean 'filter'"):
                server.project_browser(filtr="x")

            told: list[None] = []
            stop = server.follow_projects(lambda: told.append(None))
            copy = test.fork("Copy")
            copy.rename("My copy")
            copy.favor(False)
            copy.delete(confirm="My copy")
            assert len(told) == 4, "a fork, a new title, a star and a deletion are told to browsers"
            stop()
            browser.close()
            test.favor(False)
            assert len(told) == 4

    await asyncio.to_thread(story)


async def test_servers_that_tell_less_are_browsed_too(service: Service, plain: cj.Instance) -> None:
    def story() -> None:
        browser = plain.project_browser()
        assert not browser.is_told
        found = browser.table
        assert dtypes_are(found, BROWSED)
        assert found[["title", "neurons", "nodes", "owners"]].to_numpy().tolist() == [["Test", -1, -1, []]]
        assert "can_annotate" in found["permissions"].iloc[0]
        assert ask(browser, "favor", project_id=service.project_id, favorite=True) == "Test is a favourite now."
        assert browser.table["favorite"].tolist() == [True]

    await asyncio.to_thread(story)


async def test_projects_have_pictures_of_their_middle(store: Store, tmp_path: Path) -> None:
    async with gateway_to_images(store, tmp_path) as service, serving_images(ImageHost(VOLUME)) as host:
        project = await project_of(service)
        stack = await added_stack(project, host, "EM")

        def story() -> None:
            browser = ProjectBrowser(cast("cj.Instance", project.instance))
            answer = ask(browser, "picture", project_id=project.id, stack_id=stack.id)
            assert answer.result == {"why": ""}
            with Image.open(io.BytesIO(answer.buffers[0])) as picture:
                assert picture.format == "JPEG"
                assert picture.size == (225, 175), "at the coarsest level"
            none = ask(browser, "picture", project_id=project.id, stack_id=999)
            assert none.buffers == []
            assert none.result["why"].endswith(".")

        await asyncio.to_thread(story)
