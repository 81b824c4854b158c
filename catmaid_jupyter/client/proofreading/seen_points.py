"""Which points a user has seen, kept on the server, also on other CATMAID servers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum

_STORE: Final = "proofreading-seen"
_NODES_OF_A_VALUE: Final = 4096
"""Ids of treenodes whose points are kept under one name: a mark writes that value, not all of them."""

# A value is read, changed and written: one after the other.
_writing = asyncio.Lock()


class SeenPoint(NamedTuple):
    """What is kept of a point; it is another one when its mark changes, as a confidence or the length of an edge."""

    treenode_id: int
    kind: str
    mark: str


def mark_of(treenode_id: int, kind: str, mark: str) -> str:
    """The text under which a point is kept."""
    return f"{treenode_id} {kind} {mark}"


async def read_seen(place: Place) -> set[str]:
    """The points that the user has seen, see `mark_of`."""
    return {mark for one in await client_data(place, _STORE) if not one.shared for mark in _marks(one.value)}


async def keep_seen(place: Place, points: Iterable[SeenPoint], *, seen: bool) -> None:
    """Keep that the user has seen points, or that they are to be seen again."""
    place.require_present()
    by_name: defaultdict[str, set[str]] = defaultdict(set)
    for point in points:
        by_name[f"nodes-{point.treenode_id // _NODES_OF_A_VALUE}"].add(mark_of(*point))
    async with _writing:
        kept = {one.name: set(_marks(one.value)) for one in await client_data(place, _STORE) if not one.shared}
        for name, marks in by_name.items():
            before = kept.get(name, set())
            after = before | marks if seen else before - marks
            if after != before:
                await keep_client_datum(place, _STORE, ClientDatum(name, {"seen": sorted(after)}, shared=False))


def _marks(value: Any) -> list[str]:
    """Texts of a value; another program may have written anything."""
    marks = value.get("seen") if isinstance(value, dict) else None
    return [mark for mark in marks if isinstance(mark, str)] if isinstance(marks, list) else []
