"""Edits of whole skeletons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final, TypeAlias

import msgspec

from catmaid_jupyter.api.errors import Conflict
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, Restoration, derived_key
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.neurons import RenameNeuron
from catmaid_jupyter.edits.site import SeenNode, Site, neighbourhood_state, state_of
from catmaid_wire.forms import Form

SeenNodes: TypeAlias = Sequence[tuple[int, str]]

NAMES_OF_SPLITS: Final = "names-of-splits"
"""Capability of servers that let the new neuron of a split have the name, in one transaction."""


class JoinSkeletons(Edit[JsonObject], frozen=True):
    """Join the skeleton of treenode `to_id` to that of `from_id`, which keeps its id and name.

    annotation_set : the annotations of the result, each with its user; None unites both sets.
    sampler_handling : needed if either has samplers: what becomes of a domain where it is joined to, `branch`,
        `domain-end` or `new-domain`.
    lose_sampler_handling : whether samplers of the skeleton that ends go over, `keep-samplers`, or end,
        `delete-samplers`.
    seen : (id, edition time in ISO 8601) of the nodes as the author saw them; if they have changed since, the edit is
        refused (by servers of this project).
    """

    route: ClassVar[str] = "skeleton/join"
    node_fields: ClassVar[tuple[str, ...]] = ("from_id", "to_id")
    changes_unlisted_nodes: ClassVar[bool] = True

    from_id: int
    to_id: int
    annotation_set: Mapping[str, int] | None = None
    sampler_handling: str | None = None
    lose_sampler_handling: str | None = None
    seen: SeenNodes = ()

    async def _apply(self, site: Site, key: str) -> Applied:
        seen = await site.nodes([self.from_id, self.to_id])
        near, far = seen.treenode(self.from_id), seen.treenode(self.to_id)
        undo = await _parting(site, near, far)
        handling = {"sampler_handling": self.sampler_handling, "lose_sampler_handling": self.lose_sampler_handling}
        form: Form = {
            "from_id": near.id,
            "to_id": far.id,
            "annotation_set": self.annotation_set,
            **{name: value for name, value in handling.items() if value is not None},
            **_as_seen(self.seen),
        }
        answer = await self._write(site, key, form, self.state or state_of([near, far]))
        text = f"join treenodes {near.id} and {far.id}"
        return Applied(answer=answer, text=text, inverse=(undo,), position=far.position)


class PartSkeletons(Restoration, frozen=True, kw_only=True):
    """Take a join back: split between the nodes, and give the far part its root and name again."""

    node_fields: ClassVar[tuple[str, ...]] = ("from_id", "to_id", "root_id")
    changes_unlisted_nodes: ClassVar[bool] = True

    from_id: int
    to_id: int
    root_id: int
    name: str

    async def _apply(self, site: Site, key: str) -> Applied:
        node = (await site.nodes([self.to_id])).treenode(self.to_id)
        if node.parent_id != self.from_id:
            raise Conflict(f"Treenode {self.to_id} is no longer a child of {self.from_id}.")
        parted = await SplitSkeleton(self.to_id).apply(site, derived_key(key, "split"))
        if self.root_id != self.to_id:
            await RerootSkeleton(self.root_id).apply(site, derived_key(key, "reroot"))
        neuron_id, _ = await site.neuron_of(int(parted.answer["new_skeleton_id"]))
        await RenameNeuron(neuron_id, self.name).apply(site, derived_key(key, "rename"))
        text = f"part treenodes {self.from_id} and {self.to_id}"
        return Applied(answer=parted.answer, text=text, position=node.position)


class SplitSkeleton(Edit[int], frozen=True):
    """Make a treenode the root of a new skeleton and neuron; returns the id of the new skeleton.

    What is distal to the treenode goes with it.

    upstream_annotations, downstream_annotations : annotations that the parts keep, each with its user;
        None for both keeps all on both.
    name_goes : whether the new neuron gets the name, and the old one a new name.
    seen : (id, edition time in ISO 8601) of the nodes as the author saw them; if they have changed since, the edit is
        refused (by servers of this project).
    """

    route: ClassVar[str] = "skeleton/split"
    returns: ClassVar[str | None] = "new_skeleton_id"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    changes_unlisted_nodes: ClassVar[bool] = True

    treenode_id: int
    upstream_annotations: Mapping[str, int] | None = None
    downstream_annotations: Mapping[str, int] | None = None
    name_goes: bool = False
    seen: SeenNodes = ()

    async def _apply(self, site: Site, key: str) -> Applied:
        seen = await site.around(self.treenode_id)
        node = seen.treenode(self.treenode_id)
        old = await site.neuron_of(_skeleton(node)) if self.name_goes else None
        at_once = NAMES_OF_SPLITS in site.place.capabilities
        form: Form = {
            "treenode_id": node.id,
            "upstream_annotation_map": self.upstream_annotations,
            "downstream_annotation_map": self.downstream_annotations,
            **({"name_goes": True} if old and at_once else {}),
            **_as_seen(self.seen),
        }
        answer = await self._write(site, key, form, self.state or neighbourhood_state(node, seen))
        if old and not at_once:
            await _exchange_names(site, key, old, int(answer["new_skeleton_id"]))
        inverse: tuple[Edit[Any], ...] = ()
        if node.parent_id is not None:
            inverse = (JoinSkeletons(node.parent_id, node.id), *([RenameNeuron(*old)] if old else ()))
        text = f"split the skeleton at treenode {node.id}"
        return Applied(answer=answer, text=text, inverse=inverse, position=node.position)


class RerootSkeleton(Edit[JsonObject], frozen=True):
    """Make a treenode the root of its skeleton.

    seen : (id, edition time in ISO 8601) of the nodes as the author saw them; if they have changed since, the edit is
        refused (by servers of this project).
    """

    route: ClassVar[str] = "skeleton/reroot"
    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    changes_unlisted_nodes: ClassVar[bool] = True

    treenode_id: int
    seen: SeenNodes = ()

    async def _apply(self, site: Site, key: str) -> Applied:
        seen = await site.around(self.treenode_id)
        node = seen.treenode(self.treenode_id)
        old_root = await _root(site, node)
        state = self.state or neighbourhood_state(node, seen)
        answer = await self._write(site, key, {"treenode_id": node.id, **_as_seen(self.seen)}, state)
        return Applied(
            answer=answer,
            text=f"reroot the skeleton to treenode {node.id}",
            inverse=(RerootSkeleton(old_root),),
            position=node.position,
        )


class SkeletonCalls(EditCalls):
    """The edits of this module as calls."""

    join_skeletons = EditCall(JoinSkeletons)
    split_skeleton = EditCall(SplitSkeleton)
    reroot_skeleton = EditCall(RerootSkeleton)


def _as_seen(seen: SeenNodes) -> Form:
    return {"seen": msgspec.json.encode(seen).decode()} if seen else {}


async def _exchange_names(site: Site, key: str, old: tuple[int, str], new_skeleton_id: int) -> None:
    """Give a new neuron the name of the old one (id and name), and the other way round."""
    neuron_id, name = old
    new_neuron_id, new_name = await site.neuron_of(new_skeleton_id)
    await RenameNeuron(new_neuron_id, name).apply(site, derived_key(key, "name"))
    await RenameNeuron(neuron_id, new_name).apply(site, derived_key(key, "new name"))


async def _parting(site: Site, near: SeenNode, far: SeenNode) -> PartSkeletons:
    _, name = await site.neuron_of(_skeleton(far))
    root = await _root(site, far)
    return PartSkeletons(from_id=near.id, to_id=far.id, root_id=root, name=name)


async def _root(site: Site, node: SeenNode) -> int:
    return node.id if node.parent_id is None else await site.root_of(_skeleton(node))


def _skeleton(node: SeenNode) -> int:
    if node.skeleton_id is None:
        raise Conflict(f"Node {node.id} is not part of a skeleton.")
    return node.skeleton_id
