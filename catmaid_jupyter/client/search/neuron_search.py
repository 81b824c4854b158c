"""Ask a server which neurons fit a query, and what a list shows of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, TypedDict

import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.search.catmaid_search import CatmaidSearch
from catmaid_jupyter.client.tables import skeleton_table
from catmaid_jupyter.model.queries import BadQuery, Query, query_text
from catmaid_wire.forms import FormValue
from catmaid_wire.natural_order import natural_key

SEARCH: Final = "search"
"""Capability of servers that search by themselves."""
SORTS: Final = ("id", "name", "nodes", "cable_length", "creator", "creation_time", "edition_time")
MOST_ROWS: Final = 10_000


class FoundRow(TypedDict):
    """What a list shows of a skeleton; times are ISO text."""

    skeleton_id: int
    neuron_id: int
    name: str
    nodes: int
    cable_length: float
    creator: str
    creation_time: str
    edition_time: str
    annotations: list[str]


@dataclass(frozen=True, slots=True)
class FoundIds:
    """Skeletons that fit, in an order; `cut` is a sentence if these are not all."""

    skeleton_ids: list[int]
    total: int
    cut: str | None = None


@dataclass(frozen=True, slots=True)
class FoundPage:
    """Some rows of what fits, and how many fit in all."""

    rows: list[FoundRow]
    total: int


def refusal(error: BadQuery) -> InvalidInput:
    """The error that users of the client get for a query that says nothing."""
    return InvalidInput(error.message)


async def find_ids(place: Place, query: Query, *, sort_by: str = "id", descending: bool = False) -> FoundIds:
    """Skeletons that fit a query.

    Raises `NotFound` if it names what the project does not have, `InvalidInput` for what the server cannot tell.
    """
    _check_order(sort_by)
    if SEARCH in place.capabilities:
        answer = await _ask(place, query, sort_by, descending=descending)
        return FoundIds(answer["skeleton_ids"], answer["total"], answer["cut"])
    ids = await CatmaidSearch(place).ids(query)
    if sort_by != "id":
        rows = await _rows_of(place, ids, sort_by, descending=descending)
        return FoundIds([int(skeleton_id) for skeleton_id in rows["id"]], len(rows))
    return FoundIds(sorted(ids, reverse=descending), len(ids))


async def find_page(
    place: Place, query: Query, *, sort_by: str, descending: bool, start: int, length: int
) -> FoundPage:
    """Rows of what fits a query, from `start` on; errors as `find_ids`."""
    _check_order(sort_by)
    if SEARCH in place.capabilities:
        page: dict[str, FormValue] = {"start": start, "length": length, "with_rows": True}
        answer = await _ask(place, query, sort_by, descending=descending, **page)
        return FoundPage(answer["rows"], answer["total"])
    rows = await _rows_of(place, await CatmaidSearch(place).ids(query), sort_by, descending=descending)
    shown = rows.iloc[start : start + length]
    annotations = await CatmaidSearch(place).annotations_of([int(one) for one in shown["id"]])
    return FoundPage([_row(row, annotations.get(row["id"], [])) for row in shown.to_dict("records")], len(rows))


async def _ask(place: Place, query: Query, sort_by: str, *, descending: bool, **more: FormValue) -> dict[str, Any]:
    form: dict[str, FormValue] = {"query": query_text(query), "sort_by": sort_by, "descending": descending, **more}
    answer: dict[str, Any] = await place.read_json("POST", "neurons/search", form=form)
    return answer


async def _rows_of(place: Place, ids: Collection[int], sort_by: str, *, descending: bool) -> pd.DataFrame:
    table = await skeleton_table(place)
    found = table[table["id"].isin(list(ids))]
    keys = found.assign(name=found["name"].map(natural_key))
    order = keys.sort_values(["id"] if sort_by == "id" else [sort_by, "id"], ascending=not descending).index
    return found.loc[order]


def _row(row: dict[Any, Any], annotations: list[str]) -> FoundRow:
    return {
        "skeleton_id": int(row["id"]),
        "neuron_id": int(row["neuron_id"]),
        "name": row["name"],
        "nodes": int(row["nodes"]),
        "cable_length": float(row["cable_length"]),
        "creator": row["creator"],
        "creation_time": _iso(row["creation_time"]),
        "edition_time": _iso(row["edition_time"]),
        "annotations": annotations,
    }


def _iso(time: Any) -> str:
    return "" if pd.isna(time) else str(time.isoformat())


def _check_order(sort_by: str) -> None:
    if sort_by not in SORTS:
        raise InvalidInput(f"Neurons can be sorted by {', '.join(SORTS)}, not by {sort_by!r}.")
