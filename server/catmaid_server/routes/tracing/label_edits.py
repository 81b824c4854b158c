"""Put labels (tags) on treenodes and connectors, and take them off."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from catmaid_server.domain.tracing import labels
from catmaid_server.domain.tracing.labels import Kind
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.routes.tracing.edition_times import with_edition_time

routes = Routes()


class SetLabels(msgspec.Struct, kw_only=True):
    """Names, separated by commas; others of the node's labels go unless `delete_existing` is false."""

    tags: str
    delete_existing: bool = True


async def _set(call: Call, form: SetLabels, kind: Kind) -> dict[str, Any]:
    change = await labels.set_labels(
        call.tx,
        call.user,
        call.project_id,
        kind,
        call.path["node_id"],
        form.tags.split(","),
        delete_existing=form.delete_existing,
    )
    answer = {
        "message": "success",
        "new_labels": change.new,
        "duplicate_labels": change.remaining,
        "deleted_labels": change.deleted,
    }
    return answer | ({"warning": change.warning} if change.warning else {})


class LabelsSet(TypedDict):
    """Which labels came and went."""

    message: str
    new_labels: list[str]
    duplicate_labels: list[str]
    """Those that stood there already, set by others."""
    deleted_labels: list[str]
    warning: NotRequired[str]


@routes.post("/{project_id}/label/treenode/{node_id}/update", needs=Permission.ANNOTATE, label="labels.update")
async def set_treenode_labels(call: Call, form: SetLabels) -> Annotated[dict[str, Any], Content(LabelsSet)]:
    """Set the labels of a treenode."""
    return await with_edition_time(call, await _set(call, form, Kind.TREENODE), call.path["node_id"])


@routes.post("/{project_id}/label/connector/{node_id}/update", needs=Permission.ANNOTATE, label="labels.update")
async def set_connector_labels(call: Call, form: SetLabels) -> Annotated[dict[str, Any], Content(LabelsSet)]:
    """Set the labels of a connector."""
    return await _set(call, form, Kind.CONNECTOR)


class RemoveLabel(msgspec.Struct, kw_only=True):
    """The label's name."""

    tag: str


async def _remove(call: Call, form: RemoveLabel, kind: Kind) -> dict[str, Any]:
    link_id = await labels.remove_label(call.tx, call.user, call.project_id, kind, call.path["node_id"], form.tag)
    return {"deleted_link": link_id, "message": "success"}


class LabelTaken(TypedDict):
    """The use of the label that is gone."""

    deleted_link: int
    message: str


@routes.post("/{project_id}/label/treenode/{node_id}/remove", needs=Permission.ANNOTATE, label="labels.remove")
async def remove_treenode_label(call: Call, form: RemoveLabel) -> Annotated[dict[str, Any], Content(LabelTaken)]:
    """Take a label off a treenode."""
    return await with_edition_time(call, await _remove(call, form, Kind.TREENODE), call.path["node_id"])


@routes.post("/{project_id}/label/connector/{node_id}/remove", needs=Permission.ANNOTATE, label="labels.remove")
async def remove_connector_label(call: Call, form: RemoveLabel) -> Annotated[dict[str, Any], Content(LabelTaken)]:
    """Take a label off a connector."""
    return await _remove(call, form, Kind.CONNECTOR)
