"""Partners that are kept are the same as partners read anew: whatever was edited, by whom, and in which process."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.graph import connectivity
from catmaid_server.domain.graph.connectivity import RELATIONS, PartnerQuery
from catmaid_server.domain.graph.kept_partners import KeptPartners
from catmaid_server.domain.news.project_news import News
from catmaid_server.routes.graph.partners_json import partners_json
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.database import state_of
from tests.helpers.edit_kinds import EDITS, HISTORY_EDITS, Editor, new_editor
from tests.helpers.service import Service
from tests.helpers.sizes import at_size, long_if_full

pytestmark = long_if_full
MIB = 1024**2


@pytest.fixture(scope="module")
async def editor(module_service: Service) -> Editor:
    made = await new_editor(module_service)
    await made.walk(120)
    return made


async def anew(connection: Connection, editor: Editor, query: PartnerQuery) -> Any:
    return json.loads(json.dumps(await connectivity.partners(connection, editor.project_id, query)))


async def out_of_memory(partners: KeptPartners, store: Store, editor: Editor, query: PartnerQuery) -> Any:
    found = await partners.partners(store, editor.project_id, query)
    assert found is not None
    return json.loads(partners_json(found))


async def skeletons(connection: Connection, editor: Editor) -> list[int]:
    rows = await connection.execute("SELECT id FROM skeleton WHERE project_id = %s ORDER BY id", (editor.project_id,))
    return [skeleton_id for (skeleton_id,) in await rows.fetchall()]


@settings(
    max_examples=at_size(ci=15, full=500),
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from([*EDITS, *HISTORY_EDITS, *["link", "join", "split"] * 10]), st.integers(0, 2**16)),
        min_size=4,
        max_size=10,
    ),
    capacity=st.sampled_from([4000, 20_000, 10 * MIB]),
)
async def test_they_are_the_same_after_any_edit(
    editor: Editor, elsewhere: Store, edits: list[tuple[str, int]], capacity: int
) -> None:
    here, there = KeptPartners(capacity, News()), KeptPartners(10 * MIB, News())
    for kind, choice in edits:
        editor.random = random.Random(choice)
        await editor.edit(kind)
        async with editor.store.reading() as connection:
            sources = [*await skeletons(connection, editor), 2**31 - 1]
            chosen = tuple(editor.random.choices(sources, k=3))
            for query in (
                PartnerQuery(sources, list(RELATIONS)),
                PartnerQuery(chosen),
                PartnerQuery(chosen, ["incoming", "unheard of"], common=True),
            ):
                expected = await anew(connection, editor, query)
                assert await out_of_memory(here, editor.store, editor, query) == expected
                assert await out_of_memory(there, elsewhere, editor, query) == expected


async def linked_pair(tracer: Tracer) -> tuple[int, int]:
    """Two treenodes of two skeletons, the first presynaptic to the second."""
    before, after = await tracer.node(), await tracer.node()
    connector = await tracer.post("connector/create", x=0, y=0, z=0, confidence=5)
    for node, relation in ((before, "presynaptic_to"), (after, "postsynaptic_to")):
        await link(tracer, node, connector["connector_id"], relation)
    return before, after


async def link(tracer: Tracer, node: int, connector: int, relation: str) -> None:
    await tracer.post("link/create", from_id=node, to_id=connector, link_type=relation, state=UNCHECKED)


async def test_what_is_true_is_not_read_again(editor: Editor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither other treenodes nor links elsewhere take partners; a new partner on one of its connectors does."""
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    before, after = await linked_pair(tracer)
    source, partner = await tracer.skeleton_of(before), await tracer.skeleton_of(after)
    partners, read, times = KeptPartners(10 * MIB, News()), connectivity.partner_counts, 0

    async def counted(*args: Any) -> Any:
        nonlocal times
        times += 1
        return await read(*args)

    monkeypatch.setattr(connectivity, "partner_counts", counted)
    query = PartnerQuery([source], ["outgoing"])
    async with editor.store.reading():

        async def found() -> dict[str, Any]:
            answer = await out_of_memory(partners, editor.store, editor, query)
            return {name: entry["num_nodes"] for name, entry in answer["outgoing"].items()}

        assert await found() == await found() == {str(partner): 1}
        await tracer.node(after)
        await linked_pair(tracer)
        assert (await found(), times) == ({str(partner): 2}, 1)
        other = await tracer.node()
        ((connector,),) = await tracer.rows("SELECT connector_id FROM connector_link WHERE treenode_id = %s", before)
        await link(tracer, other, connector, "postsynaptic_to")
        expected = {str(partner): 2, str(await tracer.skeleton_of(other)): 1}
        assert (await found(), await found(), times) == (expected, expected, 2)


async def test_what_is_committed_while_partners_are_read_is_not_missed(
    editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tracer = Tracer(editor.actors[0], editor.store, editor.project_id)
    before, after = await linked_pair(tracer)
    query = PartnerQuery([await tracer.skeleton_of(before)])
    partners, read = KeptPartners(10 * MIB, News()), connectivity.partner_counts
    made: list[int] = []

    async def disturbed(*args: Any) -> Any:
        rows = await read(*args)
        if not made:
            made.append(await tracer.node(after))
            await linked_pair(tracer)
            ((connector,),) = await tracer.rows(
                "SELECT connector_id FROM connector_link WHERE treenode_id = %s", before
            )
            await link(tracer, await tracer.node(), connector, "postsynaptic_to")
            async with editor.store.reading() as other:
                assert await out_of_memory(partners, editor.store, editor, query) == await anew(other, editor, query)
        return rows

    async with editor.store.reading() as connection:
        monkeypatch.setattr(connectivity, "partner_counts", disturbed)
        await out_of_memory(partners, editor.store, editor, query)
        monkeypatch.undo()
        assert await out_of_memory(partners, editor.store, editor, query) == await anew(connection, editor, query)


async def test_readers_see_what_was_committed_before_they_asked(editor: Editor, elsewhere: Store) -> None:
    """While others write, in two processes, with too little room, and with room for all."""
    stores = [editor.store, elsewhere]
    processes = [KeptPartners(20_000, News()), KeptPartners(10 * MIB, News())]
    chance, times = random.Random(5), 0
    done = asyncio.Event()

    async def read(number: int) -> None:
        nonlocal times
        store = stores[number % 2]
        while not done.is_set():
            async with store.reading() as connection:
                before = await state_of(connection)
                query = PartnerQuery(chance.sample(await skeletons(connection, editor), 3))
            found = await out_of_memory(processes[number % 2], store, editor, query)
            async with store.reading() as connection:
                expected = await anew(connection, editor, query)
                if await state_of(connection) == before:
                    assert found == expected
                    times += 1

    async def write() -> None:
        for _ in range(at_size(ci=40, full=5000)):
            await editor.edit(chance.choice(["create", "move", "join", "link", "delete", "undo", "split"]))
            await asyncio.sleep(chance.choice([0, 0, 0.4]))
        done.set()

    async with asyncio.timeout(at_size(ci=250, full=3 * 3600)), asyncio.TaskGroup() as people:
        for number in range(4):
            people.create_task(read(number))
        people.create_task(write())
    assert times > 3


async def test_nothing_is_kept_without_room_and_of_single_links(editor: Editor) -> None:
    async with editor.store.reading() as connection:
        sources = await skeletons(connection, editor)
        kept = KeptPartners(10 * MIB, News())
        assert await kept.partners(editor.store, editor.project_id, PartnerQuery(sources, with_links=True)) is None
        assert await KeptPartners(0, News()).partners(editor.store, editor.project_id, PartnerQuery(sources)) is None
