"""Password checks: as slow for strangers as for users, and not for those who keep guessing, in all processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from catmaid_server.auth.checks import MOST_FAILURES, MOST_FROM_PLACE, MOST_OF_ACCOUNT, PasswordChecks
from catmaid_server.auth.turns import TooManyAttempts
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import passwords, wrong_passwords
from tests.helpers.service import Service
from tests.integration.test_accounts import browsing, logged_in

SECRET = b"only for tests"
TRACER = "a tracer's password"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hashes that were compared; a hash here is made at once."""
    seen: list[str] = []

    def matches(stored: str, password: str) -> bool:
        seen.append(stored)
        return stored == hashed(password)

    monkeypatch.setattr(passwords, "matches", matches)
    monkeypatch.setattr(passwords, "hashed", hashed)
    return seen


@pytest.fixture
async def checks(module_store: Store) -> PasswordChecks:
    """Those of a process that finds no wrong passwords yet."""
    await age(module_store, timedelta(hours=1))
    return PasswordChecks(module_store, SECRET)


async def age(store: Store, by: timedelta) -> None:
    """Have all wrong passwords come earlier."""
    async with store.reading() as connection:
        await connection.execute("UPDATE wrong_password SET time = time - %s", (by,))
        await wrong_passwords.forget_old(connection)


def hashed(password: str) -> str:
    return f"$argon2id${password}"


RIGHT = hashed("right")


async def guess(checks: PasswordChecks, times: int, username: str = "ana", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        assert not await checks.match(RIGHT, "wrong", username=username, address=address)


async def refused(checks: PasswordChecks, username: str, address: str, device: str | None = None) -> bool:
    """Whether even the right password is not looked at."""
    try:
        assert await checks.match(RIGHT, "right", username=username, address=address, device=device)
    except TooManyAttempts:
        return True
    return False


@pytest.mark.parametrize("stored", [None, "", "!", "!was here once"])
async def test_a_stranger_waits_as_long_as_a_user(
    stored: str | None, checks: PasswordChecks, checked: list[str]
) -> None:
    """A hash is compared in any case."""
    assert not await checks.match(stored, "", username="ana", address="::1")
    assert passwords.is_usable(*checked)


@pytest.mark.usefixtures("checked")
async def test_who_keeps_guessing_has_to_wait_in_every_process(checks: PasswordChecks, module_store: Store) -> None:
    others = PasswordChecks(module_store, SECRET)
    await guess(checks, MOST_FAILURES // 2)
    await guess(others, MOST_FAILURES - MOST_FAILURES // 2)
    for process in (checks, others):
        assert await refused(process, "ana", "10.0.0.1")
        assert not await refused(process, "ana", "10.0.0.2")
        assert not await refused(process, "bo", "10.0.0.1")
    await age(module_store, wrong_passwords.WITHIN)
    assert not await refused(checks, "ana", "10.0.0.1")


@pytest.mark.usefixtures("checked")
async def test_the_right_password_ends_the_count(checks: PasswordChecks) -> None:
    await guess(checks, MOST_FAILURES - 1)
    assert not await refused(checks, "ana", "10.0.0.1")
    await guess(checks, MOST_FAILURES - 1)
    assert not await refused(checks, "ana", "10.0.0.1")


async def test_guesses_at_once_are_not_more_than_one_after_the_other(
    checks: PasswordChecks, checked: list[str]
) -> None:
    guesses = [checks.match(RIGHT, f"guess {n}", username="ana", address="10.0.0.1") for n in range(50)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    looked_at = [answer for answer in answers if not isinstance(answer, TooManyAttempts)]
    assert len(looked_at) == len(checked)
    assert MOST_FAILURES <= len(checked) <= MOST_FAILURES + 1  # two are looked at together


@pytest.mark.usefixtures("checked")
async def test_many_who_know_the_password_come_in_at_once(checks: PasswordChecks) -> None:
    entries = [checks.match(RIGHT, "right", username="ana", address="10.0.0.1") for _ in range(50)]
    assert all(await asyncio.gather(*entries))


@pytest.mark.usefixtures("checked")
async def test_who_has_many_addresses_is_one_guesser(checks: PasswordChecks) -> None:
    for number in range(MOST_FAILURES):
        await guess(checks, 1, address=f"2001:db8:0:1::{number:x}")
    assert await refused(checks, "ana", "2001:db8:0:1:ffff::7")
    assert not await refused(checks, "ana", "2001:db8:0:2::7")


@pytest.mark.usefixtures("checked")
async def test_ipv4_addresses_count_by_themselves_in_one_spelling(checks: PasswordChecks) -> None:
    await guess(checks, MOST_FAILURES, address="::ffff:10.0.0.1")
    assert await refused(checks, "ana", "10.0.0.1")
    assert not await refused(checks, "ana", "::ffff:10.0.0.2")


@pytest.mark.usefixtures("checked")
async def test_where_many_guess_each_account_has_one_wrong_password(checks: PasswordChecks) -> None:
    """All people behind a proxy share an address: who knows their password gets in, whatever others do there."""
    for number in range(MOST_FROM_PLACE // 5):
        await guess(checks, 5, username=f"name {number}")
    assert not await refused(checks, "bo", "10.0.0.1")
    await guess(checks, 1, username="bo")
    assert await refused(checks, "bo", "10.0.0.1")
    assert not await refused(checks, "bo", "10.0.0.2")


@pytest.mark.usefixtures("checked")
async def test_an_account_that_many_guess_at_has_one_wrong_password_from_each_place(checks: PasswordChecks) -> None:
    for number in range(MOST_OF_ACCOUNT // 5):
        await guess(checks, 5, address=f"10.0.1.{number}")
    assert not await refused(checks, "ana", "10.0.0.1")
    await guess(checks, 1)
    assert await refused(checks, "ana", "10.0.0.1")


@pytest.mark.usefixtures("checked")
async def test_a_device_counts_instead_of_its_address(checks: PasswordChecks) -> None:
    await guess(checks, MOST_FAILURES)
    assert await refused(checks, "ana", "10.0.0.1")
    assert not await refused(checks, "ana", "10.0.0.1", device="ana's own")
    for _ in range(MOST_FAILURES):
        assert not await checks.match(RIGHT, "wrong", username="ana", address="10.0.0.9", device="stolen")
    assert await refused(checks, "ana", "10.0.0.1", device="stolen")
    assert not await refused(checks, "ana", "10.0.0.9")


async def test_neither_names_nor_addresses_are_kept(checks: PasswordChecks, module_store: Store) -> None:
    assert not await checks.match(None, "wrong", username="my password by mistake", address="203.0.113.77")
    async with module_store.reading() as connection:
        rows = await (await connection.execute("SELECT w::text FROM wrong_password w")).fetchall()
    assert len(rows) == 1
    for text in ("my password by mistake", "203.0.113.77"):
        assert text not in str(rows)
        assert text.encode().hex() not in str(rows)


async def test_a_flood_of_wrong_logins_keeps_nobody_out(module_service: Service) -> None:
    """Neither of others behind the same address, nor of a person on a device on which they have logged in before."""
    visitor = module_service.visitor

    async def wrong(username: str) -> int:
        form = {"username": username, "password": "wrong"}
        return (await visitor.request("POST", "/api-token-auth/", data=form))[0]

    async with browsing(module_service) as known, browsing(module_service) as new:
        assert await logged_in(known, "tracer", TRACER) == 200
        flood = [asyncio.create_task(wrong(f"name {n % 40}")) for n in range(200)]
        assert await logged_in(new, "tracer", TRACER) == 200
        assert set(await asyncio.gather(*flood)) <= {400, 429}
        assert {await wrong("tracer") for _ in range(MOST_FAILURES + 1)} == {400, 429}
        async with browsing(module_service) as unknown:
            assert await logged_in(unknown, "tracer", TRACER) == 429
        assert await logged_in(known, "tracer", TRACER) == 200
        form = {"old_password": "wrong", "new_password1": "x", "new_password2": "x"}
        for _ in range(MOST_FAILURES):
            async with known.post("/user/password_change/", data=form) as response:
                assert response.status == 200
        async with known.post("/user/password_change/", data=form) as response:
            assert response.status == 429
