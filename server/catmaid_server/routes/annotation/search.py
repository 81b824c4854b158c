"""Search a project for text."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.annotation import search
from catmaid_server.domain.annotation.search import Found, FoundPlace
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class SearchFor(msgspec.Struct):
    """What to look for."""

    substring: str = ""
    """A part of a name, in any case; or the id of a neuron, skeleton, treenode or connector."""


class PlaceInSpace(TypedDict):
    """A node; nm."""

    id: int
    x: float
    y: float
    z: float


class PlaceOnSkeleton(PlaceInSpace):
    """A treenode; nm."""

    skid: int


class SearchResult(TypedDict):
    """A thing with its class and name, or a treenode or connector with its place; labels with the nodes they are on."""

    id: int
    class_name: str
    name: NotRequired[str]
    nodes: NotRequired[list[PlaceOnSkeleton]]
    connectors: NotRequired[list[PlaceInSpace]]
    x: NotRequired[float]
    y: NotRequired[float]
    z: NotRequired[float]


@routes.any("/{project_id}/search", needs=Permission.BROWSE)
async def search_project(call: Call, form: SearchFor) -> list[SearchResult]:
    """Find neurons, skeletons, labels, annotations and other things by name, nodes by id."""
    async with call.reading() as connection:
        things = await search.things(connection, call.project_id, form.substring)
        nodes = await search.nodes(connection, call.project_id, form.substring)
    results = [_described(thing) for thing in things]
    for class_name, location in (("treenode", nodes.treenode), ("connector", nodes.connector)):
        if location is not None:
            results.append(
                {"class_name": class_name, "id": location.id, "x": location.x, "y": location.y, "z": location.z}
            )
    return results


def _described(thing: Found) -> SearchResult:
    result: SearchResult = {"id": thing.id, "name": thing.name, "class_name": thing.class_name}
    if thing.treenodes:
        result["nodes"] = [{**_place(node), "skid": node.skeleton_id or 0} for node in thing.treenodes]
    if thing.connectors:
        result["connectors"] = [_place(connector) for connector in thing.connectors]
    return result


def _place(location: FoundPlace) -> PlaceInSpace:
    return {"id": location.id, "x": location.x, "y": location.y, "z": location.z}
