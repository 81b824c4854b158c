"""How well the database of this service does, in the terms of CATMAID's page for administrators."""

from __future__ import annotations

from typing import Any, Final

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


async def database_stats(connection: Connection) -> dict[str, Any]:
    """Release, transactions, temporary files, reads and transaction ids of the database, by CATMAID's names.

    Shares of reads are of 1, and None before the first read.
    """
    stats: dict[str, Any] = {}
    for names, query in (
        (_OF_DATABASE, sql.of_database),
        (_OF_TABLES, sql.of_tables),
        (_OF_INDEXES, sql.of_indexes),
        (_OF_TRANSACTION_IDS, sql.of_transaction_ids),
    ):
        row = await fetch_one(connection, query)
        stats |= dict(zip(names, row or (), strict=True))
    return stats
