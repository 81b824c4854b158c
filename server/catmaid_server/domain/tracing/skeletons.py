"""Restructure skeletons: split, join, reroot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import may_edit_neuron, require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation import annotation_sets, neuron_info
from catmaid_server.domain.annotation.annotation_sets import STABLE
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import log
from catmaid_server.domain.tracing import lifecycle, sampler_upkeep
from catmaid_server.domain.tracing.locks import Node, lock_links_of_skeleton, lock_node, lock_skeletons
from catmaid_server.domain.tracing.sampler_upkeep import JoinChanges, SplitChanges
from catmaid_server.domain.tracing.states import State
from catmaid_server.domain.tracing.treenodes import edition_times

sql = load("tracing/skeletons")

AnnotationMap = Mapping[str, int]
"""Annotator's user id by annotation name."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The outcome of a join."""

    result_skeleton_id: int
    deleted_skeleton_id: int
    stable_annotation_swap: bool
    samplers: JoinChanges | None
    """None if neither skeleton had any."""


@dataclass(frozen=True, slots=True)
class SplitOff:
    """The outcome of a split: the new skeleton, and the treenode at its root as it was before."""

    skeleton_id: int
    node: Node
    samplers: SplitChanges | None
    """None if the skeleton had none."""


async def reroot(tx: Connection, user: User, project_id: int, treenode_id: int, *, seen: State | None = None) -> Node:
    """Make a treenode the root of its skeleton; locks do not forbid that, but samplers may.

    Raises `StateMismatch`, as `split` and `join` do, if the nodes of the state `seen` have changed since.
    """
    node = await lock_node(tx, project_id, treenode_id, whole_skeleton=True)
    await _require_seen(tx, project_id, seen)
    if node.parent_id is None:
        raise InvalidInput(f"Treenode {treenode_id} is the root already.")
    await sampler_upkeep.require_rerootable(tx, node.skeleton_id, treenode_id)
    await _turn_path(tx, user, treenode_id)
    await log.add(
        tx,
        project_id,
        user.id,
        "reroot_skeleton",
        (node.x, node.y, node.z),
        f"Rerooted skeleton for treenode with ID {treenode_id}",
    )
    return node


async def _turn_path(tx: Connection, user: User, treenode_id: int) -> None:
    """Reverse the edges from a treenode up to its root, each with its confidence."""
    await tx.execute(sql.turn_path, {"treenode_id": treenode_id, "editor_id": user.id})


async def split(
    tx: Connection,
    user: User,
    project_id: int,
    treenode_id: int,
    *,
    upstream: AnnotationMap | None = None,
    downstream: AnnotationMap | None = None,
    name_goes: bool = False,
    seen: State | None = None,
) -> SplitOff:
    """Cut the edge above a treenode, which becomes the root of a new skeleton of a new neuron.

    Both belong to whom the whole skeleton belongs to. A part without a map keeps all annotations; one part has to keep
    them all. Annotations keep their times. Samplers stay with what is above. With `name_goes` the new neuron gets the
    name, and the old one that which the new one would have.
    """
    node = await lock_node(tx, project_id, treenode_id, whole_skeleton=True)
    await _require_seen(tx, project_id, seen)
    await require_editable_neuron(tx, user, node.neuron_id)
    if node.parent_id is None:
        raise InvalidInput(f"Cannot split at treenode {treenode_id}: it is the root and has no parent.")
    everything = await annotation_sets.annotations_of(tx, node.neuron_id)
    kept_above = everything if upstream is None else upstream
    kept_below = everything if downstream is None else downstream
    if set(kept_above) != set(everything) and set(kept_below) != set(everything):
        raise InvalidInput("One part has to keep the whole set of annotations.")
    name = await _neuron_name(tx, node.neuron_id)
    times = await annotation_sets.times_of(tx, [node.neuron_id])
    owner_id = await fetch_value(tx, sql.owner, skeleton_id=node.skeleton_id)
    neuron_id = await lifecycle.create_neuron(tx, project_id, owner_id, prefix="Neuron")
    skeleton_id = await lifecycle.create_skeleton(tx, project_id, neuron_id, owner_id, prefix="Skeleton")
    await tx.execute(sql.cut, {"treenode_id": treenode_id, "editor_id": user.id, "skeleton_id": skeleton_id})
    await _follow_nodes(tx, node.skeleton_id, skeleton_id)
    if upstream is not None:
        await annotation_sets.replace(tx, user, project_id, node.neuron_id, kept_above)
    await annotation_sets.add(tx, project_id, neuron_id, kept_below, times)
    if name_goes:
        new_name = await _neuron_name(tx, neuron_id)
        await neuron_info.rename(tx, project_id, user, [(neuron_id, name), (node.neuron_id, new_name)])
    await log.add(
        tx,
        project_id,
        user.id,
        "split_skeleton",
        (node.x, node.y, node.z),
        f"Split skeleton with ID {node.skeleton_id} (neuron: {name})",
    )
    samplers = await sampler_upkeep.follow_split(tx, node.skeleton_id, node.parent_id)
    return SplitOff(skeleton_id, node, samplers)


async def join(
    tx: Connection,
    user: User,
    project_id: int,
    from_id: int,
    to_id: int,
    *,
    annotations: AnnotationMap | None = None,
    sampler_handling: str | None = None,
    lose_sampler_handling: str = sampler_upkeep.KEEP_SAMPLERS,
    note_name: bool = False,
    seen: State | None = None,
) -> Joined:
    """Hang the skeleton of `to_id`, rerooted there, on `from_id`; the skeleton of `from_id` lives on.

    If only the neuron of `to_id` is annotated as stable, that one lives on instead. Without `annotations`
    the result has those of both; with `note_name` also one that says the name of the neuron that ends. Annotations keep
    their times, and have the earlier one where both had them.
    `lose_sampler_handling`, one of `sampler_upkeep.LOSS_MODES`, says what becomes of the samplers of the skeleton that
    ends; `sampler_handling`, one of `sampler_upkeep.JOIN_MODES`, what becomes of those of the other, and is needed if
    either has any.
    """
    kept, gone = await _lock_both(tx, project_id, from_id, to_id)
    await _require_seen(tx, project_id, seen)
    await _require_editable(tx, user, kept, gone)
    sets = {node.id: await annotation_sets.annotations_of(tx, node.neuron_id) for node in (kept, gone)}
    stable = [STABLE in sets[node.id] for node in (kept, gone)]
    if all(stable):
        raise InvalidInput(
            f"Failed to join: skeletons {kept.skeleton_id} and {gone.skeleton_id} are both marked as stable."
        )
    if stable[1]:
        kept, gone = gone, kept
    samplers = await sampler_upkeep.begin_join(
        tx, kept.skeleton_id, gone.skeleton_id, gone.id, sampler_handling, lose_sampler_handling
    )
    names = [await _neuron_name(tx, node.neuron_id) for node in (kept, gone)]
    times = await annotation_sets.times_of(tx, [kept.neuron_id, gone.neuron_id])
    await _hang(tx, user, gone, kept)
    if samplers is not None and sampler_handling is not None:
        await sampler_upkeep.follow_join(
            tx, user, project_id, kept.skeleton_id, kept.id, gone.id, sampler_handling, samplers
        )
    await lifecycle.delete_skeleton(tx, gone.skeleton_id)
    wanted = sets[kept.id] if stable[1] and annotations is not None and not annotations else annotations
    merged = await _merge_annotations(tx, user, project_id, kept, sets[kept.id], sets[gone.id], wanted, times)
    if note_name and (note := f"Merged: {names[1]}") not in merged:
        merged[note] = user.id
        await annotation_sets.add(tx, project_id, kept.neuron_id, {note: user.id})
    await log.add(
        tx,
        project_id,
        user.id,
        "join_skeleton",
        (kept.x, kept.y, kept.z),
        f"Joined skeleton with ID {gone.skeleton_id} (neuron: {names[1]}) into skeleton with ID "
        f"{kept.skeleton_id} (neuron: {names[0]}, annotations: {', '.join(merged)})"
        + (", partners swapped due to stable annotation" if stable[1] else ""),
    )
    return Joined(kept.skeleton_id, gone.skeleton_id, stable[1], samplers)


async def _require_seen(tx: Connection, project_id: int, seen: State | None) -> None:
    """The nodes, and so their skeletons, are as the author saw them; call with the skeletons locked."""
    if seen is not None:
        seen.require_nodes(await edition_times(tx, project_id, seen.node_ids()))


async def _merge_annotations(
    tx: Connection,
    user: User,
    project_id: int,
    kept: Node,
    own: AnnotationMap,
    others: AnnotationMap,
    wanted: AnnotationMap | None,
    times: Mapping[str, datetime],
) -> dict[str, int]:
    """Give a neuron the annotations that are wanted, or its own and the others', as old as `times` say."""
    if wanted is None:
        missing = {name: annotator for name, annotator in others.items() if name not in own}
        await annotation_sets.add(tx, project_id, kept.neuron_id, missing, times)
    else:
        await annotation_sets.replace(tx, user, project_id, kept.neuron_id, wanted, times)
    await annotation_sets.begin_earlier(tx, kept.neuron_id, times)
    return {**others, **own} if wanted is None else dict(wanted)


async def _lock_both(tx: Connection, project_id: int, from_id: int, to_id: int) -> tuple[Node, Node]:
    """Lock two skeletons in the order of their ids, so that two joins never wait for each other."""
    held = await lock_skeletons(tx, project_id, [from_id, to_id], alone=True)
    first, second = [await lock_node(tx, project_id, node_id, skeleton_ids=held) for node_id in (from_id, to_id)]
    if first.skeleton_id == second.skeleton_id:
        raise InvalidInput("Failed to join: both treenodes are of the same skeleton, that would make a loop.")
    return first, second


async def _require_editable(tx: Connection, user: User, *nodes: Node) -> None:
    """Raise `InvalidInput` if the user may not edit the neuron of any of these nodes."""
    for node in nodes:
        if not await may_edit_neuron(tx, user, node.neuron_id):
            raise InvalidInput(f"Failed to join: user {user.username!r} may not edit neuron {node.neuron_id}.")


async def _hang(tx: Connection, user: User, gone: Node, kept: Node) -> None:
    """Reroot the skeleton of `gone` there, and make all its nodes part of the skeleton of `kept`, below that node."""
    if gone.parent_id is not None:
        await _turn_path(tx, user, gone.id)
    await tx.execute(
        sql.hang_whole,
        {
            "treenode_id": gone.id,
            "parent_id": kept.id,
            "editor_id": user.id,
            "from_skeleton_id": gone.skeleton_id,
            "to_skeleton_id": kept.skeleton_id,
        },
    )
    await _follow_nodes(tx, gone.skeleton_id, kept.skeleton_id)


async def _follow_nodes(tx: Connection, from_skeleton_id: int, to_skeleton_id: int) -> None:
    """Let links and reviews name the skeleton that their treenodes are of by now."""
    values = {"from_skeleton_id": from_skeleton_id, "to_skeleton_id": to_skeleton_id}
    await lock_links_of_skeleton(tx, from_skeleton_id)
    await tx.execute(sql.links_follow, values)
    await tx.execute(sql.reviews_follow, values)


async def _neuron_name(tx: Connection, neuron_id: int) -> str:
    cursor = await tx.execute(sql.neuron_name, {"neuron_id": neuron_id})
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])
