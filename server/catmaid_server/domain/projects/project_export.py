"""Projects and their stacks as a description from which another server can be set up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_wire import tile_layouts

sql = load("projects/project_export")


class ExportedMirror(TypedDict):
    """A place with the images of a stack; tiles in px."""

    title: str
    position: int
    url: str
    fileextension: str
    tile_width: int
    tile_height: int
    tile_source_type: int
    source: NotRequired[dict[str, Any]]
    """How this service reads images of another server, for another one like it."""


class ExportedMembership(TypedDict):
    """A stack group of which a stack is a member."""

    id: int
    title: str
    relation: str


class ExportedStack(TypedDict):
    """A stack; triples are text in parentheses: pixels, nm, and colours from 0 to 1."""

    id: int
    title: str
    comment: str
    description: str
    attribution: str | None
    metadata: Any
    orientation: int
    dimension: str
    resolution: str
    translation: str
    canary_location: str
    placeholder_color: str
    downsample_factors: list[tuple[float, float, float]] | None
    broken_sections: list[int]
    mirrors: list[ExportedMirror]
    stackgroups: NotRequired[list[ExportedMembership]]


class ProjectWithStacks(TypedDict):
    """A project, and its stacks."""

    id: int
    title: str
    stacks: list[ExportedStack]


class ExportedProject(TypedDict):
    """A project under the one key `project`."""

    project: ProjectWithStacks


async def described_projects(connection: Connection, user: User, *, service_url: str) -> list[ExportedProject]:
    """The projects that a user may see, by title, with all that is known of their stacks.

    Triples are text in parentheses, as CATMAID writes and reads them: pixels and colours from 0 to 1, and lengths in
    nm. `service_url` is where clients reach this service, ending in a slash; images that it serves lie below.
    """
    found = await fetch_all(connection, sql.projects, user_id=user.id, all_projects=user.is_superuser)
    return [
        {
            "project": {
                "id": project_id,
                "title": title,
                "stacks": [
                    _stack(stack, f"{service_url}{project_id}/stack/{stack['id']}/tiles/")
                    for stack in json.loads(stacks)
                ],
            }
        }
        for project_id, title, stacks in found
    ]


def _stack(stack: dict[str, Any], tiles_url: str) -> ExportedStack:
    described = {
        **stack,
        "dimension": _triple(stack["dimension"], ", "),
        "canary_location": _triple(stack["canary_location"], ", "),
        "resolution": _triple(stack["resolution"]),
        "translation": _triple(stack["translation"]),
        "placeholder_color": _triple(stack["placeholder_color"]),
        "mirrors": [_mirror(mirror, tiles_url) for mirror in stack["mirrors"]],
    }
    if not stack["stackgroups"]:
        del described["stackgroups"]
    return cast("ExportedStack", described)


def _mirror(mirror: dict[str, Any], tiles_url: str) -> dict[str, Any]:
    revision, source = mirror.pop("revision"), mirror.pop("source")
    if revision is None:
        return mirror
    served = {"url": f"{tiles_url}{revision}/", "tile_source_type": tile_layouts.SERVED}
    return mirror | served | ({"source": source} if source is not None else {})


def _triple(values: Sequence[float], separator: str = ",") -> str:
    return f"({separator.join(f'{value:.15g}' for value in values)})"
