"""Edits of treenodes, and of positions of connectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, TypeAlias

import msgspec

from catmaid_jupyter.api.errors import Conflict, InvalidInput, NotFound
from catmaid_jupyter.edits.base import (
    Applied,
    Confidence,
    Edit,
    JsonObject,
    Position,
    Restoration,
    counted,
    derived_key,
)
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.connectors import CreateLink
from catmaid_jupyter.edits.labels import SetLabels
from catmaid_jupyter.edits.site import (
    SeenNode,
    Site,
    Surroundings,
    neighbourhood_state,
    own_state,
    parent_state,
    state_of,
)
from catmaid_wire.forms import Form

PlacedNode: TypeAlias = tuple[int, float, float, float]
"""(id, x, y, z) of a treenode or connector, nm."""

Places: TypeAlias = Mapping[int, Position] | tuple[PlacedNode, ...] | None
"""Where nodes shall be: positions by id, or rows with the id first."""


class CreateTreenode(Edit[int], frozen=True):
    """Add a treenode and return its id; without a parent it is the root of a new skeleton and neuron.

    x, y, z, radius : nm in project space; radius -1 for none.
    neuron_id : the neuron that a new skeleton belongs to; None makes a new neuron.
    neuron_name : name of the neuron made for a new skeleton.
    """

    route: ClassVar[str] = "treenode/create"
    returns: ClassVar[str | None] = "treenode_id"
    node_fields: ClassVar[tuple[str, ...]] = ("parent_id",)

    x: float
    y: float
    z: float
    parent_id: int | None = None
    radius: float = -1.0
    confidence: Confidence = 5
    neuron_name: str | None = None
    neuron_id: int | None = None

    async def _apply(self, site: Site, key: str) -> Applied:
        state = self.state
        if state is None and self.parent_id is not None:
            state = parent_state((await site.nodes([self.parent_id])).treenode(self.parent_id))
        form: Form = {
            **_place(self),
            "parent_id": -1 if self.parent_id is None else self.parent_id,
            "useneuron": self.neuron_id,
            "neuron_name": self.neuron_name,
        }
        answer = await self._write(site, key, form, state)
        node_id = int(answer["treenode_id"])
        return Applied(
            answer=answer,
            text=f"add treenode {node_id}",
            inverse=(DeleteTreenode(node_id, only_if_alone=True),),
            times={node_id: answer["edition_time"]},
            position=(self.x, self.y, self.z),
        )


class InsertTreenode(Edit[int], frozen=True):
    """Put a treenode between a child and its parent and return its id.

    x, y, z, radius : nm in project space; radius -1 for none.
    other_child_ids : further children of the parent that move below the new node.
    """

    route: ClassVar[str] = "treenode/insert"
    returns: ClassVar[str | None] = "treenode_id"
    node_fields: ClassVar[tuple[str, ...]] = ("parent_id", "child_id", "other_child_ids")

    x: float
    y: float
    z: float
    parent_id: int
    child_id: int
    radius: float = -1.0
    confidence: Confidence = 5
    other_child_ids: tuple[int, ...] = ()

    async def _apply(self, site: Site, key: str) -> Applied:
        children, state = (self.child_id, *self.other_child_ids), self.state
        if state is None:
            seen = await site.nodes([self.parent_id, *children])
            state = parent_state(seen.treenode(self.parent_id), *(seen.treenode(child) for child in children))
        form: Form = {
            **_place(self),
            "parent_id": self.parent_id,
            "child_id": self.child_id,
            "takeover_child_ids": list(self.other_child_ids),
        }
        answer = await self._write(site, key, form, state)
        node_id = int(answer["treenode_id"])
        return Applied(
            answer=answer,
            text=f"insert treenode {node_id}",
            inverse=(DeleteTreenode(node_id),),
            times={node_id: answer["edition_time"], **dict(answer["child_edition_times"])},
            position=(self.x, self.y, self.z),
        )


class DeleteTreenode(Edit[JsonObject], frozen=True):
    """Remove a treenode; its children become children of its parent.

    only_if_alone : refuse with `Conflict` if the node has children or links.
    """

    route: ClassVar[str] = "treenode/delete"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    guard_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    only_if_alone: bool = False

    async def _apply(self, site: Site, key: str) -> Applied:
        try:
            seen = await site.around(self.treenode_id)
        except NotFound:
            if self.state is None:
                raise
            return await self._apply_unseen(site, key)
        node = seen.treenode(self.treenode_id)
        if self.only_if_alone and (seen.children(node.id) or seen.links_of(node.id)):
            raise Conflict(f"Treenode {node.id} has been continued or linked since.")
        name = None
        if node.parent_id is None and node.skeleton_id is not None:
            _, name = await site.neuron_of(node.skeleton_id)
        state = self.state or neighbourhood_state(node, seen)
        answer = await self._write(site, key, {"treenode_id": node.id}, state)
        return Applied(
            answer=answer,
            text=f"delete treenode {node.id}",
            inverse=(RestoreTreenode.of(node, seen, name),),
            times={int(child): time for child, time in answer["children"]},
            position=node.position,
        )

    async def _apply_unseen(self, site: Site, key: str) -> Applied:
        """Ask for the answer of an earlier attempt, which may have deleted the node; it cannot be taken back."""
        answer = await self._write(site, key, {"treenode_id": self.treenode_id}, self.state)
        return Applied(answer=answer, text=f"delete treenode {self.treenode_id}")


class RestoreTreenode(Restoration, frozen=True, kw_only=True):
    """Bring a deleted treenode back under a new id, with its children, links and labels."""

    node_fields: ClassVar[tuple[str, ...]] = ("parent_id", "child_ids", "links")
    guard_fields: ClassVar[tuple[str, ...]] = ("child_ids",)

    treenode_id: int
    x: float
    y: float
    z: float
    radius: float
    confidence: int
    parent_id: int | None
    child_ids: tuple[int, ...]
    links: tuple[tuple[int, str], ...]
    """(connector id, relation) of each link."""
    labels: tuple[str, ...]
    neuron_name: str | None

    @classmethod
    def of(cls, node: SeenNode, seen: Surroundings, neuron_name: str | None) -> RestoreTreenode:
        """The restoration of a treenode as it was seen."""
        links = ((connector.id, seen.relations[link.relation_id]) for connector, link in seen.links_of(node.id))
        return cls(
            treenode_id=node.id,
            x=node.x,
            y=node.y,
            z=node.z,
            radius=node.radius,
            confidence=node.confidence or 5,
            parent_id=node.parent_id,
            child_ids=tuple(child.id for child in seen.children(node.id)),
            links=tuple(links),
            labels=seen.labels.get(node.id, ()),
            neuron_name=neuron_name,
        )

    async def _apply(self, site: Site, key: str) -> Applied:
        made = await self._creation().apply(site, key)
        node_id = int(made.answer["treenode_id"])
        times = dict(made.times)
        for connector_id, relation in self.links:
            link = CreateLink(node_id, connector_id, relation)
            times |= (await link.apply(site, derived_key(key, f"link {connector_id} {relation}"))).times
        if self.labels:
            labels = SetLabels(node_id, self.labels, delete_existing=False)
            await labels.apply(site, derived_key(key, "labels"))
        return Applied(
            answer=made.answer,
            text=f"restore treenode {self.treenode_id}",
            times=times,
            position=made.position,
            replaces={self.treenode_id: node_id},
        )

    def _creation(self) -> Edit[int]:
        place = _place(self)
        if self.child_ids and self.parent_id is not None:
            child_id, *others = self.child_ids
            return InsertTreenode(**place, parent_id=self.parent_id, child_id=child_id, other_child_ids=tuple(others))
        return CreateTreenode(**place, parent_id=self.parent_id, neuron_name=self.neuron_name)


class MoveNodes(Edit[JsonObject], frozen=True):
    """Move treenodes and connectors, each given as id to (x, y, z), nm, or as a row (id, x, y, z)."""

    route: ClassVar[str] = "node/update"

    treenodes: Places = ()
    connectors: Places = ()

    @property
    def guards(self) -> frozenset[int]:
        """Nodes that nobody else may have changed: all that move."""
        return frozenset(row[0] for row in (*_rows(self.treenodes), *_rows(self.connectors)))

    def renamed(self, replaces: Mapping[int, int]) -> MoveNodes:
        """The same edit where nodes have other ids."""
        treenodes, connectors = (
            tuple((replaces.get(node, node), x, y, z) for node, x, y, z in _rows(places))
            for places in (self.treenodes, self.connectors)
        )
        return MoveNodes(treenodes, connectors, state=self.state)

    async def _apply(self, site: Site, key: str) -> Applied:
        treenodes, connectors, state = _rows(self.treenodes), _rows(self.connectors), self.state
        rows = (*treenodes, *connectors)
        if not rows:
            raise InvalidInput("No nodes to move were given.")
        if state is None:
            seen = await site.nodes([row[0] for row in treenodes], [row[0] for row in connectors])
            found = [seen.treenode(row[0]) for row in treenodes]
            state = state_of(found + [seen.connector(row[0]) for row in connectors])
        answer = await self._write(site, key, {"t": treenodes, "c": connectors}, state)
        old_treenodes, old_connectors = answer["old_treenodes"] or [], answer["old_connectors"] or []
        back = MoveNodes(
            treenodes=tuple((row[0], *row[2:5]) for row in old_treenodes),
            connectors=tuple((row[0], *row[2:5]) for row in old_connectors),
        )
        return Applied(
            answer=answer,
            text=f"move {counted(rows, 'node')}",
            inverse=(back,),
            times={row[0]: row[1] for row in (*old_treenodes, *old_connectors)},
            position=rows[0][1:],
        )


class SetRadius(Edit[JsonObject], frozen=True):
    """Set the radius of a treenode, nm, below 0 for none.

    option : which further nodes get it: 0 none, 1 those to the next branch or end, 2 to the previous branch,
        3 to the previous node with a radius, 4 to the root, 5 all nodes.
    """

    route: ClassVar[str] = "treenode/{treenode_id}/radius"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    guard_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    radius: float
    option: Annotated[int, msgspec.Meta(ge=0, le=5)] = 0

    async def _apply(self, site: Site, key: str) -> Applied:
        state = self.state or own_state((await site.nodes([self.treenode_id])).treenode(self.treenode_id))
        answer = await self._write(site, key, {"radius": self.radius, "option": self.option}, state)
        changed = answer["updated_nodes"]
        return Applied(
            answer=answer,
            text=f"set the radius of {counted(changed, 'treenode')}",
            inverse=tuple(SetRadius(int(node), value["old"]) for node, value in changed.items()),
            times={int(node): value["edition_time"] for node, value in changed.items()},
        )


class SetConfidence(Edit[JsonObject], frozen=True):
    """Set the confidence (1 to 5) of a treenode's edge to its parent, or of its links to connectors.

    to_connector : True for the links.
    """

    route: ClassVar[str] = "treenodes/{treenode_id}/confidence"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)

    treenode_id: int
    confidence: Confidence
    to_connector: bool = False

    @property
    def guards(self) -> frozenset[int]:
        """Nodes that nobody else may have changed: the treenode, whose row a change of its edge alters."""
        return frozenset() if self.to_connector else frozenset({self.treenode_id})

    async def _apply(self, site: Site, key: str) -> Applied:
        state = self.state or own_state((await site.nodes([self.treenode_id])).treenode(self.treenode_id))
        form: Form = {"new_confidence": self.confidence, "to_connector": self.to_connector}
        answer = await self._write(site, key, form, state)
        partners = list(answer["updated_partners"].values())
        before = {partner["old_confidence"] for partner in partners}
        back: tuple[Edit[Any], ...] = ()
        # Several links may have had several confidences, which one request cannot restore.
        if len(before) == 1 and before <= {1, 2, 3, 4, 5}:
            back = (SetConfidence(self.treenode_id, before.pop(), self.to_connector),)
        times: dict[int, str] = {}
        if partners and not self.to_connector:
            times[self.treenode_id] = partners[0]["edition_time"]
        text = f"set the confidence of treenode {self.treenode_id}"
        return Applied(answer=answer, text=text, inverse=back, times=times)


class NodeCalls(EditCalls):
    """The edits of this module as calls."""

    create_treenode = EditCall(CreateTreenode)
    insert_treenode = EditCall(InsertTreenode)
    delete_treenode = EditCall(DeleteTreenode)
    move_nodes = EditCall(MoveNodes)
    set_radius = EditCall(SetRadius)
    set_confidence = EditCall(SetConfidence)


def _place(new: CreateTreenode | InsertTreenode | RestoreTreenode) -> dict[str, Any]:
    return {name: getattr(new, name) for name in ("x", "y", "z", "radius", "confidence")}


def _rows(places: Places) -> tuple[PlacedNode, ...]:
    if isinstance(places, Mapping):
        return tuple((node, *position) for node, position in places.items())
    return places or ()
