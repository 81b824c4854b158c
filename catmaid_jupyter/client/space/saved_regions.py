"""Regions that users keep by name, in the server's store of client data: for a user, or for all of a project."""

from __future__ import annotations

from typing import Any, Final

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.client.space.drawn_region import DrawnRegion

STORE: Final = "regions-of-interest"
_FIELD: Final = "region"


async def kept_regions(place: Place) -> dict[str, DrawnRegion]:
    """The regions that the user sees, by name; of one name, the user's own."""
    found: dict[str, DrawnRegion] = {}
    for one in await client_data(place, STORE):
        region = _region_of(one.value)
        if region is not None:
            found.setdefault(one.name, region)
    return found


async def kept_region(place: Place, name: str) -> DrawnRegion:
    """The region of a name; `NotFound` if there is none."""
    known = await kept_regions(place)
    if name not in known:
        raise NotFound(f"There is no region {name!r:.200}.{did_you_mean(name, known)} project.regions has all.")
    return known[name]


async def keep_region(place: Place, region: DrawnRegion, *, shared: bool) -> None:
    """Keep a region; another of its name is replaced."""
    await keep_client_datum(place, STORE, ClientDatum(region.name, {_FIELD: region.to_json()}, shared))


async def forget_region(place: Place, name: str, *, shared: bool) -> None:
    """Forget a region; `NotFound` if there is none of this name."""
    known = [one.name for one in await client_data(place, STORE) if one.shared == shared and _region_of(one.value)]
    if name not in known:
        whose = "for all users" if shared else "of yours"
        raise NotFound(f"There is no region {name!r:.200} {whose}.{did_you_mean(name, known)}")
    await keep_client_datum(place, STORE, ClientDatum(name, {_FIELD: None}, shared))


def _region_of(value: Any) -> DrawnRegion | None:
    """The region of a value; None for one that is forgotten, or is none."""
    try:
        return DrawnRegion.from_json(value[_FIELD])
    except (InvalidInput, KeyError, TypeError):
        return None
