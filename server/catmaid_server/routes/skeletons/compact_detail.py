"""Skeletons in full, in few bytes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Annotated, Any, TypeAlias, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.skeletons import detail_history, detail_tables, details
from catmaid_server.domain.skeletons.details import Detail, Parts
from catmaid_server.http import keys
from catmaid_server.http.cached import remembered_body
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.encodings import Encoded, Encoding, Forms, response
from catmaid_server.http.catmaid.rows import rows
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_wire import columns

routes = Routes()


class CompactDetail(msgspec.Struct, kw_only=True):
    """Which parts are wanted, and in which form."""

    with_connectors: bool = False
    with_tags: bool = False
    with_reviews: bool = False
    with_annotations: bool = False
    with_history: bool = False
    """Also all that was once: rows of nodes and connectors end with the time from which and the time until which they
    were so; those that are so now end with their edition time and their creation time instead. Nodes tell at their end
    whether they are so now (1), were so (2), or were so in another skeleton (3)."""
    with_merge_history: bool = False
    """With `with_history`: also what nodes and links were while they belonged to other skeletons."""
    with_user_info: bool = False
    """Whether connectors, tags and annotations tell the user as well, at the end of their rows."""
    with_edition_times: bool = False
    """Whether rows of nodes end with their edition time, and treenodes of a tag with the time it was put there; s since
    1970."""
    ordered: bool = False
    """Whether nodes and connectors come in the order of their ids."""
    format: str = "json"
    """`json`, or `msgpack` for the same as MessagePack."""

    @property
    def parts(self) -> Parts:
        """The parts that the store has to read."""
        return Parts(
            self.with_connectors,
            self.with_tags,
            self.with_reviews,
            self.with_annotations,
            times=self.with_history or self.with_edition_times,
            users=self.with_user_info,
            tag_times=self.with_edition_times,
        )


@routes.any("/{project_id}/skeletons/{skeleton_id}/compact-detail", needs=Permission.BROWSE)
async def compact_detail(call: Call, form: CompactDetail) -> Encoded:
    """Read one skeleton: nodes, connectors, tags, reviews, annotations.

    Returns
    -------
    A list: the nodes as (id, parent or null, user, x, y, z, radius, confidence), nm; links to connectors as (node,
    connector, kind, x, y, z) with kind 0 pre-, 1 postsynaptic, 2 gap junction, 3 desmosome; nodes by label;
    reviews as (node, reviewer, time); annotations as (annotation, user, time). Parts that were not asked for are
    empty. The same as MessagePack or as columns, if that is asked for.
    """
    try:
        return await encoded_detail(call, form)
    except NotFound:
        return _missing(call.path["skeleton_id"])


async def encoded_detail(call: Call, form: CompactDetail) -> Encoded:
    """One skeleton, as `compact-detail` answers it; `NotFound` if there is none."""
    encoding = Encoding.wanted(call, form.format)

    async def detailed(connection: Connection) -> tuple[bytes, bool]:
        key = (call.project_id, call.path["skeleton_id"])
        if form.with_history and encoding is not Encoding.COLUMNS:
            past = await _history(connection, *key, form)
            return Forms(lambda: past, dict).encoded(encoding), False
        found = await details.skeleton_detail(connection, *key, form.parts)
        body = Forms(lambda: _positional(found, form), lambda: _columnar(found)).encoded(encoding)
        return body, len(found.nodes["id"]) > 0

    async def body(connection: Connection) -> bytes:
        return (await detailed(connection))[0]

    async def made() -> tuple[bytes, bool]:
        async with call.reading() as connection:
            return await detailed(connection)

    if call.as_of is not None or form.with_history or form.with_annotations:
        return response(await remembered_body(call, form, encoding, body), encoding)
    asked = (encoding, msgspec.json.encode(form))
    kept = call.request.app[keys.SKELETON_ANSWERS]
    found = await kept.find(call, call.project_id, call.path["skeleton_id"], asked, made)
    return response(found, encoding)


DetailRows: TypeAlias = tuple[
    Sequence[Sequence[Any]], Sequence[Sequence[Any]], dict[str, list[Any]], Sequence[Any], Sequence[Any]
]
"""Nodes, links to connectors, nodes by label, reviews and annotations, as `compact-detail` describes them."""


class DetailsById(TypedDict):
    """Several skeletons."""

    skeletons: dict[int, DetailRows]
    """By id what `compact-detail` answers."""


class CompactDetails(CompactDetail, kw_only=True):
    """As for one skeleton, and which ones."""

    skeleton_ids: list[int] = []
    with_nodes: bool = True
    """Whether the table of nodes is filled, where the answer is in columns."""


@routes.any("/{project_id}/skeletons/compact-detail", needs=Permission.BROWSE)
async def compact_details(
    call: Call, form: CompactDetails
) -> Annotated[DetailsById | web.Response, Content(DetailsById), Content(bytes, columns.MEDIA_TYPE)]:
    """Read several skeletons, by id.

    Returns
    -------
    `skeletons`: by id what `compact-detail` answers. As columns, if that is asked for: `nodes`, `connectors`, `tags`
    and `reviews` of all skeletons together, each row with its `skeleton_id`; `label` of a tag is its index in
    `labels`; without annotations and history.
    """
    if not form.skeleton_ids:
        raise InvalidInput("No skeleton IDs provided: send skeleton_ids[0], skeleton_ids[1], ...")
    if call.accepts(columns.MEDIA_TYPE):
        return await _tables(call, form)
    answer: dict[int, DetailRows] = {}
    async with call.reading() as connection:
        for skeleton_id in form.skeleton_ids:
            try:
                answer[skeleton_id] = await _rows(connection, call.project_id, skeleton_id, form)
            except NotFound:
                return _missing(skeleton_id)
    return {"skeletons": answer}


async def _tables(call: Call, form: CompactDetails) -> web.Response:
    async with call.reading() as connection:
        missing = await detail_tables.missing_skeletons(connection, call.project_id, form.skeleton_ids)
        if missing:
            return _missing(missing[0])
        found = await detail_tables.detail_tables(
            connection, call.project_id, form.skeleton_ids, form.parts, with_nodes=form.with_nodes
        )
    tables = {name: columns.columns(table) for name, table in found.tables.items()}
    return response(columns.encode({**tables, "labels": found.labels}), Encoding.COLUMNS)


def _missing(skeleton_id: int) -> web.Response:
    return web.json_response({"detail": f"Skeleton {skeleton_id} doesn't exist in this project."}, status=404)


async def _rows(connection: Connection, project_id: int, skeleton_id: int, form: CompactDetail) -> DetailRows:
    if form.with_history:
        return await _history(connection, project_id, skeleton_id, form)
    return _positional(await details.skeleton_detail(connection, project_id, skeleton_id, form.parts), form)


def _positional(found: Detail, form: CompactDetail) -> DetailRows:
    nodes = rows(
        found.nodes, (*columns.DETAIL_NODES, "edition_time") if form.with_edition_times else columns.DETAIL_NODES
    )
    connectors = rows(
        found.connectors, (*columns.DETAIL_LINKS, "user_id") if form.with_user_info else columns.DETAIL_LINKS
    )
    if form.ordered:
        nodes.sort(key=itemgetter(0))
        connectors.sort()
    return nodes, connectors, found.tags, found.reviews, found.annotations


async def _history(connection: Connection, project_id: int, skeleton_id: int, form: CompactDetail) -> DetailRows:
    past = await detail_history.skeleton_history(
        connection, project_id, skeleton_id, form.parts, merged=form.with_merge_history
    )
    nodes, connectors, tags, reviews, annotations = (
        [_with_texts(row) for row in part]
        for part in (past.nodes, past.connectors, past.tags, past.reviews, past.annotations)
    )
    if form.ordered:
        nodes.sort(key=lambda node: (node[0], node[-1]))
        connectors.sort(key=itemgetter(0))
    last = None if form.with_user_info else -1
    by_name: dict[str, list[list[Any]]] = {}
    for name, *put in tags:
        by_name.setdefault(name, []).append(put[:last])
    return nodes, [row[:last] for row in connectors], by_name, reviews, [row[:last] for row in annotations]


def _with_texts(row: tuple[Any, ...]) -> list[Any]:
    return [value.astimezone(UTC).isoformat(sep=" ") if isinstance(value, datetime) else value for value in row]


def _columnar(found: Detail) -> dict[str, Any]:
    return {
        "nodes": _filled(found.nodes),
        "connectors": _filled(found.connectors),
        "tags": found.tags,
        "reviews": found.reviews,
        "annotations": found.annotations,
    }


def _filled(table: dict[str, Any]) -> dict[str, Any]:
    """The columns that were read: times are left out unless they are wanted."""
    return columns.columns({name: column for name, column in table.items() if len(column) == len(table["x"])})
