"""Several clients edit the same skeletons at once: each edit happens or is refused, and the arbors stay arbors."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from itertools import chain, pairwise
from typing import Any

import pytest
from prometheus_client import REGISTRY

from catmaid_server.db.store import Connection
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import mismatches

LAWS = {
    "a skeleton has one root": """
        SELECT s.id, count(t.id) FROM skeleton s LEFT JOIN treenode t ON t.skeleton_id = s.id AND t.parent_id IS NULL
         GROUP BY s.id HAVING count(t.id) <> 1""",
    "a parent is of the same skeleton": """
        SELECT t.id FROM treenode t JOIN treenode p ON p.id = t.parent_id WHERE t.skeleton_id <> p.skeleton_id""",
    "every node hangs on a root": """
        WITH RECURSIVE below AS (
            SELECT id FROM treenode WHERE parent_id IS NULL
             UNION
            SELECT t.id FROM treenode t JOIN below ON t.parent_id = below.id)
        SELECT id FROM treenode WHERE id NOT IN (SELECT id FROM below)""",
    "a neuron has a skeleton": "SELECT id FROM neuron WHERE id NOT IN (SELECT neuron_id FROM skeleton)",
    "reviews know the skeleton of their node": """
        SELECT r.id FROM review r JOIN treenode t ON t.id = r.treenode_id WHERE r.skeleton_id <> t.skeleton_id""",
    "a connector has at most one presynaptic link": """
        SELECT l.connector_id FROM connector_link l JOIN relation r ON r.id = l.relation_id
         WHERE r.name = 'presynaptic_to' GROUP BY l.connector_id HAVING count(*) > 1""",
    "a label has one name in a project": "SELECT name FROM label GROUP BY project_id, name HAVING count(*) > 1",
}


async def broken_laws(connection: Connection) -> dict[str, list[Any]]:
    found = {law: await (await connection.execute(query)).fetchall() for law, query in LAWS.items()}
    return {law: rows for law, rows in found.items() if rows} | (
        {"derived data are right": wrong} if (wrong := await mismatches(connection)) else {}
    )


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


def deadlocks() -> float:
    return REGISTRY.get_sample_value("catmaid_edit_retries_total", {"reason": "deadlock"}) or 0.0


@pytest.fixture(autouse=True)
async def laws_hold(module_service: Service) -> Any:
    """Whatever happens at once: the laws hold, and no edit waited for one that waited for it."""
    before = deadlocks()
    yield
    assert deadlocks() == before
    async with module_service.store.reading() as connection:
        assert await broken_laws(connection) == {}


async def outcome(tracer: Tracer, path: str, **form: object) -> int:
    """The status of an edit, which may fail only because it is no longer possible."""
    status, body = await tracer.actor.request(
        "POST", f"/{tracer.project_id}/{path}", data={name: str(value) for name, value in form.items()}
    )
    assert status in (200, 400), body
    return status


async def test_only_one_of_many_equal_splits_succeeds(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    outcomes = await asyncio.gather(*(outcome(tracer, "skeleton/split", treenode_id=nodes[2]) for _ in range(8)))
    assert sorted(outcomes) == [200] + [400] * 7


async def test_only_one_of_many_equal_joins_succeeds(tracer: Tracer) -> None:
    one, other = await tracer.chain(3), await tracer.chain(3, y=50)
    outcomes = await asyncio.gather(
        *(
            outcome(tracer, "skeleton/join", from_id=ends[0], to_id=ends[1])
            for ends in [(one[2], other[2]), (other[2], one[2])] * 4
        )
    )
    assert sorted(outcomes) == [200] + [400] * 7
    assert len({node.skeleton_id for node in (await tracer.nodes(one + other)).values()}) == 1


async def test_joins_in_a_ring_leave_one_skeleton(tracer: Tracer) -> None:
    """Each joins its skeleton to the next: all but the last to come can, which would close the ring."""
    arbors = [await tracer.chain(2, y=10 * index) for index in range(6)]
    outcomes = await asyncio.gather(
        *(outcome(tracer, "skeleton/join", from_id=arbors[i][1], to_id=arbors[(i + 1) % 6][0]) for i in range(6))
    )
    assert sorted(outcomes) == [200] * 5 + [400]
    assert len({node.skeleton_id for node in (await tracer.nodes(list(chain(*arbors)))).values()}) == 1


async def test_every_node_added_during_splits_and_joins_is_there(tracer: Tracer) -> None:
    """Growing and restructuring: a client that was told of a new node finds it, whatever its skeleton is by then."""
    nodes = await tracer.chain(6)

    async def grow(parent: int) -> list[int]:
        made = [parent]
        for step in range(5):
            made.append(await tracer.node(made[-1], 10 * step, parent))
        return made[1:]

    async def restructure() -> None:
        for _ in range(4):
            await outcome(tracer, "skeleton/split", treenode_id=nodes[3])
            await outcome(tracer, "skeleton/reroot", treenode_id=nodes[1])
            await outcome(tracer, "skeleton/join", from_id=nodes[2], to_id=nodes[3])

    grown, *_ = await asyncio.gather(asyncio.gather(*map(grow, nodes)), restructure(), restructure())
    wanted = list(chain(*grown))
    assert set(await tracer.nodes(wanted)) == set(wanted)


def moved(chance: random.Random, nodes: list[int], connectors: list[int]) -> dict[str, object]:
    """A form that moves treenodes and connectors."""
    return {
        f"{kind}[{i}][{j}]": value
        for kind, ids in (("t", nodes), ("c", connectors))
        for i, node in enumerate(ids)
        for j, value in enumerate((node, *(chance.randrange(100) for _ in "xyz")))
    }


async def test_moves_and_deletes_at_one_node_do_not_wait_for_each_other(tracer: Tracer) -> None:
    """The ids of a rerooted arbor rise towards its root: a child comes before its parent."""
    for _ in range(4):
        nodes = await tracer.chain(8)
        await outcome(tracer, "skeleton/reroot", treenode_id=nodes[-1])
        connectors = [await tracer.connector(node) for node in nodes[:3]]

        async def shake(seed: int, nodes: list[int] = nodes, connectors: list[int] = connectors) -> None:
            chance = random.Random(seed)
            for _ in range(4):
                form = moved(chance, chance.sample(nodes, 3), chance.sample(connectors, 2))
                await outcome(tracer, "node/update", state=UNCHECKED, **form)

        async def insert(nodes: list[int] = nodes) -> None:
            for child, parent in pairwise(nodes):
                await outcome(tracer, "treenode/insert", parent_id=parent, child_id=child, state=UNCHECKED)

        async def delete(nodes: list[int] = nodes) -> None:
            for node in nodes[1:-1]:
                await outcome(tracer, "treenode/delete", treenode_id=node, state=UNCHECKED)

        await asyncio.gather(*map(shake, range(4)), insert(), delete())


async def test_moves_of_parent_and_child_leave_right_edges(tracer: Tracer) -> None:
    nodes = await tracer.chain(4)
    connector = await tracer.connector(nodes[1])

    async def shake(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(6):
            form = moved(chance, chance.sample(nodes, 2), [connector])
            await outcome(tracer, "node/update", state=UNCHECKED, **form)

    await asyncio.gather(*map(shake, range(6)))


async def test_a_connector_has_one_presynaptic_site_even_if_many_try(tracer: Tracer) -> None:
    nodes = await tracer.chain(8)
    connector = (await tracer.post("connector/create"))["connector_id"]
    outcomes = await asyncio.gather(
        *(
            outcome(tracer, "link/create", from_id=node, to_id=connector, link_type="presynaptic_to", state=UNCHECKED)
            for node in nodes
        )
    )
    assert sorted(outcomes) == [200] + [400] * 7


async def test_labels_come_and_go(tracer: Tracer) -> None:
    """A label is deleted with its last use while others begin to use it."""
    nodes = await tracer.chain(6)

    async def toggle(node: int) -> None:
        for _ in range(5):
            await tracer.post(f"label/treenode/{node}/update", tags="fleeting")
            await tracer.post(f"label/treenode/{node}/remove", tag="fleeting")

    await asyncio.gather(*map(toggle, nodes))
    assert await tracer.rows("SELECT id FROM label WHERE name = 'fleeting'") == []


async def test_everything_at_once(tracer: Tracer) -> None:
    arbors = [await tracer.chain(5, y=20 * index) for index in range(4)]
    nodes = list(chain(*arbors))
    connectors = [await tracer.connector(arbor[2]) for arbor in arbors]

    async def work(seed: int) -> None:
        chance = random.Random(seed)
        edits: list[Callable[[], Awaitable[int]]] = [
            lambda: outcome(tracer, "skeleton/split", treenode_id=chance.choice(nodes)),
            lambda: outcome(tracer, "skeleton/join", from_id=chance.choice(nodes), to_id=chance.choice(nodes)),
            lambda: outcome(tracer, "skeleton/join", from_id=chance.choice(nodes), to_id=chance.choice(nodes)),
            lambda: outcome(tracer, "skeleton/reroot", treenode_id=chance.choice(nodes)),
            lambda: outcome(
                tracer, "treenode/create", parent_id=chance.choice(nodes), x=chance.random(), state=UNCHECKED
            ),
            lambda: outcome(tracer, "treenode/delete", treenode_id=chance.choice(nodes), state=UNCHECKED),
            lambda: outcome(
                tracer, "node/update", state=UNCHECKED, **moved(chance, chance.sample(nodes, 4), connectors)
            ),
            lambda: outcome(
                tracer, "node/update", state=UNCHECKED, **moved(chance, chance.sample(nodes, 4), connectors)
            ),
            lambda: outcome(
                tracer, f"treenode/{chance.choice(nodes)}/radius", radius=chance.random(), option=5, state=UNCHECKED
            ),
            lambda: outcome(tracer, f"label/treenode/{chance.choice(nodes)}/update", tags=chance.choice("ab")),
            lambda: outcome(
                tracer,
                "link/create",
                from_id=chance.choice(nodes),
                to_id=chance.choice(connectors),
                link_type="postsynaptic_to",
                state=UNCHECKED,
            ),
            lambda: outcome(
                tracer, f"treenodes/{chance.choice(nodes)}/parent", parent_id=chance.choice(nodes), state=UNCHECKED
            ),
        ]
        for _ in range(15):
            await chance.choice(edits)()

    await asyncio.gather(*map(work, range(6)))
