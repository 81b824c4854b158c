"""Skeletons as SWC text, and where they came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg.rows import TupleRow

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_wire.swc import SOMA, UNDEFINED, swc_line

sql = load("skeletons/skeleton_export")

BY_LABEL, AT_ROOT, BY_RADIUS = "tag:soma", "root", "radius:"
"""How the soma is found: by its label, by being the root, or (with a number of nm) by its radius."""


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
    children. Markers say how the soma is found, whose type is then 1: `BY_LABEL` first, else `BY_RADIUS`, and the
    root if neither finds it and `AT_ROOT` is given. Raises `NotFound` if there is no such skeleton, `InvalidInput` if
    several nodes could be the soma.
    """
    rows = await fetch_all(connection, sql.swc, project_id=project_id, skeleton_id=skeleton_id)
    soma = await _soma(connection, project_id, skeleton_id, rows, soma_markers) if soma_markers else None
    if renumber:
        numbers = _numbered(rows)
        soma = numbers.get(soma) if soma is not None else None
        rows = sorted((numbers[node], *place, numbers.get(parent)) for node, *place, parent in rows)
    return _text(rows, skeleton_id, soma)


async def _soma(
    connection: Connection, project_id: int, skeleton_id: int, rows: Sequence[TupleRow], markers: Sequence[str]
) -> int | None:
    radii = [marker.removeprefix(BY_RADIUS) for marker in markers if marker.startswith(BY_RADIUS)]
    found: list[int] = []
    if BY_LABEL in markers:
        labelled = await fetch_all(connection, sql.somata, project_id=project_id, skeleton_id=skeleton_id)
        found = [node for (node,) in labelled]
    elif radii:
        try:
            least = float(radii[0])
        except ValueError:
            raise InvalidInput(f"A marker by radius is written as radius:500 (nm), not radius:{radii[0]}.") from None
        found = [node for node, _, _, _, radius, _ in rows if radius >= least]
    if len(found) > 1:
        raise InvalidInput(
            f"Several nodes of skeleton {skeleton_id} could be the soma: {', '.join(map(str, found[:10]))}."
        )
    if not found and AT_ROOT in markers:
        found = [row[0] for row in rows if row[-1] is None]
    return found[0] if found else None


def _numbered(rows: Sequence[TupleRow]) -> dict[int | None, int]:
    """Numbers from 1, level by level from the root on."""
    arbor = ArborWalk({row[0]: row[-1] for row in rows})
    numbers: dict[int | None, int] = {}
    front = [arbor.root] if rows else []
    while front:
        numbers |= {node: len(numbers) + place for place, node in enumerate(front, 1)}
        front = [child for node in front for child in arbor.children.get(node, ())]
    return numbers


async def eswc(connection: Connection, project_id: int, skeleton_id: int) -> str:
    """As `swc`; each line goes on with creator, creation time, last editor, edition time and confidence."""
    rows = await fetch_all(connection, sql.eswc, project_id=project_id, skeleton_id=skeleton_id)
    return _text(
        (
            (*node, maker, made.isoformat(), editor, edited.isoformat(), confidence)
            for *node, maker, made, editor, edited, confidence in rows
        ),
        skeleton_id,
    )


def _text(rows: Iterable[TupleRow], skeleton_id: int, soma: int | None = None) -> str:
    lines = [
        swc_line(node, (x, y, z), radius, parent, *more, structure=SOMA if node == soma else UNDEFINED)
        for node, x, y, z, radius, parent, *more in rows
    ]
    if not lines:
        raise NotFound(f"There is no skeleton {skeleton_id}.")
    return "\n".join(lines) + "\n"


async def importing_user(connection: Connection, project_id: int, treenode_id: int) -> int | None:
    """Who imported a treenode; None if nobody did, or if it is none: clients ask of connectors, too."""
    row = await fetch_one(connection, sql.importing_user, project_id=project_id, treenode_id=treenode_id)
    return None if row is None else row[0]
