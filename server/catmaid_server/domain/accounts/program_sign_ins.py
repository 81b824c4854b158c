"""Programs, as notebooks are, that ask a person to let them in: on a page of the service, with a code that both show.

The program gets an API token that is valid as long as a session of a browser. Nobody types or copies it.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import api_tokens, login_sessions, users
from catmaid_server.domain.accounts.api_tokens import NewApiToken, token_digest
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("accounts/program_sign_ins")

LIFETIME: Final = timedelta(minutes=10)
MOST_FROM_PLACE: Final = 50
LONGEST_NAME: Final = 100
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""None that makes words, or looks like a digit."""


class BegunSignIn(NamedTuple):
    """What a program that begins to wait is told.

    request
        By which it asks how far it is; a secret of the program.
    code
        Which it shows to the person.
    """

    request: str
    code: str


class WaitingProgram(NamedTuple):
    """A program that waits to be let in: what it calls itself, and the network address from which it asked."""

    name: str
    place: str


async def begin(connection: Connection, name: str, place: str) -> BegunSignIn:
    """Let a program wait; `InvalidInput` for an unfit name, or if too many wait at its place."""
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"A program that wants to be let in has a name of 1 to {LONGEST_NAME} characters.")
    await connection.execute(sql.forget_expired)
    if await fetch_value(connection, sql.count, place=place) >= MOST_FROM_PLACE:
        raise InvalidInput(f"{MOST_FROM_PLACE} programs wait to be let in from {place}. Try again in ten minutes.")
    begun = BegunSignIn(secrets.token_urlsafe(32), _new_code())
    await connection.execute(
        sql.begin,
        {
            "digest": token_digest(begun.request),
            "code": begun.code,
            "name": name,
            "place": place,
            "lifetime": LIFETIME,
        },
    )
    return begun


async def waiting(connection: Connection, code: str) -> WaitingProgram:
    """The program that shows a code; `NotFound` if none does any more."""
    found = await fetch_one(connection, sql.of_code, code=_as_written(code))
    if found is None:
        raise NotFound("No program waits with this code: it was let in or refused, or ten minutes are over.")
    return WaitingProgram(*found)


async def allow(tx: Connection, code: str, user_id: int) -> str:
    """Let a program in as a user; its name, or `NotFound`."""
    return await _decided(tx, sql.allow, code, user_id)


async def refuse(tx: Connection, code: str, user_id: int) -> str:
    """Do not let a program in; its name, or `NotFound`."""
    return await _decided(tx, sql.refuse, code, user_id)


async def is_decided(connection: Connection, request: str) -> bool:
    """Whether somebody let a program in; `NotFound` if nobody will."""
    found = await fetch_one(connection, sql.of_digest, digest=token_digest(request))
    if found is None:
        raise NotFound("Nobody let this program in: it was refused, or ten minutes are over. Begin again.")
    return found[0] is not None


async def token_for(tx: Connection, request: str) -> tuple[User, NewApiToken]:
    """The user who let a program in, and an API token for it, once; `NotFound` if nobody did, or it is closed."""
    digest = token_digest(request)
    found = await fetch_one(tx, sql.of_digest, digest=digest)
    user_id = await fetch_value(tx, sql.finish, digest=digest)
    user = None if user_id is None else await users.user_by_id(tx, user_id)
    if found is None or user is None or not user.is_active:
        raise NotFound("Nobody let this program in: it was refused, or ten minutes are over. Begin again.")
    expiry = datetime.now(UTC) + login_sessions.LIFETIME
    return user, await api_tokens.create_token(tx, user.id, f"{found[1]}, let in by browser", expiry=expiry)


async def _decided(tx: Connection, statement: str, code: str, user_id: int) -> str:
    name: str | None = await fetch_value(tx, statement, code=_as_written(code), user_id=user_id)
    if name is None:
        raise NotFound("No program waits with this code: it was let in or refused, or ten minutes are over.")
    return name


def _new_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


def _as_written(code: str) -> str:
    """A code as programs show it, whether it was typed in small letters, or without the dash."""
    letters = "".join(letter for letter in code.upper() if letter in _LETTERS)
    return f"{letters[:4]}-{letters[4:]}"
