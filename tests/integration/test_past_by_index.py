"""The past is looked up by index, as the present is, also where tables are joined."""

from __future__ import annotations

import pytest

from catmaid_server.db.store import Connection
from tests.helpers.service import Service

# Small tables are read as a whole: these leave only indexes to look rows up by, if the views allow it.
_BY_INDEX = """
SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off
"""
_KEYS = "SELECT name, keys[1] FROM versioned_tables() WHERE cardinality(keys) = 1 ORDER BY name"


async def _plan(connection: Connection, query: str) -> list[str]:
    """The lines of the plan of a query in the past."""
    async with connection.transaction(force_rollback=True):
        await connection.execute("SET LOCAL search_path = past, public; SET LOCAL catmaid.as_of = '1'")
        await connection.execute(_BY_INDEX)
        return [line for (line,) in await (await connection.execute(f"EXPLAIN {query}")).fetchall()]


async def test_a_join_looks_up_each_table_and_its_history_by_index(module_service: Service) -> None:
    read_as_a_whole = {}
    async with module_service.store.reading() as connection:
        tables = await (await connection.execute(_KEYS)).fetchall()
        for table, key in tables:
            plan = await _plan(
                connection, f"SELECT t.version FROM (VALUES (1), (2)) w (key) JOIN {table} t ON t.{key} = w.key"
            )
            if sum(f"({key} = " in line for line in plan) != 2:
                read_as_a_whole[table] = plan
    assert len(tables) > 50
    assert read_as_a_whole == {}


@pytest.mark.parametrize("view", ["treenode_in_space", "link_in_space"])
async def test_a_join_looks_up_edges_by_where_they_are(module_service: Service, view: str) -> None:
    async with module_service.store.reading() as connection:
        plan = await _plan(
            connection,
            f"SELECT t.id FROM (VALUES (box '(1,1),(0,0)'), (box '(3,3),(2,2)')) w (area)"
            f" JOIN {view} t ON xz_box(t.edge) && w.area",
        )
    assert sum("Index Cond: (" in line and "&& " in line for line in plan) == 2, "\n".join(plan)
