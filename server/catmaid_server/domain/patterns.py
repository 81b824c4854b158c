"""Regular expressions that clients send: PostgreSQL may need too long for some of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

PATIENCE_S = 5.0


@asynccontextmanager
async def matched(connection: Connection, pattern: str | None) -> AsyncIterator[None]:
    """Stop the queries of the block, which match names with a pattern, if they take too long; no pattern, no limit.

    Raises
    ------
    InvalidInput
        If the pattern takes longer than `PATIENCE_S`.
    """
    if pattern is None:
        yield
        return
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('statement_timeout', %s, true)", (f"{PATIENCE_S}s",))
            yield
    except psycopg.errors.QueryCanceled:
        raise InvalidInput("This regular expression takes too long; it will not without back references.") from None
