"""Put other annotations in the place of some, and annotate neurons with their names."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.annotation import annotation_renewal, neuron_info
from catmaid_server.domain.skeletons import skeleton_info
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes
from catmaid_server.routes.skeletons.skeleton_info import SkeletonIds

routes = Routes()


class Replace(msgspec.Struct):
    """Pairs of annotation names, old and new, and on what they are replaced."""

    to_replace: list[tuple[str, str]] = []
    entity_ids: list[int] = []
    skeleton_ids: list[int] = []


@routes.any("/{project_id}/annotations/replace", needs=Permission.ANNOTATE, label="annotations.replace")
async def replace(call: Call, form: Replace) -> dict[str, int]:
    """Replace annotations of neurons and annotations by others."""
    models = await neuron_info.neurons_of_skeletons(call.tx, call.project_id, form.skeleton_ids)
    targets = {*form.entity_ids, *models.values()}
    linked, unlinked = await annotation_renewal.replace(call.tx, call.project_id, call.user, form.to_replace, targets)
    return {"n_linked_annotations": linked, "n_unlinked_annotations": unlinked}


class NamesAdded(TypedDict):
    """Which neurons are annotated with their names now."""

    message: str
    updated_cis: list[list[int]]
    """Ids of neurons, in one list."""
    created_meta_links: int


@routes.any("/{project_id}/annotations/add-neuron-names", needs=Permission.ANNOTATE, label="annotations.addneuronname")
async def add_neuron_names(call: Call, form: SkeletonIds) -> NamesAdded:
    """Annotate neurons with their names."""
    ids = required(form.skeleton_ids, "skeleton ID")
    models = await neuron_info.neurons_of_skeletons(call.tx, call.project_id, ids)
    names = await skeleton_info.neuron_names(call.tx, call.project_id, ids)
    done, marked = await annotation_renewal.add_names(
        call.tx, call.project_id, call.user, {models[skeleton_id]: name for skeleton_id, name in names.items()}
    )
    return {
        "message": "success",
        "updated_cis": [annotated.added for annotated in done if annotated.added],
        "created_meta_links": marked,
    }
