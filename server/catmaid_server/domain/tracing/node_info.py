"""Where nodes are, who made them, what is near. "Node" is a treenode or a connector; coordinates are nm."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TypedDict

import msgspec
from psycopg.rows import TupleRow

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.arbor_walk import ArborWalk
from catmaid_server.domain.errors import InvalidInput, LocationLookup, NotFound
from catmaid_server.domain.patterns import matched
from catmaid_server.domain.positions import NodePosition, Position
from catmaid_server.domain.values import required

sql = load("tracing/node_info")


_MOST_LABELLED = 50
_FIRST_REACH = 1000
"""nm."""
_WIDER = 4


class NearestTreenode(TypedDict):
    """The nearest treenode; place in nm."""

    treenode_id: int
    skeleton_id: int
    x: float
    y: float
    z: float


class MostRecentTreenode(TypedDict, total=False):
    """The treenode that was edited last, empty if there is none; place in nm."""

    id: int
    x: float
    y: float
    z: float
    skeleton_id: int


class TreenodeInfo(TypedDict):
    """Skeleton and neuron of a treenode."""

    skeleton_id: int
    skeleton_name: str
    neuron_id: int
    neuron_name: str


async def user_info(connection: Connection, project_id: int, node_ids: Sequence[int]) -> msgspec.Raw:
    """Who made, edited and reviewed nodes, as JSON by id; unknown ids are left out."""
    ids = required(node_ids, "node ID")
    return await fetch_json(connection, sql.user_info, project_id=project_id, node_ids=ids)


async def locations(connection: Connection, project_id: int, node_ids: Sequence[int]) -> list[NodePosition]:
    """Where nodes are; unknown ids are left out."""
    ids = required(node_ids, "node ID")
    rows = await fetch_all(connection, sql.locations, project_id=project_id, node_ids=ids)
    return [(node, x, y, z) for node, x, y, z in rows]


async def location(connection: Connection, project_id: int, node_id: int) -> NodePosition:
    """Where a node is; `LocationLookup` if there is none."""
    found = await locations(connection, project_id, [node_id])
    if not found:
        raise LocationLookup(f"There is no node {node_id}, so it has no location.")
    return found[0]


async def nearest(
    connection: Connection, project_id: int, point: Position, *, skeleton_id: int | None, neuron_id: int | None
) -> NearestTreenode:
    """The treenode nearest to a point, of a skeleton, of a neuron, or of all.

    Raises `NotFound` if there is none.
    """
    x, y, z = point
    if skeleton_id is None and neuron_id is None:
        row = await _nearest_of_all(connection, project_id, point)
    else:
        row = await fetch_one(
            connection,
            sql.nearest_in_skeletons,
            project_id=project_id,
            x=x,
            y=y,
            z=z,
            skeleton_id=skeleton_id,
            neuron_id=neuron_id,
        )
    if row is None:
        raise NotFound("There is no treenode to be near to.")
    treenode_id, skeleton_id, node_x, node_y, node_z = row
    return {"treenode_id": treenode_id, "skeleton_id": skeleton_id, "x": node_x, "y": node_y, "z": node_z}


async def _nearest_of_all(connection: Connection, project_id: int, point: Position) -> TupleRow | None:
    """Id, skeleton and place of the treenode nearest to a point; None if the project has none.

    Looks in columns along y that become wider, until one holds a treenode, and once more as far as that is away.
    """
    x, y, z = point
    row = await fetch_one(connection, sql.any_treenode, project_id=project_id)
    if row is None:
        return None
    farthest = math.dist(point, row[2:])
    reach: float = _FIRST_REACH
    while reach < farthest:
        found = await fetch_one(connection, sql.nearest_in_column, project_id=project_id, x=x, y=y, z=z, reach=reach)
        if found is not None:
            farthest = min(farthest, math.dist(point, found[2:]))
            break
        reach *= _WIDER
    reach = farthest * (1 + 1e-9) + 1  # what is just as far away is inside of it, however numbers are rounded
    found = await fetch_one(connection, sql.nearest_in_column, project_id=project_id, x=x, y=y, z=z, reach=reach)
    return row if found is None else found


async def most_recent(
    connection: Connection, project_id: int, *, skeleton_id: int | None, user_id: int | None
) -> MostRecentTreenode:
    """The treenode edited last, of a skeleton and by a user if given; empty if there is none."""
    row = await fetch_one(connection, sql.most_recent, project_id=project_id, skeleton_id=skeleton_id, user_id=user_id)
    if row is None:
        return {}
    treenode_id, x, y, z = row
    return {"id": treenode_id, "x": x, "y": y, "z": z}


async def labelled_near(
    connection: Connection, project_id: int, point: Position, pattern: str
) -> list[tuple[int, list[float], float, list[str]]]:
    """Up to 50 nodes with a label that fits a regular expression, nearest first.

    Each is (node, [x, y, z], distance in nm, labels that fit).
    """
    x, y, z = point
    async with matched(connection, pattern):
        rows = await fetch_all(
            connection, sql.labelled_near, project_id=project_id, x=x, y=y, z=z, pattern=pattern, most=_MOST_LABELLED
        )
    return [(node, place, distance, names) for node, place, distance, names in rows]


async def treenode_info(connection: Connection, project_id: int, treenode_id: int) -> TreenodeInfo:
    """Skeleton and neuron of a treenode; `InvalidInput` if there is none."""
    row = await fetch_one(connection, sql.treenode_info, project_id=project_id, treenode_id=treenode_id)
    if row is None:
        raise InvalidInput(f"There is no treenode {treenode_id}.")
    skeleton_id, skeleton_name, neuron_id, neuron_name = row
    return {
        "skeleton_id": skeleton_id,
        "skeleton_name": skeleton_name,
        "neuron_id": neuron_id,
        "neuron_name": neuron_name,
    }


async def compact_treenodes(
    connection: Connection,
    project_id: int,
    *,
    treenode_ids: Sequence[int] = (),
    skeleton_ids: Sequence[int] = (),
    label_ids: Sequence[int] = (),
    label_names: Sequence[str] = (),
) -> msgspec.Raw:
    """Treenodes that fit all that is given, as JSON rows with the columns of `node/list`.

    Raises `InvalidInput` if nothing is given.
    """
    wanted = {
        "treenode_ids": treenode_ids,
        "skeleton_ids": skeleton_ids,
        "label_ids": label_ids,
        "label_names": label_names,
    }
    if not any(wanted.values()):
        raise InvalidInput("Give treenode IDs, skeleton IDs, label IDs or label names.")
    lists = {name: list(values) or None for name, values in wanted.items()}
    return await fetch_json(connection, sql.compact_treenodes, project_id=project_id, **lists)


async def compact_treenode(connection: Connection, project_id: int, treenode_id: int) -> msgspec.Raw:
    """One treenode as a JSON row; `InvalidInput` if there is none."""
    rows = await compact_treenodes(connection, project_id, treenode_ids=[treenode_id])
    found = msgspec.json.decode(rows, type=list[msgspec.Raw])
    if not found:
        raise InvalidInput(f"There is no treenode {treenode_id}.")
    return found[0]


async def children(connection: Connection, project_id: int, treenode_id: int) -> list[list[NodePosition]]:
    """The children of a treenode, each alone in a list."""
    rows = await fetch_all(connection, sql.children, project_id=project_id, treenode_id=treenode_id)
    return [[(node, x, y, z)] for node, x, y, z in rows]


async def next_branches(
    connection: Connection, project_id: int, treenode_id: int
) -> list[tuple[NodePosition, NodePosition, NodePosition]]:
    """For each branch distal to a treenode, largest first: its first node, its first noted node, its end.

    The end is the next branch node or end. Noted are nodes with a label, a link or a confidence below 5; without one
    it is the end. Raises `InvalidInput` if there is no such treenode.
    """
    arbor, places = await _arbor_around(connection, project_id, treenode_id)
    paths = [arbor.path_to_end_or_branch(first) for first in arbor.branches(treenode_id)]
    noted = await _noted(connection, [node for path in paths for node in path])
    return [(places[path[0]], places[_first_noted(path, noted)], places[path[-1]]) for path in paths]


async def previous_branch(
    connection: Connection, project_id: int, treenode_id: int, *, only_to_noted: bool = False
) -> NodePosition:
    """The nearest proximal branch node, or the root; with `only_to_noted` the first noted node on the way, if any.

    Noted are nodes with a label, a link or a confidence below 5. A root is its own. Raises `InvalidInput` if there is
    no such treenode.
    """
    arbor, places = await _arbor_around(connection, project_id, treenode_id)
    path = arbor.path_to_previous_branch_or_root(treenode_id) or [treenode_id]
    return places[_first_noted(path, await _noted(connection, path)) if only_to_noted else path[-1]]


def _first_noted(path: Sequence[int], noted: Collection[int]) -> int:
    return next((node for node in path if node in noted), path[-1])


async def _noted(connection: Connection, treenode_ids: Sequence[int]) -> set[int]:
    rows = await fetch_all(connection, sql.noted, treenode_ids=list(treenode_ids))
    return {treenode_id for (treenode_id,) in rows}


async def _arbor_around(
    connection: Connection, project_id: int, treenode_id: int
) -> tuple[ArborWalk, dict[int, NodePosition]]:
    rows = await fetch_all(connection, sql.arbor, project_id=project_id, treenode_id=treenode_id)
    if not rows:
        raise InvalidInput(f"There is no treenode {treenode_id}.")
    places: dict[int, NodePosition] = {node: (node, x, y, z) for node, _, x, y, z in rows}
    return ArborWalk({node: parent for node, parent, *_ in rows}), places
