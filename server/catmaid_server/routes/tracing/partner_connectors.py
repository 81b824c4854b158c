"""By which connectors skeletons are partners, and by how many."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.domain.tracing import partner_connectors
from catmaid_server.domain.tracing.partner_connectors import SYNAPTIC
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_wire import relations

routes = Routes()


class Matrix(msgspec.Struct):
    """Presynaptic skeletons, postsynaptic ones, and whether with the places of their synapses."""

    rows: list[int] = []
    columns: list[int] = []
    with_locations: bool = False
    row_relation: str = relations.PRESYNAPTIC
    """How the skeletons of the rows are linked to the connectors."""
    col_relation: str = relations.POSTSYNAPTIC
    """How those of the columns are."""


class NamedMatrix(msgspec.Struct):
    """Presynaptic skeletons, postsynaptic ones, and what they are called."""

    rows: list[int] = []
    columns: list[int] = []
    row_relation: str = relations.PRESYNAPTIC
    """How the skeletons of the rows are linked to the connectors."""
    col_relation: str = relations.POSTSYNAPTIC
    """How those of the columns are."""
    names: list[tuple[int, str]] = []
    """Pairs of skeleton id and name; without one, a skeleton is called by its id."""


class PartnerSkeletons(msgspec.Struct):
    """Some skeletons."""

    skids: list[int] = []


class PartnersByConnector(msgspec.Struct):
    """A skeleton, and which partners of it."""

    skid: int
    connectors: list[int] = []
    relation: int = 0
    """Which partners: 0 those postsynaptic to the connectors, 1 those presynaptic, any other number all."""
    size_mode: int = 0
    """Which partners: 0 those with several nodes, 1 those with a single one, any other number both."""


class Polyadicity(msgspec.Struct):
    """Whose connectors, and which links of others count; what is not given does not restrict."""

    skeleton_ids: list[int] = []
    connector_ids: list[int] = []
    self_relation_name: str | None = None
    """How the skeletons are linked to the connectors."""
    partner_relation_name: str | None = None
    """How the others are linked to them."""


class LocatedConnector(TypedDict):
    """A connector, and how many links two skeletons have over it."""

    pos: list[float]
    """x, y, z, nm."""
    count: int


class LocatedSynapses(TypedDict):
    """Synapses between two skeletons: how many, and where."""

    count: int
    locations: dict[int, LocatedConnector]
    """By connector."""


@routes.post("/{project_id}/skeleton/connectivity_matrix", needs=Permission.BROWSE)
async def synapse_matrix(call: Call, form: Matrix) -> dict[int, dict[int, int]] | dict[int, dict[int, LocatedSynapses]]:
    """Count synapses between skeletons; pairs without any are left out.

    Returns
    -------
    By presynaptic skeleton, by postsynaptic skeleton, the number of synapses; with places also where they are.
    """
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(
            connection,
            call.project_id,
            form.row_relation,
            form.rows,
            partner_relation=form.col_relation,
            partner_ids=form.columns,
        )
        if not form.with_locations:
            return {row: {column: len(ids) for column, ids in columns.items()} for row, columns in found.items()}
        every = {connector for columns in found.values() for ids in columns.values() for connector in ids}
        places = await partner_connectors.places(connection, sorted(every))
    return {row: {column: _located(ids, places) for column, ids in columns.items()} for row, columns in found.items()}


def _located(connector_ids: list[int], places: dict[int, list[float]]) -> LocatedSynapses:
    counts = Counter(connector_ids)
    return {
        "count": len(connector_ids),
        "locations": {connector: {"pos": places[connector], "count": n} for connector, n in counts.items()},
    }


@routes.post("/{project_id}/skeletons/connectivity_matrix/csv", needs=Permission.BROWSE)
async def synapse_matrix_csv(call: Call, form: NamedMatrix) -> Annotated[web.Response, Content(str, "text/csv")]:
    """Count synapses between skeletons, as CSV."""
    async with call.reading() as connection:
        found = await partner_connectors.connectors_between(
            connection,
            call.project_id,
            form.row_relation,
            form.rows,
            partner_relation=form.col_relation,
            partner_ids=form.columns,
        )
    names: dict[int, str] = dict(form.names)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(["", *(names.get(column, column) for column in form.columns)])
    for row in form.rows:
        writer.writerow([names.get(row, row), *(len(found.get(row, {}).get(column, ())) for column in form.columns)])
    return web.Response(
        text=text.getvalue(),
        content_type="text/csv",
        headers={"Content-Disposition": 'attachment; filename="catmaid-connectivity-matrix.csv"'},
    )


@routes.any("/{project_id}/skeletons/partners-by-connector", needs=Permission.BROWSE)
async def partners_by_connector(call: Call, form: PartnersByConnector) -> list[int]:
    """List the partners of a skeleton at some connectors."""
    relation = {0: relations.POSTSYNAPTIC, 1: relations.PRESYNAPTIC}.get(form.relation)
    async with call.reading() as connection:
        return await partner_connectors.partners_at(
            connection,
            call.project_id,
            form.skid,
            required(form.connectors, "connector ID"),
            relation=relation,
            single={0: False, 1: True}.get(form.size_mode),
        )


@routes.any("/{project_id}/skeleton/connectors-by-partner", needs=Permission.BROWSE)
async def connectors_by_partner(call: Call, form: PartnerSkeletons) -> dict[int, dict[str, dict[int, list[int]]]]:
    """List connectors by skeleton, its relation to them, and its partner there."""
    answer: dict[int, dict[str, dict[int, list[int]]]] = {}
    async with call.reading() as connection:
        for relation in SYNAPTIC:
            found = await partner_connectors.connectors_between(connection, call.project_id, relation, form.skids)
            for skeleton, partners in found.items():
                if others := {partner: ids for partner, ids in partners.items() if partner != skeleton}:
                    answer.setdefault(skeleton, {})[relation] = others
    return answer


@routes.any("/{project_id}/skeletons/connector-polyadicity", needs=Permission.BROWSE)
async def connector_polyadicity(call: Call, form: Polyadicity) -> dict[int, dict[str, dict[int, int]]]:
    """Count the other links at each connector of skeletons, by relation."""
    async with call.reading() as connection:
        return await partner_connectors.polyadicity(
            connection,
            call.project_id,
            required(form.skeleton_ids, "skeleton ID"),
            connector_ids=form.connector_ids or None,
            relation=form.self_relation_name or None,
            partner_relation=form.partner_relation_name or None,
        )
