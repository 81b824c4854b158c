"""Write skeletons as SWC files: `id type x y z radius parent`, nm, parents before their children."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects
from catmaid_server.domain.skeletons import skeleton_export
from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_wire.swc import COLUMNS, swc_text

sql = load("transfer/exporting")


async def export_swc(
    store: Store,
    project: str | int,
    folder: Path,
    *,
    skeleton_ids: Sequence[int] | None = None,
    soma_markers: Sequence[str] = (),
    authors: bool = False,
    progress: Progress = silent,
) -> list[Path]:
    """Write each skeleton to `<skeleton id>.swc`, with its treenode ids; return the paths.

    The type of a node is 1 (soma) where it has the label `soma`, or where `soma_markers` say so. All files show the
    project at one moment, however long it takes. A file that is there is replaced once its successor is whole.

    Parameters
    ----------
    store, project
        Where the skeletons are; title or id of the project.
    folder
        Is made if missing.
    skeleton_ids
        None for all that have nodes.
    soma_markers
        How the one soma of each skeleton is found (see `catmaid_wire.somata`).
    authors
        Write `<skeleton id>.eswc`, as the service gives it: with authors, times and confidences.
    progress
        Counts skeletons.

    Raises
    ------
    NotFound
        If there is no such project, or no such skeleton in it.
    InvalidInput
        If a marker is none, or several nodes of a skeleton could be the soma.
    """
    written: list[Path] = []
    async with store.reading() as connection, connection.transaction():
        await connection.execute(sql.one_snapshot)
        project_id = await projects.require_project(connection, project)
        skeletons = await skeletons_to_write(connection, project_id, project, skeleton_ids)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        for done, (skeleton_id, name) in enumerate(skeletons):
            progress(done, len(skeletons))
            if authors:
                path = folder / f"{skeleton_id}.eswc"
                text = await skeleton_export.eswc(connection, project_id, skeleton_id, soma_markers=soma_markers)
            else:
                path = folder / f"{skeleton_id}.swc"
                arbor = await _arbor(connection, skeleton_id, name)
                types = await skeleton_export.soma_types(connection, project_id, skeleton_id, arbor, soma_markers)
                text = text_of(arbor, types)
            await asyncio.to_thread(_write, path, text)
            written.append(path)
    progress(len(skeletons), len(skeletons))
    return written


def text_of(arbor: Arbor, structures: NDArray[np.int64] | None = None) -> str:
    """Text of the SWC file of an arbor, with its name and the columns in the first line.

    `structures` : (n,) int64 is the column `type`; None: 0 for all.
    """
    comment = f"{arbor.name}; coordinates and radius in nm; columns: {' '.join(COLUMNS)}"
    return swc_text(arbor, comments=[comment], structures=structures)


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


async def skeletons_to_write(
    connection: Connection, project_id: int, project: str | int, skeleton_ids: Sequence[int] | None
) -> list[tuple[int, str]]:
    """Id and name of each skeleton to write; `project` is what errors call the project. Raises `NotFound`."""
    wanted = None if skeleton_ids is None else list(skeleton_ids)
    cursor = await connection.execute(sql.skeletons_to_export, {"project_id": project_id, "skeleton_ids": wanted})
    found: list[tuple[int, str]] = await cursor.fetchall()
    missing = set(wanted or ()) - {skeleton_id for skeleton_id, _ in found}
    if missing:
        raise NotFound(f"Project {project!r} has no skeleton {', '.join(map(str, sorted(missing)))}.")
    return found


async def _arbor(connection: Connection, skeleton_id: int, name: str) -> Arbor:
    cursor = await connection.execute(sql.nodes_of_skeleton, {"skeleton_id": skeleton_id})
    values = np.array(await cursor.fetchall(), np.float64)
    ids = values[:, 0].astype(np.int64)
    return Arbor(name, ids, parent_indices(ids, values[:, 1].astype(np.int64)), values[:, 2:5], values[:, 5])
