"""Steps along an arbor: to a parent, a child, the root, the next or previous branch, and to ends that are open."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, TypedDict, get_args

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.edits.site import Site

Direction: TypeAlias = Literal["parent", "child", "root", "next_branch", "previous_branch"]


class Neighbour(TypedDict):
    """A treenode and its position, nm."""

    treenode_id: int
    x: float
    y: float
    z: float


async def neighbour(place: Place, treenode_id: int, direction: str) -> Neighbour | None:
    """Find the treenode in a direction: the parent, a child, the root, the next or previous branch node or end.

    Returns None where the arbor ends in that direction. Raises `NotFound` if the treenode does not exist and
    `InvalidInput` for a direction that does not exist.
    """
    if direction not in get_args(Direction):
        raise InvalidInput(f"There is no direction {direction!r}. There are: {', '.join(get_args(Direction))}.")
    if direction == "parent":
        found = await _parent(place, treenode_id)
    elif direction == "root":
        found = await _root(place, treenode_id)
    else:
        found = await _by_route(place, treenode_id, direction)
    return None if found is None or found["treenode_id"] == treenode_id else found


async def open_ends(place: Place, treenode_id: int, skeleton_id: int, *, newest: bool) -> list[Neighbour]:
    """Ends of a skeleton at which tracing may go on: the nearest to a treenode first, or those that were made last.

    Raises `NotFound` or `InvalidInput` if the treenode is not of the skeleton.
    """
    path = f"skeletons/{skeleton_id}/open-leaves"
    found = await place.read_json("POST", path, form={"treenode_id": treenode_id})
    # Each is treenode, place, nodes on the way, time of creation as text. By id first, since sorting keeps that order
    # among equals: a key leads to the same end each time.
    found.sort(key=lambda end: end[0])
    found.sort(key=lambda end: end[3] if newest else end[2], reverse=newest)
    return [placed((end[0], *end[1])) for end in found]


async def _parent(place: Place, treenode_id: int) -> Neighbour | None:
    site = Site(place)
    parent_id = (await site.nodes([treenode_id])).treenode(treenode_id).parent_id
    if parent_id is None:
        return None
    return placed((parent_id, *(await site.nodes([parent_id])).treenode(parent_id).position))


async def _root(place: Place, treenode_id: int) -> Neighbour:
    skeleton_id = (await Site(place).nodes([treenode_id])).treenode(treenode_id).skeleton_id
    root = await place.read_json("GET", f"skeletons/{skeleton_id}/root")
    return placed((root["root_id"], root["x"], root["y"], root["z"]))


async def children(place: Place, treenode_id: int) -> list[Neighbour]:
    """The children of a treenode, by id."""
    # Each child comes as a list of one row.
    found = await place.read_json("POST", f"treenodes/{treenode_id}/children")
    return sorted((placed(child[0]) for child in found), key=lambda child: child["treenode_id"])


async def branches(place: Place, treenode_id: int) -> list[list[Neighbour]]:
    """The ways from a treenode to the next branch node or end, along the largest branch first.

    Of each: its first node, the first that has a tag, a link or a confidence below 5 (or else the last), and the last.
    """
    found = await place.read_json("POST", f"treenodes/{treenode_id}/next-branch-or-end")
    return [[placed(row) for row in way] for way in found]


async def noted_before(place: Place, treenode_id: int) -> Neighbour | None:
    """The first node towards the root that has a tag, a link or a confidence below 5, at most the previous branch."""
    path = f"treenodes/{treenode_id}/previous-branch-or-root"
    found = placed(await place.read_json("POST", path, form={"alt": 1}))
    return None if found["treenode_id"] == treenode_id else found


async def _by_route(place: Place, treenode_id: int, direction: str) -> Neighbour | None:
    if direction == "previous_branch":
        path = f"treenodes/{treenode_id}/previous-branch-or-root"
        return placed(await place.read_json("POST", path, form={"alt": 0}))
    if direction == "child":
        # Of several the oldest is taken.
        return next(iter(await children(place, treenode_id)), None)
    ways = await branches(place, treenode_id)
    return ways[0][-1] if ways else None


def placed(row: Any) -> Neighbour:
    """A treenode as the server gives it: id, x, y, z."""
    treenode_id, x, y, z = row
    return {"treenode_id": int(treenode_id), "x": float(x), "y": float(y), "z": float(z)}
