"""Members of groups who do nothing: found, told of, closed at night, and open again when somebody says so."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import groups, inactivity, users
from catmaid_server.domain.projects import messages
from catmaid_server.jobs.running import JobMeans
from catmaid_server.jobs.upkeep import close_inactive
from catmaid_server.service.settings import Settings
from tests.helpers.service import Service


@pytest.fixture
def means(service: Service, tmp_path: Path) -> JobMeans:
    tiles: Any = None  # this task asks for no images
    return JobMeans(service.store, tiles, Settings(data_dir=tmp_path))


async def age(store: Store, days: int) -> None:
    """Let all that anybody but the administrator did be so many days ago."""
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute(
            "UPDATE app_user SET last_login = last_login - make_interval(days => %(days)s),"
            " date_joined = date_joined - make_interval(days => %(days)s)",
            {"days": days},
        )
    async with store.reading() as connection:
        for table, column in (
            ("transaction_info", "time"),
            ("login_session", "creation_time"),
            ("api_token_use", "last_use"),
        ):
            await connection.execute(
                f"UPDATE {table} SET {column} = {column} - make_interval(days => %(days)s)", {"days": days}
            )


async def members_of(store: Store, name: str, *usernames: str) -> None:
    async with store.writing(user_id=None, project_id=None, label="test") as tx:
        await groups.create_group(tx, name)
        for username in usernames:
            user = await users.find_user(tx, username)
            user_id = user.id if user else await users.create_user(tx, username, password=f"a password of {username}")
            await groups.add_member(tx, name, user_id)


async def inbox(store: Store, username: str) -> list[str]:
    async with store.reading() as connection:
        user = await users.require_user(connection, username)
        return [one.text for one in await messages.unread_messages(connection, user.id)]


async def test_who_does_nothing_is_closed_and_told_why(service: Service, means: JobMeans) -> None:
    await members_of(service.store, "EM 2027", "eva", "admin")
    await members_of(service.store, "trainers", "tracer")
    await age(service.store, 100)
    await service.tracer.get("/accounts/login")  # a token was used
    admin = await asyncio.to_thread(cj.connect, service.url, service.admin.token)

    def set_up() -> None:
        admin.set_inactivity("EM 2027", 90, message="Write to the lab.", contacts=["tracer"])
        admin.set_inactivity("trainers", 30)
        assert admin.inactivity.to_dict("records")[0] == {
            "group": "EM 2027",
            "days": 90,
            "closes": True,
            "message": "Write to the lab.",
            "contacts": ["tracer"],
        }
        # Superusers and who was active are not among them.
        assert list(admin.inactive_members["user"]) == ["eva"]
        with pytest.raises(cj.InvalidInput, match="1 to 36500 days, not 0"):
            admin.set_inactivity("EM 2027", 0)

    await asyncio.to_thread(set_up)
    assert [one.username for one in await close_inactive(means)] == ["eva"]
    assert await close_inactive(means) == []
    assert [text.partition(", of")[0] for text in await inbox(service.store, "tracer")] == ["eva"]
    assert "The account was closed." in (await inbox(service.store, "tracer"))[0]
    members = await asyncio.to_thread(lambda: admin.inactive_members)
    assert members[["user", "is_open"]].to_numpy().tolist() == [["eva", False]]
    refused = await service.visitor.refused("/api-token-auth/", username="eva", password="a password of eva")
    assert refused[1]["error"] == (
        "The account 'eva' is not active. It was closed since its user did nothing for 90 days, which is how long "
        "members of group 'EM 2027' may. Write to the lab. Ask tracer."
    )
    # Who is let in again has all the days anew.
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        eva = await users.require_user(tx, "eva")
        await users.set_active(tx, eva.id, active=True)
        assert await inactivity.why_closed(tx, eva.id) == ""
    assert await close_inactive(means) == []
    await age(service.store, 91)
    await service.tracer.get("/accounts/login")
    await asyncio.to_thread(lambda: admin.inactive_members)  # which writes what was used
    assert [one.username for one in await close_inactive(means)] == ["eva"]
    await asyncio.to_thread(admin.set_inactivity, "EM 2027", None)
    assert list((await asyncio.to_thread(lambda: admin.inactivity))["group"]) == ["trainers"]
    await asyncio.to_thread(admin.close)


async def test_groups_may_only_have_somebody_told(service: Service, means: JobMeans) -> None:
    await members_of(service.store, "guests", "gil")
    await age(service.store, 50)
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await inactivity.set_period(tx, "guests", 40, closes=False)
    assert [one.username for one in await close_inactive(means)] == ["gil"]
    assert await close_inactive(means) == [], "told once"
    assert ["The account stays open." in text for text in await inbox(service.store, "admin")] == [True]
    async with service.store.reading() as connection:
        assert (await users.require_user(connection, "gil")).is_active
    # Who closes accounts from now on closes this one.
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await inactivity.set_period(tx, "guests", 40, closes=True)
    assert [one.closes for one in await close_inactive(means)] == [True]
