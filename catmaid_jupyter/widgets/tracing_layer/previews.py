"""How a preview of arbors goes to the page."""

from __future__ import annotations

import dataclasses

import numpy as np

from catmaid_jupyter.widgets.rpc import Buffers
from catmaid_jupyter.widgets.tracing_layer.arbor_previews import ArborPreview


def preview_buffers(preview: ArborPreview) -> Buffers:
    """A preview as an answer.

    Result: `parts`, each with `nodes` and `cable_length`; `neurons`, each as `NeuronFacts` has it; and `marks`, x, y,
    z relative to the first node. Two buffers for each part: x, y, z relative to that node, float32, nm, and the rows
    of parents, int32.
    """
    origin = preview.parts[0].positions[0]
    parts = [{"nodes": part.nodes, "cable_length": part.cable_length} for part in preview.parts]
    columns = [
        column
        for part in preview.parts
        for column in ((part.positions - origin).astype("<f4"), part.parents.astype("<i4"))
    ]
    marks = np.round(preview.marks - origin, 3).tolist()
    neurons = [dataclasses.asdict(neuron) for neuron in preview.neurons]
    result = {"parts": parts, "neurons": neurons, "marks": marks}
    return Buffers(result, [column.tobytes() for column in columns])
