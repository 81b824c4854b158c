"""Edits of skeletons with many nodes: what triggers keep is right, and no trigger joins row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import pytest

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.tracing import skeletons
from catmaid_server.transfer.importers.swc import import_swc

NODES = 20_000

# Trigger functions that join both transition tables, and whether nested loops are off in them.
JOINING = """
SELECT proname, coalesce('enable_nestloop=off' = ANY (proconfig), false)
  FROM pg_proc
 WHERE prorettype = 'trigger'::regtype AND pronamespace = 'public'::regnamespace
   AND prosrc ~ '(old_rows|new_rows)\\s+\\w\\s+JOIN\\s+(old_rows|new_rows)'
"""


@dataclass
class Lines:
    """Two skeletons, each a line of `NODES` nodes, in one project."""

    store: Store
    user: User
    project_id: int
    nodes: list[list[int]]

    async def write(self, act: Any) -> Any:
        """Run an edit in a version of its own."""
        async with self.store.writing(user_id=self.user.id, project_id=self.project_id, label="test") as tx:
            return await act(tx)

    async def rows(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """What a query gives."""
        async with self.store.reading() as connection:
            return await (await connection.execute(query, values or None)).fetchall()


@pytest.fixture
async def lines(store: Store, tmp_path: Path) -> Lines:
    for line in range(2):
        rows = (f"{i + 1} 0 {10 * i} {100 * line} 0 -1 {i or -1}" for i in range(NODES))
        (tmp_path / f"{line}.swc").write_text("\n".join(rows))
    async with store.reading() as connection:
        user = await users.require_user(connection, "admin")
    imported = await import_swc(store, tmp_path, project="Lines", user="admin")
    made = Lines(store, user, 0, [])
    for arbor in imported.imported:
        found = await made.rows("SELECT id, project_id FROM treenode WHERE skeleton_id = %s ORDER BY id", arbor[2])
        made.nodes.append([row[0] for row in found])
        made.project_id = found[0][1]
    for _ in range(6):  # plans of triggers are cached after a few small edits
        await made.write(lambda tx: tx.execute("UPDATE treenode SET x = x + 1 WHERE id = %s", (made.nodes[0][5],)))
    return made


async def test_edges_summaries_and_history_follow(lines: Lines) -> None:
    first, second = lines.nodes
    await lines.write(lambda tx: skeletons.reroot(tx, lines.user, lines.project_id, first[-1]))
    assert await lines.rows("SELECT parent_id FROM treenode WHERE id = %s", first[0]) == [(first[1],)]
    await lines.write(lambda tx: skeletons.join(tx, lines.user, lines.project_id, first[0], second[0]))
    assert await lines.rows("SELECT num_nodes FROM skeleton_summary WHERE num_nodes > 0") == [(2 * NODES,)]
    await lines.write(lambda tx: skeletons.split(tx, lines.user, lines.project_id, second[NODES // 2]))
    counts = await lines.rows("SELECT num_nodes FROM skeleton_summary WHERE num_nodes > 0 ORDER BY 1")
    assert counts == [(NODES // 2,), (3 * NODES // 2,)]
    await lines.write(lambda tx: tx.execute("UPDATE treenode SET z = z + 40"))
    assert await lines.rows("SELECT * FROM derived_mismatches LIMIT 5") == []
    query: LiteralString = "SELECT ended_by, count(*) FROM treenode__history GROUP BY 1 HAVING count(*) > 1 ORDER BY 1"
    states = await lines.rows(query)
    assert [count for _, count in states] == [NODES, NODES, NODES // 2, 2 * NODES]


async def test_a_row_that_is_written_twice_in_a_version_has_one_past_state(lines: Lines) -> None:
    node = lines.nodes[0][9]

    async def twice(tx: Any) -> None:
        await tx.execute("UPDATE treenode SET radius = 7 WHERE id = %s", (node,))
        await tx.execute("UPDATE treenode SET radius = 9 WHERE id = %s", (node,))

    await lines.write(twice)
    assert await lines.rows("SELECT radius FROM treenode__history WHERE id = %s", node) == [(-1.0,)]


async def test_no_trigger_joins_transition_tables_by_nested_loop(store: Store) -> None:
    async with store.reading() as connection:
        found = await (await connection.execute(JOINING)).fetchall()
    assert found
    assert [name for name, off in found if not off] == []
