"""Neurons as a whole: who may edit them, and their end."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.accounts import permissions
from catmaid_server.domain.annotation import neuron_deletion, neuron_info
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class NeuronDeleted(TypedDict):
    """What is gone."""

    skeleton_ids: list[int]
    success: str


@routes.any("/{project_id}/neuron/{neuron_id}/delete", needs=Permission.ANNOTATE, label="neurons.remove")
async def delete_neuron(call: Call, form: NoParameters) -> NeuronDeleted:
    """Delete a neuron, its skeletons, and what hangs on them."""
    neuron_id = call.path["neuron_id"]
    skeleton_ids = await neuron_deletion.delete_neuron(call.tx, call.project_id, call.user, neuron_id)
    return {
        "skeleton_ids": skeleton_ids,
        "success": f"Deleted neuron #{neuron_id} as well as its skeletons and annotations.",
    }


class DeleteNeurons(msgspec.Struct):
    """Some neurons."""

    neuron_ids: list[int] = []


class NeuronsDeleted(TypedDict):
    """What is gone."""

    neuron_ids: list[int]
    skeleton_ids: list[int]


@routes.post("/{project_id}/neurons/delete", needs=Permission.ANNOTATE, label="neurons.remove")
async def delete_neurons(call: Call, form: DeleteNeurons) -> NeuronsDeleted:
    """Delete neurons, their skeletons, and what hangs on them: all or none."""
    neuron_ids = list(dict.fromkeys(required(form.neuron_ids, "neuron ID")))
    deleted = [
        await neuron_deletion.delete_neuron(call.tx, call.project_id, call.user, neuron_id)
        for neuron_id in sorted(neuron_ids)
    ]
    return {"neuron_ids": neuron_ids, "skeleton_ids": [skeleton_id for ids in deleted for skeleton_id in ids]}


@routes.any("/{project_id}/skeleton/{skeleton_id}/permissions", needs=Permission.BROWSE)
async def may_edit_skeleton(call: Call, form: NoParameters) -> dict[str, bool]:
    """Tell whether the user may edit the neuron of a skeleton."""
    skeleton_id = call.path["skeleton_id"]
    async with call.reading() as connection:
        neurons = await neuron_info.neurons_of_skeletons(connection, call.project_id, [skeleton_id])
        allowed = skeleton_id in neurons and await permissions.may_edit_neuron(
            connection, call.user, neurons[skeleton_id]
        )
    return {"can_edit": allowed}
