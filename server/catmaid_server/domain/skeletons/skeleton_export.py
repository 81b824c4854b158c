"""Skeletons as SWC text, and where they came from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from psycopg.rows import TupleRow

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_wire.arbor import Arbor, parent_indices
from catmaid_wire.somata import BadSomaMarkers, soma_structures
from catmaid_wire.swc import SOMA, UNDEFINED, swc_line

sql = load("skeletons/skeleton_export")


async def swc(
    connection: Connection,
    project_id: int,
    skeleton_id: int,
    *,
    renumber: bool = False,
    soma_markers: Sequence[str] = (),
) -> str:
    """A skeleton as SWC in nm, one node a line by id: id, type, x, y, z, radius, parent (-1 at the root).

    An unset radius is written as 0, as CATMAID writes it. With `renumber` ids count up from 1, parents before their
    children. The type is 1 at a soma: at each node with the label `soma`, or at the one that the markers find (see
    `catmaid_wire.somata`). Raises `NotFound` if there is no such skeleton, `InvalidInput` if a marker is none or
    several nodes could be the soma.
    """
    rows = await fetch_all(connection, sql.swc, project_id=project_id, skeleton_id=skeleton_id)
    somata = await _somata(connection, project_id, skeleton_id, rows, soma_markers)
    if renumber:
        numbers = _numbered(rows)
        somata = {numbers[soma] for soma in somata}
        rows = sorted((numbers[node], *place, numbers.get(parent)) for node, *place, parent in rows)
    return _text(rows, skeleton_id, somata)


async def soma_types(
    connection: Connection, project_id: int, skeleton_id: int, arbor: Arbor, markers: Sequence[str]
) -> NDArray[np.int64]:
    """The SWC type of each node of a skeleton's arbor : (n,) int64; `InvalidInput` as in `swc`."""
    labelled = await fetch_all(connection, sql.somata, project_id=project_id, skeleton_id=skeleton_id)
    try:
        return soma_structures(arbor, [node for (node,) in labelled], markers, what=f"skeleton {skeleton_id}")
    except BadSomaMarkers as error:
        raise InvalidInput(str(error)) from None


async def _somata(
    connection: Connection, project_id: int, skeleton_id: int, rows: Sequence[TupleRow], markers: Sequence[str]
) -> set[int]:
    """Ids of the nodes that are a soma, of rows that begin as those of `swc`."""
    if not rows:
        return set()
    ids = np.array([row[0] for row in rows], np.int64)
    arbor = Arbor(
        "",
        ids,
        parent_indices(ids, [-1 if row[5] is None else row[5] for row in rows]),
        np.array([row[1:4] for row in rows], np.float64),
        np.array([row[4] for row in rows], np.float64),
    )
    types = await soma_types(connection, project_id, skeleton_id, arbor, markers)
    return set(ids[types == SOMA].tolist())


def _numbered(rows: Sequence[TupleRow]) -> dict[int | None, int]:
    """Numbers from 1, level by level from the root on."""
    arbor = ArborWalk({row[0]: row[-1] for row in rows})
    numbers: dict[int | None, int] = {}
    front = [arbor.root] if rows else []
    while front:
        numbers |= {node: len(numbers) + place for place, node in enumerate(front, 1)}
        front = [child for node in front for child in arbor.children.get(node, ())]
    return numbers


async def eswc(connection: Connection, project_id: int, skeleton_id: int, *, soma_markers: Sequence[str] = ()) -> str:
    """As `swc`; each line goes on with creator, creation time, last editor, edition time and confidence."""
    rows = await fetch_all(connection, sql.eswc, project_id=project_id, skeleton_id=skeleton_id)
    somata = await _somata(connection, project_id, skeleton_id, rows, soma_markers)
    return _text(
        (
            (*node, maker, made.isoformat(), editor, edited.isoformat(), confidence)
            for *node, maker, made, editor, edited, confidence in rows
        ),
        skeleton_id,
        somata,
    )


def _text(rows: Iterable[TupleRow], skeleton_id: int, somata: Collection[int]) -> str:
    lines = [
        swc_line(node, (x, y, z), radius, parent, *more, structure=SOMA if node in somata else UNDEFINED)
        for node, x, y, z, radius, parent, *more in rows
    ]
    if not lines:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    return "\n".join(lines) + "\n"


async def importing_user(connection: Connection, project_id: int, treenode_id: int) -> int | None:
    """Who imported a treenode; None if nobody did, or if it is none: clients ask of connectors, too."""
    row = await fetch_one(connection, sql.importing_user, project_id=project_id, treenode_id=treenode_id)
    return None if row is None else row[0]
