"""Fetch a project from a CATMAID server, part by part; each part is JSON that can be kept.

The API gives creation and edition times of nodes, connectors and links, but of nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_server.transfer.importers.catmaid.server import CatmaidServer, SourceError

PAGE = 1000
"""Neurons, annotations or volumes asked for at a time."""
NODES_AT_ONCE = 900
"""Nodes asked for at a time: many servers refuse forms of more than 1000 fields."""
_SKELETON_TRIES = 4

ExportPart = dict[str, Any]


@dataclass(frozen=True)
class SourceProject:
    """A project on a CATMAID server."""

    server: CatmaidServer
    project_id: int

    async def get(self, path: str, **query: Any) -> Any:
        """GET below the project."""
        return await self.server.get(f"{self.project_id}/{path}", **query)

    async def post(self, path: str, **form: Any) -> Any:
        """POST below the project."""
        return await self.server.post(f"{self.project_id}/{path}", **form)


async def find_project(server: CatmaidServer, wanted: str | None) -> dict[str, Any]:
    """The project with this id or title; without one, the only one that the account may see.

    Raises `InvalidInput` if that is not one project; names those there are.
    """
    projects = await server.get("projects/")
    found = [p for p in projects if wanted is None or wanted in (str(p["id"]), p["title"])]
    found = [p for p in found if str(p["id"]) == wanted] or found
    if len(found) != 1:
        there = ", ".join(f"{p['id']} {p['title']!r}" for p in projects) or "none that this account may see"
        what = "several projects" if wanted is None else f"no project {wanted!r}"
        what = f"{len(found)} projects named {wanted!r}" if wanted is not None and found else what
        raise InvalidInput(f"{server.url} has {what if projects else 'no projects'}. Choose one by its id: {there}.")
    one: dict[str, Any] = found[0]
    return one


async def fetch_site(source: SourceProject) -> ExportPart:
    """Users, stacks and their groups, kinds of links, ids of labels, list of volumes."""
    stacks = await source.get("stacks")
    infos = await asyncio.gather(*(source.get(f"stack/{stack['id']}/info") for stack in stacks))
    group_ids = await _stack_groups(source, [stack["id"] for stack in stacks])
    groups = await asyncio.gather(*(source.get(f"stackgroup/{group}/info") for group in group_ids))
    types, labels, volumes = await asyncio.gather(
        source.get("connectors/types/"), source.get("labels/stats"), source.get("volumes/")
    )
    label_ids: dict[str, int] = {}
    for label_id, name, *_ in labels:
        label_ids[name] = min(label_id, label_ids.get(name, label_id))
    users = await source.server.get("user-list")
    volume_ids = sorted(row[volumes["columns"].index("id")] for row in volumes["data"])
    return {
        "users": users,
        "account": await _account(source.server) or min(user["id"] for user in users),
        "stacks": infos,
        "groups": groups,
        "relations": {kind["relation"]: kind["relation_id"] for kind in types},
        "labels": label_ids,
        "volumes": volume_ids,
        "volume_entities": await source.post("volumes/entities/", volume_ids=volume_ids) if volume_ids else {},
    }


async def _stack_groups(source: SourceProject, stack_ids: list[int]) -> list[int]:
    """Groups with one of these stacks; none where the server does not know groups."""
    try:
        answers = await asyncio.gather(*(source.get(f"stack/{stack_id}/groups") for stack_id in stack_ids))
    except NotFound:
        return []
    return sorted({group for answer in answers for group in answer["stack_group_ids"]})


async def _account(server: CatmaidServer) -> int | None:
    """Id of the account that reads; None if the server does not say."""
    try:
        account: int | None = (await server.get("accounts/login")).get("userid")
    except DomainError:
        return None
    return account


async def count_things(source: SourceProject) -> ExportPart:
    """How many neurons, annotations and annotated volumes the project has."""
    answers = {
        kind: await source.post("annotations/query-targets", types=[kind], range_start=0, range_length=1)
        for kind in ("neuron", "annotation", "volume")
    }
    return {kind: answer["totalRecords"] for kind, answer in answers.items()}


async def fetch_things(source: SourceProject, kind: str, start: int) -> ExportPart:
    """A page of neurons, annotations or volumes, with what they are annotated with."""
    answer = await source.post(
        "annotations/query-targets",
        types=[kind],
        range_start=start,
        range_length=PAGE,
        sort_by="id",
        with_annotations=True,
    )
    return {"kind": kind, "entities": answer["entities"]}


async def fetch_volume(source: SourceProject, volume_id: int) -> ExportPart:
    """A volume with its surface; empty if it is gone."""
    try:
        volume: ExportPart = await source.get(f"volumes/{volume_id}/")
    except NotFound:
        return {}
    return volume


async def fetch_lone_connectors(source: SourceProject, relations: Iterable[str]) -> ExportPart:
    """Connectors without links."""
    answer = await source.post("connectors/", without_relation_types=list(relations), with_tags=True)
    return {"connectors": answer["connectors"], "connector_tags": answer["tags"]}


async def fetch_skeletons(source: SourceProject, skeleton_ids: list[int]) -> ExportPart:
    """Some skeletons: nodes with who made them and reviewed them, tags, connectors and links; without those gone.

    The answers to several requests have to fit: where somebody edits meanwhile, all are asked for again. Raises
    `SourceError` if they never fit.
    """
    for attempt in range(_SKELETON_TRIES):
        await asyncio.sleep(attempt)
        details, linked = await asyncio.gather(
            _details(source, skeleton_ids),
            source.post("connectors/", skeleton_ids=skeleton_ids, with_tags=True, with_partners=True),
        )
        nodes = [[*node, int(skeleton)] for skeleton, detail in details.items() for node in detail[0]]
        infos = await asyncio.gather(
            *(
                source.post("node/user-info", node_ids=[node[0] for node in nodes[start : start + NODES_AT_ONCE]])
                for start in range(0, len(nodes), NODES_AT_ONCE)
            )
        )
        info = {node: told for answer in infos for node, told in answer.items()}
        wanted = set(skeleton_ids)
        links = [
            [connector, *link]
            for connector, partners in linked["partners"].items()
            for link in partners
            if link[2] in wanted
        ]
        if _fit(nodes, info, links, linked["connectors"]):
            return {
                "nodes": nodes,
                "info": info,
                "tags": {s: detail[2] for s, detail in details.items()},
                "connectors": linked["connectors"],
                "connector_tags": linked["tags"],
                "links": links,
            }
    raise SourceError(
        f"Skeletons {skeleton_ids[0]} to {skeleton_ids[-1]} change faster than they can be read. "
        "Start again later; what is here is kept."
    )


def _fit(nodes: list[list[Any]], info: ExportPart, links: list[list[Any]], connectors: list[list[Any]]) -> bool:
    """Whether parents, links and information belong to nodes and connectors that are there."""
    ids = {node[0] for node in nodes}
    known = {connector[0] for connector in connectors}
    return (
        all(node[1] is None or node[1] in ids for node in nodes)
        and all(str(i) in info for i in ids)
        and all(int(link[0]) in known and link[2] in ids for link in links)
    )


async def _details(source: SourceProject, skeleton_ids: list[int]) -> dict[str, Any]:
    """Nodes and tags of skeletons; one by one where the server refuses all together, as one is gone."""
    try:
        answer = await source.post("skeletons/compact-detail", skeleton_ids=skeleton_ids, with_tags=True)
    except (NotFound, SourceError):
        found = await asyncio.gather(*(_detail(source, skeleton_id) for skeleton_id in skeleton_ids))
        return {str(i): detail for i, detail in zip(skeleton_ids, found, strict=True) if detail is not None}
    details: dict[str, Any] = answer["skeletons"]
    return details


async def _detail(source: SourceProject, skeleton_id: int) -> Any:
    try:
        return await source.get(f"skeletons/{skeleton_id}/compact-detail", with_tags="true")
    except NotFound:
        return None
