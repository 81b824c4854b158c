"""Nodes that the keys of a tracing layer go to, and what they tell of nodes."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.geometry.geometry_reader import read_nodes
from catmaid_jupyter.edits.words import edit_in_words
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.tracing_layer.active_neuron import user_names
from catmaid_jupyter.widgets.tracing_layer.bookmarks import NodeBookmark, bookmarks, keep_bookmark
from catmaid_jupyter.widgets.tracing_layer.travel import Neighbour, branches, children, noted_before, placed
from catmaid_wire.forms import Form
from catmaid_wire.overviews import overview_nodes

_OUTLINE_NODES: Final = 1_000
"""Of larger skeletons some nodes are given, which may be three times as many (see `overview_nodes`)."""


class NodeAuthors(TypedDict):
    """Login names of who made, edited and reviewed a node, and when (ISO 8601)."""

    author: str
    created: str
    editor: str
    edited: str
    reviewers: list[str]


class NodeFinding:
    """The requests of a tracing layer's page about nodes that may be anywhere; the layer has `project`."""

    project: Any

    @method
    async def _last_change(self, params: dict[str, Any]) -> dict[str, Any] | None:
        """Find who changed or deleted a node last: ``{node_id}``; None if the server does not tell."""
        path = f"nodes/{int(params['node_id'])}/last-change"
        try:
            answer: dict[str, Any] = await self.project.place.read_json("GET", path)
        except (NotFound, InvalidInput):  # no such node, or another CATMAID server
            return None
        return {**answer, "is_own_user": self._is_own_user(answer), "words": edit_in_words(answer["label"])}

    def _is_own_user(self, change: Mapping[str, Any]) -> bool | None:
        """Whether the user of the connection made a change; None if that is not known."""
        own_user = self.project.events.user_id
        return None if own_user is None else bool(change.get("user_id") == own_user)

    @method
    async def _labels(self, _params: dict[str, Any]) -> list[str]:
        names: list[str] = await self.project.place.read_json("GET", "labels/")
        return sorted(names)

    @method
    async def _outline(self, params: dict[str, Any]) -> list[dict[str, float]]:
        """Some nodes that show how a skeleton runs: ``{skeleton_id}``; nm. `NotFound` if there is none."""
        nodes = (await read_nodes(self.project.place, [int(params["skeleton_id"])])).popitem()[1]
        step = -(-len(nodes.ids) // _OUTLINE_NODES)
        places = nodes.positions
        if step > 1:
            kept, _ = await asyncio.to_thread(overview_nodes, nodes.parents, step)
            places = places[kept]
        return [dict(zip("xyz", place, strict=True)) for place in np.round(places, 1).tolist()]

    @method
    async def _children(self, params: dict[str, Any]) -> list[Neighbour]:
        """Find the children of a treenode, by id: ``{treenode_id}``."""
        return await children(self.project.place, int(params["treenode_id"]))

    @method
    async def _branches(self, params: dict[str, Any]) -> list[list[Neighbour]]:
        """Find the ways from a treenode to the next branches or ends: ``{treenode_id}``; see `branches`."""
        return await branches(self.project.place, int(params["treenode_id"]))

    @method
    async def _noted_before(self, params: dict[str, Any]) -> Neighbour | None:
        """Find the previous branch, or a node before it that says something: ``{treenode_id}``."""
        return await noted_before(self.project.place, int(params["treenode_id"]))

    @method
    async def _nearest(self, params: dict[str, Any]) -> dict[str, Any] | None:
        """Find the treenode nearest to a point: ``{x, y, z, skeleton_id}``, nm; of any skeleton without one."""
        wanted: Form = {axis: float(params[axis]) for axis in "xyz"}
        if params["skeleton_id"] is not None:
            wanted = {**wanted, "skeleton_id": int(params["skeleton_id"])}
        try:
            found: dict[str, Any] = await self.project.place.read_json("GET", "nodes/nearest", params=wanted)
        except (NotFound, InvalidInput):  # CATMAID answers 400
            return None
        return found

    @method
    async def _edited_last(self, params: dict[str, Any]) -> Neighbour | None:
        """Find the treenode that was edited last: ``{skeleton_id, own}``; in any skeleton without one."""
        place: Place = self.project.place
        wanted: Form = {}
        if params["skeleton_id"] is not None:
            wanted = {"skeleton_id": int(params["skeleton_id"])}
        if params["own"]:
            wanted = {**wanted, "user_id": await self._own_user_id()}
        found = await place.read_json("GET", "nodes/most-recent", params=wanted)
        return placed((found["id"], found["x"], found["y"], found["z"])) if found else None

    @method
    async def _tagged(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Find treenodes with a tag, the nearest to a point first: ``{x, y, z, pattern}``, nm, a regular expression."""
        form = {axis: float(params[axis]) for axis in "xyz"}
        answer = await self.project.place.read_json(
            "POST", "nodes/find-labels", form={**form, "label_regex": str(params["pattern"])}
        )
        return [{**placed((node, *at)), "distance": far, "labels": labels} for node, at, far, labels in answer]

    @method
    async def _node_authors(self, params: dict[str, Any]) -> NodeAuthors | None:
        """Tell who made, edited and reviewed a node: ``{node_id}``; None if there is none."""
        node_id = int(params["node_id"])
        answer = await self.project.place.read_json("POST", "node/user-info", form={"node_ids": [node_id]})
        found = answer.get(str(node_id))
        if found is None:
            return None
        names = await user_names(self.project.place)
        return {
            "author": names.get(found["user"], f"user {found['user']}"),
            "created": str(found["creation_time"]),
            "editor": names.get(found["editor"], f"user {found['editor']}"),
            "edited": str(found["edition_time"]),
            "reviewers": [names.get(user, f"user {user}") for user in found["reviewers"]],
        }

    @method
    async def _distance(self, params: dict[str, Any]) -> float:
        """Length of the way between two treenodes along their skeleton, nm: ``{skeleton_id, treenode_ids}``."""
        skeleton_id = int(params["skeleton_id"])
        nodes = (await read_nodes(self.project.place, [skeleton_id]))[skeleton_id]
        rows = []
        for treenode_id in params["treenode_ids"]:
            row = int(np.searchsorted(nodes.ids, treenode_id))
            if row >= len(nodes.ids) or nodes.ids[row] != treenode_id:
                raise NotFound(f"Treenode {treenode_id} is not in skeleton {skeleton_id}.")
            rows.append(row)
        return way_length(nodes.positions, nodes.parents, *rows)

    @method
    async def _bookmarks(self, _params: dict[str, Any]) -> list[NodeBookmark]:
        """The user's bookmarks, by name."""
        return await bookmarks(self.project.place)

    @method
    async def _keep_bookmark(self, params: dict[str, Any]) -> None:
        """Keep a bookmark: ``{name, node_id, skeleton_id, x, y, z}``."""
        await keep_bookmark(self.project.place, params)

    async def _own_user_id(self) -> int:
        place: Place = self.project.place
        own = self.project.events.user_id
        if own is None:
            names = await user_names(place)
            own = next((user_id for user_id, name in names.items() if name == place.http.username), None)
        if own is None:
            raise InvalidInput("The server does not say who you are: look for what anybody edited, with Alt.")
        return int(own)


def way_length(positions: NDArray[np.float64], parents: NDArray[np.int64], one: int, other: int) -> float:
    """Length of the way between two nodes of an arbor.

    positions : (n, 3) float64, nm
    parents : (n,) int, row of each node's parent, -1 at the root
    one, other : their rows
    """
    upward = {}
    row, length = one, 0.0
    while row >= 0:
        upward[row] = length
        above = int(parents[row])
        if above >= 0:
            length += float(np.linalg.norm(positions[row] - positions[above]))
        row = above
    row, length = other, 0.0
    while row not in upward:
        above = int(parents[row])
        length += float(np.linalg.norm(positions[row] - positions[above]))
        row = above
    return upward[row] + length
