"""Figures of image stacks for publications: a section, neurons on it, and a scale bar."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.stack_values import read_voxels, scale_bar, spans_of
from catmaid_wire.voxels import Box, VoxelGrid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS: Final = ("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7")
_OUTERMOST_PERCENT: Final = 0.1


def picture(
    place: Place,
    grid: VoxelGrid,
    box: Box,
    *,
    overlay: Neurons | None,
    width: float,
    line_width: float,
    bar: bool,
) -> Figure:
    """A figure as `Stack.picture` gives it."""
    from matplotlib.figure import Figure  # noqa: PLC0415  half a second that few need

    lower, upper = box
    middle = (lower[2] + upper[2]) / 2
    spans = spans_of(grid, ((lower[0], lower[1], middle), (upper[0], upper[1], middle)))
    values = read_voxels(place, grid, spans)[0]
    edges = [
        (grid.translation[axis] + (index - 0.5) * grid.resolution[axis])
        for axis, index in ((0, spans[0][0]), (0, spans[0][1]), (1, spans[1][1]), (1, spans[1][0]))
    ]
    figure = Figure(figsize=(width, width * (edges[2] - edges[3]) / (edges[1] - edges[0])))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    black, white = _window(values)
    axes.imshow(values, cmap="gray", vmin=black, vmax=white, extent=(edges[0], edges[1], edges[2], edges[3]))
    if overlay is not None:
        _draw_skeletons(axes, place, overlay, (lower, upper), line_width)
    axes.set_xlim(edges[0], edges[1])
    axes.set_ylim(edges[2], edges[3])
    if bar:
        _draw_bar(axes, edges)
    return figure


def _draw_skeletons(axes: Axes, place: Place, overlay: Neurons, box: Box, line_width: float) -> None:
    """Edges with an end in the box, projected on the section."""
    from matplotlib.collections import LineCollection  # noqa: PLC0415  as above

    ids = skeleton_ids_of(place, overlay)
    if not ids:
        return
    nodes = read_arbors(place, ids, connectors=False, tags=False).nodes
    xyz = nodes[["x", "y", "z"]].to_numpy()
    rows = {node: row for row, node in enumerate(nodes["id"].tolist())}
    child = np.flatnonzero(nodes["parent_id"].to_numpy() >= 0)
    parent = np.array([rows[node] for node in nodes["parent_id"].to_numpy()[child].tolist()], dtype=np.int64)
    inside = np.all((xyz >= np.asarray(box[0])) & (xyz <= np.asarray(box[1])), axis=1)
    seen = inside[child] | inside[parent]
    segments = np.stack([xyz[child[seen], :2], xyz[parent[seen], :2]], axis=1)
    colors = _colors(overlay, ids)
    of_segment = [colors[skeleton] for skeleton in nodes["skeleton_id"].to_numpy()[child[seen]].tolist()]
    axes.add_collection(LineCollection(list(segments), colors=of_segment, linewidths=line_width))


def _colors(overlay: Neurons, ids: Sequence[int]) -> dict[int, str]:
    """Those of a selection, else one after the other."""
    own = getattr(overlay, "colors", None)
    known: Mapping[int, str] = own if isinstance(own, Mapping) else {}
    return {skeleton: known.get(skeleton, _COLORS[n % len(_COLORS)]) for n, skeleton in enumerate(ids)}


def _draw_bar(axes: Axes, edges: Sequence[float]) -> None:
    left, right, bottom, top = edges
    width, height = right - left, bottom - top
    length, text = scale_bar(width)
    end, y = right - width * 0.04, bottom - height * 0.05
    axes.plot([end - length, end], [y, y], color="white", linewidth=4, solid_capstyle="butt")
    axes.text(end - length / 2, y - height * 0.02, text, color="white", ha="center", va="bottom")


def _window(values: NDArray[Any]) -> Iterable[float]:
    if values.dtype == np.uint8:
        return 0.0, 255.0
    black, white = np.percentile(values, (_OUTERMOST_PERCENT, 100 - _OUTERMOST_PERCENT))
    return float(black), float(max(white, black + 1e-9))
