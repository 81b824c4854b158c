"""Neurons: lists, renaming, and which skeletons model them."""

from __future__ import annotations

from typing import Annotated, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.domain.annotation import neuron_info
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes
from catmaid_server.routes.skeletons.skeleton_info import FilterSkeletons
from catmaid_wire import columns

routes = Routes()


class Rename(msgspec.Struct):
    """A new name."""

    name: str = ""


class RenameMany(msgspec.Struct):
    """Pairs of neuron id and new name."""

    names: list[tuple[int, str]] = []


class ModelIds(msgspec.Struct):
    """Some skeletons, as models of neurons."""

    model_ids: list[int] = []


class NeuronIds(msgspec.Struct):
    """Some neurons."""

    neuron_ids: list[int] = []


@routes.any("/{project_id}/neurons/", needs=Permission.BROWSE)
async def list_neurons(call: Call, form: FilterSkeletons) -> list[int]:
    """List the ids of neurons."""
    async with call.reading() as connection:
        return await neuron_info.neuron_ids(connection, call.project_id, form.wanted())


class Renamed(TypedDict):
    """The neuron and the name that it had."""

    success: bool
    renamed_neuron: int
    old_name: str


@routes.any("/{project_id}/neurons/{neuron_id}/rename", needs=Permission.ANNOTATE, label="neurons.rename")
async def rename(call: Call, form: Rename) -> Renamed:
    """Give a neuron another name."""
    neuron_id = call.path["neuron_id"]
    old = await neuron_info.rename(call.tx, call.project_id, call.user, [(neuron_id, form.name)])
    return {"success": True, "renamed_neuron": neuron_id, "old_name": old[neuron_id]}


class ManyRenamed(TypedDict):
    """The neurons and the names that they had."""

    success: bool
    renamed_neurons: list[int]
    old_names: list[str]


@routes.any("/{project_id}/neurons/rename", needs=Permission.ANNOTATE, label="neurons.rename")
async def rename_many(call: Call, form: RenameMany) -> ManyRenamed:
    """Give several neurons other names."""
    old = await neuron_info.rename(call.tx, call.project_id, call.user, form.names)
    return {"success": True, "renamed_neurons": list(old), "old_names": list(old.values())}


@routes.any("/{project_id}/neurons/from-models", needs=Permission.BROWSE)
async def neurons_of_models(call: Call, form: ModelIds) -> dict[int, int]:
    """Find the neurons that skeletons model."""
    ids = required(form.model_ids, "model ID")
    async with call.reading() as connection:
        return await neuron_info.neurons_of_skeletons(connection, call.project_id, ids)


@routes.any("/{project_id}/neurons/all-skeletons", needs=Permission.BROWSE)
async def skeletons_of_neurons(call: Call, form: NeuronIds) -> dict[int, list[int]]:
    """Find the skeletons that model neurons."""
    async with call.reading() as connection:
        return await neuron_info.skeletons_of_neurons(connection, call.project_id, form.neuron_ids)


@routes.any("/{project_id}/neuron/{neuron_id}/get-all-skeletons", needs=Permission.BROWSE)
async def skeletons_of_neuron(call: Call, form: NoParameters) -> list[int]:
    """Find the skeletons that model one neuron."""
    async with call.reading() as connection:
        return await neuron_info.skeletons_of_neuron(connection, call.project_id, call.path["neuron_id"])


@routes.get("/{project_id}/neurons/table", needs=Permission.BROWSE)
async def neuron_table(call: Call, form: NoParameters) -> Annotated[web.Response, Content(bytes, columns.MEDIA_TYPE)]:
    """Give all neurons with a skeleton as columns.

    Returns
    -------
    MessagePack: `neurons`, a table of columns (id, skeleton_id, nodes, cable_length in nm, user_id, and creation_time
    and edition_time in seconds since 1970), and `names` in the same order.
    """
    async with call.reading() as connection:
        table, names = await neuron_info.neuron_table(connection, call.project_id)
    body = columns.encode({"neurons": columns.columns(table), "names": names})
    return web.Response(body=body, content_type=columns.MEDIA_TYPE)
