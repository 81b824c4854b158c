"""Neurons as a viewer names them: the active one, and those that a person goes to by name."""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypedDict

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.exchange.foreign import origins_of
from catmaid_jupyter.client.neuron_lookup import neurons_by_name
from catmaid_jupyter.client.neurons import read_skeleton_ids
from catmaid_jupyter.client.search.neuron_search import find_page, refusal
from catmaid_jupyter.client.selection.table import annotations_of, reviews_of, sizes_of
from catmaid_jupyter.model.queries import BadQuery, Query
from catmaid_jupyter.model.query_keywords import from_keywords

MOST_NAMED: Final = 20
"""Neurons that are offered for a part of a name."""
_LONGEST_TEXT: Final = 500


class ActiveNeuron(TypedDict):
    """A skeleton's neuron.

    author: the user who owns the neuron; cable_length in nm; reviewed: percent, by anybody; origin: from where it was
    imported, in words, empty for what was made here.
    """

    skeleton_id: int
    neuron_id: int
    name: str
    author: str
    nodes: int
    cable_length: float
    reviewed: float
    origin: str


class NamedNeurons(TypedDict):
    """Neurons found by name, at most `MOST_NAMED`, and how many there are; `root` of the only one."""

    neurons: list[dict[str, Any]]
    total: int
    root: dict[str, Any] | None


async def active_neuron(place: Place, skeleton_id: int) -> ActiveNeuron | None:
    """The neuron of a skeleton; None if there is no such skeleton."""
    try:
        details, sizes, users, reviewed, origin = await asyncio.gather(
            place.read_json("POST", f"skeletons/{skeleton_id}/neuron-details"),
            sizes_of(place, [skeleton_id]),
            user_names(place),
            reviews_of(place, [skeleton_id]),
            _origin(place, skeleton_id),
        )
    except NotFound:
        return None
    return {
        "skeleton_id": skeleton_id,
        "neuron_id": int(details["neuron_id"]),
        "name": str(details["name"]),
        "author": users.get(int(details["user_id"]), f"user {details['user_id']}"),
        "nodes": int(sizes["nodes"][0]),
        "cable_length": float(sizes["cable_length"][0]),
        "reviewed": float(reviewed[0]),
        "origin": origin,
    }


async def _origin(place: Place, skeleton_id: int) -> str:
    try:
        found = await origins_of(place, [skeleton_id])
    except CatmaidError:  # older servers do not keep it
        return ""
    return found[skeleton_id].in_words(place.http.url) if found else ""


async def user_names(place: Place) -> dict[int, str]:
    """Login names of all users by id."""
    return {int(user["id"]): str(user["login"]) for user in await place.http.read_json("GET", "user-list")}


async def neuron_values(place: Place, of: str, skeleton_ids: list[int]) -> list[str] | list[float]:
    """What colours of skeletons say, in their order: `annotation` names as one text, or percent of `review`.

    `InvalidInput` for something else.
    """
    if of == "annotation":
        return [", ".join(names)[:_LONGEST_TEXT] for names in await annotations_of(place, skeleton_ids)]
    if of == "review":
        return [float(share) for share in await reviews_of(place, skeleton_ids)]
    raise InvalidInput(f"Neurons are coloured by annotation or review here, not by {of!r:.80}.")


async def named_neurons(place: Place, name: str) -> NamedNeurons:
    """Neurons with exactly this name, or if there are none those with it in their name, in any case.

    `InvalidInput` if the name is empty, `NotFound` if no neuron with a skeleton has it.
    """
    if not name.strip():
        raise InvalidInput("Write a neuron's name, or a part of it.")
    found = await _exactly_named(place, name)
    total = len(found)
    if not found:
        query = _containing(name)
        page = await find_page(place, query, sort_by="name", descending=False, start=0, length=MOST_NAMED)
        found = [{"skeleton_id": row["skeleton_id"], "name": row["name"]} for row in page.rows]
        total = page.total
    if not found:
        raise NotFound(f"No neuron has {name!r:.200} in its name.")
    root = None
    if total == 1:
        root = await place.read_json("GET", f"skeletons/{found[0]['skeleton_id']}/root")
    return {"neurons": found[:MOST_NAMED], "total": total, "root": root}


def _containing(name: str) -> Query:
    try:
        return from_keywords(contains=name)
    except BadQuery as error:
        raise refusal(error) from None


async def _exactly_named(place: Place, name: str) -> list[dict[str, Any]]:
    """Skeletons of the neurons with exactly this name."""
    neurons = await neurons_by_name(place, name)
    skeletons = await asyncio.gather(*(read_skeleton_ids(place, neuron_id) for neuron_id, _ in neurons[:MOST_NAMED]))
    return [{"skeleton_id": skeleton_id, "name": name} for ids in skeletons for skeleton_id in ids]
