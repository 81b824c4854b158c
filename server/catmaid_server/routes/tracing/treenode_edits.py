"""Create, insert, delete and change treenodes."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing import radii, treenodes
from catmaid_server.domain.tracing.links import NewLink
from catmaid_server.domain.tracing.locks import lock_node
from catmaid_server.domain.tracing.radii import RadiusChange, Reach
from catmaid_server.domain.tracing.states import State
from catmaid_server.domain.tracing.treenodes import Created
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class CreateTreenode(msgspec.Struct, kw_only=True):
    """Where, on which parent (-1: a new skeleton), and for a new skeleton of which neuron (-1: a new one)."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    radius: float = 0.0
    confidence: int = 0
    parent_id: int = -1
    useneuron: int = -1
    neuron_name: str | None = None
    links: list[NewLink] = []
    state: str | None = None


class TreenodeMade(TypedDict):
    """The new treenode."""

    treenode_id: int
    skeleton_id: int
    edition_time: Instant
    parent_edition_time: Instant | None
    created_links: list[tuple[int, Instant]]
    """Link id and edition time."""


@routes.any("/{project_id}/treenode/create", needs=Permission.ANNOTATE, label="treenodes.create")
async def create_treenode(call: Call, form: CreateTreenode) -> TreenodeMade:
    """Add a treenode to a parent, or begin a new skeleton."""
    place: dict[str, Any] = {
        "x": form.x,
        "y": form.y,
        "z": form.z,
        "radius": form.radius,
        "confidence": min(max(form.confidence, 0), 5),
    }
    if form.parent_id != -1:
        created = await treenodes.create_child(
            call.tx, call.user, call.project_id, form.parent_id, State(form.state), links=form.links, **place
        )
    else:
        created = await treenodes.create_root(
            call.tx,
            call.user,
            call.project_id,
            links=form.links,
            neuron_name=form.neuron_name,
            neuron_id=None if form.useneuron == -1 else form.useneuron,
            **place,
        )
    return _created(created)


class InsertTreenode(CreateTreenode, kw_only=True):
    """As for `create`, and the child that the new node goes before."""

    parent_id: int
    child_id: int
    takeover_child_ids: list[int] = []


class TreenodeInserted(TreenodeMade):
    """The new treenode, and when its children were edited."""

    child_edition_times: list[tuple[int, Instant]]


@routes.post("/{project_id}/treenode/insert", needs=Permission.ANNOTATE, label="treenodes.insert")
async def insert_treenode(call: Call, form: InsertTreenode) -> TreenodeInserted:
    """Put a treenode between a parent and its child."""
    created = await treenodes.insert_on_edge(
        call.tx,
        call.user,
        call.project_id,
        form.parent_id,
        form.child_id,
        State(form.state),
        x=form.x,
        y=form.y,
        z=form.z,
        radius=form.radius,
        confidence=min(max(form.confidence, 0), 5),
        takeover_child_ids=form.takeover_child_ids,
        links=form.links,
    )
    return {**_created(created), "child_edition_times": _times(created.child_edition_times)}


class DeleteTreenode(msgspec.Struct, kw_only=True):
    """Which treenode, and its neighbourhood as the caller saw it."""

    treenode_id: int
    state: str | None = None


class TreenodeDeleted(TypedDict):
    """The treenode as it was, for who wants to make it again; nm."""

    x: float
    y: float
    z: float
    parent_id: int | None
    children: list[tuple[int, Instant]]
    links: list[list[int]]
    """Link, relation id, connector, confidence."""
    radius: float
    confidence: int
    skeleton_id: int
    deleted_neuron: bool
    """Whether it was the only node of its neuron."""
    success: str


@routes.post("/{project_id}/treenode/delete", needs=Permission.ANNOTATE, label="treenodes.remove")
async def delete_treenode(call: Call, form: DeleteTreenode) -> TreenodeDeleted:
    """Delete a treenode and connect its children to its parent."""
    gone = await treenodes.delete_treenode(
        call.tx, call.user, call.project_id, form.treenode_id, form.state, knows_links=not call.from_viewer
    )
    node = gone.node
    return {
        "x": node.x,
        "y": node.y,
        "z": node.z,
        "parent_id": node.parent_id,
        "children": _times(gone.children),
        "links": [[link.id, link.relation_id, link.connector_id, link.confidence] for link in gone.links],
        "radius": node.radius,
        "confidence": node.confidence,
        "skeleton_id": node.skeleton_id,
        "deleted_neuron": gone.deleted_neuron,
        "success": "Removed treenode successfully.",
    }


class SetRadius(msgspec.Struct, kw_only=True):
    """New radius (nm), and how far along the arbor it holds."""

    radius: float = -1.0
    option: int = 0
    state: str | None = None


class ChangedRadius(TypedDict):
    """A radius before and after, nm."""

    old: float
    new: float
    edition_time: Instant
    skeleton_id: int


class RadiusSet(TypedDict):
    """By treenode what changed, and the new radius (nm)."""

    success: bool
    updated_nodes: dict[int, ChangedRadius]
    new_radius: float


@routes.post("/{project_id}/treenode/{treenode_id}/radius", needs=Permission.ANNOTATE, label="treenodes.update_radius")
async def set_radius(call: Call, form: SetRadius) -> RadiusSet:
    """Set the radius of a treenode or of a stretch from it on."""
    if form.option not in set(Reach):
        raise InvalidInput(f"Unknown option {form.option}: 0 to 5 are known.")
    reach = Reach(form.option)
    node = await lock_node(call.tx, call.project_id, call.path["treenode_id"], whole_skeleton=reach is not Reach.NODE)
    State(form.state).require_node(node.edition_time)
    ids = await radii.reached(call.tx, node, reach)
    changed = await radii.set_radius(call.tx, call.user, call.project_id, dict.fromkeys(ids, form.radius))
    return {"success": True, "updated_nodes": _changed_radii(changed), "new_radius": form.radius}


class SetRadii(msgspec.Struct, kw_only=True):
    """New radius (nm) by treenode id."""

    treenode_ids: list[int] = []
    treenode_radii: list[float] = []
    state: str | None = None


class RadiiSet(TypedDict):
    """By treenode what changed."""

    success: bool
    updated_nodes: dict[int, ChangedRadius]


@routes.post("/{project_id}/treenodes/radius", needs=Permission.ANNOTATE, label="treenodes.update_radius")
async def set_radii(call: Call, form: SetRadii) -> RadiiSet:
    """Set the radii of several treenodes."""
    if not form.treenode_ids or len(form.treenode_ids) != len(form.treenode_radii):
        raise InvalidInput("Send treenode_ids and as many treenode_radii.")
    wanted = dict(zip(form.treenode_ids, form.treenode_radii, strict=True))
    changed = await radii.set_radius(call.tx, call.user, call.project_id, wanted, State(form.state))
    return {"success": True, "updated_nodes": _changed_radii(changed)}


class SetConfidence(msgspec.Struct, kw_only=True):
    """How sure, from 1 to 5; of the edge to the parent, or of links to connectors."""

    new_confidence: int = 0
    """Does not matter where `partner_confidences` are given."""
    to_connector: bool = False
    partner_ids: list[int] = []
    """Connectors whose links alone are changed; none for all."""
    partner_confidences: list[int] = []
    """How sure one is of the links to each of `partner_ids`; none for `new_confidence`."""
    state: str | None = None

    def of_connectors(self) -> dict[int, int] | None:
        """By connector the confidence of the links to it; `None` if no connectors are named."""
        if not self.partner_ids:
            return None
        confidences = self.partner_confidences or [self.new_confidence] * len(self.partner_ids)
        if len(confidences) != len(self.partner_ids):
            raise InvalidInput("There have to be as many partner_confidences as partner_ids.")
        return dict(zip(self.partner_ids, confidences, strict=True))


class FormerConfidence(TypedDict):
    """What it was before."""

    edition_time: Instant
    old_confidence: int


class ConfidenceSet(TypedDict):
    """By parent or connector what changed."""

    message: str
    updated_partners: dict[int, FormerConfidence]


@routes.post(
    "/{project_id}/treenodes/{treenode_id}/confidence", needs=Permission.ANNOTATE, label="treenodes.update_confidence"
)
async def set_confidence(call: Call, form: SetConfidence) -> ConfidenceSet:
    """Set the confidence of an edge or of links."""
    of_connectors = form.of_connectors()
    for confidence in [form.new_confidence] if of_connectors is None else of_connectors.values():
        if not 1 <= confidence <= 5:
            raise InvalidInput(f"Confidence is 1 to 5, not {confidence}.")
    changed = await treenodes.set_confidence(
        call.tx,
        call.user,
        call.project_id,
        call.path["treenode_id"],
        form.new_confidence,
        State(form.state),
        to_connector=form.to_connector,
        of_connectors=of_connectors,
    )
    return {
        "message": "success",
        "updated_partners": {
            partner: {"edition_time": milliseconds(time), "old_confidence": old}
            for partner, (time, old) in changed.items()
        },
    }


class SetParent(msgspec.Struct, kw_only=True):
    """The new parent, in the same skeleton."""

    parent_id: int
    state: str | None = None


class ParentSet(TypedDict):
    """The treenode and its new parent."""

    success: bool
    node_id: int
    parent_id: int
    skeleton_id: int


@routes.post("/{project_id}/treenodes/{treenode_id}/parent", needs=Permission.ANNOTATE, label="treenodes.update_parent")
async def set_parent(call: Call, form: SetParent) -> ParentSet:
    """Hang a treenode on another one of its skeleton."""
    skeleton_id = await treenodes.set_parent(
        call.tx, call.user, call.project_id, call.path["treenode_id"], form.parent_id, State(form.state)
    )
    return {
        "success": True,
        "node_id": call.path["treenode_id"],
        "parent_id": form.parent_id,
        "skeleton_id": skeleton_id,
    }


def _created(created: Created) -> TreenodeMade:
    parent_time = created.parent_edition_time
    return {
        "treenode_id": created.treenode_id,
        "skeleton_id": created.skeleton_id,
        "edition_time": milliseconds(created.edition_time),
        "parent_edition_time": None if parent_time is None else milliseconds(parent_time),
        "created_links": [(link.id, milliseconds(link.edition_time)) for link in created.created_links],
    }


def _changed_radii(changes: list[RadiusChange]) -> dict[int, ChangedRadius]:
    return {
        change.treenode_id: {
            "old": change.old_radius,
            "new": change.new_radius,
            "edition_time": milliseconds(change.edition_time),
            "skeleton_id": change.skeleton_id,
        }
        for change in changes
    }


def _times(pairs: list[tuple[int, datetime]]) -> list[tuple[int, str]]:
    return [(node_id, milliseconds(time)) for node_id, time in pairs]
