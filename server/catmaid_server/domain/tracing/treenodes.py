"""Create, insert, delete and change treenodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_edit, require_editable_neuron, require_unlocked
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation.neuron_info import require_neuron
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import log
from catmaid_server.domain.tracing import lifecycle, sampler_upkeep
from catmaid_server.domain.tracing.insertion_authors import insertion_author
from catmaid_server.domain.tracing.links import NewConnectorLink, NewLink, add_link
from catmaid_server.domain.tracing.locks import Node, lock_connectors, lock_node, lock_skeletons
from catmaid_server.domain.tracing.neuron_names import numbered_name
from catmaid_server.domain.tracing.states import State

sql = load("tracing/treenodes")


@dataclass(frozen=True, slots=True)
class Created:
    """A new treenode, and what else became new with it."""

    treenode_id: int
    skeleton_id: int
    edition_time: datetime
    parent_edition_time: datetime | None
    child_edition_times: list[tuple[int, datetime]]
    created_links: list[NewConnectorLink]


@dataclass(frozen=True, slots=True)
class TreenodeLink:
    """A link of a treenode to a connector."""

    id: int
    relation_id: int
    connector_id: int
    confidence: int
    edition_time: datetime


@dataclass(frozen=True, slots=True)
class Deleted:
    """A treenode that is gone, with all that an undo needs."""

    node: Node
    children: list[tuple[int, datetime]]
    links: list[TreenodeLink]
    deleted_neuron: bool


async def create_child(
    tx: Connection,
    user: User,
    project_id: int,
    parent_id: int,
    state: State,
    *,
    x: float,
    y: float,
    z: float,
    radius: float,
    confidence: int,
    links: Sequence[NewLink] = (),
) -> Created:
    """Append a treenode to another one. Coordinates and radius in nm."""
    await lock_connectors(tx, project_id, [link[0] for link in links])
    parent = await lock_node(tx, project_id, parent_id)
    state.require_parent(await _seen_times(tx, project_id, state, parent))
    await require_unlocked(tx, user, parent.neuron_id)
    row = await _one(
        tx,
        sql.create_child,
        {
            "project_id": project_id,
            "skeleton_id": parent.skeleton_id,
            "parent_id": parent_id,
            "parent_x": parent.x,
            "parent_y": parent.y,
            "parent_z": parent.z,
            "x": x,
            "y": y,
            "z": z,
            "radius": radius,
            "confidence": confidence,
            "user_id": user.id,
            "editor_id": user.id,
            "creation_time": None,
        },
    )
    created_links = await _create_links(tx, user, project_id, row[0], parent.skeleton_id, links)
    return Created(row[0], parent.skeleton_id, row[1], parent.edition_time, [], created_links)


async def _seen_times(tx: Connection, project_id: int, state: State, parent: Node) -> dict[int, datetime]:
    """Edition times of the actual parent and of the node that the state calls so."""
    times = {parent.id: parent.edition_time}
    named = None if state.off else state.parent_id()
    if named is not None and named not in times:
        times |= await edition_times(tx, project_id, [named])
    return times


async def create_root(
    tx: Connection,
    user: User,
    project_id: int,
    *,
    x: float,
    y: float,
    z: float,
    radius: float,
    confidence: int,
    neuron_id: int | None = None,
    neuron_name: str | None = None,
    links: Sequence[NewLink] = (),
) -> Created:
    """Begin a new skeleton, of an existing neuron or of a new one, whose name may count up (`{n}`)."""
    await lock_connectors(tx, project_id, [link[0] for link in links])
    if neuron_id is not None:
        await require_neuron(tx, project_id, neuron_id)
        await require_unlocked(tx, user, neuron_id)
    else:
        name = await numbered_name(tx, project_id, neuron_name) if neuron_name else None
        neuron_id = await lifecycle.create_neuron(tx, project_id, user.id, name=name)
    skeleton_id = await lifecycle.create_skeleton(tx, project_id, neuron_id, user.id)
    row = await _one(
        tx,
        sql.create_root,
        {
            "project_id": project_id,
            "skeleton_id": skeleton_id,
            "x": x,
            "y": y,
            "z": z,
            "radius": radius,
            "confidence": confidence,
            "user_id": user.id,
        },
    )
    await log.add(
        tx, project_id, user.id, "create_neuron", (x, y, z), f"Create neuron {neuron_id} and skeleton {skeleton_id}"
    )
    created_links = await _create_links(tx, user, project_id, row[0], skeleton_id, links)
    return Created(row[0], skeleton_id, row[1], None, [], created_links)


async def insert_on_edge(
    tx: Connection,
    user: User,
    project_id: int,
    parent_id: int,
    child_id: int,
    state: State,
    *,
    x: float,
    y: float,
    z: float,
    radius: float,
    confidence: int,
    takeover_child_ids: Sequence[int] = (),
    links: Sequence[NewLink] = (),
) -> Created:
    """Put a treenode between a parent and its child; it may take over other children of the parent, too.

    In a neuron that is locked against the user, only on the edge itself (`insertion_authors`).
    """
    await lock_connectors(tx, project_id, [link[0] for link in links])
    parent = await lock_node(tx, project_id, parent_id, whole_skeleton=True)
    taken = list(dict.fromkeys([child_id, *takeover_child_ids]))
    children = await _locked_children(tx, parent_id)
    strangers = [child for child in taken if child not in children]
    if strangers:
        raise InvalidInput(f"Treenode {strangers[0]} is not a child of treenode {parent_id}.")
    if not state.off:
        state.require_upper_end(parent.edition_time, await _seen_times(tx, project_id, state, parent))
        state.require_children(children.items())
    author_id, creation_time = await insertion_author(tx, user, parent, taken, (x, y, z))
    row = await _one(
        tx,
        sql.create_child,
        {
            "project_id": project_id,
            "skeleton_id": parent.skeleton_id,
            "parent_id": parent_id,
            "parent_x": parent.x,
            "parent_y": parent.y,
            "parent_z": parent.z,
            "x": x,
            "y": y,
            "z": z,
            "radius": radius,
            "confidence": confidence,
            "user_id": author_id,
            "editor_id": user.id,
            "creation_time": creation_time,
        },
    )
    moved = await tx.execute(sql.hang_on, {"parent_id": row[0], "treenode_ids": taken, "editor_id": user.id})
    child_times = list(await moved.fetchall())
    created_links = await _create_links(tx, user, project_id, row[0], parent.skeleton_id, links)
    return Created(row[0], parent.skeleton_id, row[1], parent.edition_time, child_times, created_links)


async def delete_treenode(
    tx: Connection, user: User, project_id: int, treenode_id: int, state_text: str | None, *, knows_links: bool = True
) -> Deleted:
    """Delete a treenode; its children are hung on its parent, its links and labels go with it.

    A client that does not know of links (`knows_links`) need not have seen those that there are.

    Deleting the only node of a skeleton deletes skeleton and, if it has no other, neuron.
    Raises `InvalidInput` for a root with children, and where a domain or an interval of a sampler begins or ends.
    """
    node = await lock_node(tx, project_id, treenode_id, whole_skeleton=True)
    await require_edit(tx, user, [node.user_id], f"treenode {treenode_id}")
    await require_editable_neuron(tx, user, node.neuron_id)
    children = await _locked_children(tx, treenode_id)
    links = await _lock_links(tx, treenode_id)
    state = State(state_text, knows_links=knows_links)
    parent = None
    if node.parent_id is not None and not state.off:
        times = await edition_times(tx, project_id, [node.parent_id])
        parent = (node.parent_id, times[node.parent_id])
    state.require_neighbourhood(
        node.edition_time, parent, children.items(), [(link.id, link.edition_time) for link in links]
    )
    if node.parent_id is None and children:
        raise InvalidInput("A root with children cannot be deleted: reroot the skeleton first.")
    await sampler_upkeep.require_unused(tx, treenode_id)
    moved = await tx.execute(
        sql.hang_on, {"parent_id": node.parent_id, "treenode_ids": list(children), "editor_id": user.id}
    )
    child_times = list(await moved.fetchall())
    await _delete_with_dependents(tx, treenode_id)
    deleted_neuron = node.parent_id is None and await lifecycle.delete_skeleton(tx, node.skeleton_id)
    if deleted_neuron:
        text = f"Deleted neuron {node.neuron_id} and skeleton(s) {node.skeleton_id}."
        await log.add(tx, project_id, user.id, "remove_neuron", (node.x, node.y, node.z), text)
    return Deleted(node, child_times, links, deleted_neuron)


async def _delete_with_dependents(tx: Connection, treenode_id: int) -> None:
    for query in (sql.delete_links, sql.delete_labels, sql.delete_reviews, sql.delete_treenode):
        await tx.execute(query, {"treenode_id": treenode_id})


async def edition_times(tx: Connection, project_id: int, node_ids: Sequence[int]) -> dict[int, datetime]:
    """Edition times of treenodes and connectors, by id; unknown ids are left out."""
    cursor = await tx.execute(sql.edition_times, {"project_id": project_id, "ids": list(node_ids)})
    return dict(await cursor.fetchall())


async def set_confidence(
    tx: Connection,
    user: User,
    project_id: int,
    treenode_id: int,
    confidence: int,
    state: State,
    *,
    to_connector: bool = False,
    of_connectors: Mapping[int, int] | None = None,
) -> dict[int, tuple[datetime, int]]:
    """Set how sure one is of the edge to the parent, or of the links to connectors.

    of_connectors
        By connector how sure one is of the links to it; the links to others stay as they are.

    Returns for each partner (parent, or connectors) its edition time and the old confidence.
    """
    node = await lock_node(tx, project_id, treenode_id)
    state.require_node(node.edition_time)
    await require_editable_neuron(tx, user, node.neuron_id)
    if to_connector:
        await _lock_links(tx, treenode_id)
        connectors = None if of_connectors is None else list(of_connectors)
        confidences = [confidence] if of_connectors is None else list(of_connectors.values())
        rows = await fetch_all(
            tx, sql.set_link_confidence, treenode_id=treenode_id, connector_ids=connectors, confidences=confidences
        )
        changed = {connector_id: (time, old) for connector_id, time, old in rows}
        if not changed:
            raise InvalidInput(f"Treenode {treenode_id} has no such link to a connector.")
    else:
        values = {"treenode_id": treenode_id, "confidence": confidence, "editor_id": user.id}
        row = await _one(tx, sql.set_confidence, values)
        changed = {node.parent_id if node.parent_id is not None else treenode_id: (row[0], node.confidence)}
    await log.add(tx, project_id, user.id, "change_confidence", (node.x, node.y, node.z), f"Changed to {confidence}")
    return changed


async def set_parent(
    tx: Connection, user: User, project_id: int, treenode_id: int, parent_id: int, state: State
) -> int:
    """Hang a treenode on another node of its skeleton; return the skeleton's id.

    Hung on a node that is distal to it, it would make a loop: then the path between is turned, so that this node
    takes its place under its old parent. Raises `InvalidInput` if that would join skeletons.
    """
    held = await lock_skeletons(tx, project_id, [treenode_id, parent_id], alone=True)
    node = await lock_node(tx, project_id, treenode_id, skeleton_ids=held)
    await require_edit(tx, user, [node.user_id], f"treenode {treenode_id}")
    await require_editable_neuron(tx, user, node.neuron_id)
    children = await _locked_children(tx, treenode_id)
    links = await _lock_links(tx, treenode_id)
    current = None
    if node.parent_id is not None:
        current = (node.parent_id, (await edition_times(tx, project_id, [node.parent_id]))[node.parent_id])
    state.require_neighbourhood(
        node.edition_time, current, children.items(), [(link.id, link.edition_time) for link in links]
    )
    parent = await lock_node(tx, project_id, parent_id, skeleton_ids=held)
    if parent.skeleton_id != node.skeleton_id:
        raise InvalidInput(f"Treenode {parent_id} is of another skeleton: join the skeletons instead.")
    above = await tx.execute(sql.is_ancestor, {"ancestor_id": treenode_id, "treenode_id": parent_id})
    if await above.fetchone() is not None:
        if parent_id == treenode_id:
            raise InvalidInput(f"Treenode {treenode_id} cannot be its own parent.")
        await tx.execute(
            sql.turn_path_between, {"treenode_id": parent_id, "ancestor_id": treenode_id, "editor_id": user.id}
        )
        return node.skeleton_id
    await tx.execute(sql.hang_on, {"parent_id": parent_id, "treenode_ids": [treenode_id], "editor_id": user.id})
    return node.skeleton_id


async def _locked_children(tx: Connection, treenode_id: int) -> dict[int, datetime]:
    cursor = await tx.execute(sql.lock_children, {"treenode_id": treenode_id})
    return dict(await cursor.fetchall())


async def _lock_links(tx: Connection, treenode_id: int) -> list[TreenodeLink]:
    return await fetch_records(tx, sql.lock_links, TreenodeLink, treenode_id=treenode_id)


def _times_of(links: Sequence[TreenodeLink]) -> list[tuple[int, datetime]]:
    return [(link.id, link.edition_time) for link in links]


async def _create_links(
    tx: Connection, user: User, project_id: int, treenode_id: int, skeleton_id: int, links: Sequence[NewLink]
) -> list[NewConnectorLink]:
    return [
        await add_link(
            tx,
            user,
            project_id,
            treenode_id=treenode_id,
            skeleton_id=skeleton_id,
            connector_id=connector_id,
            relation_id=relation_id,
            confidence=confidence,
        )
        for connector_id, relation_id, confidence in links
    ]


async def _one(tx: Connection, query: Any, values: dict[str, Any]) -> tuple[Any, ...]:
    cursor = await tx.execute(query, values)
    row = await cursor.fetchone()
    assert row is not None
    return row
