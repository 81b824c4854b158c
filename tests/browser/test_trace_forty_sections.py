"""A neurite of a specimen traced over forty sections with keys and mouse, scored against what is known of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.model.arbor import parent_indices
from catmaid_server.demo.projects import PaintedInOrder
from catmaid_server.demo.specimen import PlannedSynapse, Specimen, SpecimenSpec, TracedSkeleton, grow
from catmaid_server.domain.progress import silent
from catmaid_server.service.opening import opened_store
from catmaid_server.tiles.imports.stacks import import_volume
from tests.browser.site import Open, Site
from tests.browser.tracing_hand import Place, TracingHand
from tests.helpers.patience import PATIENCE_S
from tests.helpers.tracing_score import score

SPEC = SpecimenSpec(seed=5, size_px=(320, 320, 44))
SECTIONS = 40
REACH = 6.0
"""nm: what a click is off at most, at two nm a pixel."""
TITLE = "Forty sections"

pytestmark = pytest.mark.timeout(6 * PATIENCE_S)


@dataclass
class Truth:
    """A neurite that is known: its skeleton, and its synapses by the side that it is on."""

    specimen: Specimen
    index: int

    @property
    def skeleton(self) -> TracedSkeleton:
        return self.specimen.skeletons[self.index]

    def children(self, row: int) -> list[int]:
        """The children of a node, that with the most nodes behind it last."""
        found = np.flatnonzero(self.skeleton.parents == row).tolist()
        return sorted(found, key=lambda one: len(list(self.behind(one))))

    def behind(self, row: int) -> Iterator[int]:
        """A node and all that are farther from the root."""
        yield row
        for child in np.flatnonzero(self.skeleton.parents == row).tolist():
            yield from self.behind(child)

    def place(self, row: int) -> Place:
        x, y, z = self.skeleton.xyz[row].tolist()
        return x, y, z

    def way(self, row: int) -> list[Place]:
        """Places from the parent of a node to it, one in each section, the node's last."""
        start, end = self.skeleton.xyz[self.skeleton.parents[row]], self.skeleton.xyz[row]
        steps = max(1, round(abs(end[2] - start[2]) / self.specimen.spec.thickness))
        shares = np.linspace(0, 1, steps + 1)[1:, None]
        return [(x, y, z) for x, y, z in (start + shares * (end - start)).tolist()]

    def synapses(self) -> list[PlannedSynapse]:
        """Those that it has a part in."""
        return [
            one
            for one in self.specimen.connectors
            if self.index in {one.presynaptic[0], *(skeleton for skeleton, _ in one.postsynaptic)}
        ]

    def site(self, site: tuple[int, int]) -> Place:
        """Where a site of a synapse is."""
        x, y, z = self.specimen.skeletons[site[0]].xyz[site[1]].tolist()
        return x, y, z


def chosen(specimen: Specimen) -> Truth:
    """A neurite through forty sections that branches, and is on both sides of synapses."""
    for index, skeleton in enumerate(specimen.skeletons):
        depth = np.ptp(skeleton.xyz[:, 2]) / specimen.spec.thickness + 1
        has_branch = np.bincount(skeleton.parents[skeleton.parents >= 0]).max() > 1
        sides = {one.presynaptic[0] == index for one in Truth(specimen, index).synapses()}
        if depth >= SECTIONS and has_branch and len(sides) == 2:
            return Truth(specimen, index)
    raise AssertionError("no neurite of the specimen is as wanted")


async def with_images(site: Site, specimen: Specimen) -> cj.Project:
    """A new project with the specimen's images and nothing traced."""
    width, height, depth = SPEC.size_px
    async with opened_store(site.settings) as store:
        await import_volume(
            store,
            site.settings.folder,
            (depth, height, width),
            PaintedInOrder(specimen),
            fingerprint=repr(SPEC),
            title=TITLE,
            project=TITLE,
            owner="admin",
            resolution_nm=SPEC.resolution_nm,
            progress=silent,
        )
    return site.project(TITLE)


class Tracer:
    """Traces a neurite; knows which node it has made of which one that is known."""

    def __init__(self, truth: Truth, hand: TracingHand, project: cj.Project) -> None:
        self.truth, self.hand, self.project = truth, hand, project
        self.made: dict[int, int] = {}

    async def behind(self, row: int, *, until: int | None = None) -> None:
        """Everything that is farther from the root than a node, but what is behind another; ends are tagged."""
        for number, child in enumerate(self.truth.children(row)):
            if child == until:
                continue
            if number:
                await self.go_back(row)
            self.made[child] = (await self.hand.path(self.truth.way(child)))[-1]
            await self.behind(child, until=until)
        if not self.truth.children(row):
            await self.hand.press("k")

    async def go_back(self, row: int) -> None:
        """Go to a node that is nearer to the root by keys."""
        viewer = self.hand.viewer
        while await viewer.active() != self.made[row]:
            here = await viewer.active()
            await self.hand.press("Control+[")
            await viewer.until("tracing.active.id !== argument", here)

    async def synapse(self, planned: PlannedSynapse) -> None:
        """A connector with all its partners, from the node of the neurite on."""
        own, truth, hand = self.truth.index, self.truth, self.hand
        row = next(node for skeleton, node in (planned.presynaptic, *planned.postsynaptic) if skeleton == own)
        await hand.activate(self.made[row], truth.place(row))
        is_source = planned.presynaptic[0] == own
        await hand.click(planned.xyz, "Shift", *([] if is_source else ["Alt"]))
        await hand.viewer.until("tracing.active?.kind === 'connector' && tracing.active.id > 0")
        if not is_source:
            await hand.click(truth.site(planned.presynaptic), "Shift", "Alt")
        for site in planned.postsynaptic:
            if site[0] != own:
                await hand.click(truth.site(site), "Shift")
        await hand.viewer.settled()

    async def review(self) -> None:
        """Look at every section of the active neuron."""
        viewer = self.hand.viewer
        await self.hand.press("e")
        await viewer.until("tracing.review")
        while await viewer.ask("tracing.review.left"):
            await self.hand.press("w")
            if not await viewer.ask("tracing.review.left"):
                await self.hand.press("e")
        await viewer.settled()


def table_of(project: cj.Project, skeleton_id: int) -> pd.DataFrame:
    return project.skeleton(skeleton_id).nodes


async def test_a_neurite_is_traced_through_forty_sections(site: Site, open_viewer: Open) -> None:
    specimen = await asyncio.to_thread(grow, SPEC)
    truth = chosen(specimen)
    project = await with_images(site, specimen)
    _, viewer = await open_viewer(project, "height=420, nm_per_pixel=2.0")
    hand = TracingHand(viewer, SPEC.thickness)
    await viewer.canvas.focus()
    tracer = Tracer(truth, hand, project)

    # All but the far part of the longest branch; that as a neuron of its own, which begins a section further.
    root = int(np.flatnonzero(truth.skeleton.parents < 0)[0])
    spine = [root]
    while children := truth.children(spine[-1]):
        spine.append(children[-1])
    near, far = spine[len(spine) * 2 // 3], spine[len(spine) * 2 // 3 + 1]
    tracer.made[root] = await hand.node(truth.place(root))
    await tracer.behind(root, until=far)
    await hand.press("d")
    first, *others = truth.way(far)
    beginning = await hand.node(first)
    tracer.made[far] = ([beginning, *await hand.path(others)])[-1]
    await tracer.behind(far)
    await viewer.settled()
    assert len(project.skeletons) == 2

    # The two are joined at the wrong end, which is undone, and then where they meet.
    before = {int(one): table_of(project, int(one)) for one in project.skeletons["id"]}
    await wrong_and_right_join(tracer, near, beginning, spine[-1], before, first)
    for planned in truth.synapses():
        await tracer.synapse(planned)
    await hand.activate(tracer.made[root], truth.place(root))
    await tracer.review()

    (skeleton,) = project.skeletons.loc[project.skeletons["nodes"] > SECTIONS, "id"].tolist()
    check(truth, project, int(skeleton))


async def wrong_and_right_join(
    tracer: Tracer, near: int, beginning: int, end: int, before: dict[int, pd.DataFrame], first: Place
) -> None:
    """Join a node with the far end of another skeleton, take it back, and join it with its beginning."""
    truth, hand, viewer, project = tracer.truth, tracer.hand, tracer.hand.viewer, tracer.project
    for node, place in ((tracer.made[end], truth.place(end)), (beginning, first)):
        await hand.activate(tracer.made[near], truth.place(near))
        await hand.click(place, "Shift")
        await hand.answer_yes()
        assert len(project.skeletons) == 1
        if node == beginning:
            return
        await hand.press("Control+z")
        await viewer.until("tracing.pending === 0")
        await viewer.settled()
        assert sorted(project.skeletons["id"]) == sorted(before)
        for skeleton, table in before.items():
            columns = ["id", "parent_id", "x", "y", "z"]
            pd.testing.assert_frame_equal(table_of(project, skeleton)[columns], table[columns])


def check(truth: Truth, project: cj.Project, skeleton: int) -> None:
    """All of the neurite is traced and nothing else, with its synapses, ends and reviews."""
    nodes = table_of(project, skeleton)
    assert nodes["z"].nunique() >= SECTIONS
    parents = parent_indices(nodes["id"], nodes["parent_id"])
    places = nodes[["x", "y", "z"]].to_numpy(np.float64)
    found = score(truth.specimen, truth.skeleton, places, parents, reach=REACH)
    assert (found.inside, found.followed) == (1.0, 1.0)
    known = truth.skeleton.parents
    for rows in (parents, known):
        assert (rows == -1).sum() == 1
    forks = [np.sort(np.bincount(rows[rows >= 0]))[::-1] for rows in (parents, known)]
    assert forks[0][forks[0] > 1].tolist() == forks[1][forks[1] > 1].tolist()
    ends = np.setdiff1d(np.arange(len(known)), known)
    assert (project.skeleton(skeleton).tags["tag"] == "ends").sum() == len(ends)
    assert len(project.review.reviews(skeleton)) == len(nodes)

    links = project.links()
    assert links["connector_id"].nunique() == len(truth.synapses())
    traced = {
        (truth.specimen.skeletons[site].neurite_id, relation)
        for one in truth.synapses()
        for site, relation in (
            (one.presynaptic[0], "presynaptic_to"),
            *((partner, "postsynaptic_to") for partner, _ in one.postsynaptic),
        )
    }
    at = np.array([project.locate(int(node)) for node in links["treenode_id"]])
    neurites = truth.specimen.label_at(at).tolist()
    assert set(zip(neurites, links["relation"].astype(str), strict=True)) == traced
    assert len(links) == sum(1 + len(one.postsynaptic) for one in truth.synapses())
