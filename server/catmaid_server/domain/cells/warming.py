"""Cells that are read before somebody asks for them: around those that were looked at, while there is room."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell

ReadAhead = Callable[[int, Grid, CellRange], Awaitable[int | None]]
"""Reads what is missing of cells of a project; tells how many rows they have, None if there is no room for them."""

_PART_OF_TIME = 0.1
"""So much of the time is spent with it at most, or else those who wait for an answer wait longer."""

_MOST_ACROSS = 8
"""Cells along each side of a layer that is read at once."""

MOST_EMPTY = 4
"""After so many empty layers there is nothing more in this direction."""


@dataclass
class _Direction:
    """Layers upwards or downwards from where somebody looked."""

    step: int
    next: int
    empty: int = 0

    @property
    def is_over(self) -> bool:
        return self.empty >= MOST_EMPTY


@dataclass
class _Around:
    """Layers on both sides of a place, the nearest first."""

    low: GridCell
    high: GridCell
    directions: tuple[_Direction, _Direction]

    def next(self) -> _Direction | None:
        """The direction to go on in; None when all is read."""
        going_on = [one for one in self.directions if not one.is_over]
        return min(going_on, key=lambda one: abs(one.next - self.low.k), default=None)


class Warming:
    """What to read before it is asked for; told by `look` where somebody looks, and done by `run`."""

    def __init__(self) -> None:
        self._around: dict[tuple[int, Grid], _Around] = {}
        self._given_up: set[tuple[int, Grid]] = set()
        self._looked = asyncio.Event()

    def look(self, project_id: int, grid: Grid, span: CellRange) -> None:
        """Somebody looks at cells of which some had to be read: the layers around them are next."""
        if (project_id, grid) in self._given_up:
            return
        known = self._around.get((project_id, grid))
        low, high = span.low, span.high
        if known is not None:
            if _holds(known, span):
                return
            low = GridCell(min(low.i, known.low.i), min(low.j, known.low.j), low.k)
            high = GridCell(max(high.i, known.high.i), max(high.j, known.high.j), high.k)
        if max(high.i - low.i, high.j - low.j) >= _MOST_ACROSS:
            low, high = span.low, span.high
        directions = (_Direction(1, low.k), _Direction(-1, low.k - 1))
        self._around[project_id, grid] = _Around(low, high, directions)
        self._looked.set()

    async def run(self, read_ahead: ReadAhead) -> None:
        """Read until cancelled, what was looked at last first."""
        while True:
            await self._looked.wait()
            if not self._around:
                self._looked.clear()
                continue
            key = next(reversed(self._around))
            began = time.monotonic()
            await self._step(key, read_ahead)
            await asyncio.sleep((time.monotonic() - began) * (1 / _PART_OF_TIME - 1))

    async def _step(self, key: tuple[int, Grid], read_ahead: ReadAhead) -> None:
        """Read one layer."""
        around = self._around[key]
        direction = around.next()
        if direction is None:
            del self._around[key]
            return
        low, high = around.low._replace(k=direction.next), around.high._replace(k=direction.next)
        direction.next += direction.step
        rows = await read_ahead(*key, CellRange(low, high))
        if rows is None:
            self._given_up.add(key)
            self._around.pop(key, None)
        else:
            direction.empty = 0 if rows else direction.empty + 1


def _holds(around: _Around, span: CellRange) -> bool:
    """Whether cells are amidst those that are being read."""
    return (
        around.low.i <= span.low.i
        and around.low.j <= span.low.j
        and span.high.i <= around.high.i
        and span.high.j <= around.high.j
    )
