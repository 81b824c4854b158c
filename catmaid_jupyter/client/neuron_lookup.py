"""Find one neuron without the table of all."""

from __future__ import annotations

import re

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neurons import read_skeleton_ids
from catmaid_jupyter.client.tables import neuron_entities
from catmaid_jupyter.edits.site import Site

FoundNeuron = tuple[int, str]
"""Id and name."""


async def neurons_by_name(place: Place, name: str) -> list[FoundNeuron]:
    """Neurons with exactly this name."""
    # A regular expression, since a name alone is searched for as a part of names; both ignore case.
    entities = await neuron_entities(place, name=f"/^{re.escape(name)}$")
    return [(int(entity["id"]), str(entity["name"])) for entity in entities if entity["name"] == name]


async def neuron_by_id(place: Place, neuron_id: int) -> list[FoundNeuron]:
    """The neuron with this id; an empty list if there is none."""
    try:
        skeleton_ids = await read_skeleton_ids(place, neuron_id)
    except NotFound:
        return []
    if skeleton_ids:
        return [await Site(place).neuron_of(skeleton_ids[0])]
    entities = await neuron_entities(place)  # CATMAID tells the name of a neuron without skeletons in this list only
    return [(neuron_id, str(entity["name"])) for entity in entities if entity["id"] == neuron_id]
