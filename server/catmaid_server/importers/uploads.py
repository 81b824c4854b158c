"""Import one skeleton that a client sent as SWC, or as SWC with authors (eSWC)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain import annotating, entity_ids, neuron_deletion, neuron_info, origins
from catmaid_server.domain.origins import Origin
from catmaid_server.domain.users import User
from catmaid_server.importers.arbors import Arbor
from catmaid_server.importers.errors import BadFile
from catmaid_server.importers.swc import Authorship, StoredArbor, store_arbor
from catmaid_server.importers.swc_file import COLUMNS, parse_swc_text
from catmaid_server.importers.target import Target

sql = load("users")

ANNOTATION = "Import"
"""What every uploaded neuron bears."""

_ESWC_COLUMNS = len(COLUMNS) + 5


@dataclass(frozen=True)
class Upload:
    """A file, what it becomes, and where it came from.

    neuron_name
        None: the neuron is named by its id.
    neuron_id, skeleton_id
        Ids that the new ones are to have; None: the next free.
    replace
        Whether what has these ids already is deleted.
    """

    filename: str
    text: str
    neuron_name: str | None = None
    annotations: tuple[str, ...] = ()
    neuron_id: int | None = None
    skeleton_id: int | None = None
    replace: bool = False
    origin: Origin | None = None


@dataclass(frozen=True)
class Uploaded:
    """What an upload became."""

    neuron_id: int
    skeleton_id: int
    node_ids: dict[int, int]
    """Treenode by the node's id in the file."""


@dataclass(frozen=True)
class _Line:
    """What an eSWC line says beyond SWC."""

    author: str
    editor: str
    confidence: int


async def import_upload(tx: Connection, user: User, project_id: int, upload: Upload) -> Uploaded:
    """Make a neuron of a file; its nodes belong to the authors it names, as far as they are known here.

    Raises `BadFile` (`InvalidInput`) if it is not one tree, or `InvalidInput` if an id is taken.
    """
    arbor, more = await asyncio.to_thread(_read, Path(upload.filename), upload.text)
    if upload.replace and upload.neuron_id is not None:
        await _make_room(tx, user, project_id, upload.neuron_id)
    stored = await store_arbor(tx, Target(project_id, user.id), arbor, neuron_name=upload.neuron_name or "",
                               authorship=await _authorship(tx, user, arbor, more) if more else None)
    changed = await entity_ids.change(tx, project_id, stored.skeleton_id, new_skeleton_id=upload.skeleton_id,
                                      new_neuron_id=upload.neuron_id)
    await annotating.annotate(tx, project_id, user, (ANNOTATION, *upload.annotations), [changed.neuron_id])
    if upload.origin is not None:
        await origins.add(tx, project_id, user.id, changed.skeleton_id, upload.origin)
    return Uploaded(changed.neuron_id, changed.skeleton_id, _node_ids(arbor, stored))


def _node_ids(arbor: Arbor, stored: StoredArbor) -> dict[int, int]:
    return dict(zip(arbor.node_ids.tolist(), stored.treenode_ids.tolist(), strict=True))


async def _make_room(tx: Connection, user: User, project_id: int, neuron_id: int) -> None:
    if await neuron_info.skeletons_of_neuron(tx, project_id, neuron_id):
        await neuron_deletion.delete_neuron(tx, project_id, user, neuron_id)


def _read(path: Path, text: str) -> tuple[Arbor, dict[int, _Line]]:
    """The tree in a file, and what an eSWC says beyond it."""
    plain, more = _without_authors(path, text)
    return parse_swc_text(path, plain), more


def _without_authors(path: Path, text: str) -> tuple[str, dict[int, _Line]]:
    """The SWC in an eSWC, line by line, and what else each line says, by node id; SWC stays as it is."""
    plain: list[str] = []
    more: dict[int, _Line] = {}
    for number, line in enumerate(text.split("\n"), 1):
        fields = line.partition("#")[0].split()
        if len(fields) == _ESWC_COLUMNS:
            try:
                more[int(fields[0])] = _Line(fields[7], fields[9], min(max(int(fields[11]), 0), 5))
            except ValueError:
                raise BadFile(path, "node id and confidence should be whole numbers", line=number) from None
            plain.append(" ".join(fields[:len(COLUMNS)]))
        else:
            plain.append(line)
    return "\n".join(plain), more


async def _authorship(tx: Connection, user: User, arbor: Arbor, more: dict[int, _Line]) -> Authorship:
    unknown = _Line("", "", 5)
    lines = [more.get(node, unknown) for node in arbor.node_ids.tolist()]
    names = {line.author for line in lines} | {line.editor for line in lines}
    ids: dict[str, int] = dict(await fetch_all(tx, sql.ids_by_name, usernames=sorted(names)))
    return Authorship(
        np.array([ids.get(line.author, user.id) for line in lines], np.int32),
        np.array([ids.get(line.editor, user.id) for line in lines], np.int32),
        np.array([line.confidence for line in lines], np.int16))
