"""Skeletons as NeuroML, for simulations."""

from __future__ import annotations

import asyncio
from typing import Annotated

import msgspec
from aiohttp import web

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.skeletons import neuron_cells
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, Permission, Routes
from catmaid_server.transfer.exporters import neuroml

routes = Routes()

_AMONG, _ALL_INPUTS, _SOME_INPUTS = range(3)


class Cells(msgspec.Struct):
    """Which skeletons; the one in the path if none is given."""

    skids: list[int] = []


class Network(msgspec.Struct, kw_only=True):
    """Which skeletons, and what is known of their synapses."""

    skids: list[int]
    """Skeletons; a single one unless `mode` is 0."""
    mode: int
    """0: synapses among the skeletons; 1: inputs of the one skeleton; 2: its inputs from some skeletons."""
    inputs: list[int] = []
    """Presynaptic skeletons, for mode 2."""


@routes.post("/{project_id}/neuroml/neuroml_level3_v181", needs=Permission.BROWSE)
async def export_network(call: Call, form: Network) -> Annotated[web.Response, Content(str, "text/plain")]:
    """Give skeletons with their synapses as NeuroML 1.8.1, level 3."""
    if form.mode not in (_AMONG, _ALL_INPUTS, _SOME_INPUTS):
        raise InvalidInput(f"The mode is 0, 1 or 2, not {form.mode}.")
    if not form.skids or (form.mode != _AMONG and len(form.skids) != 1):
        raise InvalidInput("Mode 0 needs at least one skeleton, and the others exactly one.")
    async with call.reading() as connection:
        cells = await neuron_cells.cells(connection, call.project_id, form.skids)
        if form.mode == _AMONG:
            synapses = await neuron_cells.synapses_among(connection, call.project_id, form.skids)
        else:
            synapses = await neuron_cells.synapses_onto(
                connection, call.project_id, form.skids[0], form.inputs if form.mode == _SOME_INPUTS else None
            )
    if form.mode == _AMONG:
        text = await asyncio.to_thread(neuroml.network, cells, synapses)
    else:
        text = await asyncio.to_thread(neuroml.stimulated, cells[0], synapses)
    return _file(text, "neuronal-circuit.neuroml")


@routes.any("/{project_id}/skeleton/{skeleton_id}/neuroml", needs=Permission.BROWSE)
async def export_cells(call: Call, form: Cells) -> Annotated[web.Response, Content(str, "text/plain")]:
    """Give skeletons without their synapses as NeuroML 1.8.1."""
    async with call.reading() as connection:
        cells = await neuron_cells.cells(connection, call.project_id, form.skids or [call.path["skeleton_id"]])
    return _file(await asyncio.to_thread(neuroml.network, cells, []), "data.neuroml")


def _file(text: str, name: str) -> web.Response:
    return web.Response(
        text=text, content_type="text/plain", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
