"""Levels of detail: the treenodes of a viewport in portions, first those that are seen from afar.

CATMAID makes such portions where it keeps viewports ready in a grid; here they are made as they are asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.fair_order import order_keys
from catmaid_server.domain.tracing.viewports import ColumnTable, Viewport

LEVELS: Final = 7
FIRST: Final = 500
"""Treenodes of the first level; each further one has twice as many as the one before, the last all that are left."""

PERCENT, ABSOLUTE = "percent", "absolute"


def wanted_levels(lod_type: str, lod: str) -> int:
    """How many levels a client wants, 1 to `LEVELS`.

    Parameters
    ----------
    lod_type
        `percent` of all levels, or `absolute`.
    lod
        A part of 1, or a number of levels, of which 0 stands for all; `max` and `NaN` for all as well.

    Raises
    ------
    InvalidInput
        For another type, or what is no number.
    """
    if lod_type not in (PERCENT, ABSOLUTE):
        raise InvalidInput(f"lod_type is {PERCENT} or {ABSOLUTE}, not {lod_type!r}.")
    if lod.strip().lower() in ("max", "nan"):
        return LEVELS
    try:
        number = float(lod)
        count = int(number * LEVELS) if lod_type == PERCENT else int(number) or LEVELS
    except (ValueError, OverflowError):
        raise InvalidInput(f'lod is a number or "max", not {lod!r}.') from None
    return min(max(count, 1), LEVELS)


def portioned(found: Viewport, levels: int) -> tuple[Viewport, list[ColumnTable]]:
    """A viewport with the treenodes of the first level alone, and the treenodes of each further one that is wanted.

    They come in the fair order; a parent comes with its first child, so that both ends of an edge are there.
    """
    order = np.argsort(_first_keys(found.nodes), kind="stable")
    ends = np.cumsum([FIRST * 2**level for level in range(LEVELS - 1)])
    first, *more = (_rows(found.nodes, portion) for portion in np.split(order, ends)[:levels])
    return replace(found, nodes=first), [portion for portion in more if len(portion["id"])]


def _first_keys(nodes: ColumnTable) -> NDArray[np.uint32]:
    """The key (see `fair_order`) of each treenode, or the lowest of a child, if that is lower."""
    ids, parents = nodes["id"], nodes["parent_id"]
    keys = order_keys(ids)
    lowest = keys.copy()
    by_id = np.argsort(ids)
    places = by_id[np.minimum(np.searchsorted(ids, parents, sorter=by_id), max(len(ids) - 1, 0))]
    has_parent = ids[places] == parents
    np.minimum.at(lowest, places[has_parent], keys[has_parent])
    return lowest


def _rows(table: ColumnTable, rows: NDArray[np.intp]) -> ColumnTable:
    return {name: column[rows] for name, column in table.items()}
