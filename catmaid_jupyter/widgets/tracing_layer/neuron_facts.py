"""What a person should know of a neuron before a split or join: owner, annotations, locks, reviews, samplers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from catmaid_jupyter.api.errors import CatmaidError
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.reviews.review_status import own_id
from catmaid_jupyter.client.selection.table import annotation_uses_of, names_of, reviews_of
from catmaid_jupyter.widgets.tracing_layer.active_neuron import user_names

LOCKED: Final = "locked"
STABLE: Final = "stable"


@dataclass(frozen=True)
class GivenAnnotation:
    """An annotation of a neuron, and who gave it; `user_id` 0 and no name where a server does not tell."""

    name: str
    user_id: int
    user: str


@dataclass(frozen=True)
class NeuronFacts:
    """One neuron.

    Attributes
    ----------
    name
        Of the neuron.
    owner
        Login name of the user to whom it belongs; empty if that is the user of this connection.
    annotations
        One of each name, sorted.
    locked_by
        Login names of those who locked it; `you` for the user of this connection.
    is_stable
        Whether it is annotated `stable`: of two such neurons none is joined.
    may_edit
        Whether the user may split or join it; true where a server does not tell.
    reviewed
        Percent of its nodes that anybody has reviewed.
    samplers
        How many samplers use it.
    """

    skeleton_id: int
    name: str
    owner: str
    annotations: list[GivenAnnotation]
    locked_by: list[str]
    is_stable: bool
    may_edit: bool
    reviewed: float
    samplers: int


async def neuron_facts(place: Place, skeleton_ids: Sequence[int]) -> list[NeuronFacts]:
    """The neurons of skeletons, in their order; those that are gone have no name."""
    names, uses, reviewed, users, own, samplers, *own_facts = await asyncio.gather(
        names_of(place, skeleton_ids),
        annotation_uses_of(place, skeleton_ids),
        reviews_of(place, skeleton_ids),
        user_names(place),
        own_id(place.http),
        _samplers(place, skeleton_ids),
        *(_owner_and_permission(place, skeleton_id) for skeleton_id in skeleton_ids),
    )
    found = []
    for at, skeleton_id in enumerate(skeleton_ids):
        owner_id, may_edit = own_facts[at]
        given = uses.get(skeleton_id, [])
        first = {name: user_id or 0 for name, user_id, _ in reversed(given)}
        by = {user_id or 0 for name, user_id, _ in given if name == LOCKED}
        lockers = sorted("you" if user_id == own else users.get(user_id, "somebody") for user_id in by)
        found.append(
            NeuronFacts(
                skeleton_id=skeleton_id,
                name=names.get(skeleton_id, ""),
                owner="" if owner_id in (None, own) else users.get(owner_id, f"user {owner_id}"),
                annotations=[GivenAnnotation(name, first[name], users.get(first[name], "")) for name in sorted(first)],
                locked_by=lockers,
                is_stable=STABLE in first,
                may_edit=may_edit,
                reviewed=float(reviewed[at]),
                samplers=samplers.get(skeleton_id, 0),
            )
        )
    return found


async def _owner_and_permission(place: Place, skeleton_id: int) -> tuple[int | None, bool]:
    """Id of the user to whom a neuron belongs, and whether it may be edited, as far as a server tells."""
    try:
        details, permission = await asyncio.gather(
            place.read_json("POST", f"skeletons/{skeleton_id}/neuron-details"),
            place.http.read_json("POST", place.path(f"skeleton/{skeleton_id}/permissions")),
        )
    except CatmaidError:
        return None, True
    return int(details["user_id"]), bool(permission.get("can_edit", True))


async def _samplers(place: Place, skeleton_ids: Sequence[int]) -> dict[int, int]:
    try:
        found = await place.read_json("GET", "samplers/", params={"skeleton_ids": list(skeleton_ids)})
    except CatmaidError:  # older servers have none
        return {}
    counts = dict.fromkeys(skeleton_ids, 0)
    for sampler in found:
        counts[int(sampler["skeleton_id"])] = counts.get(int(sampler["skeleton_id"]), 0) + 1
    return counts
