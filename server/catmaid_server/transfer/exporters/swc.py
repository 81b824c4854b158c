"""Write skeletons as SWC files: `id type x y z radius parent`, nm, parents before their children."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects
from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_wire.swc import COLUMNS, swc_text

sql = load("transfer/exporting")


async def export_swc(
    store: Store,
    project: str | int,
    folder: Path,
    *,
    skeleton_ids: Sequence[int] | None = None,
    progress: Progress = silent,
) -> list[Path]:
    """Write each skeleton to `<skeleton id>.swc`, with its treenode ids; return the paths.

    All files show the project at one moment, however long it takes. A file that is there is replaced.

    Parameters
    ----------
    store, project
        Where the skeletons are; title or id of the project.
    folder
        Is made if missing.
    skeleton_ids
        None for all that have nodes.
    progress
        Counts skeletons.

    Raises
    ------
    NotFound
        If there is no such project, or no such skeleton in it.
    """
    written: list[Path] = []
    async with store.reading() as connection, connection.transaction():
        await connection.execute(sql.one_snapshot)
        skeletons = await _skeletons(connection, project, skeleton_ids)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        for done, (skeleton_id, name) in enumerate(skeletons):
            progress(done, len(skeletons))
            arbor = await _arbor(connection, skeleton_id, name)
            path = folder / f"{skeleton_id}.swc"
            await asyncio.to_thread(path.write_text, text_of(arbor), encoding="utf-8")
            written.append(path)
    progress(len(skeletons), len(skeletons))
    return written


def text_of(arbor: Arbor) -> str:
    """Text of the SWC file of an arbor, with its name and the columns in the first line."""
    return swc_text(arbor, comments=[f"{arbor.name}; coordinates and radius in nm; columns: {' '.join(COLUMNS)}"])


async def _skeletons(
    connection: Connection, project: str | int, skeleton_ids: Sequence[int] | None
) -> list[tuple[int, str]]:
    project_id = await projects.require_project(connection, project)
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
