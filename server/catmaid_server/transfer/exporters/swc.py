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
from catmaid_server.domain.projects import projects
from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_server.transfer.progress import Progress, silent

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
            await asyncio.to_thread(path.write_text, swc_text(arbor), encoding="utf-8")
            written.append(path)
    progress(len(skeletons), len(skeletons))
    return written


def swc_text(arbor: Arbor) -> str:
    """Text of the SWC file of an arbor: parents before children, each number as short as it can be exactly."""
    name = " ".join(arbor.name.split())
    lines = [f"# {name}; coordinates and radius in nm; columns: id type x y z radius parent"]
    ids, parents = arbor.node_ids.tolist(), arbor.parents.tolist()
    positions, radii = arbor.positions.tolist(), arbor.radii.tolist()
    for row in parents_first(arbor.parents).tolist():
        x, y, z = positions[row]
        parent = ids[parents[row]] if parents[row] >= 0 else -1
        lines.append(f"{ids[row]} 0 {x!r} {y!r} {z!r} {_radius(radii[row])} {parent}")
    return "\n".join(lines) + "\n"


def parents_first(parents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Order nodes so that each comes after its parent, and else as they are.

    Parameters
    ----------
    parents : (n,) int64
        Index of each node's parent, -1 at roots; without cycles.

    Returns
    -------
    (n,) int64
        Indices of the nodes in that order.
    """
    if (parents < np.arange(len(parents))).all():
        return np.arange(len(parents))
    # Doubling: after k rounds `depths` counts up to 2**k ancestors and `above` is the one above those; the extra last
    # row stands for "above a root".
    count = len(parents)
    above = np.append(np.where(parents < 0, count, parents), count)
    depths = (above < count).astype(np.int64)
    while (above < count).any():
        depths, above = depths + depths[above], above[above]
    return np.argsort(depths[:count], kind="stable")


def _radius(radius: float) -> str:
    return "-1" if radius < 0 else repr(radius)


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
