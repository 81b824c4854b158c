"""Searches that users keep by name, in the server's store of client data: for a user, or for all of a project."""

from __future__ import annotations

from typing import Any, Final, TypedDict

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum

STORE: Final = "neuron-searches"
_LONGEST_NAME: Final = 200


class SavedSearch(TypedDict):
    """A search, and whether it is for all users of the project."""

    name: str
    query: str
    shared: bool


async def saved(place: Place) -> list[SavedSearch]:
    """The searches of a project that the user sees, by name; of one name, the user's own first."""
    return [
        SavedSearch(name=one.name, query=one.value["query"], shared=one.shared)
        for one in await client_data(place, STORE)
        if _is_search(one.value)
    ]


async def save(place: Place, name: str, query: str, *, shared: bool) -> None:
    """Keep a search; another of its name is replaced. `InvalidInput` for an empty name."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME:
        raise InvalidInput(f"A saved search needs a name of at most {_LONGEST_NAME} characters.")
    await keep_client_datum(place, STORE, ClientDatum(name, {"query": query}, shared))


async def forget(place: Place, name: str, *, shared: bool) -> None:
    """Forget a search; `NotFound` if there is none of this name."""
    if not any(one["name"] == name and one["shared"] == shared for one in await saved(place)):
        whose = "for all users" if shared else "of yours"
        raise NotFound(f"There is no saved search {name!r:.200} {whose}.")
    await keep_client_datum(place, STORE, ClientDatum(name, {"query": None}, shared))


def _is_search(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("query"), str)
