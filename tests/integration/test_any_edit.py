"""Edits of every kind by several users: all of them can be taken back, and the past can be read whatever they did."""

from __future__ import annotations

import random
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from catmaid_server.db.store import Connection
from catmaid_server.operations import checks
from tests.helpers.edit_kinds import EDITS, HISTORY_EDITS, Editor, new_editor
from tests.helpers.service import Service
from tests.helpers.sizes import at_size, long_if_full
from tests.helpers.snapshots import Snapshot, snapshot

pytestmark = long_if_full
LEFT_ALONE = {"log_entry", "skeleton_summary", "relation", "relation_detail", "data_source", "project", "app_user"}
RULES: dict[str, LiteralString] = {
    "skeletons without treenodes": "SELECT id FROM skeleton EXCEPT SELECT skeleton_id FROM treenode",
    "neurons without skeletons": "SELECT id FROM neuron EXCEPT SELECT neuron_id FROM skeleton",
}
"""What edits keep, though a copy of another server may be otherwise."""
NOTHING = "nothing that can be taken back"


@pytest.fixture(scope="module")
async def editor(module_service: Service) -> Editor:
    made = await new_editor(module_service)
    await made.walk(60)
    return made


async def broken(connection: Connection) -> list[tuple[str, list[tuple[Any, ...]]]]:
    """The rules of `catmaid-jupyter check`, and those that edits keep, that do not hold, and where."""
    found = [(one.name, one.rows) for one in await checks.check(connection) if not one.holds]
    for name, cols in await (await connection.execute("SELECT name, cols FROM unique_values()")).fetchall():
        columns = sql.SQL(", ").join(map(sql.Identifier, cols))
        query = sql.SQL("SELECT {} FROM {} GROUP BY {} HAVING count(*) > 1 AND num_nulls({}) = 0")
        rows = await (
            await connection.execute(query.format(columns, sql.Identifier(name), columns, columns))
        ).fetchall()
        found += [(f"{name}: {', '.join(cols)}", rows)] if rows else []
    for name, rule in RULES.items():
        rows = await (await connection.execute(rule)).fetchall()
        found += [(name, rows)] if rows else []
    return found


async def told(editor: Editor) -> Snapshot:
    """What there is, without the versions of rows and without what is not taken back."""
    async with editor.store.reading() as connection:
        assert await broken(connection) == []
        state = await snapshot(connection)
    return {
        table: sorted(({name: value for name, value in row.items() if name != "version"} for row in rows), key=str)
        for table, rows in state.items()
        if table not in LEFT_ALONE
    }


@settings(
    max_examples=at_size(ci=6, full=300),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from([*EDITS, *HISTORY_EDITS]), st.integers(0, 2), st.integers(0, 2**16)),
        min_size=8,
        max_size=at_size(ci=12, full=25),
    ),
    chance=st.integers(0, 2**16),
)
async def test_any_edits_are_taken_back_in_any_order(
    editor: Editor, edits: list[tuple[str, int, int]], chance: int
) -> None:
    """Ids and all; where others changed the same since, nothing is written."""
    before = await told(editor)
    versions = []
    for kind, who, choice in edits:
        editor.random = random.Random(choice)
        version = await editor.edit(kind, editor.actors[who])
        if kind in HISTORY_EDITS:
            async with editor.store.reading() as connection:
                assert await broken(connection) == []
        if version is not None:
            versions.append(version)
    left, order = await in_effect(editor, versions), random.Random(chance)
    while left:
        tried = order.sample(sorted(left), order.randint(1, min(3, len(left))))
        state = await told(editor)
        if await why_not_reverted(editor, tried, left) is not None:
            assert await told(editor) == state
            assert await why_not_reverted(editor, [max(left)], left) is None
    assert await told(editor) == before


async def in_effect(editor: Editor, versions: list[int]) -> set[int]:
    """Those that nothing took back: an edit that was undone can no longer be in the way, nor can its undo."""
    async with editor.store.reading() as connection:
        query = "SELECT version, reverts FROM reverted_version ORDER BY version DESC"
        pairs = await (await connection.execute(query)).fetchall()
    left = set(versions)
    for pair in pairs:
        if left.issuperset(pair):
            left.difference_update(pair)
    return left


async def why_not_reverted(editor: Editor, versions: list[int], left: set[int]) -> str | None:
    """Why versions could not be taken back; None if they are, or changed nothing, and then they are not left."""
    form = {f"versions[{index}]": str(version) for index, version in enumerate(versions)}
    status, body = await editor.actors[0].request("POST", f"/{editor.project_id}/versions/revert", data=form)
    if status != 200 and NOTHING not in body["error"]:
        assert body["type"] in ("StateMatchingError", "ValueError"), body
        return str(body["error"])
    left.difference_update(versions)
    return None
