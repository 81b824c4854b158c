"""A few neurons in a viewer, on which gestures are tried, and in words what a gesture has changed of them."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import catmaid_jupyter as cj
from catmaid_server.db.store import Store
from tests.browser.gesture_scene import GestureScene
from tests.browser.lab import Notebook
from tests.browser.viewer import Viewer

NODES: dict[str, tuple[str | None, float, float, int]] = {
    "root": (None, -300, 0, 0),
    "fork": ("root", -150, 0, 0),
    "mid": ("fork", -50, 0, 0),
    "tip": ("mid", 50, 0, 0),
    "twig": ("fork", -150, 90, 0),
    "deep": ("twig", -60, 180, 3),
    "other": (None, 150, 150, 0),
    "far": ("other", 270, 150, 0),
    "partner": (None, 50, -150, 0),
}
"""Parent, x and y in nm from the middle, and sections from the one shown, of each treenode."""
NEURONS = {"root": "traced", "other": "other", "partner": "partner"}
CONNECTORS = {"syn": (-50.0, -110.0), "lone": (220.0, -100.0)}
LINKS = (("mid", "presynaptic_to", "syn"), ("partner", "postsynaptic_to", "syn"))
TAGGED = {"root": "check", "far": "check"}

_TREENODES = "SELECT id, parent_id, x, y, z, radius, confidence FROM treenode WHERE project_id = %(project)s"
_CONNECTORS = "SELECT id, x, y, z FROM connector WHERE project_id = %(project)s"
_LINKS = """SELECT l.treenode_id, r.name, l.connector_id, l.confidence
              FROM connector_link l JOIN relation r ON r.id = l.relation_id WHERE l.project_id = %(project)s"""
_TAGS = """SELECT coalesce(n.treenode_id, n.connector_id), l.name
             FROM node_label n JOIN label l ON l.id = n.label_id WHERE n.project_id = %(project)s"""
_REVIEWS = "SELECT treenode_id FROM review WHERE project_id = %(project)s"
_NAMES = "SELECT id, name FROM neuron WHERE project_id = %(project)s"
_ANNOTATIONS = """SELECT n.name, a.name FROM annotation_link l JOIN neuron n ON n.id = l.neuron_id
                    JOIN annotation a ON a.id = l.annotation_id WHERE l.project_id = %(project)s"""
_HIDDEN = "SELECT child_id, location_coordinate FROM suppressed_virtual_node WHERE project_id = %(project)s"

_OWN_NAME = re.compile(r"[Nn]euron \d+")
"""The name of a neuron that nobody has named."""
Place = tuple[float, float, float]


@dataclass
class Stored:
    """What a project holds, by ids."""

    nodes: dict[int, tuple[int | None, Place, float, int]] = field(default_factory=dict)
    """Parent, place, radius and confidence."""
    connectors: dict[int, Place] = field(default_factory=dict)
    links: dict[tuple[int, str, int], int] = field(default_factory=dict)
    tags: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    facts: set[tuple[str, str]] = field(default_factory=set)
    """Annotations and names of neurons."""
    reviewed: set[int] = field(default_factory=set)
    hidden: set[tuple[int, float]] = field(default_factory=set)
    """Virtual nodes that are suppressed: treenode and z."""


async def read_stored(store: Store, project: int) -> Stored:
    """What a project holds."""
    found = Stored()
    async with store.reading() as connection:

        async def rows(query: Any) -> list[tuple[Any, ...]]:
            return await (await connection.execute(query, {"project": project})).fetchall()

        for node, parent, x, y, z, radius, confidence in await rows(_TREENODES):
            found.nodes[node] = (parent, (x, y, z), radius, confidence)
        found.connectors = {one: (x, y, z) for one, x, y, z in await rows(_CONNECTORS)}
        found.links = {(node, relation, one): level for node, relation, one, level in await rows(_LINKS)}
        for node, tag in await rows(_TAGS):
            found.tags[node].add(tag)
        found.reviewed = {node for (node,) in await rows(_REVIEWS)}
        found.hidden = {(child, depth) for child, depth in await rows(_HIDDEN)}
        found.facts = {("annotated", f"{neuron} {annotation}") for neuron, annotation in await rows(_ANNOTATIONS)}
        found.facts |= {("called", name) for _, name in await rows(_NAMES) if not _OWN_NAME.fullmatch(name)}
    return found


class Difference:
    """In words, what is otherwise in `after` than in `before`."""

    def __init__(self, names: dict[int, str], before: Stored, after: Stored, thickness: float) -> None:
        self.before, self.after, self.thickness = before, after, thickness
        self.names = dict(names)
        for kind, known, now in (
            ("new", before.nodes, after.nodes),
            ("connector", before.connectors, after.connectors),
        ):
            fresh = sorted(set(now) - set(known))
            self.names |= {one: kind if at == 0 else f"{kind}{at + 1}" for at, one in enumerate(fresh)}

    def words(self) -> set[str]:
        """Each difference as a phrase."""
        return {*self._nodes(), *self._places(), *self._links(), *self._tags(), *self._facts()}

    def _nodes(self) -> set[str]:
        before, after, found = self.before.nodes, self.after.nodes, set()
        for node in {*before, *after}:
            name = self.names[node]
            if node not in after:
                found.add(f"{name} gone")
                continue
            parent, _, radius, confidence = after[node]
            old = before.get(node, (0, (), -1, 5))
            if old[0] != parent:
                found.add(f"{name} a root" if parent is None else f"{name} child of {self.names[parent]}")
            if old[2] != radius:
                found.add(f"{name} radius {_tens(radius)}" if radius >= 0 else f"{name} without radius")
            if old[3] != confidence:
                found.add(f"{name} confidence {confidence}")
        return found

    def _places(self) -> set[str]:
        found = set()
        places = [{one: row[1] for one, row in side.nodes.items()} | side.connectors for side in self._sides()]
        for one, (x, y, z) in places[1].items():
            old = places[0].get(one)
            if old is None or old == (x, y, z):
                continue
            sections = round((z - old[2]) / self.thickness)
            if sections:
                found.add(f"{self.names[one]} moved {sections:+d} section")
            if (x, y) != old[:2]:
                found.add(f"{self.names[one]} moved {_tens(x - old[0])},{_tens(y - old[1])}")
        found |= {f"{self.names[one]} gone" for one in set(self.before.connectors) - set(self.after.connectors)}
        found |= {f"{self.names[one]} made" for one in set(self.after.connectors) - set(self.before.connectors)}
        return found

    def _links(self) -> set[str]:
        before, after = self.before.links, self.after.links

        def named(link: tuple[int, str, int]) -> str:
            node, relation, connector = link
            # A node may have been written after nodes were read, and its link before links were.
            ends = self.names.get(node, "?"), self.names.get(connector, "?")
            return f"{ends[0]} {relation.removesuffix('_to').removesuffix('_with')} {ends[1]}"

        found = {named(link) for link in set(after) - set(before)}
        found |= {f"not {named(link)}" for link in set(before) - set(after)}
        return found | {f"{named(one)} confidence {after[one]}" for one in after if before.get(one, 5) != after[one]}

    def _tags(self) -> set[str]:
        before, after, found = self.before.tags, self.after.tags, set()
        for node in {*before, *after}:
            found |= {f"{self.names[node]} tagged {tag}" for tag in after.get(node, set()) - before.get(node, set())}
            is_there = node in self.after.nodes or node in self.after.connectors
            lost = before.get(node, set()) - after.get(node, set()) if is_there else set()
            found |= {f"{self.names[node]} not tagged {tag}" for tag in lost}
        return found

    def _facts(self) -> set[str]:
        before, after = self._sides()
        found = {f"{kind} {what}" for kind, what in after.facts - before.facts}
        found |= {f"not {kind} {what}" for kind, what in before.facts - after.facts}
        found |= {f"{self.names[node]} reviewed" for node in after.reviewed - before.reviewed}
        found |= {
            f"{self.names[node]} not reviewed" for node in before.reviewed - after.reviewed if node in after.nodes
        }
        return found | {f"edge of {self.names[node]} hidden in a section" for node, _ in after.hidden - before.hidden}

    def _sides(self) -> tuple[Stored, Stored]:
        return self.before, self.after


def _tens(nm: float) -> int:
    """A length that mice hit: to the nearest 10 nm."""
    return 10 * round(nm / 10)


class Scene(GestureScene):
    """The neurons of `NODES` in a project, and a viewer of it."""

    def __init__(self, project: cj.Project, store: Store, notebook: Notebook, viewer: Viewer) -> None:
        super().__init__(viewer, made_in(project))
        self.project, self.store, self.notebook = project, store, notebook
        self.thickness = float(project.stack().resolution[2])
        self.before = Stored()
        self.version = 0

    @property
    def names(self) -> dict[int, str]:
        """What things are called, by ids."""
        return {one: name for name, one in self.ids.items()}

    async def begin(self, active: str | None) -> None:
        """The scene as it is at first, with something active in the middle of the view."""
        now = await read_stored(self.store, self.project.id)
        if not self.ids or Difference(self.names, self.before, now, self.thickness).words():
            # What goes while it is active is asked about.
            await self.notebook.value("None", "viewer.active_node = None")
            await self.viewer.until("tracing.active === null")
            await asyncio.to_thread(self._restore if self.ids else self._make)
            now = await read_stored(self.store, self.project.id)
            if self.before.nodes:
                left = Difference(self.names, self.before, now, self.thickness).words()
                assert not left, f"Taking all versions back has left {sorted(left)}."
            self.before = now
            await self.viewer.settled()
        await self.clear()
        node = None if active is None or active in CONNECTORS else self.ids[active]
        x, y, z = self.middle
        place = f"viewer.position, viewer.nm_per_pixel = {self.middle!r}, 3.0"
        await self.notebook.value("None", f"{place}\nviewer.active_node = {node}")
        await self.viewer.until(
            "(tracing.active?.id ?? null) === argument[0] && tracing.node(argument[1])"
            " && Math.hypot(viewer.view.center[0] - argument[2], viewer.view.center[1] - argument[3]) < 1"
            " && Math.abs(viewer.view.center[2] - argument[6]) < 1 && Math.abs(viewer.view.nmPerPixel - 3) < 1e-6"
            " && tracing.counts.treenodes === argument[4]"
            " && tracing.counts.links === argument[5] && tracing.pending === 0",
            [node, self.ids["far"], x, y, len(NODES), len(LINKS), z],
        )
        if active is not None and active in CONNECTORS:
            await self.viewer.click(await self.viewer.node_place(self.ids[active]))
            await self.viewer.until("tracing.active?.id === argument", self.ids[active])
        self.view = await self.viewer.ask("viewer.view")

    def _restore(self) -> None:
        """Take back all that was done since the scene was made, or taken back last."""
        versions = self.project.log(limit=1000)["version"]
        self.project.revert(versions[versions > self.version].tolist())
        self._note_version()

    def _note_version(self) -> None:
        self.version = int(self.project.log(limit=1)["version"].iloc[0])

    def _make(self) -> None:
        """Make the scene."""
        self.ids |= make_scene(self.project)
        self._note_version()

    async def changes(self) -> set[str]:
        """What is otherwise than at first: in the store, what is active, and where the view is."""
        difference = Difference(self.names, self.before, await read_stored(self.store, self.project.id), self.thickness)
        return difference.words() | await self.seen(difference.names)


def made_in(project: cj.Project) -> Place:
    """The place around which the scene is made."""
    x, y, z = project.viewer().position
    return float(x), float(y), float(z)


def make_scene(project: cj.Project) -> dict[str, int]:
    """Make the scene; ids by what things are called."""
    ids: dict[str, int] = {}
    (x, y, z), thickness = made_in(project), float(project.stack().resolution[2])
    edit = project.edit
    for name, (parent, across, down, sections) in NODES.items():
        ids[name] = edit.create_treenode(
            x + across,
            y + down,
            z + sections * thickness,
            parent_id=None if parent is None else ids[parent],
            neuron_name=NEURONS.get(name),
        )
    for name, (across, down) in CONNECTORS.items():
        ids[name] = edit.create_connector(x + across, y + down, z)
    for node, relation, connector in LINKS:
        edit.create_link(ids[node], ids[connector], relation)
    for node, tag in TAGGED.items():
        edit.set_labels(ids[node], [tag])
    return ids
