"""By which connectors skeletons are partners, and by how many."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import msgspec
from aiohttp import web

from catmaid_server.domain import partner_connectors
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.partner_connectors import SYNAPTIC
from catmaid_server.domain.skeleton_info import required
from catmaid_server.routing import Call, Permission, Routes

routes = Routes()


class Matrix(msgspec.Struct):
    """Presynaptic skeletons, postsynaptic ones, and whether with the places of their synapses."""

    rows: list[int] = []
    columns: list[int] = []
    with_locations: bool = False


class Skids(msgspec.Struct):
    """Some skeletons."""

    skids: list[int] = []


class SkeletonIds(msgspec.Struct):
    """Some skeletons."""

    skeleton_ids: list[int] = []


class PartnersByConnector(msgspec.Struct):
    """A skeleton, connectors, and whether it is pre- (0) or postsynaptic (1) to them."""

    skid: int
    connectors: list[int] = []
    relation: int = 0


class CountLinks(msgspec.Struct):
    """Whose links, of which relations, to connectors with which others."""

    skeleton_ids: list[int] = []
    source_relations: list[str] = []
    target_relations: list[str] = []


@routes.any("/{project_id}/skeleton/connectivity_matrix", needs=Permission.BROWSE)
async def synapse_matrix(call: Call, form: Matrix) -> dict[int, dict[int, Any]]:
    """Count synapses between skeletons; pairs without any are left out."""
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(
            connection, call.project_id, "presynaptic_to", form.rows, partner_ids=form.columns)
        if not form.with_locations:
            return {row: {column: len(ids) for column, ids in columns.items()} for row, columns in found.items()}
        every = {connector for columns in found.values() for ids in columns.values() for connector in ids}
        places = await partner_connectors.places(connection, sorted(every))
    return {row: {column: _located(ids, places) for column, ids in columns.items()} for row, columns in found.items()}


def _located(connector_ids: list[int], places: dict[int, list[float]]) -> dict[str, Any]:
    counts = Counter(connector_ids)
    return {"count": len(connector_ids),
            "locations": {connector: {"pos": places[connector], "count": n} for connector, n in counts.items()}}


@routes.any("/{project_id}/skeletons/connectivity_matrix/csv", needs=Permission.BROWSE)
async def synapse_matrix_csv(call: Call, form: Matrix) -> web.Response:
    """Count synapses between skeletons, as CSV."""
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(
            connection, call.project_id, "presynaptic_to", form.rows, partner_ids=form.columns)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["", *form.columns])
    for row in form.rows:
        writer.writerow([row, *(len(found.get(row, {}).get(column, ())) for column in form.columns)])
    return web.Response(text=text.getvalue(), content_type="text/csv",
                        headers={"Content-Disposition": 'attachment; filename="catmaid-connectivity-matrix.csv"'})


@routes.any("/{project_id}/skeletons/partners-by-connector", needs=Permission.BROWSE)
async def partners_by_connector(call: Call, form: PartnersByConnector) -> list[int]:
    """List the partners of a skeleton at some connectors."""
    if form.relation not in (0, 1):
        raise InvalidInput("Parameter relation is 0 (presynaptic) or 1 (postsynaptic).")
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(
            connection, call.project_id, SYNAPTIC[form.relation], [form.skid],
            connector_ids=required(form.connectors, "connector ID"))
    return list(found.get(form.skid, {}))


@routes.any("/{project_id}/skeleton/connectors-by-partner", needs=Permission.BROWSE)
async def connectors_by_partner(call: Call, form: Skids) -> dict[int, dict[str, dict[int, list[int]]]]:
    """List connectors by skeleton, its relation to them, and its partner there."""
    answer: dict[int, dict[str, dict[int, list[int]]]] = {}
    async with call.reading() as connection:
        for relation in SYNAPTIC:
            found = await partner_connectors.connectors_between(connection, call.project_id, relation,
                                                                required(form.skids, "skeleton ID"))
            for skeleton, partners in found.items():
                answer.setdefault(skeleton, {})[relation] = partners
    return answer


@routes.any("/{project_id}/skeletons/connector-polyadicity", needs=Permission.BROWSE)
async def connector_polyadicity(call: Call, form: SkeletonIds) -> dict[int, dict[str, dict[int, int]]]:
    """Count the partners at each connector that skeletons are presynaptic to."""
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(connection, call.project_id, "presynaptic_to",
                                                            required(form.skeleton_ids, "skeleton ID"))
    return {skeleton: {"presynaptic_to": dict(Counter(c for ids in partners.values() for c in ids))}
            for skeleton, partners in found.items()}


@routes.any("/{project_id}/skeletons/connectivity-counts", needs=Permission.BROWSE)
async def count_links(call: Call, form: CountLinks) -> dict[str, Any]:
    """Count partner links of skeletons by relation."""
    async with call.reading() as connection:
        counts, names = await partner_connectors.link_counts(
            connection, call.project_id, required(form.skeleton_ids, "skeleton ID"),
            source_relations=form.source_relations or SYNAPTIC, target_relations=form.target_relations or SYNAPTIC)
    return {"connectivity": counts, "relations": names}
