"""Create and delete connectors and their links to treenodes."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.tracing import connectors
from catmaid_server.domain.tracing.states import State
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.times import Instant, milliseconds
from catmaid_server.http.routing import Permission, Routes
from catmaid_wire import relations

routes = Routes()


class CreateConnector(msgspec.Struct, kw_only=True):
    """Where (nm), and what it is linked to from the beginning."""

    x: float = 0.0
    y: float = 0.0
    z: float = 0.0
    confidence: int = 5
    links: list[tuple[int, int, int]] = []
    """Links to make along with it: treenode, relation id, confidence."""

    def __post_init__(self) -> None:
        if not 1 <= self.confidence <= 5:
            raise ValueError(f"Confidence is 1 to 5, not {self.confidence}.")


class ConnectorMade(TypedDict):
    """The new connector."""

    connector_id: int
    connector_edition_time: Instant
    created_links: list[tuple[int, Instant, int, int]]
    """Links made along with it: link, edition time, treenode, relation id."""


@routes.any("/{project_id}/connector/create", needs=Permission.ANNOTATE, label="connectors.create")
async def create_connector(call: Call, form: CreateConnector) -> ConnectorMade:
    """Make a connector."""
    connector_id, time = await connectors.create_connector(
        call.tx, call.user, call.project_id, x=form.x, y=form.y, z=form.z, confidence=form.confidence
    )
    made = await connectors.create_links(call.tx, call.user, call.project_id, connector_id, form.links)
    return {
        "connector_id": connector_id,
        "connector_edition_time": milliseconds(time),
        "created_links": [
            (link.id, milliseconds(link.edition_time), treenode_id, relation_id)
            for link, (treenode_id, relation_id, _) in zip(made, form.links, strict=True)
        ],
    }


class DeleteConnector(msgspec.Struct, kw_only=True):
    """Which connector, and it with its links as the caller saw it."""

    connector_id: int
    state: str | None = None


class FormerPartner(TypedDict):
    """A treenode that was linked to the connector."""

    id: int
    edition_time: Instant
    rel: str
    rel_id: int
    confidence: int
    link_id: int


class ConnectorDeleted(TypedDict):
    """The connector as it was, for who wants to make it again; place in nm."""

    message: str
    connector_id: int
    confidence: int
    x: float
    y: float
    z: float
    partners: list[FormerPartner]


@routes.post("/{project_id}/connector/delete", needs=Permission.ANNOTATE, label="connectors.remove")
async def delete_connector(call: Call, form: DeleteConnector) -> ConnectorDeleted:
    """Delete a connector and its links."""
    gone, partners = await connectors.delete_connector(
        call.tx, call.user, call.project_id, form.connector_id, form.state
    )
    return {
        "message": "Removed connector and class_instances",
        "connector_id": gone.id,
        "confidence": gone.confidence,
        "x": gone.x,
        "y": gone.y,
        "z": gone.z,
        "partners": [
            {
                "id": p.treenode_id,
                "edition_time": milliseconds(p.treenode_edition_time),
                "rel": p.relation,
                "rel_id": p.relation_id,
                "confidence": p.confidence,
                "link_id": p.link_id,
            }
            for p in partners
        ],
    }


class CreateLink(msgspec.Struct, kw_only=True):
    """Treenode, connector, and the name of their relation."""

    from_id: int
    to_id: int
    link_type: str
    state: str | None = None


class LinkMade(TypedDict):
    """The new link."""

    message: str
    link_id: int
    link_edition_time: Instant
    relation_id: int
    warning: NotRequired[str]
    """That the skeleton is postsynaptic to this connector more than once, which is rarely meant."""


@routes.post("/{project_id}/link/create", needs=Permission.ANNOTATE, label="links.create")
async def create_link(call: Call, form: CreateLink) -> LinkMade:
    """Link a treenode to a connector."""
    link, relation_id = await connectors.create_link(
        call.tx, call.user, call.project_id, form.from_id, form.to_id, form.link_type, State(form.state)
    )
    answer: LinkMade = {
        "message": "success",
        "link_id": link.id,
        "link_edition_time": milliseconds(link.edition_time),
        "relation_id": relation_id,
    }
    if form.link_type == relations.POSTSYNAPTIC and link.siblings:
        answer["warning"] = (
            "There is already one post-synaptic connection to the target skeleton"
            if link.siblings == 1
            else f"There are already {link.siblings} post-synaptic connections to the target skeleton"
        )
    return answer


class DeleteLink(msgspec.Struct, kw_only=True):
    """The two ends of a link and, where there is more than one, its relation."""

    connector_id: int
    treenode_id: int
    link_type: str | None = None
    state: str | None = None


class LinkDeleted(TypedDict):
    """The link as it was."""

    link_id: int
    link_type_id: int
    link_type: str
    result: str


@routes.post("/{project_id}/link/delete", needs=Permission.ANNOTATE, label="links.remove")
async def delete_link(call: Call, form: DeleteLink) -> LinkDeleted:
    """Remove a link between a treenode and a connector."""
    link_id, relation_id, relation = await connectors.delete_link(
        call.tx,
        call.user,
        call.project_id,
        form.connector_id,
        form.treenode_id,
        State(form.state),
        relation=form.link_type,
    )
    return {
        "link_id": link_id,
        "link_type_id": relation_id,
        "link_type": relation,
        "result": "Removed treenode to connector link",
    }
