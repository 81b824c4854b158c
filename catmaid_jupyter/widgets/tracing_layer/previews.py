"""How a preview of arbors goes to the page."""

from __future__ import annotations

import numpy as np

from catmaid_jupyter.widgets.rpc import Buffers
from catmaid_jupyter.widgets.tracing_layer.arbor_previews import ArborPreview


def preview_buffers(preview: ArborPreview) -> Buffers:
    """A preview as an answer.

    Result: `parts`, each with `name`, `keeps`, `nodes` and `annotations`; and `marks`, x, y, z relative to the first
    node. Two buffers for each part: x, y, z relative to that node, float32, nm, and the rows of parents, int32.
    """
    origin = preview.parts[0].positions[0]
    parts = [
        {"name": part.name, "keeps": part.keeps, "nodes": part.nodes, "annotations": part.annotations}
        for part in preview.parts
    ]
    columns = [
        column
        for part in preview.parts
        for column in ((part.positions - origin).astype("<f4"), part.parents.astype("<i4"))
    ]
    marks = np.round(preview.marks - origin, 3).tolist()
    return Buffers({"parts": parts, "marks": marks}, [column.tobytes() for column in columns])
