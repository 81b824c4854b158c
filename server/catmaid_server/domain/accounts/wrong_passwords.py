"""Wrong passwords of the last minute, counted for all processes together: by account, and by where they came from.

Accounts and places are keyed hashes, so that the store keeps neither addresses nor what people typed for a name.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final, NamedTuple

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection

sql = load("accounts/wrong_passwords")

WITHIN: Final = timedelta(minutes=1)


class FailureCounts(NamedTuple):
    """How many wrong passwords there were of one account from one place, of the account, and from the place."""

    here: int
    of_account: int
    from_place: int


async def counts(connection: Connection, account: bytes, place: bytes) -> FailureCounts:
    """Wrong passwords of the last minute."""
    found = await fetch_one(connection, sql.counts, account=account, place=place, within=WITHIN)
    assert found is not None
    return FailureCounts(*found)


async def note(connection: Connection, account: bytes, place: bytes) -> None:
    """Count one more wrong password."""
    await connection.execute(sql.note, {"account": account, "place": place})


async def forgive(connection: Connection, account: bytes, place: bytes) -> None:
    """Forget the wrong passwords of an account from a place, once the right one came."""
    await connection.execute(sql.forgive, {"account": account, "place": place})


async def forget_old(connection: Connection) -> None:
    """Delete those that count no more."""
    await connection.execute(sql.forget_old, {"within": WITHIN})
