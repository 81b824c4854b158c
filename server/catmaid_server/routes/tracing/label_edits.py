"""Put labels (tags) on treenodes and connectors, and take them off."""

from __future__ import annotations

from typing import NotRequired, TypedDict

import msgspec

from catmaid_server.domain.tracing import labels
from catmaid_server.domain.tracing.labels import LabelTarget
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.tracing.edition_times import with_edition_time

routes = Routes()


class NewLabels(msgspec.Struct, kw_only=True):
    """Names, separated by commas; others of the node's labels go unless `delete_existing` is false."""

    tags: str
    delete_existing: bool = True


class LabelsSet(TypedDict):
    """Which labels came and went."""

    message: str
    new_labels: list[str]
    duplicate_labels: list[str]
    """Those that stood there already, set by others."""
    deleted_labels: list[str]
    warning: NotRequired[str]


async def _set(call: Call, form: NewLabels, kind: LabelTarget) -> LabelsSet:
    change = await labels.set_labels(
        call.tx,
        call.user,
        call.project_id,
        kind,
        call.path["node_id"],
        form.tags.split(","),
        delete_existing=form.delete_existing,
    )
    answer: LabelsSet = {
        "message": "success",
        "new_labels": change.new,
        "duplicate_labels": change.remaining,
        "deleted_labels": change.deleted,
    }
    if change.warning:
        answer["warning"] = change.warning
    return answer


@routes.post("/{project_id}/label/treenode/{node_id}/update", needs=Permission.ANNOTATE, label="labels.update")
async def set_treenode_labels(call: Call, form: NewLabels) -> LabelsSet:
    """Set the labels of a treenode."""
    return await with_edition_time(call, await _set(call, form, LabelTarget.TREENODE), call.path["node_id"])


@routes.post("/{project_id}/label/connector/{node_id}/update", needs=Permission.ANNOTATE, label="labels.update")
async def set_connector_labels(call: Call, form: NewLabels) -> LabelsSet:
    """Set the labels of a connector."""
    return await _set(call, form, LabelTarget.CONNECTOR)


class RemoveLabel(msgspec.Struct, kw_only=True):
    """The label's name."""

    tag: str


class LabelRemoved(TypedDict):
    """The use of the label that is gone."""

    deleted_link: int
    message: str


async def _remove(call: Call, form: RemoveLabel, kind: LabelTarget) -> LabelRemoved:
    link_id = await labels.remove_label(call.tx, call.user, call.project_id, kind, call.path["node_id"], form.tag)
    return {"deleted_link": link_id, "message": "success"}


@routes.post("/{project_id}/label/treenode/{node_id}/remove", needs=Permission.ANNOTATE, label="labels.remove")
async def remove_treenode_label(call: Call, form: RemoveLabel) -> LabelRemoved:
    """Take a label off a treenode."""
    return await with_edition_time(call, await _remove(call, form, LabelTarget.TREENODE), call.path["node_id"])


@routes.post("/{project_id}/label/connector/{node_id}/remove", needs=Permission.ANNOTATE, label="labels.remove")
async def remove_connector_label(call: Call, form: RemoveLabel) -> LabelRemoved:
    """Take a label off a connector."""
    return await _remove(call, form, LabelTarget.CONNECTOR)
