"""Put other annotations in the place of some, and annotate neurons with their names."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.annotation import annotation_lists, annotation_renewal, neuron_info
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()


class Replace(msgspec.Struct):
    """Names of annotations to take off, and of others to put on all of these neurons and annotations."""

    to_remove: list[str] = []
    to_add: list[str] = []
    target_ids: list[int] = []
    """Neurons and annotations."""


class Named(msgspec.Struct):
    """Some neurons, or what models them."""

    skeleton_ids: list[int] = []
    entity_ids: list[int] = []


@routes.any("/{project_id}/annotations/replace", needs=Permission.ANNOTATE, label="annotations.replace")
async def replace(call: Call, form: Replace) -> dict[str, int]:
    """Replace annotations of neurons and annotations by others."""
    linked, unlinked = await annotation_renewal.replace(
        call.tx, call.project_id, call.user, form.to_remove, form.to_add, list(dict.fromkeys(form.target_ids))
    )
    return {"n_linked_annotations": linked, "n_unlinked_annotations": unlinked}


class NamesAdded(TypedDict):
    """Which neurons are annotated with their names now."""

    message: str
    updated_cis: list[list[int]]
    """Ids of neurons, each in a list of its own."""
    created_meta_links: int


@routes.any("/{project_id}/annotations/add-neuron-names", needs=Permission.ANNOTATE, label="annotations.addneuronname")
async def add_neuron_names(call: Call, form: Named) -> NamesAdded:
    """Annotate neurons with their names."""
    required([*form.skeleton_ids, *form.entity_ids], "skeleton ID or entity ID")
    neuron_ids = await neuron_info.known_neurons_of_skeletons(call.tx, call.project_id, form.skeleton_ids)
    names = await annotation_lists.entity_names(call.tx, call.project_id, {*neuron_ids, *form.entity_ids})
    done, marked = await annotation_renewal.add_names(call.tx, call.project_id, call.user, names)
    return {
        "message": "success",
        "updated_cis": [[entity_id] for annotated in done for entity_id in annotated.added],
        "created_meta_links": marked,
    }
