"""What a stack viewer shows at first: which stack, or which grid, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.stack import PLANES, Plane, Stack, turned
from catmaid_jupyter.client.tables import some_places

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

_GRID_NM = (200_000.0, 200_000.0, 200_000.0)
"""Least size of the grid of a project without images."""

_GRID_RESOLUTION = (8.0, 8.0, 40.0)
_BEYOND = 1.2
"""A grid goes so much farther than the treenodes that are known."""


def chosen_stack(project: Project, stack: Stack | int | str | None, plane: Plane | None = None) -> Stack:
    """The stack to show; a grid in a project without images, and where no stack is cut along the plane."""
    if plane is not None and plane not in PLANES:
        raise InvalidInput(f"There is no plane {plane!r}: take one of {', '.join(PLANES)}.")
    shown = _stack_or_grid(project, stack)
    if plane is None or shown.plane == plane:
        return shown
    return (_cut_along(project, plane) if stack is None else None) or shown.seen_along(plane)


def _cut_along(project: Project, plane: Plane) -> Stack | None:
    """The project's first stack whose sections are along a plane."""
    stacks = (project.stack(int(stack_id)) for stack_id in project.stacks["id"])
    return next((stack for stack in stacks if stack.plane == plane), None)


def _stack_or_grid(project: Project, stack: Stack | int | str | None) -> Stack:
    if isinstance(stack, Stack):
        return stack
    try:
        return project.stack(stack)
    except NotFound:
        if stack is not None:
            raise
        return _grid_around(loop.run(some_places(project.place)))


def _grid_around(places: NDArray[np.float64]) -> Stack:
    """A grid with all places, shape (n, 3), nm, in the middle of which is the one amidst the others; n may be 0."""
    if not len(places):
        return Stack.grid(_GRID_NM, _GRID_RESOLUTION)
    middle = places[np.abs(places - np.median(places, axis=0)).sum(axis=1).argmin()]
    steps = np.array(_GRID_RESOLUTION)
    reach = np.maximum(np.abs(places - middle).max(axis=0) * _BEYOND, np.array(_GRID_NM) / 2)
    pixels = np.ceil(reach / steps)  # on each side of the middle one
    size, start = (2 * pixels + 1) * steps, middle - pixels * steps
    return Stack.grid(cast("Any", tuple(size.tolist())), _GRID_RESOLUTION, cast("Any", tuple(start.tolist())))


def grid_values(state: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of `Stack.grid` that make the grid of a viewer's `stack` again."""
    plane = state["plane"]
    size = [pixels * nm for pixels, nm in zip(state["dimension"], state["resolution"], strict=True)]
    return {
        "size": turned(plane, cast("Any", size)),
        "resolution": state["resolution"],
        "translation": turned(plane, state["translation"]),
        "plane": plane,
    }


def middle_of(stack: Stack) -> tuple[float, float, float]:
    """Middle of the middle section, where an index times the resolution is the centre of a pixel."""
    corner = turned(stack.plane, stack.translation)
    right, down, deep = (
        round(start + nm * (pixels - 1) / 2, 6)
        for start, nm, pixels in zip(corner, stack.resolution, stack.dimension, strict=True)
    )
    thickness, depth = stack.resolution[2], corner[2]
    return turned(stack.plane, (right, down, depth + (deep - depth) // thickness * thickness))
