"""`check` finds whatever is wrong in a database, and `rebuild` mends what is derived from other rows."""

from __future__ import annotations

import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.history import reverting
from catmaid_server.domain.reviews import reviews
from catmaid_server.operations import checks, databases, rebuilding
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import as_of, newest_version
from tests.helpers.walk import Walk

DERIVED = {
    "links": "UPDATE connector_link l SET skeleton_id = (SELECT max(id) FROM skeleton s WHERE s.id <> l.skeleton_id)",
    "reviews": "UPDATE review r SET skeleton_id = (SELECT max(id) FROM skeleton s WHERE s.id <> r.skeleton_id)",
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
async def walked(module_service: Service) -> Store:
    """A store with edits of all kinds, some of them taken back."""
    module_store = module_service.store
    async with module_store.reading() as connection:
        authors = [await users.require_user(connection, name) for name in ("admin", "tracer")]
    walk = Walk(module_store, module_service.project_id, authors, seed=5)
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
    node = (await (tracer := Tracer.of(module_service)).chain(3))[1]
    await tracer.connector(node)
    async with module_store.writing(user_id=admin.id, project_id=walk.project_id, label="pin") as tx:
        await reviews.mark(tx, walk.project_id, [node], admin.id)
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


async def test_an_id_may_be_given_again(module_service: Service) -> None:
    tracer, admin = Tracer.of(module_service), Tracer.of(module_service, module_service.admin)
    first = await tracer.skeleton_of(await tracer.node())
    for before, after in ((first, 800_001), (800_001, first), (first, 800_001)):
        await admin.post(f"skeletons/{before}/id", new_skeleton_id=after, new_neuron_id=after + 1_000_000)
    async with databases.one_snapshot(module_service.store.dsn) as connection:
        assert await wrong(connection) == {}


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


async def test_a_treenode_that_moves_with_its_parent_leaves_its_edge_in_the_past(module_service: Service) -> None:
    """Its edge changes twice in one statement; the past has what it was before both."""
    tracer = Tracer.of(module_service)
    parent, child = await tracer.chain(2)
    before = await tracer.get("version")
    moves = {
        f"t[{i}][{j}]": value for i, node in enumerate((parent, child)) for j, value in enumerate((node, 500, 9, 9))
    }
    await tracer.post("node/update", state=UNCHECKED, **moves)
    async with module_service.store.reading(as_of=before["version"]) as connection:
        cursor = await connection.execute("SELECT ST_AsText(edge) FROM treenode_in_space WHERE id = %s", (child,))
        assert await cursor.fetchall() == [("LINESTRING Z (0 0 0,10 0 0)",)]
    async with databases.one_snapshot(module_service.store.dsn) as connection:
        assert "past_edges" not in await wrong(connection)
