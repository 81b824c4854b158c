"""A drawing of two neurons over each other: what both have, what is missed, and what is too much."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.model.cable_pieces import CablePieces
from catmaid_jupyter.model.comparison import CableMatch

_MARGIN = 12.0
_LEAST, _MOST = 50, 4000
# Blue and orange that people with any colour vision tell apart, on white and on black.
_STYLES = {
    "matched": 'stroke="currentColor" stroke-opacity="0.45" stroke-width="1.5"',
    "missed": 'stroke="#d95f02" stroke-width="3.5"',
    "extra": 'stroke="#3b8ad9" stroke-width="2.5" stroke-dasharray="5 3"',
}


def comparison_picture(missed: CableMatch, extra: CableMatch, width: int, height: int) -> str:
    """The drawing as SVG text, seen along the axis in which the neurons extend least.

    missed, extra : of the gold neuron, and of the one that is compared with it.
    """
    if not (_LEAST <= width <= _MOST and _LEAST <= height <= _MOST):
        raise InvalidInput(f"A picture has {_LEAST} to {_MOST} pixels on each side, not {width} by {height}.")
    points = np.concatenate([missed.pieces.vertices, extra.pieces.vertices])
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(3), np.ones(3))
    across = sorted(np.argsort(high - low, kind="stable")[1:].tolist())
    extent = np.maximum((high - low)[across], 1.0)
    scale = float(min((width - 2 * _MARGIN) / extent[0], (height - 2 * _MARGIN) / extent[1]))
    shift = (np.array([width, height]) - scale * extent) / 2

    def drawn(pieces: CablePieces, rows: NDArray[np.bool_]) -> str:
        ends = (pieces.vertices[:, across] - low[across]) * scale + shift
        return "".join(f"M{a[0]:.1f} {a[1]:.1f}L{b[0]:.1f} {b[1]:.1f}" for a, b in _strokes(pieces, rows, ends))

    paths = {
        "matched": drawn(missed.pieces, missed.is_matched),
        "extra": drawn(extra.pieces, ~extra.is_matched),
        "missed": drawn(missed.pieces, ~missed.is_matched),
    }
    axes = "xyz"[across[0]] + "xyz"[across[1]]
    label = f"Both neurons seen in {axes}: grey in both, orange missed, blue dashed extra"
    lines = "".join(f'<path class="cj-{name}" fill="none" {_STYLES[name]} d="{d}"/>' for name, d in paths.items() if d)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{label}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" style="max-width:100%;height:auto"><title>{label}</title>{lines}</svg>'
    )


def _strokes(
    pieces: CablePieces, rows: NDArray[np.bool_], ends: NDArray[np.float64]
) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Where to draw: pieces of the same edge that follow each other are one stroke."""
    chosen = np.flatnonzero(rows & (pieces.lengths > 0))
    if not len(chosen):
        return []
    breaks = np.flatnonzero((np.diff(chosen) > 1) | (np.diff(pieces.node[chosen]) != 0)) + 1
    stops = [0, *breaks.tolist(), len(chosen)]
    return [
        (ends[pieces.ends[chosen[first], 0]], ends[pieces.ends[chosen[last - 1], 1]]) for first, last in pairwise(stops)
    ]
