"""Searches that users keep by name, in the server's store of client data: for a user, or for all of a project."""

from __future__ import annotations

import json
from typing import Any, Final, TypedDict

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_wire.forms import FormValue

STORE: Final = "neuron-searches"
_LONGEST_NAME: Final = 200


class SavedSearch(TypedDict):
    """A search, and whether it is for all users of the project."""

    name: str
    query: str
    shared: bool


async def saved(place: Place) -> list[SavedSearch]:
    """The searches of a project that the user sees, by name; of one name, the user's own first."""
    try:
        data = await place.http.read_json("GET", f"client/datastores/{STORE}/", params={"project_id": place.project_id})
    except (NotFound, InvalidInput):  # nobody has kept any; CATMAID answers 400
        return []
    found = [
        SavedSearch(name=str(datum["key"]), query=datum["value"]["query"], shared=datum["user"] is None)
        for datum in data
        if datum["project"] == place.project_id and _is_search(datum["value"])
    ]
    return sorted(found, key=lambda one: (one["name"].lower(), one["name"], one["shared"]))


async def save(place: Place, name: str, query: str, *, shared: bool) -> None:
    """Keep a search; another of its name is replaced. `InvalidInput` for an empty name."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput(f"A saved search needs a name of at most {_LONGEST_NAME} characters.")
    await _put(place, name, {"query": query}, shared=shared)


async def forget(place: Place, name: str, *, shared: bool) -> None:
    """Forget a search; `NotFound` if there is none of this name."""
    if not any(one["name"] == name and one["shared"] == shared for one in await saved(place)):
        whose = "for all users" if shared else "of yours"
        raise NotFound(f"There is no saved search {name!r:.200} {whose}.")
    await _put(place, name, {"query": None}, shared=shared)  # single values cannot be deleted there


async def _put(place: Place, name: str, value: dict[str, Any], *, shared: bool) -> None:
    place.require_present()
    known = await place.http.read_json("GET", "client/datastores/")
    if STORE not in {store["name"] for store in known}:
        await place.http.request("POST", "client/datastores/", form={"name": STORE})
    form: dict[str, FormValue] = {
        "key": name,
        "value": json.dumps(value),
        "project_id": place.project_id,
        "ignore_user": shared,
    }
    await place.http.request("PUT", f"client/datastores/{STORE}/", form=form)


def _is_search(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("query"), str)
