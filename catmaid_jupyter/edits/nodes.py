"""Edits of treenodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec

from catmaid_jupyter.api.errors import Conflict, InvalidInput
from catmaid_jupyter.edits.base import Applied, Edit, derived_key
from catmaid_jupyter.edits.connectors import CreateLink
from catmaid_jupyter.edits.labels import SetLabels
from catmaid_jupyter.edits.site import Site, neighbourhood_state, own_state, parent_state, state_of
from catmaid_wire.forms import Form

Confidence = Annotated[int, msgspec.Meta(ge=1, le=5)]
Location = tuple[int, float, float, float]


class CreateTreenode(Edit, frozen=True, kw_only=True):
    """Add a treenode: to a parent, or as the root of a new skeleton and neuron.

    neuron_id : neuron that a new skeleton belongs to.
    neuron_name : name of the neuron made for a new skeleton.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("parent_id",)

    x: float
    y: float
    z: float
    parent_id: int | None = None
    radius: float = -1.0
    confidence: Confidence = 5
    neuron_id: int | None = None
    neuron_name: str | None = None

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        if state is None and self.parent_id is not None:
            state = parent_state((await site.nodes([self.parent_id])).treenode(self.parent_id))
        form: Form = {
            **_place(self.x, self.y, self.z, self.radius, self.confidence),
            "parent_id": -1 if self.parent_id is None else self.parent_id,
            "useneuron": self.neuron_id,
            "neuron_name": self.neuron_name,
        }
        answer = await site.write("treenode/create", form, state=state, key=key)
        node_id = int(answer["treenode_id"])
        return Applied(
            answer=answer,
            text=f"add treenode {node_id}",
            inverse=(DeleteTreenode(treenode_id=node_id, only_if_alone=True),),
            times={node_id: answer["edition_time"]},
            position=(self.x, self.y, self.z),
        )


class InsertTreenode(Edit, frozen=True, kw_only=True):
    """Put a treenode between a child and its parent.

    other_child_ids : further children of the parent that move below the new node.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("parent_id", "child_id", "other_child_ids")

    x: float
    y: float
    z: float
    parent_id: int
    child_id: int
    radius: float = -1.0
    confidence: Confidence = 5
    other_child_ids: tuple[int, ...] = ()

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        children = (self.child_id, *self.other_child_ids)
        if state is None:
            seen = await site.nodes([self.parent_id, *children])
            state = parent_state(seen.treenode(self.parent_id), *(seen.treenode(child) for child in children))
        form: Form = {
            **_place(self.x, self.y, self.z, self.radius, self.confidence),
            "parent_id": self.parent_id,
            "child_id": self.child_id,
            "takeover_child_ids": list(self.other_child_ids),
        }
        answer = await site.write("treenode/insert", form, state=state, key=key)
        node_id = int(answer["treenode_id"])
        return Applied(
            answer=answer,
            text=f"insert treenode {node_id}",
            inverse=(DeleteTreenode(treenode_id=node_id),),
            times={node_id: answer["edition_time"], **dict(answer["child_edition_times"])},
            position=(self.x, self.y, self.z),
        )


class DeleteTreenode(Edit, frozen=True, kw_only=True):
    """Remove a treenode; its children hang on its parent afterwards.

    only_if_alone : refuse with `Conflict` if the node has children or links.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    only_if_alone: bool = False

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset({self.treenode_id})

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        seen = await site.around(self.treenode_id)
        node = seen.treenode(self.treenode_id)
        children, links = seen.children(node.id), seen.links_of(node.id)
        if self.only_if_alone and (children or links):
            raise Conflict(f"Treenode {node.id} has been continued or linked since.")
        name = None
        if node.parent_id is None and node.skeleton_id is not None:
            _, name = await site.neuron_of(node.skeleton_id)
        form: Form = {"treenode_id": node.id}
        answer = await site.write("treenode/delete", form, state=state or neighbourhood_state(node, seen), key=key)
        times = {int(child): time for child, time in answer["children"]}
        restore = RestoreTreenode(
            treenode_id=node.id,
            x=node.x,
            y=node.y,
            z=node.z,
            radius=node.radius,
            confidence=node.confidence or 5,
            parent_id=node.parent_id,
            child_ids=tuple(child.id for child in children),
            links=tuple((connector.id, seen.relations[link.relation_id]) for connector, link in links),
            labels=seen.labels.get(node.id, ()),
            neuron_name=name,
        )
        text = f"delete treenode {node.id}"
        return Applied(answer=answer, text=text, inverse=(restore,), times=times, position=node.position)


class RestoreTreenode(Edit, frozen=True, kw_only=True):
    """Bring a deleted treenode back under a new id, with its children, links and labels."""

    node_fields: ClassVar[tuple[str, ...]] = ("parent_id", "child_ids", "links")

    treenode_id: int
    x: float
    y: float
    z: float
    radius: float
    confidence: int
    parent_id: int | None
    child_ids: tuple[int, ...]
    links: tuple[tuple[int, str], ...]
    labels: tuple[str, ...]
    neuron_name: str | None

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset(self.child_ids)

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        made = await self._node().apply(site, state, key)
        node_id = int(made.answer["treenode_id"])
        times = dict(made.times)
        for connector_id, relation in self.links:
            link = CreateLink(treenode_id=node_id, connector_id=connector_id, relation=relation)
            times |= (await link.apply(site, None, derived_key(key, f"link {connector_id} {relation}"))).times
        if self.labels:
            labels = SetLabels(node_id=node_id, labels=self.labels, delete_existing=False)
            await labels.apply(site, None, derived_key(key, "labels"))
        return Applied(
            answer=made.answer,
            text=f"restore treenode {self.treenode_id}",
            times=times,
            position=made.position,
            replaces={self.treenode_id: node_id},
        )

    def _node(self) -> Edit:
        place = {name: getattr(self, name) for name in ("x", "y", "z", "radius", "confidence")}
        if self.child_ids and self.parent_id is not None:
            return InsertTreenode(
                **place, parent_id=self.parent_id, child_id=self.child_ids[0], other_child_ids=self.child_ids[1:]
            )
        return CreateTreenode(**place, parent_id=self.parent_id, neuron_name=self.neuron_name)


class MoveNodes(Edit, frozen=True, kw_only=True):
    """Move treenodes and connectors, each given as (id, x, y, z)."""

    treenodes: tuple[Location, ...] = ()
    connectors: tuple[Location, ...] = ()

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset(row[0] for row in self.treenodes + self.connectors)

    def renamed(self, replaces: Mapping[int, int]) -> Edit:  # noqa: D102
        return MoveNodes(
            treenodes=tuple((replaces.get(row[0], row[0]), *row[1:]) for row in self.treenodes),
            connectors=tuple((replaces.get(row[0], row[0]), *row[1:]) for row in self.connectors),
        )

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        treenode_ids = [row[0] for row in self.treenodes]
        connector_ids = [row[0] for row in self.connectors]
        if not treenode_ids and not connector_ids:
            raise InvalidInput("No nodes to move were given.")
        if state is None:
            seen = await site.nodes(treenode_ids, connector_ids)
            found = [seen.treenode(node) for node in treenode_ids]
            state = state_of(found + [seen.connector(node) for node in connector_ids])
        form: Form = {"t": self.treenodes, "c": self.connectors}
        answer = await site.write("node/update", form, state=state, key=key)
        old_treenodes = answer["old_treenodes"] or []
        old_connectors = answer["old_connectors"] or []
        moved = len(treenode_ids) + len(connector_ids)
        back = MoveNodes(
            treenodes=tuple((row[0], *row[2:5]) for row in old_treenodes),
            connectors=tuple((row[0], *row[2:5]) for row in old_connectors),
        )
        return Applied(
            answer=answer,
            text=f"move {moved} node{'s'[: moved != 1]}",
            inverse=(back,),
            times={row[0]: row[1] for row in (*old_treenodes, *old_connectors)},
            position=(*self.treenodes, *self.connectors)[0][1:],
        )


class SetRadius(Edit, frozen=True, kw_only=True):
    """Set the radius of a treenode, nm, below 0 for none.

    option : CATMAID's choice of further nodes: 0 this node only, 1 to the next branch or end, 2 to the
        previous branch, 3 to the previous node with a radius, 4 to the root, 5 all nodes.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    radius: float
    option: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset({self.treenode_id})

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        if state is None:
            state = own_state((await site.nodes([self.treenode_id])).treenode(self.treenode_id))
        form: Form = {"radius": self.radius, "option": self.option}
        answer = await site.write(f"treenode/{self.treenode_id}/radius", form, state=state, key=key)
        changed = answer["updated_nodes"]
        back = tuple(SetRadius(treenode_id=int(node), radius=value["old"]) for node, value in changed.items())
        return Applied(
            answer=answer,
            text=f"set the radius of {len(changed)} treenode{'s'[: len(changed) != 1]}",
            inverse=back,
            times={int(node): value["edition_time"] for node, value in changed.items()},
        )


class SetConfidence(Edit, frozen=True, kw_only=True):
    """Set the confidence (1 to 5) of a treenode's edge to its parent, or of its links to connectors."""

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    confidence: Confidence
    to_connector: bool = False

    @property
    def guards(self) -> frozenset[int]:  # noqa: D102
        return frozenset() if self.to_connector else frozenset({self.treenode_id})

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        if state is None:
            state = own_state((await site.nodes([self.treenode_id])).treenode(self.treenode_id))
        form: Form = {"new_confidence": self.confidence, "to_connector": self.to_connector}
        answer = await site.write(f"treenodes/{self.treenode_id}/confidence", form, state=state, key=key)
        partners = list(answer["updated_partners"].values())
        before = {partner["old_confidence"] for partner in partners}
        back: tuple[Edit, ...] = ()
        # Several links may have had several confidences, which one request cannot restore.
        if len(before) == 1 and before <= {1, 2, 3, 4, 5}:
            back = (msgspec.structs.replace(self, confidence=before.pop()),)
        times: dict[int, str] = {}
        if partners and not self.to_connector:
            times[self.treenode_id] = partners[0]["edition_time"]
        text = f"set the confidence of treenode {self.treenode_id}"
        return Applied(answer=answer, text=text, inverse=back, times=times)


def _place(x: float, y: float, z: float, radius: float, confidence: int) -> dict[str, float]:
    return {"x": x, "y": y, "z": z, "radius": radius, "confidence": confidence}
