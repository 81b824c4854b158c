"""All projects of a server with what people choose them by; of servers that tell less, what they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypedDict

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.frames import COUNT, ID, OBJECT, TEXT, TIME, FrameSchema, frame

CAPABILITY: Final = "project-browser"
BROWSED: Final[FrameSchema] = {
    "id": ID,
    "title": TEXT,
    "comment": TEXT,
    "stacks": OBJECT,
    "neurons": COUNT,
    "nodes": COUNT,
    "last_edit": TIME,
    "owners": OBJECT,
    "permissions": OBJECT,
    "favorite": "bool",
    "is_public": "bool",
    "archived": TIME,
    "requests": COUNT,
}


class ToldStack(TypedDict):
    """A stack of a project, as far as its name."""

    id: int
    title: str


class ToldProject(TypedDict):
    """A project that the user may see. What the server does not tell is None, and no owner is told then."""

    id: int
    title: str
    comment: str
    stacks: list[ToldStack]
    neurons: int | None
    nodes: int | None
    last_edit: str | None
    owners: list[str]
    permissions: list[str]
    favorite: bool
    is_public: bool | None
    archived: str | None
    """When it was archived; None if it is not."""
    requests: int
    """How many people ask to join it, for its administrators; -1 where the server does not tell."""


async def read_browsed(http: Http, capabilities: frozenset[str]) -> list[ToldProject]:
    """The projects that the user may see, by title."""
    if CAPABILITY in capabilities:
        told: list[ToldProject] = await http.read_json("GET", "projects/browse")
        return told
    listed, granted = await loop.gather(http.read_json("GET", "projects/"), http.read_json("GET", "permissions"))
    return [_as_told(project, granted[0]) for project in listed]


def browsed_table(projects: Sequence[ToldProject]) -> pd.DataFrame:
    """Projects as `ProjectBrowser.table` has them."""
    columns: dict[str, list[Any]] = {name: [dict(one)[name] for one in projects] for name in BROWSED}
    columns["stacks"] = [[stack["title"] for stack in one["stacks"]] for one in projects]
    for name in ("neurons", "nodes"):
        columns[name] = [-1 if value is None else value for value in columns[name]]
    columns["is_public"] = [bool(value) for value in columns["is_public"]]
    return frame(columns, BROWSED)


def _as_told(project: Mapping[str, Any], granted: Mapping[str, Sequence[int]]) -> ToldProject:
    """A project as CATMAID lists it, with the user's permissions there."""
    return {
        "id": int(project["id"]),
        "title": str(project["title"]),
        "comment": str(project.get("comment") or ""),
        "stacks": [{"id": int(stack["id"]), "title": str(stack["title"])} for stack in project["stacks"]],
        "neurons": None,
        "nodes": None,
        "last_edit": None,
        "owners": [],
        "permissions": sorted(name for name, ids in granted.items() if project["id"] in ids),
        "favorite": bool(project.get("favorite", False)),
        "is_public": None,
        "archived": None,
        "requests": -1,
    }
