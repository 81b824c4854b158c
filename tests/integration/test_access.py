"""What is remembered of users and permissions is forgotten when it changes."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from catmaid_server.auth.access import Access
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import api_tokens, users
from catmaid_server.domain.accounts.api_tokens import TokenValidity
from catmaid_server.domain.projects import projects
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service


async def revoke_all(store: Store) -> None:
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute("DELETE FROM api_token")


async def test_what_was_read_before_a_change_is_not_remembered_after_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        token = await users.issue_token(tx, (await users.require_user(tx, "admin")).id)
    access, read = Access(store), api_tokens.validity_of

    async def read_as_the_token_goes(connection: Connection, token: str) -> TokenValidity | None:
        found = await read(connection, token)
        await revoke_all(store)
        access.forget()
        return found

    monkeypatch.setattr(api_tokens, "validity_of", read_as_the_token_goes)
    assert await access.user_of_token(token) is not None
    assert await access.user_of_token(token) is None


async def test_changes_of_other_processes_are_noticed(store: Store) -> None:
    access = Access(store)
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Test", owner_id=admin.id)
        await users.create_user(tx, "ana")
    async with store.reading() as connection:
        ana = await users.require_user(connection, "ana")
    async with asyncio.timeout(PATIENCE_S), Store.opened(store.dsn, pool_size=1) as elsewhere:
        before = await listeners(store)
        watching = asyncio.create_task(access.watch())
        while await listeners(store) <= before:
            await asyncio.sleep(0.01)
        assert not await access.allows(ana, project_id, "can_browse")
        async with elsewhere.writing(user_id=None, project_id=None, label="test") as tx:
            await users.grant(tx, project_id, "can_browse", to="ana")
        while not await access.allows(ana, project_id, "can_browse"):
            await asyncio.sleep(0.01)
    watching.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await watching


async def test_what_this_process_changed_is_known_at_once(store: Store) -> None:
    access = Access(store)
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Test", owner_id=admin.id)
        await users.create_user(tx, "ana")
    async with store.reading() as connection:
        ana = await users.require_user(connection, "ana")
    for _ in range(20):
        async with store.writing(user_id=None, project_id=None, label="test") as tx:
            await users.grant(tx, project_id, "can_browse", to="ana")
        assert await access.allows(ana, project_id, "can_browse")
        async with store.writing(user_id=None, project_id=None, label="test") as tx:
            await tx.execute("DELETE FROM project_permission WHERE project_id = %s", (project_id,))
        assert not await access.allows(ana, project_id, "can_browse")


async def listeners(store: Store) -> int:
    async with store.reading() as connection:
        cursor = await connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def test_a_password_hash_is_not_shown(store: Store) -> None:
    async with store.reading() as connection:
        admin = await users.require_user(connection, "admin")
    assert "password" not in repr(admin)


@pytest.mark.parametrize("token", ["", "wrong", "\udcff", "ä", "a" * 5000])
async def test_a_wrong_token_is_refused(service: Service, token: str) -> None:
    headers = {"Authorization": f"Token {token}"}
    status, answer = await service.visitor.request("GET", "/projects/", headers=headers)
    assert status == 401, answer
