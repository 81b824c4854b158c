"""Crowded boxes, of which a fair sample is shown: as few treenodes are read as will do (see `fair_order`)."""

from __future__ import annotations

from typing import NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import Contents, Viewport, Wanted
from catmaid_server.domain.values import Box

sql = load("tracing/viewport_samples")

_BLOCKS = 1000
"""Blocks of ids that are looked at to tell how crowded a box is."""

_MOST = 2**31 - 1


class Crowd(NamedTuple):
    """About how many edges meet a box, and the largest id given until now."""

    edges: int
    last_id: int

    def level_for(self, most: int) -> int:
        """The level of detail in which there are so many of these at most; 0 for all."""
        return max((self.edges // max(most, 1)).bit_length(), 0) if self.edges > most else 0


async def nodes_in_box(
    connection: Connection, project_id: int, wanted: Wanted, *, most_nodes: int, labels: bool = False
) -> Viewport:
    """What is wanted. If there are more than `most_nodes` nodes, connectors or links, a fair sample of them."""
    found = await viewports.first_contents(connection, project_id, wanted, most_nodes + 1)
    if max(found.near, len(found.links["id"]), len(found.connectors["id"])) > most_nodes:
        async with viewports.one_state(connection):
            found = await _sample(connection, project_id, wanted, most_nodes)
    return await viewports.with_labels(connection, found.viewport(wanted, most_nodes), wanted=labels)


async def crowd(connection: Connection, project_id: int, box: Box) -> Crowd:
    """How crowded a box is, as a sample tells."""
    values = {"project_id": project_id, **viewports.sides(box), "blocks": _BLOCKS}
    row = await fetch_one(connection, sql.count_in_blocks, **values)
    assert row is not None
    return Crowd(*row)


async def contents(
    connection: Connection, project_id: int, wanted: Wanted, level: int, about: Crowd, most: int = _MOST
) -> Contents:
    """What is wanted, but of a level of detail; by ids where that is less work than by place; within `one_state`."""
    is_quicker = about.last_id >> level < about.edges
    query = sql.edges_in_blocks if level and is_quicker else viewports.sql.edges_in_box
    return await viewports.contents(connection, project_id, wanted, most, level=level, query=query)


async def _sample(connection: Connection, project_id: int, wanted: Wanted, most: int) -> Contents:
    """What is wanted, of the first level that has enough."""
    about = await crowd(connection, project_id, wanted.box)
    level = max(about.level_for(most) - 2, 0)
    while True:
        found = await contents(connection, project_id, wanted, level, about)
        if found.is_enough(wanted, most):
            return found
        level -= 1
