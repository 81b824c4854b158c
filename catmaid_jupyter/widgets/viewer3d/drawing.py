"""How a 3D viewer draws neurons and their synapses: lines or tubes, fog, colours and sizes of synapses, labels."""

from __future__ import annotations

from typing import Any, Final

import traitlets

from catmaid_jupyter.client.selection.table import names_of
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.traits import FiniteFloat

SYNAPSE_COLORS: Final = ("relation", "partner", "neuron")
"""By what synapses have their colours."""


class SpaceDrawing(traitlets.HasTraits):
    """What a viewer has to choose how things are drawn; the widget has `project`."""

    project: Any

    tubes = traitlets.Bool(False).tag(sync=True)
    """Whether neurons are tubes near the camera, as thick as the radii of their treenodes; lines elsewhere."""

    tube_radius = FiniteFloat(0.0, min=0.0).tag(sync=True)
    """Of tubes at treenodes without a radius, nm; 0: these stay lines."""

    fog = FiniteFloat(0.0, min=0.0, max=1.0).tag(sync=True)
    """How much the farthest things fade into the background, 0 (not at all) to 1."""

    synapses = traitlets.Bool(False).tag(sync=True)
    """Whether links to connectors are shown as spheres at the connectors.

    Those of a neuron are switched by `found.switch("pre", False)` and `found.switch("post", False)`.
    """

    synapse_colors = traitlets.Enum(SYNAPSE_COLORS, "relation").tag(sync=True)
    """By what synapses are coloured: `relation`, `partner` or `neuron`; a legend says what the colours mean.

    relation : presynaptic sites orange, postsynaptic ones blue, gap junctions yellow.
    partner : the skeleton at the other side, in its colour of the selection if it is there; where there are several,
        gray.
    neuron : as their neuron.
    """

    synapse_radius = FiniteFloat(50.0, min=0.0).tag(sync=True)
    """Of the spheres, nm. From afar they are as large as can be seen."""

    labels = traitlets.Bool(False).tag(sync=True)
    """Whether the labels of treenodes are written; of single neurons: `found.switch("text", True)`."""

    @method
    async def _names(self, params: dict[str, Any]) -> list[tuple[int, str]]:
        """Names of skeletons' neurons: ``{skeleton_ids}``; those that are gone are missing."""
        found = await names_of(self.project.place, [int(one) for one in params["skeleton_ids"]])
        return list(found.items())
