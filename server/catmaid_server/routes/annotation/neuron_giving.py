"""Give neurons to other users."""

from __future__ import annotations

from typing import TypedDict

import msgspec

from catmaid_server.domain.annotation import neuron_giving
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Permission, Routes

routes = Routes()

_DONE = "Moved neuron #%s to %s staging area."  # clients of CATMAID get it with its blanks unfilled


class Give(msgspec.Struct):
    """The user who receives."""

    target_user_id: int


class GiveMany(Give, kw_only=True):
    """The user who receives, and what."""

    neuron_ids: list[int] = []


class NeuronsGiven(TypedDict):
    """What belongs to another user now."""

    neuron_ids: list[int]


@routes.post("/{project_id}/neuron/{neuron_id}/give-to-user", needs=Permission.ANNOTATE, label="neurons.give_to_user")
async def give(call: Call, form: Give) -> dict[str, str]:
    """Give a neuron to another user."""
    neuron_id = call.path["neuron_id"]
    await neuron_giving.give(call.tx, call.project_id, call.user, neuron_id, form.target_user_id)
    return {"success": _DONE}


@routes.post("/{project_id}/neurons/give-to-user", needs=Permission.ANNOTATE, label="neurons.give_to_user")
async def give_many(call: Call, form: GiveMany) -> NeuronsGiven:
    """Give neurons to another user: all or none."""
    neuron_ids = list(dict.fromkeys(required(form.neuron_ids, "neuron ID")))
    for neuron_id in sorted(neuron_ids):
        await neuron_giving.give(call.tx, call.project_id, call.user, neuron_id, form.target_user_id)
    return {"neuron_ids": neuron_ids}
