"""Edits of whole skeletons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from catmaid_jupyter.api.errors import Conflict
from catmaid_jupyter.edits.base import Applied, Edit, derived_key
from catmaid_jupyter.edits.labels import RenameNeuron
from catmaid_jupyter.edits.site import Node, Site, neighbourhood_state, state_of
from catmaid_wire.forms import Form


class JoinSkeletons(Edit, frozen=True, kw_only=True):
    """Join the skeleton of `to_id` to that of `from_id`, which lives on with its name.

    annotation_set : the annotations of the result with the user each is from; None unites both sets.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("from_id", "to_id")
    stamps_many: ClassVar[bool] = True

    from_id: int
    to_id: int
    annotation_set: Mapping[str, int] | None = None

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        seen = await site.nodes([self.from_id, self.to_id])
        near, far = seen.treenode(self.from_id), seen.treenode(self.to_id)
        undo = await _parting(site, near, far)
        form = {"from_id": near.id, "to_id": far.id, "annotation_set": self.annotation_set}
        answer = await site.write("skeleton/join", form, state=state or state_of([near, far]), key=key)
        text = f"join treenodes {near.id} and {far.id}"
        return Applied(answer=answer, text=text, inverse=(undo,), position=far.position)


class PartSkeletons(Edit, frozen=True, kw_only=True):
    """Take a join back: split between the nodes, and give the far part its root and name again."""

    node_fields: ClassVar[tuple[str, ...]] = ("from_id", "to_id", "root_id")
    stamps_many: ClassVar[bool] = True

    from_id: int
    to_id: int
    root_id: int
    name: str

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        node = (await site.nodes([self.to_id])).treenode(self.to_id)
        if node.parent_id != self.from_id:
            raise Conflict(f"Treenode {self.to_id} no longer hangs on {self.from_id}.")
        parted = await SplitSkeleton(treenode_id=self.to_id).apply(site, state, derived_key(key, "split"))
        if self.root_id != self.to_id:
            await RerootSkeleton(treenode_id=self.root_id).apply(site, None, derived_key(key, "reroot"))
        neuron_id, _ = await site.neuron_of(int(parted.answer["new_skeleton_id"]))
        rename = RenameNeuron(neuron_id=neuron_id, name=self.name)
        await rename.apply(site, None, derived_key(key, "rename"))
        text = f"part treenodes {self.from_id} and {self.to_id}"
        return Applied(answer=parted.answer, text=text, position=node.position)


class SplitSkeleton(Edit, frozen=True, kw_only=True):
    """Make a treenode the root of a new skeleton and neuron of what is distal to it.

    upstream_annotations, downstream_annotations : annotations that the parts keep, each with its user;
        None for both keeps all on both.
    """

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    stamps_many: ClassVar[bool] = True

    treenode_id: int
    upstream_annotations: Mapping[str, int] | None = None
    downstream_annotations: Mapping[str, int] | None = None

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        seen = await site.around(self.treenode_id)
        node = seen.treenode(self.treenode_id)
        form: Form = {
            "treenode_id": node.id,
            "upstream_annotation_map": self.upstream_annotations,
            "downstream_annotation_map": self.downstream_annotations,
        }
        answer = await site.write("skeleton/split", form, state=state or neighbourhood_state(node, seen), key=key)
        inverse: tuple[Edit, ...] = ()
        if node.parent_id is not None:
            inverse = (JoinSkeletons(from_id=node.parent_id, to_id=node.id),)
        text = f"split the skeleton at treenode {node.id}"
        return Applied(answer=answer, text=text, inverse=inverse, position=node.position)


class RerootSkeleton(Edit, frozen=True, kw_only=True):
    """Make a treenode the root of its skeleton."""

    node_fields: ClassVar[tuple[str, ...]] = ("treenode_id",)
    stamps_many: ClassVar[bool] = True

    treenode_id: int

    async def apply(self, site: Site, state: str | None, key: str) -> Applied:  # noqa: D102
        seen = await site.around(self.treenode_id)
        node = seen.treenode(self.treenode_id)
        old_root = await _root(site, node)
        form = {"treenode_id": node.id}
        answer = await site.write("skeleton/reroot", form, state=state or neighbourhood_state(node, seen), key=key)
        return Applied(
            answer=answer,
            text=f"reroot the skeleton to treenode {node.id}",
            inverse=(RerootSkeleton(treenode_id=old_root),),
            position=node.position,
        )


async def _parting(site: Site, near: Node, far: Node) -> PartSkeletons:
    _, name = await site.neuron_of(_skeleton(far))
    root = await _root(site, far)
    return PartSkeletons(from_id=near.id, to_id=far.id, root_id=root, name=name)


async def _root(site: Site, node: Node) -> int:
    return node.id if node.parent_id is None else await site.root_of(_skeleton(node))


def _skeleton(node: Node) -> int:
    if node.skeleton_id is None:
        raise Conflict(f"Node {node.id} is not part of a skeleton.")
    return node.skeleton_id
