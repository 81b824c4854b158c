"""Viewports out of cells are the same as viewports read anew: whatever was edited, by whom, and in which process."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import random
from operator import itemgetter
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.cells import project_cells, viewport_samples
from catmaid_server.domain.cells.cut import Cut
from catmaid_server.domain.cells.viewport_cells import ViewportCells
from catmaid_server.domain.news.project_news import News
from catmaid_server.domain.projects import projects
from catmaid_server.domain.tracing import viewports
from catmaid_server.domain.tracing.viewports import ColumnTable, Viewport, Wanted
from catmaid_server.domain.values import Box
from catmaid_server.routes.tracing.node_list import positional
from catmaid_server.routes.tracing.viewport_json import viewport_json
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.database import state_of
from tests.helpers.edit_kinds import EDITS, HISTORY_EDITS, Editor, new_editor
from tests.helpers.service import Service
from tests.helpers.sizes import at_size, long_if_full

pytestmark = long_if_full
MIB = 1024**2
MOST = 50_000


@pytest.fixture(scope="module")
async def editor(module_service: Service) -> Editor:
    made = await new_editor(module_service)
    await made.walk(80)
    return made


def sorted_rows(table: ColumnTable) -> list[tuple[Any, ...]]:
    return sorted(zip(*(column.tolist() for column in table.values()), strict=True))


def told(viewport: Viewport) -> dict[str, Any]:
    """A viewport, in one order."""
    return {
        "nodes": sorted_rows(viewport.nodes),
        "connectors": sorted_rows(viewport.connectors),
        "links": sorted_rows(viewport.links),
        "labels": viewport.labels,
        "relations": viewport.relations,
        "limit_reached": viewport.limit_reached,
    }


async def anew(connection: Connection, editor: Editor, wanted: Wanted, most: int = MOST) -> dict[str, Any]:
    return told(await viewport_samples.nodes_in_box(connection, editor.project_id, wanted, most_nodes=most))


async def out_of_cells(
    cells: ViewportCells, store: Store, editor: Editor, wanted: Wanted, most: int = MOST
) -> dict[str, Any]:
    return told(await cells.nodes_in_box(store, editor.project_id, wanted, most_nodes=most))


async def rows_of_cells(cells: ViewportCells, store: Store, editor: Editor, wanted: Wanted, most: int = MOST) -> Any:
    """The JSON of a viewport that is put together from rows of cells, in one order; None if it is made otherwise."""
    found = await cells.row_texts_in_box(store, editor.project_id, wanted, most_nodes=most)
    return ordered(json.loads(viewport_json(found))) if isinstance(found, Cut) else None


def ordered(answer: Any) -> Any:
    nodes, connectors, *rest = answer
    return [sorted(nodes, key=itemgetter(0)), sorted([*row[:-1], sorted(row[-1])] for row in connectors), *rest]


async def answered(editor: Editor, wanted: Wanted, most: int = MOST) -> Any:
    """The JSON of a viewport that is read anew."""
    async with editor.store.reading() as connection:
        found = await viewport_samples.nodes_in_box(connection, editor.project_id, wanted, most_nodes=most)
    return ordered(json.loads(msgspec.json.encode(positional(found))))


@st.composite
def some_wanted(draw: st.DrawFn) -> Wanted:
    """Boxes of all sizes around what there is, at whole numbers, where edges touch them and lie in their middle."""
    numbers = st.integers(-100, 1000)
    x, y, z = draw(numbers), draw(numbers), draw(numbers)
    width, height = draw(st.integers(1, 1000)), draw(st.integers(1, 1000))
    depth = draw(st.sampled_from([0, 1, 10, 40, 400, 2000]))
    ids = st.lists(st.integers(1, 60), max_size=2)
    return Wanted(
        Box((x, y, z), (x + width, y + height, z + depth)), draw(st.booleans()), tuple(draw(ids)), tuple(draw(ids))
    )


@settings(
    max_examples=at_size(ci=15, full=500),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    edits=st.lists(
        st.tuples(
            st.sampled_from([*EDITS, *HISTORY_EDITS, *["create", "move", "link", "connector"] * 10]),
            st.integers(0, 2**16),
            some_wanted(),
        ),
        min_size=4,
        max_size=10,
    ),
    capacity=st.sampled_from([4000, 20_000, 10 * MIB]),
    most=st.sampled_from([MOST, MOST, 3, 12, 40]),
    most_read=st.sampled_from([100_000, 5, 20]),
)
async def test_they_are_the_same_after_any_edit(
    editor: Editor,
    elsewhere: Store,
    edits: list[tuple[str, int, Wanted]],
    capacity: int,
    most: int,
    most_read: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where only so many nodes are shown, and where cells are crowded, so that a level of detail is kept."""
    monkeypatch.setattr(project_cells, "MOST_READ", most_read)
    monkeypatch.setattr(project_cells, "MOST_SAMPLED", 3 * most_read)
    here, there = ViewportCells(capacity, News()), ViewportCells(10 * MIB, News())
    asked: list[Wanted] = []
    for kind, choice, wanted in edits:
        asked.append(wanted)
        editor.random = random.Random(choice)
        await editor.edit(kind)
        async with editor.store.reading() as connection:
            for one in asked:
                expected = await anew(connection, editor, one, most)
                assert await out_of_cells(here, editor.store, editor, one, most) == expected
                assert await out_of_cells(there, elsewhere, editor, one, most) == expected
                rows = await rows_of_cells(here, editor.store, editor, one, most)
                assert rows is None or rows == await answered(editor, one, most)


@pytest.fixture(scope="module")
async def small(editor: Editor) -> Editor:
    """A project whose nodes lie at small whole numbers: edges lie amidst boxes, at their borders and corners."""
    async with editor.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Small", owner_id=admin.id)
    tracer, chance = Tracer(editor.actors[0], editor.store, project_id), random.Random(1)
    nodes = [-1]
    for _ in range(150):
        places = [chance.randrange(20) for _ in "xyz"]
        nodes.append(await tracer.node(chance.choice([-1, *nodes]), *places))
    for _ in range(30):
        connector = await tracer.post(
            "connector/create", **{axis: chance.randrange(20) for axis in "xyz"}, confidence=5
        )
        for node_id in chance.sample(nodes[1:], 2):
            await tracer.post(
                "link/create",
                from_id=node_id,
                to_id=connector["connector_id"],
                link_type="postsynaptic_to",
                state=UNCHECKED,
            )
    return dataclasses.replace(editor, project_id=project_id)


async def test_what_is_near_is_near_as_postgis_says(small: Editor) -> None:
    cells, chance = ViewportCells(10 * MIB, News()), random.Random(2)
    async with small.store.reading() as connection:
        for _ in range(at_size(ci=400, full=20_000)):
            low = [chance.randrange(-4, 24) / chance.choice([1, 1, 2]) for _ in range(3)]
            size = [chance.randrange(1, 20), chance.randrange(1, 20), chance.choice([0, 1, 2, 4, 30])]
            box = Box((low[0], low[1], low[2]), (low[0] + size[0], low[1] + size[1], low[2] + size[2]))
            wanted = Wanted(box, exact=chance.random() < 0.8)
            found, expected = [
                await out_of_cells(cells, small.store, small, wanted),
                await anew(connection, small, wanted),
            ]
            for part in expected:
                assert found[part] == expected[part], wanted


async def test_boxes_that_are_no_views_are_read_anew(editor: Editor) -> None:
    boxes = [
        Box((10, 10, 10), (0, 0, 0)),
        Box((0, 0, 0), (0, 0, 0)),
        Box((0, 0, 0), (1e300, 1e300, 10)),
        Box((0, 0, 0), (1000, 1, 10)),
        Box((0, 0, -1e9), (100, 100, 1e9)),
        Box((-1e6, -1e6, 0), (1e6, 1e6, 40)),
    ]
    cells = ViewportCells(10 * MIB, News())
    async with editor.store.reading() as connection:
        for box in boxes:
            assert await out_of_cells(cells, editor.store, editor, Wanted(box)) == await anew(
                connection, editor, Wanted(box)
            )


async def compared(cells: ViewportCells, store: Store, editor: Editor, wanted: Wanted) -> bool:
    """Compare; False if something was committed meanwhile, so that there is nothing to compare with."""
    async with store.reading() as connection:
        before = await state_of(connection)
    found = await out_of_cells(cells, store, editor, wanted)
    rows = await rows_of_cells(cells, store, editor, wanted)
    rows_anew = await answered(editor, wanted)
    async with store.reading() as connection:
        expected = await anew(connection, editor, wanted)
        if await state_of(connection) != before:
            return False
    assert found == expected, wanted
    assert rows is None or rows == rows_anew
    return True


async def test_readers_see_what_was_committed_before_they_asked(editor: Editor, elsewhere: Store) -> None:
    """While others write, in two processes, with too little room, and with room for all."""
    stores, processes = [editor.store, elsewhere], [ViewportCells(20_000, News()), ViewportCells(10 * MIB, News())]
    chance, times = random.Random(5), 0
    done = asyncio.Event()

    async def read(number: int) -> None:
        nonlocal times
        while not done.is_set():
            x, y = chance.uniform(0, 900), chance.uniform(0, 900)
            box = Box((x, y, -1.0), (x + 300, y + 300, 1001.0))
            times += await compared(processes[number % 2], stores[number % 2], editor, Wanted(box))

    async def write() -> None:
        for _ in range(at_size(ci=40, full=5000)):
            await editor.edit(chance.choice(["create", "move", "join", "link", "delete", "undo", "reroot"]))
            await asyncio.sleep(chance.choice([0, 0, 0.4]))
        done.set()

    async with asyncio.timeout(at_size(ci=250, full=3 * 3600)), asyncio.TaskGroup() as people:
        for number in range(4):
            people.create_task(read(number))
        people.create_task(write())
    assert times > 3


async def test_what_is_committed_while_a_cell_is_read_is_not_missed(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is of the state that it was begun with; the next one has what was written meanwhile."""
    wanted = Wanted(Box((2000, 2000, 2000), (2400, 2400, 2040)))
    cells, read = ViewportCells(10 * MIB, News()), viewports.contents
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    made: list[int] = []

    async def disturbed(connection: Connection, *args: Any) -> viewports.Contents:
        found = await read(connection, *args)
        if not made:
            made.append(await tracer.node(-1, 2100, 2100, 2020))
            again = await cells.nodes_in_box(editor.store, editor.project_id, wanted, most_nodes=MOST)
            assert again.nodes["id"].tolist() == made
        return found

    monkeypatch.setattr(viewports, "contents", disturbed)
    first = await cells.nodes_in_box(editor.store, editor.project_id, wanted, most_nodes=MOST)
    assert first.nodes["id"].tolist() == []
    for _ in range(2):
        later = await cells.nodes_in_box(editor.store, editor.project_id, wanted, most_nodes=MOST)
        assert later.nodes["id"].tolist() == made


async def test_cells_that_are_true_are_not_read_again(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit elsewhere takes nothing from them; what one inside changed is put into them."""
    wanted = Wanted(Box((5000, 5000, 5000), (5400, 5400, 5040)))
    cells, read, times = ViewportCells(10 * MIB, News()), viewports.contents, 0
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    inside = await tracer.node(-1, 5100, 5100, 5020)

    async def counted(*args: Any) -> viewports.Contents:
        nonlocal times
        times += 1
        return await read(*args)

    monkeypatch.setattr(viewports, "contents", counted)
    for place, expected in ((None, 1), ((9000.0, 5100.0, 5020.0), 1), ((5120.0, 5100.0, 5020.0), 2)):
        if place is not None:
            await tracer.node(inside if expected == 2 else -1, *place)
        for _ in range(2):
            found = await cells.nodes_in_box(editor.store, editor.project_id, wanted, most_nodes=MOST)
            assert len(found.nodes["id"]) == expected
    assert times == 1


async def test_cells_around_are_read_before_they_are_asked_for(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is committed while they are read, and afterwards, is in answers out of them."""
    cells, read, is_read = ViewportCells(10 * MIB, News()), viewports.contents, asyncio.Event()
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    nodes = [await tracer.node(-1, 20_100, 100, 20_000)]
    nodes.append(await tracer.node(nodes[0], 20_100, 100, 20_040))

    async def disturbed(connection: Connection, project_id: int, wanted: Wanted, *args: Any) -> viewports.Contents:
        found = await read(connection, project_id, wanted, *args)
        if len(nodes) > 2:
            is_read.set()
        elif wanted.box.low[2] <= 20_044 <= wanted.box.high[2]:
            nodes.append(await tracer.node(nodes[1], 20_100, 110, 20_044))
        return found

    view = [Wanted(Box((20_000, 0, z), (20_400, 400, z + 20))) for z in (19_990.0, 20_035.0)]
    await out_of_cells(cells, editor.store, editor, view[0])
    monkeypatch.setattr(viewports, "contents", disturbed)
    warming = asyncio.create_task(cells.keep_warm(editor.store))
    try:
        async with asyncio.timeout(60):
            await is_read.wait()
        for _ in range(2):
            async with editor.store.reading() as connection:
                expected = await anew(connection, editor, view[1])
            assert {row[0] for row in expected["nodes"]} >= set(nodes[1:])
            assert await out_of_cells(cells, editor.store, editor, view[1]) == expected
            nodes.append(await tracer.node(nodes[1], 20_120, 110, 20_041))
    finally:
        warming.cancel()


async def test_many_nodes_are_cut_as_anew(editor: Editor) -> None:
    """So many at most, those that are wanted by id always among them."""
    cells, wanted = ViewportCells(10 * MIB, News()), Wanted(Box((0, 0, 0), (1000, 1000, 1000)))
    everything = await cells.nodes_in_box(editor.store, editor.project_id, wanted, most_nodes=MOST)
    last = int(everything.nodes["id"][-1])
    some = dataclasses.replace(wanted, treenode_ids=(last,))
    for most in (0, 1, 5, len(everything.nodes["id"]) - 1):
        found = await cells.nodes_in_box(editor.store, editor.project_id, some, most_nodes=most)
        assert found.limit_reached
        assert max(most - 1, 1) <= len(found.nodes["id"]) <= max(most, 1), "an edge is shown with both ends or not"
        assert last in found.nodes["id"]


async def test_crowded_cells_are_as_anew(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(project_cells, "MOST_READ", 3)
    cells, wanted = ViewportCells(10 * MIB, News()), Wanted(Box((0, 0, 0), (1000, 1000, 1000)))
    async with editor.store.reading() as connection:
        for _ in range(2):
            assert await out_of_cells(cells, editor.store, editor, wanted) == await anew(connection, editor, wanted)


async def test_a_renamed_relation_is_told(editor: Editor) -> None:
    cells, wanted = ViewportCells(10 * MIB, News()), Wanted(Box((-10, -10, -10), (1010, 1010, 1010)))
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    node, connector = (
        await tracer.node(-1, 500, 500, 500),
        await tracer.post("connector/create", x=510, y=510, z=510, confidence=5),
    )
    await tracer.post(
        "link/create",
        from_id=node,
        to_id=connector["connector_id"],
        link_type="postsynaptic_to",
        state=UNCHECKED,
    )
    found = await out_of_cells(cells, editor.store, editor, wanted)
    relation_id = next(key for key, name in found["relations"].items() if name == "postsynaptic_to")
    for name in ("near", "postsynaptic_to"):
        async with editor.store.writing(user_id=None, project_id=editor.project_id, label="rename") as tx:
            await tx.execute("UPDATE relation SET name = %s WHERE id = %s", (name, relation_id))
        assert (await out_of_cells(cells, editor.store, editor, wanted))["relations"][relation_id] == name
