"""Connectors and their links."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, TypedDict

import msgspec
import numpy as np
from aiohttp import web

from catmaid_server.domain.projects import projects
from catmaid_server.domain.tracing import connector_info, connector_types
from catmaid_server.domain.tracing.connector_info import ConnectorFilter, LinkInBox
from catmaid_server.domain.tracing.connector_types import ProjectLinkType
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.boxes import Corners
from catmaid_server.http.catmaid.encodings import Encoding, response
from catmaid_server.http.catmaid.rows import rows
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_wire import columns, relations

routes = Routes()


class ListConnectors(msgspec.Struct):
    """Which connectors, and what of them."""

    skeleton_ids: list[int] = []
    relation_type: str | None = None
    tags: list[str] = []
    without_relation_types: list[str] = []
    with_tags: bool = True
    with_partners: bool = False

    def wanted(self) -> ConnectorFilter:
        """The filter that these parameters describe."""
        return ConnectorFilter(
            skeleton_ids=self.skeleton_ids or None,
            relation=self.relation_type or None,
            labels=self.tags or None,
            without=self.without_relation_types or None,
        )


class ListLinks(msgspec.Struct):
    """Whose links, of which relation."""

    skeleton_ids: list[int] = []
    relation_type: str = relations.PRESYNAPTIC
    with_tags: bool = True


class FindConnectorsInBox(Corners):
    """Which connectors in a box, and what of them."""

    skeleton_ids: list[int] = []  # noqa: RUF012 -- msgspec makes a new list for each
    only_linked: bool = False
    with_locations: bool = False
    with_links: bool = False
    limit: int = 0


class OneLink(msgspec.Struct):
    """A treenode, a connector, and how they are linked."""

    treenode_id: int
    connector_id: int
    relation_name: str | None = None
    relation_id: int | None = None
    """Instead of the relation's name."""


@routes.any("/{project_id}/connectors/types", needs=Permission.BROWSE)
@routes.any("/{project_id}/connectors/types/", needs=Permission.BROWSE)
async def list_types(call: Call, form: NoParameters) -> list[ProjectLinkType]:
    """List the ways in which treenodes are linked to connectors."""
    async with call.reading() as connection:
        return connector_types.of_project(await projects.relation_ids(connection, call.project_id))


@routes.any("/{project_id}/connectors/link-pairs/", needs=Permission.BROWSE)
async def list_link_pairs(call: Call, form: NoParameters) -> dict[str, dict[str, str]]:
    """List the relations of source and target for each kind of connector."""
    return connector_types.pairs()


class ConnectorPartner(TypedDict):
    """A link of a connector."""

    link_id: int
    partner_id: int
    """The treenode."""
    confidence: int
    skeleton_id: int
    relation_id: int
    relation_name: str


class ConnectorDetail(TypedDict):
    """A connector; place in nm."""

    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    partners: list[ConnectorPartner]


@routes.any("/{project_id}/connectors/{connector_id}/", needs=Permission.BROWSE)
async def describe_connector(call: Call, form: NoParameters) -> Annotated[msgspec.Raw, Content(ConnectorDetail)]:
    """Describe a connector and its links."""
    async with call.reading() as connection:
        return await connector_info.detail(connection, call.project_id, call.path["connector_id"])


class ListedConnector(NamedTuple):
    """A connector; place in nm, times in s since 1970."""

    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    user_id: int
    editor_id: int | None
    creation_time: float
    edition_time: float


class LinkOfConnector(NamedTuple):
    """A link of a connector; times in s since 1970."""

    link_id: int
    treenode_id: int
    skeleton_id: int
    relation_id: int
    confidence: int
    user_id: int
    creation_time: float
    edition_time: float


class ConnectorList(TypedDict):
    """Connectors, with their labels and links."""

    connectors: list[ListedConnector]
    tags: dict[int, list[str]]
    """Labels by connector."""
    partners: dict[int, list[LinkOfConnector]]
    """Links by connector."""


class LinkRow(NamedTuple):
    """A link of a skeleton to a connector, whose place is in nm."""

    skeleton_id: int
    connector_id: int
    x: float
    y: float
    z: float
    confidence: int
    user_id: int
    treenode_id: int
    creation_time: Instant
    edition_time: Instant


class LinkList(TypedDict):
    """Links of skeletons to connectors."""

    links: list[LinkRow]
    tags: dict[int, list[str]]
    """Labels by connector."""


@routes.post("/{project_id}/connectors/", needs=Permission.BROWSE)
async def list_connectors(
    call: Call, form: ListConnectors
) -> Annotated[ConnectorList | web.Response, Content(ConnectorList), Content(bytes, columns.MEDIA_TYPE)]:
    """List connectors, with their labels and links.

    As columns, if that is asked for: `connectors` and `partners` as tables.
    """
    as_columns = call.accepts(columns.MEDIA_TYPE)
    async with call.reading() as connection:
        found = await connector_info.list_connectors(connection, call.project_id, form.wanted())
        ids = found["id"]
        labels = await connector_info.labels(connection, ids.tolist()) if form.with_tags else {}
        links = await connector_info.partners(connection, ids if form.with_partners else ids[:0])
    if as_columns:
        tables = {"connectors": columns.columns(found), "partners": columns.columns(links)}
        return response(columns.encode({**tables, "tags": labels}), Encoding.COLUMNS)
    partners: dict[int, list[LinkOfConnector]] = {}
    for connector_id, *link in rows(links, connector_info.PARTNER_COLUMNS):
        partners.setdefault(connector_id, []).append(LinkOfConnector(*link))
    editors = found["editor_id"].astype(object)
    edited = {**found, "editor_id": np.where(found["editor_id"] < 0, np.array(None), editors)}
    listed = [ListedConnector(*row) for row in rows(edited, connector_info.CONNECTOR_COLUMNS)]
    return {"connectors": listed, "tags": labels, "partners": partners}


@routes.any("/{project_id}/connectors/links/", needs=Permission.BROWSE)
async def list_links(call: Call, form: ListLinks) -> LinkList:
    """List the links of skeletons to connectors."""
    async with call.reading() as connection:
        found = await connector_info.links_of_skeletons(
            connection, call.project_id, form.skeleton_ids, form.relation_type
        )
        ids = [row.connector_id for row in found]
        labels = await connector_info.labels(connection, ids) if form.with_tags else {}
    links = [
        LinkRow(*row[:-2], times.microseconds(row.creation_time), times.microseconds(row.edition_time)) for row in found
    ]
    return {"links": links, "tags": labels}


@routes.any("/{project_id}/connectors/in-bounding-box", needs=Permission.BROWSE)
async def connectors_in_box(call: Call, form: FindConnectorsInBox) -> list[Any]:
    """List connectors of which a link meets a box, and those without links that lie in it.

    Returns
    -------
    Rows of one id; with places rows (id, x, y, z), nm; with links one row for each link that meets the box: connector,
    perhaps its place, skeleton, link's confidence, user, treenode, times of creation and edition, relation id.
    """
    async with call.reading() as connection:
        found = await connector_info.in_box(
            connection,
            call.project_id,
            form.box,
            skeleton_ids=form.skeleton_ids or None,
            only_linked=form.only_linked or bool(form.skeleton_ids),
        )
    heads = [row[:4] if form.with_locations else row[:1] for row in found]
    rows = [(*head, *_link(row)) for head, row in zip(heads, found, strict=True)]
    shown: list[tuple[Any, ...]] = rows if form.with_links else list(dict.fromkeys(heads))
    return shown[: form.limit] if form.limit > 0 else shown


def _link(found: LinkInBox) -> tuple[Any, ...]:
    return (
        *(found.skeleton_id, found.confidence, found.user_id, found.treenode_id),
        found.creation_time and times.milliseconds(found.creation_time),
        found.edition_time and times.milliseconds(found.edition_time),
        found.relation_id,
    )


class LinkAuthor(TypedDict):
    """Who made a link, and when."""

    user: int
    creation_time: Instant
    edition_time: Instant


class NoLink(TypedDict):
    """What is not linked to what."""

    error: str


@routes.any("/{project_id}/connectors/user-info", needs=Permission.BROWSE)
async def link_info(call: Call, form: OneLink) -> list[LinkAuthor] | NoLink:
    """Tell who made a link, and when; where there is none, the answer is an object with `error`, of status 200."""
    async with call.reading() as connection:
        try:
            rows = await connector_info.link_info(
                connection,
                call.project_id,
                treenode_id=form.treenode_id,
                connector_id=form.connector_id,
                relation=form.relation_name,
                relation_id=form.relation_id,
            )
        except connector_info.NoSuchLink as error:
            return {"error": str(error)}
    return [
        {"user": user, "creation_time": times.microseconds(created), "edition_time": times.microseconds(edited)}
        for user, created, edited in rows
    ]
