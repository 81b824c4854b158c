"""A class on a real JupyterHub with the example of deploy/: people sign in once, at the hub, and no token is typed."""

from __future__ import annotations

import asyncio
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
TRAINERS = "EM trainers"
TO_TRACE = ("can_browse", "can_annotate", "can_annotate_with_token")
LOOK = """import catmaid_jupyter as cj
try:
    cj.connect().project({!r})
except cj.NotFound:
    print("There is no such project.")"""
STEP_NM = 450.0
"""Between the two nodes of the gold neuron, and of the student's."""
PREPARE = """gold = site.project("Solution").neuron("gold")
x, y, z = gold.skeletons[0].nodes.iloc[0][["x", "y", "z"]]
course.add_seed(level=1, at=(x, y, z), name="{initials} 1", gold=gold)
print(course.add_students(group="EM 2027")["username"].tolist())"""
REVIEW = """course.accept("anna", "{initials} 1", "Well done.")
row = course.scores(tolerance=120).iloc[0]
print(row["username"], row["status"], row["nodes"], row["score"] > 0.9)"""
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
        for permission in TO_TRACE:
            project.grant(CLASS, permission)
        await asyncio.to_thread(_with_trainers, site, project)
        service.stop(site.settings)
        (tmp_path / "hub").mkdir()
        groups = {CLASS: ["anna", "ben"], TRAINERS: ["tina"]}
        async with running_hub(tmp_path / "hub", site.settings.folder, groups) as hub:
            title = project.title
            # Who is in the class sees its project, and who is not sees nothing. Nobody typed a token.
            await hub.start_server("anna")
            assert await hub.run("anna", SHOW) == f"anna {[title]}\n"
            await hub.start_server("dora")
            assert await hub.run("dora", SHOW) == "dora []\n"
            await hub.start_server("ben")
            assert await hub.run("ben", SHOW) == f"ben {[title]}\n"
            await hub.start_server("tina")
            assert await hub.run("tina", in_course(title, PREPARE)) == "['anna', 'ben']\n"
            await _sign_in_is_followed(hub, site, title)
            await _a_student_traces(browser, hub, cj.connect(data_dir=site.settings.folder).project(title))
            assert await hub.run("ben", in_course(title, "print(course.work['status'].tolist())")) == "['open']\n"
            assert await hub.run("dora", LOOK.format(title)) == "There is no such project.\n"


def in_course(title: str, code: str) -> str:
    """Code of somebody who learns or teaches, with the course and the project at hand."""
    names = f"site = cj.connect()\nproject = site.project({title!r})\ncourse = project.course({CLASS!r})"
    return f"import catmaid_jupyter as cj\n{names}\n{code}"


def _with_trainers(site: Site, project: cj.Project) -> None:
    """A group that administers the project, and a gold neuron, which nobody else may browse."""
    site.instance.create_group(TRAINERS)
    solution = site.instance.create_project("Solution")
    for permission in (*TO_TRACE, "can_administer"):
        project.grant(TRAINERS, permission)
    solution.grant(TRAINERS, "can_browse")
    x, y, z = (float(value) for value in project.viewer().position)
    root = solution.edit.create_treenode(x, y, z, neuron_name="gold")
    solution.edit.create_treenode(x + STEP_NM, y, z, parent_id=root)


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
    assignments = f"mine = project.course({CLASS!r}).mine(viewer)\nmine"
    notebook = await Notebook.open_in(page, lab, "first", (*viewer_cells(project), assignments))
    viewer = await Viewer.of(notebook)
    # The images come by the hub's proxy, on the site of the page.
    assert await viewer.ask("viewer.stats.transport") == "proxy"
    mine = page.get_by_test_id("assignments")
    await mine.get_by_role("button", name="Begin").click()
    await expect(mine.get_by_test_id("status")).to_contain_text("its first node is active")
    x, y, z = (float(value) for value in project.viewer().position)
    box = ([x - 500, y - 500, z - 500], [x + 500, y + 500, z + 500])
    await viewer.canvas.scroll_into_view_if_needed()
    await viewer.node_place(int(project.nodes_in_box(*box)["id"].iloc[0]))
    await viewer.settled()
    await viewer.click(await viewer.place(x + STEP_NM, y))
    await viewer.settled()
    found = project.nodes_in_box(*box)
    people = project.instance.users.set_index("id")["login"]
    assert [people[one] for one in found["user_id"]] == ["anna", "anna"]
    await mine.get_by_role("button", name="Hand in").click()
    await expect(mine.locator("li[data-status='done']")).to_have_count(1)
    assert await hub.run("tina", in_course(project.title, REVIEW)) == "anna accepted 2 True\n"
    await expect(mine.locator("li[data-status='accepted']")).to_have_count(1)
    await expect(mine).to_contain_text("Well done.")

    # The service's own pages know who signed in at the hub.
    await page.goto(f"{hub.url}services/catmaid/user/login/")
    await page.get_by_role("link", name="Sign in with JupyterHub").click()
    await expect(page.get_by_text("You are anna.")).to_be_visible()
    await page.close()
