"""A class on a real JupyterHub with the example of deploy/: people sign in once, at the hub, and no token is typed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
from playwright.async_api import Browser, Page, expect

import catmaid_jupyter as cj
from catmaid_server import service
from catmaid_server.domain.accounts import identities, users
from catmaid_server.service.opening import opened_store
from tests.browser.lab import Lab, Notebook, new_page
from tests.browser.site import Site, running_site, viewer_cells
from tests.browser.viewer import Viewer
from tests.helpers.hub import Hub, running_hub
from tests.helpers.patience import PATIENCE_S

pytestmark = pytest.mark.timeout(6 * PATIENCE_S)

CLASS = "EM 2027"
SHOW = "import catmaid_jupyter as cj\nsite = cj.connect()\nprint(site.username, list(site.projects['title']))"


@dataclass
class LabOfUser:
    """What a notebook's page needs to know of somebody's JupyterLab on a hub."""

    url: str
    work: Path


async def sign_in(page: Page, hub: Hub, name: str) -> None:
    await page.goto(f"{hub.url}hub/login")
    await page.fill("#username_input", name)
    await page.fill("#password_input", "any")
    await page.click("#login_submit")
    await page.wait_for_url(lambda url: "/hub/login" not in url)
    # The hub leads on to JupyterLab, in which notebooks open in another way than in an empty page.
    await page.goto("about:blank")


async def test_a_class_signs_in_at_the_hub(browser: Browser, tmp_path: Path) -> None:
    async with running_site(tmp_path / "data") as site:
        project = await site.new_project()
        site.instance.create_group(CLASS)
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token"):
            project.grant(CLASS, permission)
        service.stop(site.settings)
        (tmp_path / "hub").mkdir()
        async with running_hub(tmp_path / "hub", site.settings.folder, {CLASS: ["anna", "ben"]}) as hub:
            title = project.title
            # Who is in the class sees its project, and who is not sees nothing. Nobody typed a token.
            await hub.start_server("anna")
            assert await hub.run("anna", SHOW) == f"anna {[title]}\n"
            await hub.start_server("dora")
            assert await hub.run("dora", SHOW) == "dora []\n"
            await _sign_in_is_followed(hub, site, title)
            await _a_student_traces(browser, hub, cj.connect(data_dir=site.settings.folder).project(title))


async def _sign_in_is_followed(hub: Hub, site: Site, title: str) -> None:
    # A group that is left at the hub is left here with the next sign-in.
    joined = await hub.api("POST", f"hub/api/groups/{CLASS}/users", json={"users": ["dora"]})
    assert joined.status == 200
    assert await hub.run("dora", SHOW) == f"dora {[title]}\n"
    await hub.api("DELETE", f"hub/api/groups/{CLASS}/users", json={"users": ["dora"]})
    assert await hub.run("dora", SHOW) == "dora []\n"

    # Nobody gets the account of another one who is called the same, unless an administrator links them.
    await hub.start_server("admin")
    refused = "import catmaid_jupyter as cj\ntry:\n    cj.connect()\nexcept cj.NotAllowed as error:\n    print(error)"
    assert "already a user or a group 'admin'" in await hub.run("admin", refused)
    async with (
        opened_store(site.settings) as store,
        store.writing(user_id=1, project_id=None, label="users.link") as tx,
    ):
        admin = await users.require_user(tx, "admin")
        await identities.link(tx, admin.id, identities.JUPYTERHUB, "admin")
    assert (await hub.run("admin", SHOW)).startswith("admin [")


async def _a_student_traces(browser: Browser, hub: Hub, project: cj.Project) -> None:
    page = await new_page(browser)
    # A browser on another machine reaches the hub alone.
    await page.route(f"{hub.service_url}/**", lambda route: route.abort())
    await sign_in(page, hub, "anna")
    lab = cast("Lab", LabOfUser(f"{hub.url}user/anna/", hub.homes / "anna"))
    notebook = await Notebook.open_in(page, lab, "first", viewer_cells(project))
    viewer = await Viewer.of(notebook)
    # The images come by the hub's proxy, on the site of the page.
    assert await viewer.ask("viewer.stats.transport") == "proxy"
    x, y, z = (float(value) for value in project.viewer().position)
    await viewer.click(await viewer.place(x, y))
    await viewer.settled()
    found = project.nodes_in_box([x - 500, y - 500, z - 500], [x + 500, y + 500, z + 500])
    people = project.instance.users.set_index("id")["login"]
    assert [people[one] for one in found["user_id"]] == ["anna"]

    # The service's own pages know who signed in at the hub.
    await page.goto(f"{hub.url}services/catmaid/user/login/")
    await page.get_by_role("link", name="Sign in with JupyterHub").click()
    await expect(page.get_by_text("You are anna.")).to_be_visible()
    await page.close()
