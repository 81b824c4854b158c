"""Trace small arbors over HTTP, and read them back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from catmaid_server.db.store import Store
from tests.helpers.service import Actor, Service

UNCHECKED = json.dumps({"nocheck": True})


@dataclass(frozen=True)
class Node:
    """One treenode as the store has it."""

    id: int
    parent_id: int | None
    skeleton_id: int
    place: tuple[float, float, float]
    radius: float
    confidence: int
    edition_time: Any = field(compare=False)


@dataclass
class Tracer:
    """A user who traces in one project."""

    actor: Actor
    store: Store
    project_id: int

    @classmethod
    def of(cls, service: Service, actor: Actor | None = None) -> Tracer:
        return cls(actor or service.tracer, service.store, service.project_id)

    async def post(self, path: str, **form: object) -> Any:
        return await self.actor.post(f"/{self.project_id}/{path}", **form)

    async def get(self, path: str, **query: object) -> Any:
        return await self.actor.get(f"/{self.project_id}/{path}", **query)

    async def refused(self, path: str, **form: object) -> tuple[int, dict[str, object]]:
        return await self.actor.refused(f"/{self.project_id}/{path}", **form)

    async def node(self, parent_id: int = -1, x: float = 0, y: float = 0, z: float = 0, **form: object) -> int:
        made = await self.post(
            "treenode/create",
            parent_id=parent_id,
            x=x,
            y=y,
            z=z,
            **{"state": UNCHECKED, "confidence": 5, "radius": -1} | form,
        )
        return int(made["treenode_id"])

    async def chain(self, length: int, *, y: float = 0) -> list[int]:
        """A straight skeleton along x, 10 nm from node to node; confidences 1 to 5 as they come."""
        nodes: list[int] = []
        for index in range(length):
            nodes.append(await self.node(nodes[-1] if nodes else -1, 10 * index, y, confidence=index % 5 + 1))
        return nodes

    async def connector(self, treenode_id: int, relation: str = "presynaptic_to") -> int:
        """A new connector, linked to a node."""
        made = await self.post("connector/create", x=1, y=2, z=3)
        connector_id = int(made["connector_id"])
        await self.post("link/create", from_id=treenode_id, to_id=connector_id, link_type=relation, state=UNCHECKED)
        return connector_id

    async def label(self, treenode_id: int, *names: str) -> None:
        await self.post(f"label/treenode/{treenode_id}/update", tags=",".join(names))

    async def annotate(self, skeleton_id: int, *names: str) -> None:
        await self.post(
            "annotations/add",
            **{f"annotations[{i}]": name for i, name in enumerate(names)},
            **{"skeleton_ids[0]": skeleton_id},
        )

    async def annotations(self, skeleton_id: int) -> dict[str, int]:
        """Annotator by annotation name."""
        found = await self.rows(
            "SELECT a.name, l.user_id FROM skeleton s"
            "  JOIN annotation_link l ON l.neuron_id = s.neuron_id"
            "  JOIN annotation a ON a.id = l.annotation_id WHERE s.id = %s",
            skeleton_id,
        )
        return dict(found)

    async def skeleton_of(self, treenode_id: int) -> int:
        return (await self.nodes([treenode_id]))[treenode_id].skeleton_id

    async def nodes(self, treenode_ids: list[int]) -> dict[int, Node]:
        """Those of these nodes that exist."""
        found = await self.rows(
            "SELECT id, parent_id, skeleton_id, x, y, z, radius, confidence, edition_time"
            "  FROM treenode WHERE id = ANY (%s)",
            treenode_ids,
        )
        return {
            node_id: Node(node_id, parent_id, skeleton_id, (x, y, z), radius, confidence, edition_time)
            for node_id, parent_id, skeleton_id, x, y, z, radius, confidence, edition_time in found
        }

    async def parents(self, treenode_ids: list[int]) -> dict[int, int | None]:
        return {node.id: node.parent_id for node in (await self.nodes(treenode_ids)).values()}

    async def cable_length(self, skeleton_id: int) -> float:
        """As the summary has it; nm."""
        found = await self.rows("SELECT cable_length FROM skeleton_summary WHERE skeleton_id = %s", skeleton_id)
        return float(found[0][0])

    async def rows(self, query: Any, *values: object) -> list[tuple[Any, ...]]:
        async with self.store.reading() as connection:
            return await (await connection.execute(query, values)).fetchall()
