"""Signed texts, sessions and password hashes: only what the service itself made is believed."""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.auth import devices, sessions
from catmaid_server.auth.signing import sign, verified
from catmaid_server.domain.accounts import passwords

SECRET = b"only for tests"
EXPIRES = 2_000_000_000
SESSION_ID = UUID("6f1a3f0e-4a53-4f0c-9c39-0d5f5a0c1f2e")


@given(st.text(min_size=1))
def test_what_was_signed_is_believed_until_it_expires(value: str) -> None:
    signed = sign(SECRET, "session", value, expires=EXPIRES)
    assert verified(SECRET, "session", signed, now=EXPIRES - 1) == value
    assert verified(SECRET, "session", signed, now=EXPIRES) is None


def test_one_purpose_does_not_serve_another() -> None:
    signed = sign(SECRET, "tiles", "7", expires=EXPIRES)
    assert verified(SECRET, "session", signed, now=0) is None
    assert verified(b"another secret", "tiles", signed, now=0) is None


@given(st.integers(0, 1000), st.characters())
def test_no_character_can_be_exchanged(place: int, character: str) -> None:
    signed = sign(SECRET, "session", "7", expires=EXPIRES)
    place %= len(signed)
    changed = signed[:place] + character + signed[place + 1 :]
    assert changed == signed or verified(SECRET, "session", changed, now=0) is None


@given(st.text())
def test_junk_is_not_believed(text: str) -> None:
    assert verified(SECRET, "session", text, now=0) is None
    assert sessions.session_of(SECRET, text) is None


def test_a_session_names_its_user_until_the_password_changes() -> None:
    cookie = sessions.issue(SECRET, SESSION_ID, 42, "a hash")
    session = sessions.session_of(SECRET, cookie)
    assert session is not None
    assert (session.id, session.user_id) == (SESSION_ID, 42)
    assert sessions.is_current(SECRET, session, "a hash")
    assert not sessions.is_current(SECRET, session, "another hash")
    assert sessions.session_of(b"another secret", cookie) is None


def test_sessions_say_nothing_of_passwords() -> None:
    cookie, elsewhere = (sessions.issue(secret, SESSION_ID, 42, "a hash") for secret in (SECRET, b"another secret"))
    assert "a hash" not in cookie
    assert cookie.split(".")[0] != elsewhere.split(".")[0]


@pytest.mark.parametrize("value", [
    "", "admin", "-1", "1.5", "²", "42", "42:", ":42", "²:mark", "-1:mark", "42:mark", "-1:{id}:mark", "²:{id}:mark",
    "42:{id}:", ":{id}:mark", "42:{id}:mark:", "42:{id}0:mark", "99999999999:{id}:mark",
])  # fmt: skip
def test_a_session_of_no_number_names_nobody(value: str) -> None:
    value = value.format(id=SESSION_ID.hex)
    assert sessions.session_of(SECRET, sign(SECRET, "session", value, expires=EXPIRES)) is None


def test_a_device_is_known_for_its_user_alone() -> None:
    cookie = devices.issue(SECRET, 42)
    assert devices.device_of(SECRET, cookie, 42) is not None
    assert devices.device_of(SECRET, cookie, 42) != devices.device_of(SECRET, devices.issue(SECRET, 42), 42)
    assert devices.device_of(SECRET, cookie, 4) is None
    assert devices.device_of(b"another secret", cookie, 42) is None
    assert devices.device_of(SECRET, sessions.issue(SECRET, SESSION_ID, 42, "a hash"), 42) is None
    assert sessions.session_of(SECRET, cookie) is None
    assert devices.device_of(SECRET, None, 42) is None


def test_a_password_matches_its_hash_alone() -> None:
    stored = passwords.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert "correct horse" not in stored
    assert stored != passwords.hashed("correct horse")
    assert passwords.matches(stored, "correct horse")
    assert not passwords.matches(stored, "Correct horse")
    assert not passwords.outdated(stored)


def django_hash(password: str, salt: str = "seasalt", iterations: int = 1000) -> str:
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), iterations)
    return f"pbkdf2_sha256${iterations}${salt}${base64.b64encode(digest).decode()}"


def test_hashes_of_imported_users_are_understood_and_replaced() -> None:
    stored = django_hash("tést")
    assert passwords.matches(stored, "tést")
    assert not passwords.matches(stored, "test")
    assert passwords.outdated(stored)


def test_pbkdf2_is_that_of_the_standard() -> None:
    """RFC 7914, section 11, in Django's spelling."""
    digest = bytes.fromhex("55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
    assert passwords.matches(f"pbkdf2_sha256$1$salt${base64.b64encode(digest).decode()}", "passwd")


@pytest.mark.parametrize("stored", [
    "", "!", "plain text", "$argon2id$", "$argon2id$v=19$m=65536,t=3,p=4$bad$bad", "pbkdf2_sha256$",
    "pbkdf2_sha256$x$y$z", "pbkdf2_sha256$0$salt$", "pbkdf2_sha256$1000$salt",
    "pbkdf2_sha256$99999999999999999999$salt$x", "md5$a$b",
])  # fmt: skip
@pytest.mark.parametrize("password", ["", "!", "plain text"])
def test_a_hash_that_is_none_matches_nothing(stored: str, password: str) -> None:
    assert not passwords.matches(stored, password)
    assert passwords.outdated(stored)
