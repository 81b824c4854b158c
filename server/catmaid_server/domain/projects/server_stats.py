"""How well the database of this service does, in the terms of CATMAID's page for administrators."""

from __future__ import annotations

from typing import Any, Final, TypedDict, cast

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection

sql = load("projects/server_stats")

_OF_DATABASE: Final = ("version", "c_ratio", "deadlocks", "conflicts", "temp_files", "temp_size", "blks_read",
                       "blks_hit", "cache_hit_ratio")  # fmt: skip
_OF_TABLES: Final = ("user_blks_read", "user_blks_hit", "user_cache_hit_ratio")
_OF_INDEXES: Final = ("idx_blks_read", "idx_blks_hit", "idx_cache_hit_ratio")
_OF_TRANSACTION_IDS: Final = ("oldest_current_xid", "autovacuum_freeze_max_age", "percent_towards_wraparound",
                              "percent_towards_emergency_autovac")  # fmt: skip


class DatabaseStats(TypedDict):
    """Statistics of the database; shares of reads are of 1, and None before the first read."""

    version: str
    c_ratio: int | None
    """Committed transactions, %."""
    deadlocks: int
    conflicts: int
    temp_files: int
    temp_size: str
    """With its unit."""
    blks_read: int
    blks_hit: int
    cache_hit_ratio: float | None
    user_blks_read: int | None
    user_blks_hit: int | None
    user_cache_hit_ratio: float | None
    idx_blks_read: int | None
    idx_blks_hit: int | None
    idx_cache_hit_ratio: float | None
    oldest_current_xid: int
    autovacuum_freeze_max_age: int
    percent_towards_wraparound: int
    percent_towards_emergency_autovac: int


async def database_stats(connection: Connection) -> DatabaseStats:
    """Release, transactions, temporary files, reads and transaction ids of the database, by CATMAID's names."""
    stats: dict[str, Any] = {}
    for names, query in (
        (_OF_DATABASE, sql.of_database),
        (_OF_TABLES, sql.of_tables),
        (_OF_INDEXES, sql.of_indexes),
        (_OF_TRANSACTION_IDS, sql.of_transaction_ids),
    ):
        row = await fetch_one(connection, query)
        stats |= dict(zip(names, row or (), strict=True))
    return cast("DatabaseStats", stats)
