"""Password checks: as slow for strangers as for users, and not for those who keep guessing."""

from __future__ import annotations

import asyncio

import pytest

from catmaid_server.auth.checks import MOST_FAILURES, WITHIN_S, PasswordChecks, TooManyAttempts
from catmaid_server.domain.accounts import passwords


class Clock:
    """Stands still until told otherwise."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


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


def hashed(password: str) -> str:
    return f"$argon2id${password}"


RIGHT = hashed("right")


@pytest.mark.parametrize("stored", [None, "", "!", "!was here once"])
async def test_a_stranger_waits_as_long_as_a_user(stored: str | None, checked: list[str]) -> None:
    """A hash is compared in any case."""
    assert not await PasswordChecks().match(stored, "", username="ana", address="::1")
    assert passwords.is_usable(*checked)


@pytest.mark.usefixtures("checked")
async def test_who_keeps_guessing_has_to_wait() -> None:
    clock = Clock()
    checks = PasswordChecks(clock)
    for _ in range(MOST_FAILURES):
        assert not await checks.match(RIGHT, "wrong", username="ana", address="10.0.0.1")
    with pytest.raises(TooManyAttempts):
        await checks.match(RIGHT, "right", username="ana", address="10.0.0.1")
    assert await checks.match(RIGHT, "right", username="ana", address="10.0.0.2")
    assert await checks.match(RIGHT, "right", username="bo", address="10.0.0.1")
    clock.now += WITHIN_S + 1
    assert await checks.match(RIGHT, "right", username="ana", address="10.0.0.1")


@pytest.mark.usefixtures("checked")
async def test_the_right_password_ends_the_count() -> None:
    checks = PasswordChecks(Clock())
    for password in ["wrong"] * (MOST_FAILURES - 1) + ["right"] + ["wrong"] * (MOST_FAILURES - 1):
        await checks.match(RIGHT, password, username="ana", address="10.0.0.1")
    assert await checks.match(RIGHT, "right", username="ana", address="10.0.0.1")


@pytest.mark.usefixtures("checked")
async def test_guesses_at_once_are_not_more_than_one_after_the_other(checked: list[str]) -> None:
    checks = PasswordChecks(Clock())
    guesses = [checks.match(RIGHT, f"guess {n}", username="ana", address="10.0.0.1") for n in range(50)]
    answers = await asyncio.gather(*guesses, return_exceptions=True)
    looked_at = [answer for answer in answers if not isinstance(answer, TooManyAttempts)]
    assert len(looked_at) == len(checked)
    assert MOST_FAILURES <= len(checked) <= MOST_FAILURES + 1  # two are looked at together


@pytest.mark.usefixtures("checked")
async def test_many_who_know_the_password_come_in_at_once() -> None:
    checks = PasswordChecks(Clock())
    entries = [checks.match(RIGHT, "right", username="ana", address="10.0.0.1") for _ in range(50)]
    assert all(await asyncio.gather(*entries))


@pytest.mark.usefixtures("checked")
async def test_who_has_many_addresses_is_one_guesser() -> None:
    checks = PasswordChecks(Clock())
    for number in range(MOST_FAILURES):
        await checks.match(RIGHT, "wrong", username="ana", address=f"2001:db8:0:1::{number:x}")
    with pytest.raises(TooManyAttempts):
        await checks.match(RIGHT, "right", username="ana", address="2001:db8:0:1:ffff::7")
    assert await checks.match(RIGHT, "right", username="ana", address="2001:db8:0:2::7")


@pytest.mark.usefixtures("checked")
async def test_ipv4_addresses_count_by_themselves_in_either_spelling() -> None:
    checks = PasswordChecks(Clock())
    for prefix in ("10.0.0.", "::ffff:10.0.0."):
        for _ in range(MOST_FAILURES):
            await checks.match(RIGHT, "wrong", username="ana", address=f"{prefix}1")
        assert await checks.match(RIGHT, "right", username="ana", address=f"{prefix}2")
