"""Labels: which there are, and on what."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.tracing import label_info
from catmaid_server.domain.tracing.label_info import Label
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid.forms import split_ids
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class LabelsForNodes(msgspec.Struct):
    """Ids, in one text with commas between them."""

    treenode_ids: list[str] = []
    connector_ids: list[str] = []


class RemoveLabels(msgspec.Struct):
    """Labels to delete."""

    label_id: list[int] = []


@routes.any("/{project_id}/labels/", needs=Permission.BROWSE)
async def list_labels(call: Call, form: NoParameters) -> list[str]:
    """List the names of all labels."""
    async with call.reading() as connection:
        return await label_info.names(connection, call.project_id)


@routes.any("/{project_id}/labels/detail", needs=Permission.BROWSE)
async def detail_labels(call: Call, form: NoParameters) -> list[Label]:
    """List id and name of all labels."""
    async with call.reading() as connection:
        return await label_info.details(connection, call.project_id)


@routes.any("/{project_id}/labels/stats", needs=Permission.BROWSE)
async def list_uses(call: Call, form: NoParameters) -> list[tuple[int, str, int, int]]:
    """List which label is on which treenode."""
    async with call.reading() as connection:
        return await label_info.uses(connection, call.project_id)


@routes.any("/{project_id}/labels/treenode/{node_id}/", needs=Permission.BROWSE)
async def labels_of_treenode(call: Call, form: NoParameters) -> list[str]:
    """List the labels of a treenode."""
    async with call.reading() as connection:
        return await label_info.of_treenode(connection, call.project_id, call.path["node_id"])


@routes.any("/{project_id}/labels/connector/{node_id}/", needs=Permission.BROWSE)
@routes.any("/{project_id}/labels/location/{node_id}/", needs=Permission.BROWSE)
async def labels_of_connector(call: Call, form: NoParameters) -> list[str]:
    """List the labels of a connector."""
    async with call.reading() as connection:
        return await label_info.of_connector(connection, call.project_id, call.path["node_id"])


@routes.any("/{project_id}/labels-for-nodes", needs=Permission.BROWSE)
async def labels_of_nodes(call: Call, form: LabelsForNodes) -> dict[int, list[str]]:
    """List the labels of several nodes."""
    async with call.reading() as connection:
        return await label_info.of_nodes(
            connection,
            call.project_id,
            treenode_ids=split_ids(form.treenode_ids),
            connector_ids=split_ids(form.connector_ids),
        )


class UnusedRemoved(TypedDict):
    """The labels that are gone."""

    deleted_labels: list[int]
    message: str


@routes.post("/{project_id}/label/remove", needs=Permission.SUPERUSER, label="labels.remove_unused")
async def remove_unused(call: Call, form: RemoveLabels) -> UnusedRemoved:
    """Delete labels that are on no treenode."""
    ids = required(form.label_id, "label ID")
    return {"deleted_labels": await label_info.remove_unused(call.tx, call.project_id, ids), "message": "success"}
