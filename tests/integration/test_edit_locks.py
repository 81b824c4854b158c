"""The locks of edits are taken in one order: the skeleton first, then its treenodes."""

from __future__ import annotations

import asyncio

import pytest

from catmaid_server.db.store import Connection, Overtaken
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.tracing.locks import lock_node, lock_nodes
from tests.helpers.arbors import Tracer
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service

_HELD = "SELECT FROM skeleton WHERE id = %s FOR UPDATE"
_WAITING = """
SELECT count(*) FROM pg_stat_activity
 WHERE wait_event_type = 'Lock' AND datname = current_database() AND query LIKE %s"""


async def until_waiting(connection: Connection, text: str) -> None:
    """Return when somebody waits for a lock in a statement with this text."""
    async with asyncio.timeout(PATIENCE_S):
        while not (await (await connection.execute(_WAITING, (f"%{text}%",))).fetchall())[0][0]:
            await asyncio.sleep(0.01)


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.admin)


@pytest.mark.parametrize("alone", [False, True])
async def test_who_waits_for_a_skeleton_holds_none_of_its_nodes(
    module_service: Service, tracer: Tracer, alone: bool
) -> None:
    store = module_service.store
    root, child = await tracer.chain(2)
    skeleton_id = (await tracer.nodes([root]))[root].skeleton_id
    async with store.reading() as restructuring, store.reading() as other, store.reading() as waiting:
        async with restructuring.transaction():
            await restructuring.execute(_HELD, (skeleton_id,))

            async def lock() -> int:
                async with waiting.transaction():
                    return (await lock_node(waiting, tracer.project_id, child, whole_skeleton=alone)).skeleton_id

            task = asyncio.create_task(lock())
            await until_waiting(other, "FOR NO KEY UPDATE OF t")
            async with other.transaction():
                await other.execute("SELECT FROM treenode WHERE id = %s FOR UPDATE NOWAIT", (child,))
        assert await task == skeleton_id


@pytest.mark.parametrize("with_children", [False, True])
async def test_a_node_that_went_to_another_skeleton_meanwhile_is_looked_for_again(
    module_service: Service, tracer: Tracer, with_children: bool
) -> None:
    """The edit begins anew: what it has locked by then is of the wrong skeleton."""
    store = module_service.store
    (node,) = await tracer.chain(1)
    (elsewhere,) = await tracer.chain(1, y=50)
    places = await tracer.nodes([node, elsewhere])
    async with store.reading() as waiting, store.reading() as other:
        async with store.writing(user_id=None, project_id=tracer.project_id, label="test.move") as joining:
            await joining.execute(_HELD, (places[node].skeleton_id,))

            async def lock() -> None:
                async with waiting.transaction():
                    if with_children:
                        await lock_nodes(waiting, tracer.project_id, [node], with_children=True)
                    else:
                        await lock_node(waiting, tracer.project_id, node)

            task = asyncio.create_task(lock())
            await until_waiting(other, "FOR KEY SHARE")
            await joining.execute(
                "UPDATE treenode SET skeleton_id = %s WHERE id = %s", (places[elsewhere].skeleton_id, node)
            )
        with pytest.raises(Overtaken, match="another skeleton"):
            await task
    async with store.writing(user_id=None, project_id=tracer.project_id, label="test.move") as back:
        await back.execute("UPDATE treenode SET skeleton_id = %s WHERE id = %s", (places[node].skeleton_id, node))


async def test_a_node_that_is_not_there_is_told(module_service: Service, tracer: Tracer) -> None:
    async with module_service.store.reading() as connection:
        with pytest.raises(InvalidInput, match="There is no treenode 0 in project"):
            await lock_node(connection, tracer.project_id, 0)
        assert await lock_nodes(connection, tracer.project_id, [0], with_children=True) == []
