"""Import SWC files: each becomes a neuron with one skeleton, in a transaction of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.tracing.lifecycle import create_neuron, create_skeleton
from catmaid_server.transfer.copying import copy_rows, treenode_edges
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.swc_file import read_swc
from catmaid_server.transfer.target import TargetProject, open_target
from catmaid_wire.arbor import Arbor

sql = load("transfer/importing")


class StoredArbor(NamedTuple):
    """Ids of the neuron, skeleton and treenodes that an arbor was stored as."""

    neuron_id: int
    skeleton_id: int
    treenode_ids: NDArray[np.int32]
    """(n,) in the order of its nodes."""


class Authorship(NamedTuple):
    """Who made and last edited each node of an arbor, and how sure they were of its edge."""

    user_ids: NDArray[np.int32]
    editor_ids: NDArray[np.int32]
    confidences: NDArray[np.int16]


def _all_by(user_id: int, count: int) -> Authorship:
    user_ids = np.full(count, user_id, np.int32)
    return Authorship(user_ids, user_ids, np.full(count, 5, np.int16))


class ImportedArbor(NamedTuple):
    """A file that was imported."""

    path: Path
    neuron_id: int
    skeleton_id: int
    nodes: int
    cable_length: float
    """nm"""


class Refusal(NamedTuple):
    """A file that was not imported, and why."""

    path: Path
    reason: str


@dataclass
class ImportSummary:
    """The files of one import, imported and refused."""

    imported: list[ImportedArbor] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        """Treenodes made."""
        return sum(a.nodes for a in self.imported)

    @property
    def cable_length(self) -> float:
        """Length of all imported skeletons, nm."""
        return sum(a.cable_length for a in self.imported)

    def __str__(self) -> str:
        lines = [
            f"{len(self.imported)} skeletons imported: {self.nodes} nodes, {self.cable_length / 1000:.1f} µm of cable."
        ]
        if self.refused:
            lines.append(f"{len(self.refused)} files refused:")
            lines += [f"  {path.name}: {reason}" for path, reason in self.refused]
        return "\n".join(lines)


async def import_swc(
    store: Store,
    source: Path | Sequence[Path],
    *,
    project: str | int,
    user: str,
    scale: float = 1.0,
    progress: Progress = silent,
) -> ImportSummary:
    """Import SWC files, or all of a folder; a bad file is refused and the others are imported.

    Parameters
    ----------
    store
        Where to.
    source
        A folder, a file, or files. The neuron gets the file's name without `.swc`.
    project
        Title, or id; a project of a new title is made.
    user
        Name of the user who will own the neurons.
    scale
        nm per unit of the files, for positions and radii.
    progress
        Counts files.

    Raises
    ------
    InvalidInput
        If there is no SWC file, or `scale` is not above 0. `NotFound` for an unknown user or project id.
    """
    if not (np.isfinite(scale) and scale > 0):
        raise InvalidInput(f"The scale is {scale}; it should be nm per unit, above 0.")
    paths = swc_files(source)
    target = await open_target(store, project, user, create=True)
    summary = ImportSummary()
    for done, path in enumerate(paths):
        progress(done, len(paths))
        try:
            arbor = await asyncio.to_thread(read_swc, path, scale=scale)
        except BadFile as error:
            summary.refused.append(Refusal(path, error.reason))
            continue
        async with store.writing(
            user_id=target.user_id, project_id=target.project_id, label="skeletons.import", note=path.name
        ) as tx:
            made = await store_arbor(tx, target, arbor)
        summary.imported.append(ImportedArbor(path, made.neuron_id, made.skeleton_id, len(arbor), arbor.cable_length))
    progress(len(paths), len(paths))
    return summary


def swc_files(source: Path | Sequence[Path]) -> list[Path]:
    """The files meant: those given, or all `*.swc` of a folder, numbers in their names in order.

    Raises `InvalidInput` if there is none.
    """
    if not isinstance(source, Path):
        return [path for part in source for path in swc_files(part)]
    if not source.exists():
        raise InvalidInput(f"There is no file or folder {source}.")
    if source.is_file():
        return [source]
    found = [p for p in source.iterdir() if p.suffix.lower() == ".swc" and p.is_file()]
    if not found:
        raise InvalidInput(f"There is no .swc file in {source}.")
    return sorted(found, key=lambda p: ([int(n) for n in re.findall(r"\d+", p.stem)], p.name))


async def store_arbor(
    tx: Connection,
    target: TargetProject,
    arbor: Arbor,
    *,
    neuron_name: str | None = None,
    authorship: Authorship | None = None,
) -> StoredArbor:
    """Make a neuron of an arbor, and remember its source ids for imports that refer to them.

    The neuron gets the name `neuron_name`, else that of the arbor; where the name is empty, it is named by its id.
    Without `authorship` all nodes belong to the importing user, with confidence 5.
    """
    name = arbor.name if neuron_name is None else neuron_name
    neuron_id = await create_neuron(tx, target.project_id, target.user_id, name=name)
    skeleton_id = await create_skeleton(tx, target.project_id, neuron_id, target.user_id)
    cursor = await tx.execute(sql.next_locations, {"count": len(arbor)})
    ids = np.array([row[0] for row in await cursor.fetchall()], np.int32)
    await _copy_treenodes(tx, target, arbor, ids, skeleton_id, authorship or _all_by(target.user_id, len(arbor)))
    await tx.execute(
        sql.remember_source,
        {
            "project_id": target.project_id,
            "name": arbor.name,
            "source_ids": arbor.node_ids.tolist(),
            "treenode_ids": ids.tolist(),
        },
    )
    return StoredArbor(neuron_id, skeleton_id, ids)


async def _copy_treenodes(
    tx: Connection,
    target: TargetProject,
    arbor: Arbor,
    ids: NDArray[np.int32],
    skeleton_id: int,
    authorship: Authorship,
) -> None:
    """Insert an arbor's nodes under `ids` : (n,) int32."""
    count = len(arbor)
    x, y, z = arbor.positions.T
    await copy_rows(
        tx,
        sql.copy_treenodes,
        {
            "id": ids,
            "project_id": np.full(count, target.project_id, np.int32),
            "skeleton_id": np.full(count, skeleton_id, np.int32),
            "parent_id": np.ma.masked_array(ids[arbor.parents], arbor.parents < 0),
            "x": x,
            "y": y,
            "z": z,
            "radius": arbor.radii,
            "confidence": authorship.confidences,
            "user_id": authorship.user_ids,
            "editor_id": authorship.editor_ids,
            "edge": treenode_edges(arbor.positions, arbor.parents),
        },
    )
