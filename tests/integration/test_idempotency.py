"""A write with a key happens once, however often and however soon it is asked for again."""

from __future__ import annotations

import asyncio
import json
import uuid

import pytest
from psycopg import AsyncConnection

from catmaid_server.db.store import Store
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Actor, Service


async def rows(store: Store, query: str, *values: object) -> list[tuple[object, ...]]:
    async with store.reading() as connection:
        return list(await (await connection.execute(query, values)).fetchall())


async def ask(actor: Actor, path: str, key: str, **form: object) -> tuple[int, object]:
    data = {name: str(value) for name, value in form.items()}
    return await actor.request("POST", path, data=data, headers={"Idempotency-Key": key})


async def waiting_for_locks(store: Store, count: int) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (
            len(
                await rows(
                    store,
                    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
                )
            )
            < count
        ):
            await asyncio.sleep(0.01)


async def test_the_same_again_is_answered_from_memory(service: Service) -> None:
    path, key = f"/{service.project_id}/treenode/create", str(uuid.uuid4())
    first = await ask(service.tracer, path, key, x=1, y=2, z=3)
    assert await ask(service.tracer, path, key, x=1, y=2, z=3) == first
    assert len(await rows(service.store, "SELECT FROM treenode")) == 1


async def test_asked_again_while_under_way(service: Service) -> None:
    """The second request waits for the first and then meets a changed node: that is no conflict."""
    path = f"/{service.project_id}/node/update"
    made = await service.tracer.post(f"/{service.project_id}/treenode/create", x=1, y=2, z=3)
    assert isinstance(made, dict)
    node, key = made["treenode_id"], str(uuid.uuid4())
    form = {
        "t[0][0]": node,
        "t[0][1]": 10,
        "t[0][2]": 20,
        "t[0][3]": 30,
        "state": json.dumps([[node, made["edition_time"]]]),
    }
    async with await AsyncConnection.connect(service.store.dsn) as other:
        await other.execute("SELECT FROM treenode WHERE id = %s FOR UPDATE", (node,))
        asking = [asyncio.create_task(ask(service.tracer, path, key, **form)) for _ in range(2)]
        await waiting_for_locks(service.store, 2)
    first, second = await asyncio.gather(*asking)
    assert first == second
    assert first[0] == 200, first
    assert len(await rows(service.store, "SELECT FROM transaction_info WHERE label = 'nodes.update_location'")) == 1


async def test_a_failed_write_may_be_tried_again(service: Service) -> None:
    path, key = f"/{service.project_id}/connector/delete", str(uuid.uuid4())
    status, _ = await ask(service.tracer, path, key, connector_id=1, state='{"nocheck": true}')
    assert status == 400
    made = await service.tracer.post(f"/{service.project_id}/connector/create")
    assert isinstance(made, dict)
    assert made["connector_id"] == 1
    status, _ = await ask(service.tracer, path, key, connector_id=1, state='{"nocheck": true}')
    assert status == 200


async def test_a_key_is_good_for_one_user_and_one_path(service: Service) -> None:
    key = str(uuid.uuid4())
    create = f"/{service.project_id}/treenode/create"
    _, by_tracer = await ask(service.tracer, create, key)
    _, by_admin = await ask(service.admin, create, key)
    _, elsewhere = await ask(service.tracer, f"/{service.project_id}/connector/create", key)
    assert isinstance(by_tracer, dict)
    assert isinstance(by_admin, dict)
    assert isinstance(elsewhere, dict)
    assert by_tracer["treenode_id"] != by_admin["treenode_id"]
    assert "connector_id" in elsewhere


async def test_tokens_are_not_remembered(service: Service) -> None:
    credentials = {"username": "tracer", "password": "a tracer's password"}
    key = str(uuid.uuid4())
    status, first = await ask(service.visitor, "/api-token-auth/", key, **credentials)
    assert status == 200
    assert (await ask(service.visitor, "/api-token-auth/", key, **credentials))[1] != first
    assert await rows(service.store, "SELECT FROM edit_answer") == []


@pytest.mark.parametrize("key", ["", "no uuid", "1"])
async def test_what_is_no_key_is_refused(service: Service, key: str) -> None:
    status, _ = await ask(service.tracer, f"/{service.project_id}/treenode/create", key)
    assert status == 400
    assert await rows(service.store, "SELECT FROM treenode") == []
