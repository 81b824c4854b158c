"""Whether a user may edit a project, to be said before the first click."""

from __future__ import annotations

from typing import Final

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.spaces.browsed_projects import CAPABILITY

ARCHIVED: Final = "archived"
_ALL: Final = "can_administer"
"""Who has this permission may do everything in a project."""


async def lacking_permissions(place: Place) -> list[str]:
    """What the user lacks to edit; nothing where the server does not tell, since it refuses who may not.

    `ARCHIVED` alone where the project is archived, so that nobody edits it.
    """
    try:
        if CAPABILITY in place.capabilities and (await place.read_json("GET", "")).get("archived"):
            return [ARCHIVED]
        permissions = (await place.http.read_json("GET", "permissions"))[0]
    except CatmaidError:
        return []
    needed = ["can_annotate", *(["can_annotate_with_token"] if place.http.has_token else [])]
    return [name for name in needed if place.project_id not in (*permissions.get(name, ()), *permissions.get(_ALL, ()))]
