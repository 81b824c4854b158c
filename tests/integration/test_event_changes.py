"""What an event tells of an edit: the ids that changed, and boxes around all that is drawn otherwise since."""

from __future__ import annotations

from typing import Any, TypeAlias

import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.events.changes import MOST_IDS, Box, Changes, changes_of
from tests.helpers.snapshots import newest_version
from tests.helpers.walk import Walk, new_walk

Drawn: TypeAlias = dict[str, dict[int, tuple[Any, ...]]]

# What viewers draw: rows, and the boxes of their edges last.
DRAWN = {
    "treenode": """
        SELECT id, skeleton_id, parent_id, confidence, radius, x, y, z,
               ARRAY[ST_XMin(edge), ST_YMin(edge), ST_ZMin(edge), ST_XMax(edge), ST_YMax(edge), ST_ZMax(edge)]
          FROM treenode""",
    "connector": "SELECT id, confidence, x, y, z, ARRAY[x, y, z, x, y, z] FROM connector",
    "connector_link": """
        SELECT id, treenode_id, connector_id, skeleton_id, relation_id, confidence,
               ARRAY[ST_XMin(edge), ST_YMin(edge), ST_ZMin(edge), ST_XMax(edge), ST_YMax(edge), ST_ZMax(edge)]
          FROM connector_link""",
    "label": """
        SELECT t.id, skeleton_id, array_agg(label_id ORDER BY label_id), ARRAY[x, y, z, x, y, z]
          FROM treenode t JOIN node_label l ON l.treenode_id = t.id GROUP BY t.id""",
}
SKELETON = {"treenode": 1, "connector_link": 3}
"""Where rows have their skeleton."""


async def drawn(connection: Connection) -> Drawn:
    return {
        table: {row[0]: row for row in await (await connection.execute(query)).fetchall()}
        for table, query in DRAWN.items()
    }


def is_within(edge: list[float], *boxes: Box | None) -> bool:
    """Whether the boxes together have the edge: the old and the new one of a version count as one."""
    known = [box for box in boxes if box is not None]
    lower = [min(box[0][axis] for box in known) for axis in range(3)] if known else [1.0] * 3
    upper = [max(box[1][axis] for box in known) for axis in range(3)] if known else [0.0] * 3
    return all(lower[axis] <= edge[axis] and edge[axis + 3] <= upper[axis] for axis in range(3))


def check(changes: Changes, before: Drawn, after: Drawn) -> int:
    """Count the rows that look otherwise, each of which must be told of."""
    count = 0
    told = {"treenode": changes.treenode_ids, "connector": changes.connector_ids, "label": changes.treenode_ids}
    for table in DRAWN:
        for row_id in before[table].keys() | after[table].keys():
            was, now = before[table].get(row_id), after[table].get(row_id)
            if was == now:
                continue
            count += 1
            rows = [row for row in (was, now) if row is not None]
            what = (table, rows, changes)
            nodes_are_gone = table == "label" and row_id not in after["treenode"]
            assert nodes_are_gone or all(is_within(row[-1], changes.old_box, changes.new_box) for row in rows), what
            if table in SKELETON:
                assert {row[SKELETON[table]] for row in rows} <= set(changes.skeleton_ids or ()), what
            if was is not None and now is not None and was[:-1] == now[:-1]:
                continue  # only the other end of its edge has moved
            assert table not in told or row_id in (told[table] or ()), what
    return count


@pytest.mark.parametrize("seed", range(2))
async def test_whatever_looks_otherwise_is_told_of(store: Store, seed: int) -> None:
    walk = await new_walk(store, seed)
    count = 0
    async with store.reading() as connection:
        before = await drawn(connection)
        for _ in range(120):
            await walk.step()
            version = await newest_version(connection)
            changes = (await changes_of(connection, [version])).get(version, Changes([], [], []))
            after = await drawn(connection)
            count += check(changes, before, after)
            before = after
    assert count > 100


async def test_several_versions_together_tell_of_all(store: Store) -> None:
    """Of rows that later versions changed, too."""
    walk = await new_walk(store, 5)
    async with store.reading() as connection:
        for _ in range(20):
            before, first = await drawn(connection), await newest_version(connection)
            for _ in range(6):
                await walk.step()
            versions = list(range(first + 1, await newest_version(connection) + 1))
            found = (await changes_of(connection, versions)).values()
            boxes = [box for one in found for box in (one.old_box, one.new_box) if box is not None]
            lower = [min((box[0][axis] for box in boxes), default=0.0) for axis in range(3)]
            upper = [max((box[1][axis] for box in boxes), default=0.0) for axis in range(3)]
            together = Changes(
                sorted({node for one in found for node in one.treenode_ids or ()}),
                sorted({node for one in found for node in one.connector_ids or ()}),
                sorted({node for one in found for node in one.skeleton_ids or ()}),
                ((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2])) if boxes else None,
            )
            check(together, before, await drawn(connection))


async def test_many_ids_are_not_told_but_their_boxes_are(store: Store) -> None:
    walk = await new_walk(store, 0)
    nodes = await chain(walk, MOST_IDS + 1)
    async with store.reading() as connection:
        version = await newest_version(connection)
        [changes] = (await changes_of(connection, [version])).values()
    assert changes.treenode_ids is None
    assert changes.skeleton_ids is not None
    assert len(changes.skeleton_ids) == 1
    assert changes.new_box == ((0, 5, 5), (len(nodes) - 1, 5, 5))
    assert changes.old_box is None


async def chain(walk: Walk, length: int) -> list[int]:
    """A skeleton of one row of nodes along x, made at once."""
    author = walk.authors[0]
    async with walk.store.writing(user_id=author.id, project_id=walk.project_id, label="chain") as tx:
        await tx.execute(
            """
            WITH neuron AS (
                INSERT INTO neuron (project_id, name, user_id) VALUES (%(project)s, 'chain', %(user)s) RETURNING id
            ), skeleton AS (
                INSERT INTO skeleton (project_id, neuron_id, name, user_id)
                SELECT %(project)s, id, 'chain', %(user)s FROM neuron RETURNING id
            )
            INSERT INTO treenode (id, project_id, skeleton_id, parent_id, x, y, z, user_id, editor_id, edge)
            SELECT 1000000 + i, %(project)s, skeleton.id, CASE WHEN i > 0 THEN 999999 + i END, i, 5, 5,
                   %(user)s, %(user)s,
                   ST_MakeLine(ST_MakePoint(greatest(i - 1, 0), 5, 5), ST_MakePoint(i, 5, 5))
              FROM skeleton, generate_series(0, %(length)s - 1) i
            """,
            {"project": walk.project_id, "user": author.id, "length": length},
        )
    return [1_000_000 + index for index in range(length)]
