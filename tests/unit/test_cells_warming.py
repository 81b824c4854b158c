"""What is read before somebody asks for it: layer by layer away from where somebody looked, until nothing is left."""

from __future__ import annotations

import asyncio

import pytest

from catmaid_server.domain.cells import warming
from catmaid_server.domain.cells.grid import CellRange, Grid, GridCell
from catmaid_server.domain.cells.warming import MOST_EMPTY, Warming

GRID = Grid(64.0, 2.0)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_PART_OF_TIME", 1.0)


def span(i: int, j: int, k: int, size: int = 1) -> CellRange:
    return CellRange(GridCell(i, j, k), GridCell(i + size, j + size, k))


class Tissue:
    """Layers in which there is something, and what was read of them."""

    def __init__(self, *layers: int, most: int = 1000) -> None:
        self._layers = layers
        self._most = most
        self.read: list[CellRange] = []
        self.is_left = asyncio.Event()

    async def read_ahead(self, project_id: int, grid: Grid, cells: CellRange) -> int | None:
        assert (project_id, grid) == (1, GRID)
        self.read.append(cells)
        if len(self.read) > self._most:
            self.is_left.set()
            return None
        outside = [k for k in (one.low.k for one in self.read) if k not in self._layers]
        if len(outside) == 2 * MOST_EMPTY:
            self.is_left.set()
        return 5 if cells.low.k in self._layers else 0

    async def warmed(self, plan: Warming) -> list[int]:
        """The layers that are read until there are no more."""
        running = asyncio.create_task(plan.run(self.read_ahead))
        await self.is_left.wait()
        for _ in range(10):
            await asyncio.sleep(0)
        running.cancel()
        return [one.low.k for one in self.read]


async def test_layers_are_read_outwards_until_there_is_nothing_more() -> None:
    tissue, plan = Tissue(*range(7, 13)), Warming()
    plan.look(1, GRID, span(0, 0, 10))
    layers = await tissue.warmed(plan)
    assert layers[:5] == [10, 11, 9, 12, 8]
    assert sorted(layers) == list(range(7 - MOST_EMPTY, 13 + MOST_EMPTY)), "each once"


async def test_they_reach_over_all_places_that_were_looked_at() -> None:
    tissue, plan = Tissue(4), Warming()
    plan.look(1, GRID, span(0, 0, 4))
    plan.look(1, GRID, span(3, 2, 4))
    await tissue.warmed(plan)
    assert set(tissue.read[0].cells()) == {GridCell(i, j, 4) for i in range(5) for j in range(4)}


async def test_places_far_from_each_other_are_not_read_together() -> None:
    tissue, plan = Tissue(4), Warming()
    plan.look(1, GRID, span(0, 0, 4))
    plan.look(1, GRID, span(1000, 0, 4))
    await tissue.warmed(plan)
    assert tissue.read[0] == span(1000, 0, 4)


async def test_where_there_is_no_room_nothing_more_is_read() -> None:
    tissue, plan = Tissue(*range(100), most=3), Warming()
    plan.look(1, GRID, span(0, 0, 50))
    await tissue.warmed(plan)
    plan.look(1, GRID, span(0, 0, 60))
    await tissue.warmed(plan)
    assert len(tissue.read) == 4
