"""What a viewer shows: treenodes, connectors, links and labels in a box."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from typing import Any, Final, Literal

import msgspec
from aiohttp import web

from catmaid_server.db.store import Connection
from catmaid_server.domain.cells.cut import Cut
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing import detail_levels, skeleton_choice, viewports
from catmaid_server.domain.tracing.skeleton_choice import Choice
from catmaid_server.domain.tracing.viewports import ColumnTable, Viewport, Wanted
from catmaid_server.domain.values import Box
from catmaid_server.http import keys
from catmaid_server.http.cached import remembered_body
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.encodings import Encoded, Encoding, Forms, response
from catmaid_server.http.catmaid.rows import rows
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.tracing.viewport_json import viewport_json
from catmaid_wire import columns

routes = Routes()

_LIMIT_UNASKED: Final = 50_000
"""Most treenodes of an answer to who names no limit."""

LINK_ROW = tuple(name for name in columns.LINKS if name != "connector_id")

PROVIDERS = ("postgis3d", "postgis2d", "postgis3dblurry", "postgis2dblurry")
"""Names under which clients of CATMAID may ask for this query; all mean the same here."""

GRIDS = ("cached_json_grid", "cached_json_text_grid", "cached_msgpack_grid")
"""Names under which they may ask for levels of detail."""


class NodeList(msgspec.Struct, kw_only=True):
    """A box in nm, nodes wanted wherever they are, and the form of the answer."""

    left: float = 0.0
    top: float = 0.0
    z1: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    z2: float = 0.0
    treenode_ids: list[int] = []
    connector_ids: list[int] = []
    limit: int = 0
    labels: bool = False
    format: str = "json"
    src: str | None = None
    """A node provider of CATMAID. Of a grid, treenodes come in levels of detail: `lod` of them."""
    lod_type: str = detail_levels.ABSOLUTE
    """`percent` or `absolute`; without a grid there is one level, whatever is wanted."""
    lod: str = "max"
    """Which part of all levels is wanted, 0 to 1, or how many of them; `max` for all."""
    min_skeleton_length: float = 0.0
    """Nodes of skeletons with more cable than this only, nm."""
    min_skeleton_nodes: int = 0
    """Nodes of skeletons with more nodes than this only."""
    n_largest_skeletons_limit: int = 0
    """Nodes of so many of the skeletons with most cable only; 0 for no limit."""
    n_last_edited_skeletons_limit: int = 0
    """Nodes of so many of the skeletons edited last only, and of the largest if these are limited, too; 0: no limit."""
    hidden_last_editor_id: int | None = None
    """No nodes of skeletons that this user was the last to edit."""
    with_relation_map: Literal["none", "used", "all"] = "used"
    """Of which relations the names are wanted."""
    with_origin: bool = False
    """Whether to tell where skeletons were imported from."""
    order: Literal["", "cable-asc", "cable-desc"] = ""
    """By the cable of their skeletons, `cable-asc` or `cable-desc`, or in any order."""

    @property
    def is_plain(self) -> bool:
        """Whether all in the box is wanted as it is, and nothing else that has to be read."""
        return (
            not (self.order or self.with_origin or self.src in GRIDS)
            and self.with_relation_map == "used"
            and self.choice == Choice()
        )

    @property
    def choice(self) -> Choice:
        """The skeletons that these parameters describe."""
        return Choice(
            self.min_skeleton_length,
            self.min_skeleton_nodes,
            self.hidden_last_editor_id,
            self.n_largest_skeletons_limit,
            self.n_last_edited_skeletons_limit,
        )


@routes.any("/{project_id}/node/list", needs=Permission.BROWSE)
async def node_list(call: Call, form: NodeList) -> Encoded:
    """List treenodes with an edge that meets a box, and the connectors in it.

    Returns
    -------
    A list: the nodes as (id, parent or null, x, y, z, confidence, radius, skeleton, time of edition, user), nm and
    seconds since 1970; connectors as (id, x, y, z, confidence, time of edition, user, links), where a link is
    (node, relation id, confidence, time of edition, id); labels by node; whether there are more nodes than fit;
    names of relations by id; on request, if any is known, a list of which the first item is the origins as (skeleton,
    id there, data source). The same as MessagePack or as columns, if that is asked for.
    """
    return await _listed(call, form)


@routes.post("/{project_id}/nodes/", needs=Permission.BROWSE)
async def node_list_by_post(call: Call, form: NodeList) -> Encoded:
    """List treenodes in a box, as `node/list` does.

    Returns
    -------
    What `node/list` answers.
    """
    return await _listed(call, form)


async def _listed(call: Call, form: NodeList) -> web.Response:
    if form.src and form.src not in PROVIDERS + GRIDS:
        raise InvalidInput(
            f"Could not find matching node provider for request: {form.src!r} is none of "
            f"{', '.join(PROVIDERS + GRIDS)}."
        )
    levels = detail_levels.wanted_levels(form.lod_type, form.lod) if form.src in GRIDS else 1
    encoding = Encoding.wanted(call, form.format)
    limit = call.request.app[keys.OPTIONS].node_limit
    box = Box((form.left, form.top, form.z1), (form.right, form.bottom, form.z2))
    wanted = Wanted(box, encoding is not Encoding.COLUMNS, form.treenode_ids, form.connector_ids)
    most_nodes = min(form.limit if form.limit > 0 else _LIMIT_UNASKED, limit)

    async def encoded(connection: Connection, found: Viewport) -> bytes:
        found = await skeleton_choice.chosen(connection, found, form.choice)
        if form.order:
            found = await skeleton_choice.ordered_by_cable(connection, found, descending=form.order == "cable-desc")
        origins = await skeleton_choice.origins(connection, found, box) if form.with_origin else []
        if form.with_relation_map != "used":
            every = form.with_relation_map == "all"
            relations = await skeleton_choice.all_relations(connection, call.project_id) if every else {}
            found = dataclasses.replace(found, relations=relations)
        if form.src in GRIDS and encoding is not Encoding.COLUMNS:
            first, more = detail_levels.portioned(found, levels)
            further = [*([origins] if origins else []), *_further(more)]
            return Forms(lambda: [*positional(first), further], dict).encoded(encoding)
        return _forms(found, origins if form.with_origin else None).encoded(encoding)

    async def produce(connection: Connection) -> bytes:
        read = viewports.nodes_in_box(connection, call.project_id, wanted, labels=form.labels, most_nodes=most_nodes)
        return await encoded(connection, await read)

    if call.as_of is not None:
        return response(await remembered_body(call, form, encoding, produce), encoding)
    cells = call.request.app[keys.CELLS]
    if form.is_plain and encoding is Encoding.JSON and not form.labels:
        rows_found = await cells.row_texts_in_box(call, call.project_id, wanted, most_nodes=most_nodes)
        body = viewport_json(rows_found) if isinstance(rows_found, Cut) else msgspec.json.encode(positional(rows_found))
        return response(body, encoding)
    found = await cells.nodes_in_box(call, call.project_id, wanted, labels=form.labels, most_nodes=most_nodes)
    if form.is_plain:
        return response(_forms(found).encoded(encoding), encoding)
    async with call.reading() as connection:
        return response(await encoded(connection, found), encoding)


def _forms(found: Viewport, origins: list[Any] | None = None) -> Forms:
    return Forms(
        lambda: [*positional(found), *([[origins]] if origins else [])],
        lambda: _columnar(found) | ({} if origins is None else {"origins": origins}),
    )


def positional(found: Viewport) -> list[Any]:
    """A viewport as rows: what `node/list` answers."""
    links: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for connector_id, link in zip(found.links["connector_id"].tolist(), rows(found.links, LINK_ROW), strict=True):
        links[connector_id].append(link)
    connectors = [(*row, links.get(row[0], [])) for row in rows(found.connectors, columns.CONNECTORS)]
    return [rows(found.nodes, columns.NODES), connectors, found.labels, found.limit_reached, found.relations]


def _further(levels: list[ColumnTable]) -> list[list[Any]]:
    """Further levels of detail, each with the parts of a list of its own; connectors all come with the first."""
    return [[rows(nodes, columns.NODES), [], {}, False] for nodes in levels]


def _columnar(found: Viewport) -> dict[str, Any]:
    return {
        "nodes": columns.columns(found.nodes),
        "connectors": columns.columns(found.connectors),
        "links": columns.columns(found.links),
        "labels": {str(node_id): names for node_id, names in found.labels.items()},
        "relations": {str(relation_id): name for relation_id, name in found.relations.items()},
        "limit_reached": found.limit_reached,
        "totals": None if found.totals is None else dataclasses.asdict(found.totals),
    }
