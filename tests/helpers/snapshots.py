"""The state of all versioned tables: as it is, and as history tells that it was."""

from __future__ import annotations

from typing import Any, TypeAlias

from psycopg import sql

from catmaid_server.db.store import Connection

Snapshot: TypeAlias = dict[str, list[dict[str, Any]]]
"""Rows by table, in the order of their JSON; without derived columns, which have no history."""

_TABLES = """
SELECT live.relname::text,
       (SELECT array_agg(a.attname::text) FROM pg_attribute a
         WHERE a.attrelid = live.oid AND a.attnum > 0 AND NOT a.attisdropped
           AND a.attname NOT IN (SELECT attname FROM pg_attribute WHERE attrelid = history.oid))
  FROM pg_class live JOIN pg_class history ON history.relname = live.relname || '__history' AND history.relkind = 'r'
 WHERE live.relkind = 'r' AND live.relnamespace = 'public'::regnamespace
 ORDER BY live.relname
"""
_LIVE = sql.SQL("SELECT {name}, to_jsonb(t) - {derived}::text[] FROM {live} t")
_AS_OF = sql.SQL("""
    SELECT {name}, to_jsonb(t) - {derived}::text[] FROM {live} t WHERE version <= %(version)s
     UNION ALL
    SELECT {name}, to_jsonb(h) - '{{ended_by,sys_period}}'::text[] FROM {history} h
     WHERE version <= %(version)s AND %(version)s < ended_by
    """)


async def snapshot(connection: Connection) -> Snapshot:
    """The rows as they are."""
    return await _collect(connection, _LIVE, {})


async def as_of(connection: Connection, version: int) -> Snapshot:
    """The rows as they were when this version was the newest."""
    return await _collect(connection, _AS_OF, {"version": version})


async def newest_version(connection: Connection) -> int:
    """The version of the transaction that was opened last."""
    cursor = await connection.execute("SELECT max(id) FROM transaction_info")
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def mismatches(connection: Connection) -> list[tuple[str, int]]:
    """What is wrong with derived data: nothing, at any time."""
    cursor = await connection.execute("SELECT what, id FROM derived_mismatches")
    return [(what, row_id) for what, row_id in await cursor.fetchall()]


async def _collect(connection: Connection, part: sql.SQL, values: dict[str, Any]) -> Snapshot:
    cursor = await connection.execute(_TABLES)
    tables = await cursor.fetchall()
    query = sql.SQL(" UNION ALL ").join(
        part.format(
            name=sql.Literal(name),
            derived=sql.Literal(derived or []),
            live=sql.Identifier(name),
            history=sql.Identifier(f"{name}__history"),
        )
        for name, derived in tables
    )
    found: Snapshot = {name: [] for name, _ in tables}
    cursor = await connection.execute(query, values)
    for name, row in await cursor.fetchall():
        found[name].append(row)
    return {name: sorted(rows, key=repr) for name, rows in found.items()}
