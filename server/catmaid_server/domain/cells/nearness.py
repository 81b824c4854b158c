"""Which edges come near enough to a viewport, by the same rule as PostGIS has it in `sql/tracing/viewports.sql`."""

from __future__ import annotations

import numpy as np

from catmaid_server.domain.cells.bounds import Flags, Numbers, Records, extents
from catmaid_server.domain.cells.grid import as_in_index
from catmaid_server.domain.values import Box

_TOUCHING = 1e-6
"""nm; what touches is near, however its distance is rounded."""

_WIDE = 1e6
"""nm; PostGIS does not find what is amidst wider rectangles, so there only x and y count."""


def overlap(one: Records, other: Records, box: Box) -> Flags:
    """Whether the bounds of straight lines between two places, nm, shape (n,), overlap a box."""
    x1, y1, z1, x2, y2, z2 = as_in_index(np.array([[*box.low, *box.high]]).T)[:, 0].tolist()
    bounds = as_in_index(extents(one, other))
    found: Flags = (bounds[0] <= x2) & (bounds[3] >= x1) & (bounds[1] <= y2) & (bounds[4] >= y1)
    found &= (bounds[2] <= z2) & (bounds[5] >= z1)
    return found


def come_near(one: Records, other: Records, box: Box) -> Flags:
    """Whether straight lines between two places, nm, shape (n,), of which the bounds overlap a box, come near.

    They must come within half the depth of the box to the rectangle amidst it; of boxes wider than 1 mm, into the
    rectangle in x and y.
    """
    start = np.stack([one[axis] for axis in "xyz"])
    end = np.stack([other[axis] for axis in "xyz"])
    return _cross_rectangle(start, end, box) if _is_wide(box) else _come_near(start, end, box)


def _is_wide(box: Box) -> bool:
    return bool(max(box.high[0] - box.low[0], box.high[1] - box.low[1]) > _WIDE)


def _cross_rectangle(start: Numbers, end: Numbers, box: Box) -> Flags:
    """Whether lines meet the rectangle in x and y: the parts between each pair of sides overlap (Liang-Barsky)."""
    entry, leaving = np.zeros(start.shape[1]), np.ones(start.shape[1])
    outside = np.zeros(start.shape[1], dtype=bool)
    for axis in (0, 1):
        along = end[axis] - start[axis]
        still = along == 0
        step = np.where(still, 1.0, along)
        to_low, to_high = (box.low[axis] - start[axis]) / step, (box.high[axis] - start[axis]) / step
        entry = np.where(still, entry, np.maximum(entry, np.minimum(to_low, to_high)))
        leaving = np.where(still, leaving, np.minimum(leaving, np.maximum(to_low, to_high)))
        outside |= still & ((start[axis] < box.low[axis]) | (start[axis] > box.high[axis]))
    result: Flags = ~outside & (entry <= leaving)
    return result


def _come_near(start: Numbers, end: Numbers, box: Box) -> Flags:
    """Whether lines come within half the depth of a box to the rectangle amidst it."""
    middle = (box.low[2] + box.high[2]) / 2
    near = abs(box.high[2] - box.low[2]) / 2 + _TOUCHING
    found = _is_within(_nearest_in_z(start, end, middle), box, middle, near)
    rest = np.flatnonzero(~found)
    if len(rest):
        found[rest] = _least_distances(start[:, rest], end[:, rest], box, middle) <= near
    centre = np.array([[(low + high) / 2] for low, high in zip(box.low, box.high, strict=True)])
    for one, other in ((start, end), (end, start)):
        rows = np.flatnonzero((one == centre).all(axis=0))
        if len(rows):
            found[rows] = _come_near_from_centre(one[:, rows], other[:, rows], box, middle, near)
    return found


def _nearest_in_z(start: Numbers, end: Numbers, middle: float) -> Numbers:
    """The place on each line that is nearest to the plane of the rectangle: as a rule it lies above the rectangle."""
    rise = end[2] - start[2]
    level = rise == 0
    part = np.clip((middle - start[2]) / np.where(level, 1.0, rise), 0.0, 1.0)
    places: Numbers = start + np.where(level, 0.0, part) * (end - start)
    return places


def _come_near_from_centre(centre: Numbers, other: Numbers, box: Box, middle: float, near: float) -> Flags:
    """As `_come_near` for lines with an end in the centre: PostGIS, and so CATMAID, finds no distance for that end.

    What counts is the other end, and how near the lines come to the sides of the rectangle.
    """
    (x1, y1, z1), (x2, y2, z2) = box.low, box.high
    sides = [((x1, y1), (x1, y2)), ((x2, y1), (x2, y2)), ((x1, y1), (x2, y1)), ((x1, y2), (x2, y2))]
    found: Flags = _is_within(other, box, middle, near) & ~(centre == other).all(axis=0)
    for low, high in sides:
        found |= _least_distances(centre, other, Box((*low, z1), (*high, z2)), middle) <= near
    return found


def _is_within(places: Numbers, box: Box, middle: float, near: float) -> Flags:
    """Whether places are above or below the rectangle, and near enough to it."""
    x, y, z = places
    result: Flags = (x >= box.low[0]) & (x <= box.high[0]) & (y >= box.low[1]) & (y <= box.high[1])
    result &= abs(z - middle) <= near
    return result


def _least_distances(start: Numbers, end: Numbers, box: Box, middle: float) -> Numbers:
    """Least distance of lines to the rectangle.

    The square of the distance is a parabola between two points where a line crosses a side, so its least value is at
    one of these, or at the lowest point of a parabola between them.
    """
    along = end - start
    crossings = [np.zeros(start.shape[1]), np.ones(start.shape[1])]
    for axis in (0, 1):
        step = np.where(along[axis] == 0, 1.0, along[axis])
        crossings += [np.clip((side[axis] - start[axis]) / step, 0, 1) for side in (box.low, box.high)]
    ends = np.sort(np.stack(crossings), axis=0)
    amid = (ends[1:] + ends[:-1]) / 2
    lowest = np.clip(_lowest(start, along, amid, box, middle), ends[:-1], ends[1:])
    tried = np.concatenate((ends, lowest))
    least: Numbers = _distances(start[:, None] + tried * along[:, None], box, middle).min(axis=0, initial=np.inf)
    return least


def _lowest(start: Numbers, along: Numbers, amid: Numbers, box: Box, middle: float) -> Numbers:
    """Where on each line the parabola is lowest that holds around the parts `amid`, as parts of the line's length."""
    slope, bend = along[2] * (start[2] - middle), np.broadcast_to(along[2] ** 2, amid.shape)
    slope = np.broadcast_to(slope, amid.shape)
    for axis in (0, 1):
        place = start[axis] + amid * along[axis]
        side = np.where(place < box.low[axis], box.low[axis], box.high[axis])
        counts = (place < box.low[axis]) | (place > box.high[axis])
        slope = slope + np.where(counts, along[axis] * (start[axis] - side), 0.0)
        bend = bend + np.where(counts, along[axis] ** 2, 0.0)
    return np.where(bend > 0, -slope / np.where(bend > 0, bend, 1.0), amid)


def _distances(places: Numbers, box: Box, middle: float) -> Numbers:
    """Distances of places, shape (3, …), to the rectangle."""
    beside = [
        np.maximum(np.maximum(box.low[axis] - places[axis], places[axis] - box.high[axis]), 0.0) for axis in (0, 1)
    ]
    distances: Numbers = np.sqrt(beside[0] ** 2 + beside[1] ** 2 + (places[2] - middle) ** 2)
    return distances
