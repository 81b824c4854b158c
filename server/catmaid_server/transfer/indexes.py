"""Large imports drop indexes and foreign keys before and make them again after, all in the import's transaction."""

from __future__ import annotations

import time

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.steps import Steps

sql = load("transfer/importing")

MUCH = 20_000
"""Number of treenodes; for fewer, making indexes again costs more than keeping them."""


async def set_aside(tx: Connection, treenodes: int, steps: Steps) -> bool:
    """Drop indexes and foreign keys if making them again is quicker than keeping them; return whether it was done.

    Nobody can read treenodes and connectors from then on until the transaction ends.
    """
    cursor = await tx.execute(sql.number_of_treenodes)
    row = await cursor.fetchone()
    assert row is not None
    if treenodes < max(MUCH, row[0]):
        return False
    with steps.timed("drop indexes and foreign keys"):
        await tx.execute(sql.set_aside_indexes)
    return True


async def restore(tx: Connection, amount: int, steps: Steps) -> None:
    """Make again all that was dropped; this counts as `amount` in the progress."""
    steps.expect(amount)
    before = steps.done
    made, remaining = 0, 1
    while remaining:
        began = time.perf_counter()
        cursor = await tx.execute(sql.restore_next)
        row = await cursor.fetchone()
        assert row is not None
        restored, remaining = row
        steps.add(f"make {restored}", time.perf_counter() - began)
        made += 1
        steps.advance(before + amount * made // (made + remaining) - steps.done)
