"""Skeletons in full, in few bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import msgspec
from aiohttp import web

from catmaid_server.compat import columns
from catmaid_server.compat.encodings import Encoding, Forms, response
from catmaid_server.compat.rows import rows
from catmaid_server.db.store import Connection
from catmaid_server.domain import details
from catmaid_server.domain.details import Detail, Parts
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.remember import remembered_body
from catmaid_server.routing import Call, Permission, Routes

routes = Routes()

NODE_ROW = ("id", "parent_id", "user_id", "x", "y", "z", "radius", "confidence")
LINK_ROW = ("treenode_id", "connector_id", "kind", "x", "y", "z")


class CompactDetail(msgspec.Struct, kw_only=True):
    """Which parts are wanted, and in which form."""

    with_connectors: bool = False
    with_tags: bool = False
    with_reviews: bool = False
    with_annotations: bool = False
    with_history: bool = False
    with_edition_times: bool = False
    ordered: bool = False
    format: str = "json"

    @property
    def parts(self) -> Parts:
        """The parts that the store has to read."""
        return Parts(self.with_connectors, self.with_tags, self.with_reviews, self.with_annotations,
                     times=self.with_history or self.with_edition_times)


@routes.any("/{project_id}/skeletons/{skeleton_id}/compact-detail", needs=Permission.BROWSE)
async def compact_detail(call: Call, form: CompactDetail) -> web.Response:
    """Read one skeleton: nodes, connectors, tags, reviews, annotations."""
    encoding = Encoding.wanted(call, form.format)

    async def detailed(connection: Connection) -> bytes:
        found = await details.skeleton_detail(connection, call.project_id, call.path["skeleton_id"], form.parts)
        return Forms(lambda: _positional(found, form), lambda: _columnar(found)).encoded(encoding)

    try:
        return response(await remembered_body(call, form, encoding, detailed), encoding)
    except NotFound:
        return web.json_response({"detail": "Not found."}, status=404)


class CompactDetails(CompactDetail, kw_only=True):
    """As for one skeleton, and which ones."""

    skeleton_ids: list[int] = []


@routes.any("/{project_id}/skeletons/compact-detail", needs=Permission.BROWSE)
async def compact_details(call: Call, form: CompactDetails) -> Any:
    """Read several skeletons, by id."""
    if not form.skeleton_ids:
        raise InvalidInput("No skeleton IDs provided: send skeleton_ids[0], skeleton_ids[1], ...")
    answer = {}
    async with call.reading() as connection:
        for skeleton_id in form.skeleton_ids:
            try:
                found = await details.skeleton_detail(connection, call.project_id, skeleton_id, form.parts)
            except NotFound:
                return web.json_response({"detail": "Not found."}, status=404)
            answer[skeleton_id] = _positional(found, form)
    return {"skeletons": answer}


def _positional(found: Detail, form: CompactDetail) -> list[Any]:
    nodes = rows(found.nodes, (*NODE_ROW, "edition_time") if form.with_edition_times else NODE_ROW)
    connectors = rows(found.connectors, LINK_ROW)
    if form.with_history:
        nodes = _with_times(nodes, found.nodes)
        connectors = _with_times(connectors, found.connectors)
    if form.ordered:
        nodes.sort(key=itemgetter(0))
        connectors.sort()
    return [nodes, connectors, found.tags, found.reviews, found.annotations]


def _with_times(table: list[tuple[Any, ...]], found: dict[str, Any]) -> list[tuple[Any, ...]]:
    edited, created = (map(_blank_separated, found[name].tolist()) for name in ("edition_time", "creation_time"))
    return [(*row, *times, 1) for row, times in zip(table, zip(edited, created, strict=True), strict=True)]


def _blank_separated(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(sep=" ", timespec="microseconds")


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
