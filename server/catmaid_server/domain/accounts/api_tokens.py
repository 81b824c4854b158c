"""API tokens: made, listed and revoked, by their users or by administrators. Only the hash of a token is kept."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound

sql = load("accounts/api_tokens")

LONGEST_NAME: Final = 200
MOST_DAYS: Final = 3650
_ENDING: Final = 4


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token that was given to a user.

    name
        Says what it is for.
    ending
        Its last characters; empty if they were not kept.
    expiry
        From then on it is refused; None: never.
    last_use
        When a request last came with it, to a minute or so; None: never, or before uses were kept.
    """

    id: int
    username: str
    name: str
    creation_time: datetime
    ending: str
    expiry: datetime | None
    last_use: datetime | None


class TokenValidity(NamedTuple):
    """Which token it is, and from when on it is refused; None: never."""

    id: int
    expiry: datetime | None


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """A token that was just made, the only time that it is shown."""

    id: int
    name: str
    token: str = field(repr=False)
    creation_time: datetime
    ending: str
    expiry: datetime | None


def token_digest(token: str) -> bytes:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


async def create_token(tx: Connection, user_id: int, name: str, *, expiry: datetime | None = None) -> NewApiToken:
    """Make an API token for a user."""
    token = secrets.token_hex(20)
    ending = token[-_ENDING:]
    made = await fetch_one(
        tx, sql.create_token, user_id=user_id, digest=token_digest(token), name=name, ending=ending, expiry=expiry
    )
    assert made is not None
    return NewApiToken(made[0], name, token, made[1], ending, expiry)


async def create_own_token(
    tx: Connection, user_id: int, name: str, *, days: int | None = None, made_with: str | None = None
) -> NewApiToken:
    """Make an API token for the user who asks.

    days : how long it is valid; None: for ever.
    made_with : the API token of the request, if it has one: the new token does not outlive it.

    Raises `InvalidInput` for an unfit name or number of days, `NotAllowed` for more days than `made_with` has left.
    """
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"An API token needs a name of 1 to {LONGEST_NAME} characters that says what it is for.")
    expiry = None if days is None else expiry_in(days)
    with_token = None if made_with is None else await validity_of(tx, made_with)
    limit = None if with_token is None else with_token.expiry
    if limit is not None and expiry is not None and expiry > limit:
        raise NotAllowed(
            f"The API token of this request expires at {limit:%Y-%m-%d %H:%M} UTC, and makes none that is valid longer."
        )
    return await create_token(tx, user_id, name, expiry=expiry or limit)


def expiry_in(days: int) -> datetime:
    """When a token expires that is valid for so many days from now; `InvalidInput` if these are too few or too many."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(f"An API token is valid for 1 to {MOST_DAYS} days, or without days for ever, not {days}.")
    return datetime.now(UTC) + timedelta(days=days)


async def validity_of(connection: Connection, token: str) -> TokenValidity | None:
    """Id and expiry of an API token, None if there is no such token."""
    found = await fetch_one(connection, sql.validity, digest=token_digest(token))
    return None if found is None else TokenValidity(*found)


async def note_uses(connection: Connection, times: Mapping[int, datetime]) -> None:
    """Keep when tokens, by their ids, were last used. Makes no version; tokens that were revoked meanwhile are left."""
    await connection.execute(sql.note_uses, {"ids": list(times), "times": list(times.values())})


async def list_tokens(connection: Connection, *, user_id: int | None = None) -> list[ApiToken]:
    """The tokens of a user, or all; the oldest first."""
    return await fetch_records(connection, sql.list_tokens, ApiToken, user_id=user_id)


async def revoke_tokens(tx: Connection, token_ids: Sequence[int]) -> None:
    """Revoke tokens at once; `NotFound` if one does not exist."""
    cursor = await tx.execute(sql.revoke_tokens, {"ids": list(token_ids)})
    gone = {token_id for (token_id,) in await cursor.fetchall()}
    for token_id in token_ids:
        if token_id not in gone:
            raise NotFound(f"There is no API token {token_id}; `tokens list` shows those there are.")


async def revoke_own_token(tx: Connection, user_id: int, token_id: int) -> None:
    """Revoke a token of the user who asks; `NotFound` if they have no such token."""
    if await fetch_one(tx, sql.revoke_own_token, user_id=user_id, token_id=token_id) is None:
        raise NotFound(f"You have no API token {token_id}.")


async def revoke_tokens_of(tx: Connection, user_id: int) -> int:
    """Revoke all tokens of a user; returns how many they were."""
    cursor = await tx.execute(sql.revoke_tokens_of, {"user_id": user_id})
    return cursor.rowcount
