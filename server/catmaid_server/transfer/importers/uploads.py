"""Import a skeleton that a client sent as SWC, or as SWC with authors (eSWC)."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation import (
    annotating,
    annotation_lists,
    annotation_sets,
    neuron_deletion,
    neuron_info,
)
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons import entity_ids, origins
from catmaid_server.domain.skeletons.origins import SkeletonOrigin
from catmaid_server.transfer.file_names import readable_stem
from catmaid_server.transfer.importers.arbors import StoredArbor, store_trees
from catmaid_server.transfer.importers.skeletons import tree_names
from catmaid_server.transfer.importers.source_trees import SourceFile
from catmaid_server.transfer.importers.swc_file import swc_trees
from catmaid_server.transfer.target import TargetProject
from catmaid_wire.forest import TreeChoice

MOST_LINES = 500_000
"""Of an upload. Larger files are imported by the command, which nobody waits for."""
ANNOTATION = "Import"
"""Annotation of uploaded neurons that are to get no other ones."""


@dataclass(frozen=True)
class Upload:
    """A file, what it becomes, and where it came from.

    neuron_name
        None: the neuron is named by its id.
    neuron_id, skeleton_id
        Ids that the new ones are to have; None: the next free.
    annotations
        Names of the annotations that the neuron gets.
    replace
        Whether the new skeleton takes the place of what has these ids already. Where only one id is given, the other
        one stays as it is; a neuron that is replaced leaves its name and annotations to the new one.
    replace_annotations
        Whether these annotations go.
    auto_id
        Whether to use the next free id where a wanted one is taken and not replaced.
    trees
        Whether a file of several trees is refused, gives its first tree, or a neuron of each.
    soma_label
        Whether nodes of type 1 get the label `soma`.
    """

    filename: str
    content: bytes
    neuron_name: str | None = None
    annotations: tuple[str, ...] = (ANNOTATION,)
    neuron_id: int | None = None
    skeleton_id: int | None = None
    replace: bool = False
    replace_annotations: bool = False
    auto_id: bool = True
    origin: SkeletonOrigin | None = None
    trees: TreeChoice = "refuse"
    soma_label: bool = False


@dataclass(frozen=True)
class Uploaded:
    """What an upload became.

    Attributes
    ----------
    neuron_id, skeleton_id
        Of the first tree.
    node_ids
        Treenode by the node's id in the file.
    more
        Neuron and skeleton of each further tree.
    notes
        What was skipped or left out of the file.
    """

    neuron_id: int
    skeleton_id: int
    node_ids: dict[int, int]
    more: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]


async def import_upload(tx: Connection, user: User, project_id: int, upload: Upload) -> Uploaded:
    """Make a neuron of a file; its nodes belong to the authors it names, as far as they are known here.

    Raises `BadFile` (`InvalidInput`) if it is not one tree, or `InvalidInput` if an id is taken.
    """
    _require_few_lines(upload.content)
    file = await asyncio.to_thread(
        swc_trees, Path(upload.filename), upload.content, trees=upload.trees, soma_label=upload.soma_label
    )
    if len(file.trees) > 1 and (upload.neuron_id is not None or upload.skeleton_id is not None):
        raise InvalidInput(f"Ids can be wanted for one tree only; {upload.filename!r} has {len(file.trees)}.")
    if upload.replace:
        upload = await _with_both_ids(tx, project_id, upload)
    neuron_id, skeleton_id = [await _claimed(tx, upload, wanted) for wanted in (upload.neuron_id, upload.skeleton_id)]
    first, *more = await store_trees(
        tx,
        TargetProject(project_id, user.id),
        readable_stem(Path(upload.filename)),
        file.trees,
        names=_names(file, upload, neuron_id),
    )
    if upload.replace:
        await _replace(tx, project_id, user, upload, first.neuron_id)
    changed = await entity_ids.change(
        tx, project_id, first.skeleton_id, new_skeleton_id=skeleton_id, new_neuron_id=neuron_id
    )
    made = [(changed.neuron_id, changed.skeleton_id), *((tree.neuron_id, tree.skeleton_id) for tree in more)]
    neurons = [made_neuron for made_neuron, _ in made]
    if upload.replace_annotations:
        await annotation_sets.replace(tx, user, project_id, changed.neuron_id, {})
    await annotating.annotate(tx, project_id, user, upload.annotations, neurons)
    if upload.origin is not None:
        for _, made_skeleton in made:
            await origins.add(tx, project_id, user.id, made_skeleton, upload.origin)
    return Uploaded(*made[0], _node_ids(file, [first, *more]), tuple(made[1:]), file.notes)


def _names(file: SourceFile, upload: Upload, neuron_id: int | None) -> list[str]:
    """Names of the neurons: the wanted one, or by its id; those of several trees are numbered."""
    name = upload.neuron_name or (f"neuron {neuron_id}" if neuron_id else "")
    if len(file.trees) == 1:
        return [name]
    return [f"{name} {number}" for number in range(1, len(file.trees) + 1)] if name else tree_names(file)


def _node_ids(file: SourceFile, stored: Sequence[StoredArbor]) -> dict[int, int]:
    return {
        node_id: treenode_id
        for tree, made in zip(file.trees, stored, strict=True)
        for node_id, treenode_id in zip(tree.arbor.node_ids.tolist(), made.treenode_ids.tolist(), strict=True)
    }


def _require_few_lines(content: bytes) -> None:
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_LINES:
        raise InvalidInput(
            f"An uploaded file has at most {MOST_LINES} lines; "
            "larger ones are imported by 'catmaid-jupyter import skeletons'."
        )


async def _with_both_ids(tx: Connection, project_id: int, upload: Upload) -> Upload:
    """The upload with the ids, and unless it says so itself with the name, of what it replaces."""
    neuron_id, skeleton_id = upload.neuron_id, upload.skeleton_id
    if neuron_id is None and skeleton_id is not None:
        neuron_id = (await neuron_info.neurons_of_skeletons(tx, project_id, [skeleton_id])).get(skeleton_id)
        if neuron_id is not None and await neuron_info.skeletons_of(tx, project_id, neuron_id) != [skeleton_id]:
            raise InvalidInput(
                f"Skeleton {skeleton_id} is not the only one of neuron {neuron_id}: with neuron_id, all are replaced."
            )
    elif neuron_id is not None and skeleton_id is None:
        skeletons = await neuron_info.skeletons_of(tx, project_id, neuron_id)
        skeleton_id = skeletons[-1] if skeletons else None
    names = await annotation_lists.entity_names(tx, project_id, [neuron_id]) if neuron_id is not None else {}
    name = upload.neuron_name or names.get(neuron_id or 0)
    return dataclasses.replace(upload, neuron_id=neuron_id, skeleton_id=skeleton_id, neuron_name=name)


async def _claimed(tx: Connection, upload: Upload, wanted: int | None) -> int | None:
    """The id to use where one is wanted; None for the next free."""
    if wanted is None or upload.replace or not upload.auto_id:
        return wanted
    return None if await entity_ids.is_taken(tx, wanted) else wanted


async def _replace(tx: Connection, project_id: int, user: User, upload: Upload, successor_id: int) -> None:
    """Delete the neurons that have the wanted id, or whose skeleton has it; only the former leaves its annotations."""
    if upload.neuron_id is not None and await entity_ids.is_taken(tx, upload.neuron_id):
        await neuron_info.require_neuron(tx, project_id, upload.neuron_id)
        await require_editable_neuron(tx, user, upload.neuron_id)
        await annotating.take_over(tx, upload.neuron_id, successor_id)
        await neuron_deletion.delete_neuron(tx, project_id, user, upload.neuron_id)
    if upload.skeleton_id is not None and await entity_ids.is_taken(tx, upload.skeleton_id):
        found = await neuron_info.neurons_of_skeletons(tx, project_id, [upload.skeleton_id])
        if not found:
            raise InvalidInput(f"The id {upload.skeleton_id} belongs to no skeleton of project {project_id}.")
        await neuron_deletion.delete_neuron(tx, project_id, user, found[upload.skeleton_id])
