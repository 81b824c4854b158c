"""`check` finds whatever is wrong in a database, and `rebuild` mends what is derived from other rows."""

from __future__ import annotations

import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.history import reverting
from catmaid_server.operations import checks, databases, rebuilding
from tests.helpers.snapshots import as_of, newest_version
from tests.helpers.walk import new_walk

DERIVED = {
    "links": "UPDATE connector_link SET skeleton_id = (SELECT max(id) FROM skeleton)",
    "reviews": "UPDATE review SET skeleton_id = (SELECT max(id) FROM skeleton)",
    "edges": "UPDATE treenode SET edge = ST_MakeLine(ST_MakePoint(0, 0, 0), ST_MakePoint(9, 9, 9))",
    "summaries": "UPDATE skeleton_summary SET num_nodes = 7 WHERE num_nodes <> 7",
    "past_edges": "UPDATE treenode_edge_past SET edge = ST_MakeLine(ST_MakePoint(0, 0, 0), ST_MakePoint(9, 9, 9))",
    "counters": "SELECT setval('location_id_seq', 1), setval('pin_id_seq', 1), setval('review_id_seq', 1)",
}
BY_HAND = {
    "roots": "UPDATE treenode SET parent_id = NULL WHERE id = %(child)s",
    "cycles": "UPDATE treenode SET parent_id = %(child)s"
    " WHERE id = (SELECT parent_id FROM treenode WHERE id = %(child)s)",
    "parents": "UPDATE treenode SET skeleton_id = (SELECT max(id) FROM skeleton WHERE id <> treenode.skeleton_id)"
    " WHERE id = %(child)s",
    "history": "UPDATE treenode__history SET ended_by = ended_by + 1",
}


@pytest.fixture(scope="module")
async def walked(module_store: Store) -> Store:
    """A store with edits of all kinds, some of them taken back."""
    walk = await new_walk(module_store, 5)
    for step in range(150):
        await walk.step()
        if step % 10 == 9:
            async with module_store.reading() as connection:
                newest = await newest_version(connection)
                admin = await users.require_user(connection, "admin")
            try:
                async with module_store.writing(user_id=admin.id, project_id=walk.project_id, label="revert") as tx:
                    await reverting.revert(tx, admin, walk.project_id, [newest])
            except DomainError:
                pass
    async with module_store.writing(user_id=admin.id, project_id=walk.project_id, label="pin") as tx:
        await tx.execute(
            "INSERT INTO pin (project_id, name, version, user_id) SELECT %s, n, 5, %s FROM unnest('{a,b,c}'::text[]) n",
            (walk.project_id, admin.id),
        )
    return module_store


async def wrong(connection: Connection) -> dict[str, checks.Outcome]:
    return {outcome.name: outcome for outcome in await checks.check(connection) if not outcome.holds}


async def damage(tx: Connection, statement: str) -> None:
    """What no edit does: triggers are off."""
    await tx.execute("SET LOCAL session_replication_role = replica")
    node = await tx.execute("SELECT id FROM treenode WHERE parent_id IS NOT NULL ORDER BY id LIMIT 1")
    row = await node.fetchone()
    assert row is not None
    await tx.execute(statement.encode(), {"child": row[0]})
    await tx.execute("SET LOCAL session_replication_role = origin")


async def test_all_holds_after_any_edits(walked: Store) -> None:
    async with databases.one_snapshot(walked.dsn) as connection:
        found = await checks.check(connection)
    assert [outcome for outcome in found if not outcome.holds] == []
    assert {outcome.name for outcome in found} == {*DERIVED, *BY_HAND}


@pytest.mark.parametrize("name", DERIVED)
async def test_what_is_derived_is_found_and_made_anew(walked: Store, name: str) -> None:
    async with databases.one_snapshot(walked.dsn) as connection:
        before = await as_of(connection, 60)
    async with walked.writing(user_id=None, project_id=None, label="damage") as tx:
        await damage(tx, DERIVED[name])
    async with walked.reading() as connection, connection.transaction():
        found = await wrong(connection)
    assert name in found
    assert found[name].remedy == "catmaid-jupyter rebuild"
    async with walked.writing(user_id=None, project_id=None, label=rebuilding.LABEL) as tx:
        await rebuilding.rebuild(tx)
    async with databases.one_snapshot(walked.dsn) as connection:
        assert await wrong(connection) == {}
        assert await as_of(connection, 60) == before


@pytest.mark.parametrize("name", BY_HAND)
async def test_what_only_people_can_mend_is_found(walked: Store, name: str) -> None:
    async with walked.reading() as tx, tx.transaction(force_rollback=True):
        await tx.execute("SELECT begin_version(NULL, NULL, 'damage')")
        await damage(tx, BY_HAND[name])
        found = await wrong(tx)
        assert name in found
        assert found[name].rows
        assert found[name].remedy != "catmaid-jupyter rebuild"
