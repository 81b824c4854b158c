"""Search for neurons by several conditions."""

from __future__ import annotations

from typing import TypedDict

import msgspec
import numpy as np

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.search import neuron_search
from catmaid_server.domain.search.neuron_search import MOST_IDS, MOST_ROWS, FoundNeuron
from catmaid_server.http.cached import remembered_body
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.forms import LongText
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class SearchNeurons(msgspec.Struct):
    """What is searched, and which part of it is answered."""

    query: LongText = ""
    """Such as `annotation:PN -annotation:fragment name:/^PN/ nodes:100..`; empty for all neurons. Conditions are
    joined by `and` (or a space), `or`, `not` (or `-`) and parentheses, and have options in brackets, as in
    `annotation:PN[sub by:ana]`."""
    sort_by: str = "id"
    """`id` (of the skeleton), `name`, `nodes`, `cable_length`, `creator`, `creation_time` or `edition_time`."""
    descending: bool = False
    """Whether the highest come first."""
    start: int = 0
    """How many to leave out at the beginning."""
    length: int | None = None
    """Most that are wanted: with rows at most 10,000, else 1,000,000; that many if it is not given."""
    with_rows: bool = False
    """Whether names, sizes and so on are answered."""


class FoundNeurons(TypedDict):
    """Skeletons of the neurons that fit; a neuron without a skeleton is not found."""

    total: int
    """How many fit."""
    skeleton_ids: list[int]
    """Those that were asked for, in their order."""
    rows: list[FoundNeuron] | None
    """What is known of each, in the same order; null if it was not asked for."""
    cut: str | None
    """A sentence about how many come after these; null if none do."""


class _Found(msgspec.Struct):
    """What decides which neurons are found, and their order."""

    query: str
    sort_by: str
    descending: bool


@routes.any("/{project_id}/neurons/search", needs=Permission.BROWSE)
async def search_neurons(call: Call, form: SearchNeurons) -> FoundNeurons:
    """Search for neurons by annotations, names, sizes, times, users, partners, reviews, tags and volumes."""
    query = neuron_search.readable(form.query)
    most = MOST_ROWS if form.with_rows else MOST_IDS
    length = most if form.length is None else form.length
    if not 0 <= length <= most:
        raise InvalidInput(f"length is a number of neurons from 0 to {most:,}, not {length:,}.")
    if form.start < 0:
        raise InvalidInput("start is not negative.")

    async def found(connection: Connection) -> bytes:
        ids = await neuron_search.find_skeletons(
            connection, call.project_id, query, sort_by=form.sort_by, descending=form.descending
        )
        return ids.astype("<i4").tobytes()

    wanted = _Found(form.query, form.sort_by, form.descending)
    ids = np.frombuffer(await remembered_body(call, wanted, "application/octet-stream", found), "<i4")
    page = ids[form.start : form.start + length]
    rows = None
    if form.with_rows:
        async with call.reading() as connection:
            rows = await neuron_search.describe(connection, page)
    return {
        "total": len(ids),
        "skeleton_ids": page.tolist(),
        "rows": rows,
        "cut": neuron_search.cut_sentence(len(ids), form.start, len(page)),
    }
