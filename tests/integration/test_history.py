"""Every state that was ever committed can be told again, exactly, from the live tables and their history."""

from __future__ import annotations

import asyncio
from typing import Any

import psycopg
import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.tracing import treenodes
from catmaid_server.domain.tracing.states import State
from tests.helpers.snapshots import as_of, mismatches, newest_version, snapshot
from tests.helpers.walk import Walk, new_walk

UNCHECKED = State('{"nocheck": true}')


async def edit(store: Store, *statements: Any, label: str = "test") -> int:
    """Run statements as one version, and return it."""
    async with store.writing(user_id=None, project_id=None, label=label) as tx:
        for statement in statements:
            await tx.execute(statement)
        return int(await value(tx, "SELECT current_version()"))


async def value(connection: Connection, query: Any) -> Any:
    row = await (await connection.execute(query)).fetchone()
    return None if row is None else row[0]


async def rows(store: Store, query: Any) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query)).fetchall()


HISTORY = "SELECT id, name, version, ended_by FROM user_group__history ORDER BY id, version"


class TestRows:
    """What happens to a row of a versioned table."""

    @pytest.fixture
    async def groups(self, module_store: Store) -> int:
        """The version in which the groups 901 and 902 were made; others are gone, and so is all history."""
        async with module_store.reading() as connection:
            await connection.execute("DELETE FROM user_group__history")
        await edit(module_store, "DELETE FROM user_group WHERE id > 900")
        async with module_store.reading() as connection:
            await connection.execute("DELETE FROM user_group__history")
        return await edit(module_store, "INSERT INTO user_group (id, name) VALUES (901, 'a'), (902, 'b')")

    async def test_a_new_row_has_no_past(self, module_store: Store, groups: int) -> None:
        assert await rows(module_store, "SELECT version FROM user_group WHERE id > 900") == [(groups,), (groups,)]
        assert await rows(module_store, HISTORY) == []

    async def test_a_change_keeps_the_row_as_it_was(self, module_store: Store, groups: int) -> None:
        changed = await edit(module_store, "UPDATE user_group SET name = 'c' WHERE id = 901")
        assert await rows(module_store, HISTORY) == [(901, "a", groups, changed)]
        assert await rows(module_store, "SELECT name, version FROM user_group WHERE id = 901") == [("c", changed)]

    async def test_a_deleted_row_is_past(self, module_store: Store, groups: int) -> None:
        gone = await edit(module_store, "DELETE FROM user_group WHERE id > 900")
        assert await rows(module_store, HISTORY) == [(901, "a", groups, gone), (902, "b", groups, gone)]

    async def test_an_update_that_changes_nothing_leaves_no_trace(self, module_store: Store, groups: int) -> None:
        await edit(module_store, "UPDATE user_group SET name = name WHERE id > 900")
        assert await rows(module_store, HISTORY) == []
        assert await rows(module_store, "SELECT version FROM user_group WHERE id > 900") == [(groups,), (groups,)]

    async def test_of_several_changes_in_one_version_only_the_state_before_it_is_past(
        self, module_store: Store, groups: int
    ) -> None:
        version = await edit(
            module_store,
            "UPDATE user_group SET name = 'c' WHERE id = 901",
            "UPDATE user_group SET name = 'd' WHERE id = 901",
            "UPDATE user_group SET name = 'e' WHERE id = 902",
            "DELETE FROM user_group WHERE id = 902",
            "INSERT INTO user_group (id, name) VALUES (903, 'f')",
            "UPDATE user_group SET name = 'g' WHERE id = 903",
            "INSERT INTO user_group (id, name) VALUES (904, 'h')",
            "DELETE FROM user_group WHERE id = 904",
        )
        assert await rows(module_store, HISTORY) == [(901, "a", groups, version), (902, "b", groups, version)]
        assert await rows(module_store, "SELECT id, name, version FROM user_group WHERE id > 900 ORDER BY id") == [
            (901, "d", version),
            (903, "g", version),
        ]

    async def test_a_row_that_comes_back_has_both_lives(self, module_store: Store, groups: int) -> None:
        gone = await edit(module_store, "DELETE FROM user_group WHERE id = 901")
        back = await edit(module_store, "INSERT INTO user_group (id, name) VALUES (901, 'a')")
        assert await rows(module_store, HISTORY) == [(901, "a", groups, gone)]
        async with module_store.reading() as connection:
            lives = [
                [row["id"] for row in (await as_of(connection, version))["user_group"] if row["id"] > 900]
                for version in (groups - 1, groups, gone, back)
            ]
        assert lives == [[], [901, 902], [902], [901, 902]]

    async def test_periods_meet_without_gap(self, module_store: Store, groups: int) -> None:
        for name in "xyz":
            await edit(module_store, f"UPDATE user_group SET name = '{name}' WHERE id = 901")
        periods = await rows(
            module_store,
            "SELECT lower(sys_period), upper(sys_period) FROM user_group__with_history WHERE id = 901 ORDER BY version",
        )
        assert [end for _, end in periods[:-1]] == [begin for begin, _ in periods[1:]]
        assert periods[-1][1] is None

    async def test_what_is_undone_never_was(self, module_store: Store, groups: int) -> None:
        with pytest.raises(psycopg.errors.DivisionByZero):
            await edit(module_store, "UPDATE user_group SET name = 'c' WHERE id = 901", "SELECT 1/0", label="broken")
        assert await rows(module_store, HISTORY) == []
        assert await rows(module_store, "SELECT id FROM transaction_info WHERE label = 'broken'") == []

    @pytest.mark.parametrize("statement", [
        "INSERT INTO user_group (name) VALUES ('stray')",
        "UPDATE user_group SET name = 'stray' WHERE id = 901",
        "DELETE FROM user_group WHERE id = 901",
        "TRUNCATE user_group CASCADE",
    ])  # fmt: skip
    async def test_nothing_is_written_outside_of_a_version(
        self, module_store: Store, groups: int, statement: Any
    ) -> None:
        async with module_store.reading() as connection:
            before = await snapshot(connection)
            with pytest.raises(psycopg.Error):
                await connection.execute(statement)
            assert await snapshot(connection) == before

    async def test_a_versioned_table_is_not_truncated(self, module_store: Store) -> None:
        """Truncating fires no delete trigger: rows would be gone without a past."""
        with pytest.raises(psycopg.errors.RaiseException, match="truncat"):
            await edit(module_store, "TRUNCATE review")

    async def test_a_version_ends_with_its_transaction(self, module_store: Store) -> None:
        """Connections are used again: the next who writes must not write into the version of the last."""
        async with module_store.writing(user_id=None, project_id=None, label="test") as tx:
            process = await value(tx, "SELECT pg_backend_pid()")
        async with module_store.reading() as connection:
            assert await value(connection, "SELECT pg_backend_pid()") == process
            assert await value(connection, "SELECT current_version()") is None


async def test_rows_are_moved_by_the_statement(store: Store) -> None:
    """Thousands of rows fire each history trigger once."""
    await edit(store, "INSERT INTO user_group (id, name) SELECT i, 'g' || i FROM generate_series(1001, 3000) AS i")
    async with store.reading() as connection:
        await connection.execute("SET track_functions = 'pl'")
        async with connection.transaction():
            await connection.execute("SELECT begin_version(NULL, NULL, 'test')")
            await connection.execute("UPDATE user_group SET name = 'h' || id WHERE id > 1000")
            await connection.execute("DELETE FROM user_group WHERE id > 1000")
            cursor = await connection.execute(
                "SELECT funcname, calls FROM pg_stat_xact_user_functions WHERE funcname LIKE 'user_group%'"
            )
            assert dict(await cursor.fetchall()) == {"user_group__record_update": 1, "user_group__record_delete": 1}
        assert await value(connection, "SELECT count(*) FROM user_group__history WHERE id > 1000") == 2000


async def test_versions_of_a_row_only_rise(store: Store) -> None:
    """A transaction that began first and comes to a row last would end a newer version with an older one, and at
    some version the row would have two states. It is turned away, to be tried again with a version of its own."""
    await edit(store, "INSERT INTO user_group (id, name) VALUES (901, 'a'), (902, 'c')")
    for late in ("UPDATE user_group SET name = 'late' WHERE id = 901", "DELETE FROM user_group WHERE id = 902"):
        async with store.writing(user_id=None, project_id=None, label="slow") as slow:
            await edit(store, "UPDATE user_group SET name = name || 'b' WHERE id > 900")
            with pytest.raises(psycopg.errors.SerializationFailure):
                await slow.execute(late)
            await slow.execute("ROLLBACK")
    assert await rows(store, "SELECT name FROM user_group WHERE id > 900") == [("abb",), ("cbb",)]


async def test_edges_of_the_past_only_follow_each_other(store: Store) -> None:
    """The edge of a node changes with its parent: who began before the node was moved, and moves its parent last, would
    leave an edge that was never there. It is turned away, too."""
    walk = await new_walk(store, 0)
    author = walk.authors[0]
    async with store.writing(user_id=author.id, project_id=walk.project_id, label="made") as tx:
        root = (
            await treenodes.create_root(tx, author, walk.project_id, x=0, y=0, z=0, radius=-1, confidence=5)
        ).treenode_id
    async with store.writing(user_id=author.id, project_id=walk.project_id, label="made") as tx:
        child = await treenodes.create_child(
            tx, author, walk.project_id, root, UNCHECKED, x=9, y=0, z=0, radius=-1, confidence=5
        )
    async with store.writing(user_id=None, project_id=walk.project_id, label="slow") as slow:
        await edit(store, f"UPDATE treenode SET x = 5 WHERE id = {child.treenode_id}")
        with pytest.raises(psycopg.errors.SerializationFailure):
            await slow.execute("UPDATE treenode SET x = 3 WHERE id = %s", (root,))
        await slow.execute("ROLLBACK")
    await edit(store, f"UPDATE treenode SET x = 3 WHERE id = {root}")
    async with store.reading() as connection:
        assert await mismatches(connection) == []
    assert await rows(
        store, "SELECT count(*) FROM treenode_edges_before(0) WHERE NOT ST_OrderingEquals(shown, actual)"
    ) == [(0,)]


async def test_a_transaction_whose_clock_is_late_is_no_error(store: Store) -> None:
    """A version may have been opened by a transaction that began before that of the version before it."""
    await edit(store, "INSERT INTO user_group (id, name) VALUES (901, 'a')")
    async with store.reading() as connection, connection.transaction():
        await connection.execute("SELECT 1")
        await edit(store, "UPDATE user_group SET name = 'b' WHERE id = 901")
        await connection.execute("SELECT begin_version(NULL, NULL, 'began first')")
        await connection.execute("UPDATE user_group SET name = 'c' WHERE id = 901")
    assert await rows(
        store, "SELECT name, isempty(sys_period) FROM user_group__with_history WHERE id = 901 ORDER BY version"
    ) == [("a", False), ("b", True), ("c", False)]


@pytest.fixture
async def walk(store: Store, request: pytest.FixtureRequest) -> Walk:
    """A walk in a new project, by its seed."""
    return await new_walk(store, getattr(request, "param", 0))


@pytest.mark.parametrize("walk", range(3), indirect=True)
async def test_every_state_on_the_way_can_be_told_again(walk: Walk) -> None:
    taken = {}
    async with walk.store.reading() as connection:
        for _ in range(80):
            await walk.step()
            taken[await newest_version(connection)] = await snapshot(connection)
            assert await mismatches(connection) == []
        assert len(taken) > 40, "most edits of the walk must be possible"
        for version, state in taken.items():
            assert await as_of(connection, version) == state


@pytest.mark.parametrize("walk", [7], indirect=True)
async def test_concurrent_walks_leave_one_history(walk: Walk) -> None:
    """Several edit at once: no row has two states at any version, and derived data stay right."""
    others = [Walk(walk.store, walk.project_id, walk.authors, seed) for seed in range(3)]

    async def go(one: Walk) -> None:
        for _ in range(30):
            try:
                await one.step()
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                continue  # the service would try again
            except psycopg.errors.ForeignKeyViolation:
                continue  # what was picked is gone by now

    await asyncio.gather(*map(go, [walk, *others]))
    async with walk.store.reading() as connection:
        assert await mismatches(connection) == []
        for version in range(1, await newest_version(connection) + 1):
            for table, found in (await as_of(connection, version)).items():
                keys = [
                    tuple(map(row.get, ("id", "user_id", "group_id", "relation_id", "skeleton_id"))) for row in found
                ]
                assert len(set(keys)) == len(keys), f"{table} at version {version}"


@pytest.mark.parametrize("walk", [11], indirect=True)
async def test_derived_data_can_be_made_anew(walk: Walk) -> None:
    for _ in range(60):
        await walk.step()
    async with walk.store.reading() as connection:
        summary = "SELECT skeleton_id, num_nodes, round(cable_length::numeric, 3) FROM skeleton_summary ORDER BY 1"
        before, summaries = await snapshot(connection), await rows(walk.store, summary)
        assert summaries
    async with walk.store.writing(user_id=None, project_id=None, label="broken") as tx:
        await tx.execute("UPDATE treenode SET edge = ST_MakeLine(ST_MakePoint(0, 0, 0), ST_MakePoint(9, 9, 9))")
        await tx.execute("UPDATE connector_link SET edge = ST_MakeLine(ST_EndPoint(edge), ST_StartPoint(edge))")
        await tx.execute("UPDATE skeleton_summary SET num_nodes = 7, cable_length = -1")
    async with walk.store.reading() as connection:
        broken = {what for what, _ in await mismatches(connection)}
        assert broken >= {"treenode.edge", "skeleton_summary"}
        await connection.execute("SELECT rebuild_edges()")
        await connection.execute("SELECT rebuild_skeleton_summaries()")
        assert await mismatches(connection) == []
        assert await rows(walk.store, summary) == summaries
        after = await snapshot(connection)
        assert after | {"skeleton_summary": []} == before | {"skeleton_summary": []}, "rows need no new version"
