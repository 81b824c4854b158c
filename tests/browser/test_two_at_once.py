"""Two people edit one neuron at once for a while: nothing is lost, and who is not heard is told why.

`CATMAID_TOGETHER_S` says for how long (s); by default it is short.
"""

from __future__ import annotations

import asyncio
import os
import random
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

import pytest

import catmaid_jupyter as cj
from tests.browser.site import VIEW, OpenNotebook, Site, viewer_cells
from tests.browser.viewer import Viewer
from tests.helpers.patience import PATIENCE_S

TOGETHER_S: Final = float(os.environ.get("CATMAID_TOGETHER_S", "12"))
APART_PX: Final = 30

pytestmark = pytest.mark.timeout(4 * PATIENCE_S + 2 * TOGETHER_S)

LISTEN = """await (async () => {
  element.told = [];
  const look = () => {
    const texts = [...element.querySelectorAll('[data-testid="notice"], [data-testid="ask"]')]
      .map((said) => said.closest(".cj-ask, .cj-notice")?.textContent ?? said.textContent);
    element.told.push(...texts.filter(Boolean));
  };
  new MutationObserver(look).observe(element, { childList: true, subtree: true, characterData: true });
})()"""


@dataclass
class Editor:
    """Somebody who edits in a viewer, one edit after the other."""

    name: str
    viewer: Viewer
    project: cj.Project
    chance: random.Random
    done: int = 0
    refused: int = 0
    unexplained: list[str] = field(default_factory=list)

    async def work(self, until: float) -> None:
        await self.viewer.ask(LISTEN)
        await self.viewer.canvas.focus()
        while monotonic() < until:
            await self.act(self.chance.choice(("add", "add", "confidence", "tag", "delete")))

    async def act(self, what: str) -> None:
        """Do one edit of a random node; note whether it is written, or else whether that was told."""
        nodes = await asyncio.to_thread(self.nodes)
        chosen = self.chance.choice(nodes)
        at = await self.viewer.ask("tracing.locate(argument)", chosen)
        if at is None:
            return
        await self.viewer.click(await self.viewer.on_page(at["px"], at["py"]))
        active = await self.viewer.ask("tracing.active")
        if active is None or active["id"] <= 0 or (what == "delete" and len(nodes) < 6):
            await self.clear()
            return
        before, heard = await asyncio.to_thread(self.versions), await self.viewer.ask("element.told.length")
        if not await self.edit(what, active["id"]):
            return
        await self.viewer.until("tracing.pending === 0")
        if await asyncio.to_thread(self.versions) > before:
            self.done += 1
        elif await self.viewer.ask("element.told.length") > heard:
            self.refused += 1
        else:
            self.unexplained.append(f"{what} of {active}")
        await self.clear()

    async def edit(self, what: str, node: int) -> bool:
        """False if nothing was to be done."""
        press = self.viewer.page.keyboard.press
        if what == "add":
            at = await self.free_place()
            await self.viewer.click(await self.viewer.on_page(*at))
            found = await self.viewer.ask("tracing.active")
            return found is None or found["id"] != node
        if what == "delete":
            await press("Delete")
            return True
        state: dict[str, Any] | None = await self.viewer.ask("tracing.node(argument)", node)
        if state is None:
            return False
        if what == "confidence":
            await press("3" if state["confidence"] == 2 else "2")
            return bool(state["parent"] > 0)
        await press("Shift+l" if "TODO" in await self.viewer.ask("tracing.labels(argument)", node) else "l")
        return True

    async def free_place(self) -> tuple[float, float]:
        """A place of the picture without a node near it, CSS pixels from its corner."""
        view = await self.viewer.ask("viewer.view")
        while True:
            x = self.chance.uniform(60, view["width"] - 60)
            y = self.chance.uniform(60, view["height"] - 120)
            near = [await self.viewer.ask("tracing.locate(argument)", node) for node in self.nodes()]
            if all(one is None or max(abs(one["px"] - x), abs(one["py"] - y)) > APART_PX for one in near):
                return x, y

    async def clear(self) -> None:
        """Answer no to what is asked."""
        for _ in range(await self.viewer.root.get_by_test_id("ask").count()):
            await self.viewer.page.keyboard.press("Escape")

    def nodes(self) -> list[int]:
        return [int(one) for one in self.project.nodes_in_box((-1e6,) * 3, (1e6,) * 3)["id"]]

    def versions(self) -> int:
        return int((self.project.log(limit=10_000)["user"] == self.name).sum())


async def test_two_people_edit_one_neuron(site: Site, notebooks: OpenNotebook) -> None:
    project = await site.new_project()
    await asyncio.to_thread(lambda: project.ask_before(delete=False))
    name, token = await site.new_member(project)
    theirs = await asyncio.to_thread(cj.connect, site.instance.url, token=token)
    their_project = await asyncio.to_thread(theirs.project, project.title)
    x, y, z = (float(value) for value in project.viewer().position)
    root = project.edit.create_treenode(x, y, z, neuron_name="shared")
    for step in (1, 2, 3, 4, 5):
        project.edit.create_treenode(x + 60 * step, y, z, parent_id=root if step == 1 else project_end(project))
    own = await Viewer.of(await notebooks(*viewer_cells(project)))
    other = await Viewer.of(
        await notebooks(
            f"import catmaid_jupyter as cj\nproject = cj.connect({site.instance.url!r}, token={token!r})"
            f".project({project.id})\nproject.ask_before(delete=False)",
            f"viewer = project.viewer({VIEW})\nviewer",
        )
    )
    people = [
        Editor("admin", own, project, random.Random(5)),
        Editor(name, other, their_project, random.Random(6)),
    ]
    try:
        until = monotonic() + TOGETHER_S
        await asyncio.gather(*(person.work(until) for person in people))
        for person in people:
            assert person.unexplained == []
            assert person.done >= 2, f"{person.name} hardly came to anything: {person}"
        for viewer in (own, other):
            await viewer.settled()
            await shows_what_is_stored(viewer, project)
    finally:
        await asyncio.to_thread(lambda: project.ask_before(delete=True))
        await asyncio.to_thread(theirs.close)


def project_end(project: cj.Project) -> int:
    """The treenode that was made last."""
    return int(project.nodes_in_box((-1e6,) * 3, (1e6,) * 3)["id"].max())


async def shows_what_is_stored(viewer: Viewer, project: cj.Project) -> None:
    """Wait until a viewer has exactly the treenodes of the store."""
    stored = await asyncio.to_thread(project.nodes_in_box, (-1e6,) * 3, (1e6,) * 3)
    rows = [
        [int(row["id"]), int(row["parent_id"]), float(row["x"]), float(row["y"]), int(row["confidence"])]
        for row in stored.to_dict("records")
    ]
    await viewer.shows(len(rows))
    await viewer.until(
        """argument.every(([id, parent, x, y, confidence]) => {
          const node = tracing.node(id);
          return node && Math.max(node.parent, -1) === Math.max(parent, -1) && node.x === x && node.y === y &&
            node.confidence === confidence;
        })""",
        rows,
    )
