"""Places in a project that a user goes back to by name, kept on the server."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum

_STORE: Final = "viewer-bookmarks"
_LONGEST_NAME: Final = 200


class NodeBookmark(TypedDict):
    """A bookmark: a node and its skeleton, or only a position (nm) where these are None."""

    name: str
    node_id: int | None
    skeleton_id: int | None
    x: float
    y: float
    z: float


async def bookmarks(place: Place) -> list[NodeBookmark]:
    """The user's bookmarks in a project, by name; what is kept and is none is left out."""
    found = [_bookmark(one.name, one.value) for one in await client_data(place, _STORE) if not one.shared]
    return [one for one in found if one is not None]


async def keep_bookmark(place: Place, bookmark: dict[str, Any]) -> None:
    """Keep a bookmark; another of its name is replaced. `InvalidInput` for a name that it cannot have."""
    name = str(bookmark["name"]).strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput(f"A bookmark has a name of at most {_LONGEST_NAME} characters.")
    kept = _bookmark(name, bookmark)
    if kept is None:
        raise InvalidInput("A bookmark needs a position of three numbers, nm.")
    await keep_client_datum(place, _STORE, ClientDatum(name, {**kept}, shared=False))


def _bookmark(name: str, value: Any) -> NodeBookmark | None:
    try:
        node_id, skeleton_id = (None if value[key] is None else int(value[key]) for key in ("node_id", "skeleton_id"))
        x, y, z = (float(value[axis]) for axis in "xyz")
    except (KeyError, TypeError, ValueError):
        return None
    return {"name": name, "node_id": node_id, "skeleton_id": skeleton_id, "x": x, "y": y, "z": z}
