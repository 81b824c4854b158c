"""Import one skeleton that a client sent as SWC, or as SWC with authors (eSWC)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import require_editable_neuron
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation import annotating, neuron_deletion, neuron_info
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons import entity_ids, origins
from catmaid_server.domain.skeletons.origins import SkeletonOrigin
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.swc import Authorship, StoredArbor, store_arbor
from catmaid_server.transfer.importers.swc_file import arbor_of_text
from catmaid_server.transfer.target import TargetProject
from catmaid_wire.arbor import Arbor
from catmaid_wire.swc import COLUMNS

sql = load("accounts/users")

ANNOTATION = "Import"
"""Annotation of every uploaded neuron."""

_ESWC_COLUMNS = len(COLUMNS) + 5


@dataclass(frozen=True)
class Upload:
    """A file, what it becomes, and where it came from.

    neuron_name
        None: the neuron is named by its id.
    neuron_id, skeleton_id
        Ids that the new ones are to have; None: the next free.
    replace
        Whether to delete what has these ids already; the new neuron gets the annotations of the one it replaces.
    auto_id
        Whether to use the next free id where a wanted one is taken and not replaced.
    """

    filename: str
    text: str
    neuron_name: str | None = None
    annotations: tuple[str, ...] = ()
    neuron_id: int | None = None
    skeleton_id: int | None = None
    replace: bool = False
    auto_id: bool = True
    origin: SkeletonOrigin | None = None


@dataclass(frozen=True)
class Uploaded:
    """What an upload became."""

    neuron_id: int
    skeleton_id: int
    node_ids: dict[int, int]
    """Treenode by the node's id in the file."""


@dataclass(frozen=True)
class _NodeAuthorship:
    """Author, editor and confidence of one node, which eSWC has beyond SWC."""

    author: str
    editor: str
    confidence: int


async def import_upload(tx: Connection, user: User, project_id: int, upload: Upload) -> Uploaded:
    """Make a neuron of a file; its nodes belong to the authors it names, as far as they are known here.

    Raises `BadFile` (`InvalidInput`) if it is not one tree, or `InvalidInput` if an id is taken.
    """
    arbor, more = await asyncio.to_thread(_read, Path(upload.filename), upload.text)
    neuron_id, skeleton_id = [await _claimed(tx, upload, wanted) for wanted in (upload.neuron_id, upload.skeleton_id)]
    name = upload.neuron_name or (f"neuron {neuron_id}" if neuron_id else "")
    stored = await store_arbor(
        tx,
        TargetProject(project_id, user.id),
        arbor,
        neuron_name=name,
        authorship=await _authorship(tx, user, arbor, more) if more else None,
    )
    if upload.replace:
        await _replace(tx, project_id, user, upload, stored.neuron_id)
    changed = await entity_ids.change(
        tx, project_id, stored.skeleton_id, new_skeleton_id=skeleton_id, new_neuron_id=neuron_id
    )
    await annotating.annotate(tx, project_id, user, (ANNOTATION, *upload.annotations), [changed.neuron_id])
    if upload.origin is not None:
        await origins.add(tx, project_id, user.id, changed.skeleton_id, upload.origin)
    return Uploaded(changed.neuron_id, changed.skeleton_id, _node_ids(arbor, stored))


def _node_ids(arbor: Arbor, stored: StoredArbor) -> dict[int, int]:
    return dict(zip(arbor.node_ids.tolist(), stored.treenode_ids.tolist(), strict=True))


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


def _read(path: Path, text: str) -> tuple[Arbor, dict[int, _NodeAuthorship]]:
    """The tree in a file, and what an eSWC says beyond it."""
    plain, more = _without_authors(path, text)
    return arbor_of_text(path, plain), more


def _without_authors(path: Path, text: str) -> tuple[str, dict[int, _NodeAuthorship]]:
    """The SWC in an eSWC, line by line, and what else each line says, by node id; SWC stays as it is."""
    plain: list[str] = []
    more: dict[int, _NodeAuthorship] = {}
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.partition("#")[0].split()
        if len(fields) == _ESWC_COLUMNS:
            try:
                more[int(fields[0])] = _NodeAuthorship(fields[7], fields[9], min(max(int(fields[11]), 0), 5))
            except ValueError:
                raise BadFile(path, "node id and confidence should be whole numbers", line=number) from None
            plain.append(" ".join(fields[: len(COLUMNS)]))
        else:
            plain.append(line)
    return "\n".join(plain), more


async def _authorship(tx: Connection, user: User, arbor: Arbor, more: dict[int, _NodeAuthorship]) -> Authorship:
    unknown = _NodeAuthorship("", "", 5)
    lines = [more.get(node, unknown) for node in arbor.node_ids.tolist()]
    names = {line.author for line in lines} | {line.editor for line in lines}
    ids: dict[str, int] = dict(await fetch_all(tx, sql.ids_by_name, usernames=sorted(names)))
    return Authorship(
        np.array([ids.get(line.author, user.id) for line in lines], np.int32),
        np.array([ids.get(line.editor, user.id) for line in lines], np.int32),
        np.array([line.confidence for line in lines], np.int16),
    )
