"""A project after random edits, all of its rows, and which of its neurons fit a query by a look at each."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from catmaid_server.domain.accounts import users
from catmaid_wire.neuron_query import (
    AllOf,
    AnyOf,
    CreatedIn,
    EditedBy,
    EditedIn,
    InVolume,
    NoneOf,
    PartnerOf,
    Query,
    TracedBy,
    WithAnnotation,
    WithCable,
    WithId,
    WithName,
    WithNodes,
    WithReviews,
    WithTag,
)
from catmaid_wire.query_text import parse_query
from tests.helpers.service import Service
from tests.helpers.walk import Walk

STEPS = 110
ODD_NAMES = ["<script>alert(1)</script>", "שלום עולם", "🧠 100%_\\", "x" * 10_000, "PN 12", "pn 13", "PN 2"]


@dataclass
class Seen:
    """One skeleton, as a person who looks at everything knows it."""

    id: int
    name: str = ""
    nodes: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[tuple[int, int, Any]] = field(default_factory=list)
    reviews: set[tuple[int, int]] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    cable: float = 0


@dataclass
class Scene:
    """A project after random edits, and all of its rows."""

    service: Service
    seen: dict[int, Seen]
    user_ids: dict[str, int]
    annotation_ids: dict[str, int]
    metas: list[tuple[int, int]]
    links: list[tuple[int, int, str, int]]
    box: tuple[list[float], list[float]]

    async def search(self, query: str, **more: object) -> Any:
        return await self.service.tracer.post(f"/{self.service.project_id}/neurons/search", query=query, **more)

    async def refusal(self, query: str, **more: object) -> tuple[int, dict[str, Any]]:
        path = f"/{self.service.project_id}/neurons/search"
        return await self.service.tracer.refused(path, query=query, **more)


async def looked_at(service: Service, box: tuple[list[float], list[float]]) -> Scene:
    async with service.store.reading() as connection:

        async def rows(query: Any) -> list[tuple[Any, ...]]:
            return await (await connection.execute(query)).fetchall()

        seen = {}
        by_neuron = defaultdict(list)
        for skeleton_id, neuron_id, name in await rows(
            "SELECT s.id, n.id, n.name FROM skeleton s JOIN neuron n ON n.id = s.neuron_id"
        ):
            seen[skeleton_id] = Seen(skeleton_id, name)
            by_neuron[neuron_id].append(seen[skeleton_id])
        at = {}
        columns = "id, skeleton_id, parent_id, x, y, z, user_id, editor_id, creation_time, edition_time"
        for row in await rows(f"SELECT {columns} FROM treenode"):
            node = dict(zip(columns.split(", "), row, strict=True))
            at[node["id"]] = np.array([node["x"], node["y"], node["z"]])
            seen[node["skeleton_id"]].nodes.append(node)
        for one in seen.values():
            one.cable = sum(
                float(np.linalg.norm(at[n["id"]] - at[n["parent_id"]])) for n in one.nodes if n["parent_id"] is not None
            )
        for neuron_id, *link in await rows(
            "SELECT neuron_id, annotation_id, user_id, creation_time FROM annotation_link WHERE neuron_id IS NOT NULL"
        ):
            for one in by_neuron[neuron_id]:
                one.annotations.append((link[0], link[1], link[2]))
        for skeleton_id, *review in await rows("SELECT skeleton_id, reviewer_id, treenode_id FROM review"):
            seen[skeleton_id].reviews.add((review[0], review[1]))
        for skeleton_id, tag in await rows(
            "SELECT t.skeleton_id, l.name FROM node_label k JOIN label l ON l.id = k.label_id"
            " JOIN treenode t ON t.id = k.treenode_id"
        ):
            seen[skeleton_id].tags.add(tag)
        return Scene(
            service,
            seen,
            dict(await rows("SELECT username, id FROM app_user")),
            dict(await rows("SELECT name, id FROM annotation")),
            await rows("SELECT annotation_id, target_annotation_id FROM annotation_link WHERE neuron_id IS NULL"),
            await rows(
                "SELECT k.connector_id, k.skeleton_id, r.name, k.id FROM connector_link k"
                " JOIN relation r ON r.id = k.relation_id"
            ),
            box,
        )


def fits(scene: Scene, one: Seen, query: Query) -> bool:
    match query:
        case AllOf(parts):
            return all(fits(scene, one, part) for part in parts)
        case AnyOf(parts):
            return any(fits(scene, one, part) for part in parts)
        case NoneOf(part):
            return not fits(scene, one, part)
        case _:
            return FITS[type(query)](scene, one, query)


def between(low: Any, value: Any, high: Any) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def in_time(dates: Any, time: Any) -> bool:
    since, until = dates.bounds()
    return (since is None or since <= time) and (until is None or time < until)


def bears(scene: Scene, one: Seen, wanted: WithAnnotation) -> bool:
    ids = {scene.annotation_ids[wanted.name]}
    while wanted.sub and (more := {target for meta, target in scene.metas if meta in ids} - ids):
        ids |= more
    annotators = {scene.user_ids[name] for name in wanted.by}
    return any(
        annotation in ids and (not annotators or user in annotators) and in_time(wanted.on, time)
        for annotation, user, time in one.annotations
    )


def is_called(_scene: Scene, one: Seen, wanted: WithName) -> bool:
    text, how = wanted.pattern
    if how == "regex":
        return re.search(text, one.name, 0 if wanted.case else re.IGNORECASE) is not None
    name, text = (one.name, text) if wanted.case else (one.name.lower(), text.lower())
    return name == text if how == "exact" else text in name


def is_reviewed(scene: Scene, one: Seen, wanted: WithReviews) -> bool:
    reviewers = {scene.user_ids[name] for name in wanted.by}
    nodes = {node for user, node in one.reviews if not reviewers or user in reviewers}
    if wanted.percent == (None, None):
        return bool(nodes)
    return between(wanted.percent.low, 100 * len(nodes) / len(one.nodes), wanted.percent.high)


def is_partner(scene: Scene, one: Seen, wanted: PartnerOf) -> bool:
    sides = {"out": ("presynaptic_to", "postsynaptic_to"), "in": ("postsynaptic_to", "presynaptic_to")}
    mine, theirs = sides.get(wanted.relation, ("gapjunction_with",) * 2)
    pairs = [
        1
        for connector, skeleton, relation, link in scene.links
        if skeleton in wanted.skeleton_ids and relation == mine
        for other_connector, other, other_relation, other_link in scene.links
        if other_connector == connector and other == one.id and other_relation == theirs and other_link != link
    ]
    return len(pairs) >= wanted.synapses


def has_node_by(role: str) -> Callable[[Scene, Seen, Any], bool]:
    def fits_users(scene: Scene, one: Seen, wanted: TracedBy | EditedBy) -> bool:
        return any(node[role] in {scene.user_ids[name] for name in wanted.users} for node in one.nodes)

    return fits_users


def is_inside(scene: Scene, one: Seen, _wanted: InVolume) -> bool:
    low, high = scene.box
    return any(all(low[i] < node[a] < high[i] for i, a in enumerate("xyz")) for node in one.nodes)


FITS: dict[type[Query], Callable[[Scene, Seen, Any], bool]] = {
    WithAnnotation: bears,
    WithName: is_called,
    WithNodes: lambda _, one, wanted: between(wanted.span.low, len(one.nodes), wanted.span.high),
    WithCable: lambda _, one, wanted: between(wanted.span.low, one.cable, wanted.span.high),
    TracedBy: has_node_by("user_id"),
    EditedBy: has_node_by("editor_id"),
    CreatedIn: lambda _, one, wanted: in_time(wanted.dates, min(node["creation_time"] for node in one.nodes)),
    EditedIn: lambda _, one, wanted: in_time(wanted.dates, max(node["edition_time"] for node in one.nodes)),
    WithReviews: is_reviewed,
    PartnerOf: is_partner,
    WithTag: lambda _, one, wanted: wanted.name in one.tags,
    WithId: lambda _, one, wanted: one.id in wanted.skeleton_ids,
    InVolume: is_inside,
}


async def search_scene(service: Service) -> Scene:
    """Edit the service's project at random, and look at all of it."""
    store, project_id = service.store, service.project_id
    async with store.reading() as connection:
        authors = [await users.require_user(connection, name) for name in ("admin", "tracer")]
    walk = Walk(store, project_id, authors, seed=11)
    for _ in range(STEPS):
        await walk.step()
    walk.edits = [*[walk.create] * 6, walk.label, walk.annotate, walk.review, walk.link, walk.connector, walk.move]
    for _ in range(STEPS):
        await walk.step()
    async with store.writing(user_id=1, project_id=project_id, label="set up") as tx:
        rows = await (await tx.execute("SELECT id FROM neuron ORDER BY id")).fetchall()
        for (neuron_id,), name in zip(rows, ODD_NAMES, strict=False):
            await tx.execute("UPDATE neuron SET name = %s WHERE id = %s", (name, neuron_id))
        await tx.execute(
            "INSERT INTO annotation (project_id, name, user_id) VALUES (%s, 'side', 1), (%s, 'unused', 1)",
            (project_id, project_id),
        )
        await tx.execute(
            "INSERT INTO annotation_link (project_id, annotation_id, target_annotation_id, user_id)"
            " SELECT %s, m.id, a.id, 1 FROM annotation m, annotation a WHERE m.name = 'side' AND a.name = 'left'",
            (project_id,),
        )
    box = ([100.0, 100.0, 100.0], [700.0, 800.0, 900.0])
    names = [f"{end}_{axis}" for end in ("min", "max") for axis in "xyz"]
    corners = dict(zip(names, [*box[0], *box[1]], strict=True))
    await service.tracer.post(f"/{project_id}/volumes/add", type="box", title="LHN", **corners)
    return await looked_at(service, box)


def expected(scene: Scene, text: str) -> list[int]:
    """Ids of the skeletons that fit a query, by a look at each."""
    query = parse_query(text)
    return sorted(one.id for one in scene.seen.values() if fits(scene, one, query))


def conditions(scene: Scene) -> list[str]:
    """Queries of one condition, of each kind."""
    some = sorted(scene.seen)[:5]
    several = ",".join(map(str, some))
    return [
        "annotation:left", "annotation:side", "annotation:side[sub]", "annotation:left[by:tracer]", "annotation:unused",
        "annotation:DN[on:2020-01-01..]", "annotation:DN[on:..2020-01-01]", "annotation:stable[by:admin,tracer]",
        "name:pn", "name:PN[case]", "name:/^pn [0-9]+$/", "name:/^PN/[case]", 'name:="pn 12"', 'name:="PN 12"[case]',
        "name:%_", 'name:"\\\\"', "name:<script>", "name:🧠", "name:שלום", "nodes:2..", "nodes:..3", "nodes:1",
        "cable:500..", "cable:0..2000", "by:tracer", "by:admin", "by:admin,tracer", "editor:tracer", "editor:admin",
        "created:2020-01-01..", "created:..2020-01-01", "edited:2020-01-01..2030-01-01", "edited:2020-01-01",
        "reviewed:50..", "reviewed:0", "reviewed:any", "reviewed:any[by:tracer]", "reviewed:1..100[by:admin]",
        f"partners:{several}", f"partners:{several}[relation:in]", f"partners:{several}[synapses:2..]",
        f"partners:{several}[relation:gap]", "tag:soma", "tag:ends", f"id:{several}", "volume:LHN", "*",
    ]  # fmt: skip


def combinations(leaves: list[str], count: int) -> list[str]:
    """Queries that join conditions at random."""
    choose = random.Random(3)

    def grown(depth: int) -> str:
        if depth == 0 or choose.random() < 0.2:
            return choose.choice(leaves)
        parts = [grown(depth - 1) for _ in range(choose.randint(1, 3))]
        return choose.choice(["({})".format(" ".join(parts)), "({})".format(" or ".join(parts)), f"-{parts[0]}"])

    return [grown(3) for _ in range(count)]
