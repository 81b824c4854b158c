"""Accounts that people make themselves: what they may call themselves, and that nobody takes them for another."""

from __future__ import annotations

import re
from itertools import count
from typing import Final
from unicodedata import normalize

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput

sql = load("accounts/registration")

_LONGEST: Final = {"first name": 150, "last name": 150, "e-mail address": 254}


def registration_problems(username: str, first_name: str, last_name: str, email: str) -> list[str]:
    """What is wrong with the names and the address of a new account; empty if nothing is."""
    found = []
    if not re.fullmatch(r"[\w.@+-]{1,150}", username):
        found.append("A user name has 1 to 150 letters, digits and any of @ . + - _")
    for (what, longest), given in zip(_LONGEST.items(), (first_name, last_name, email), strict=True):
        if len(given) > longest or not given.isprintable():
            found.append(f"The {what} has at most {longest} characters, without line breaks.")
    return found


async def register(
    tx: Connection, username: str, *, password_hash: str | None, first_name: str, last_name: str, email: str
) -> int:
    """Make an account that may do nothing yet; return the user's id.

    Raises `InvalidInput` if a user or a group has this name, or one that looks like it: in capitals, for example.
    """
    if _as_seen(username) in await _taken(tx):
        raise InvalidInput(f"There is already a user or a group {username!r}.")
    return await users.create_user(
        tx, username, password_hash=password_hash, first_name=first_name, last_name=last_name, email=email
    )


async def free_name(tx: Connection, wanted: str) -> str:
    """The wanted name, or with a number behind it if a user or a group has one that looks like it."""
    taken = await _taken(tx)
    candidates = (wanted if number == 1 else f"{wanted}-{number}" for number in count(1))
    return next(name for name in candidates if _as_seen(name) not in taken)


async def _taken(tx: Connection) -> set[str]:
    """Names that nobody can have any more, as seen. Locks registration to the end of the transaction."""
    await tx.execute(sql.one_at_a_time)
    return {_as_seen(users.ANONYMOUS), *(_as_seen(name) for (name,) in await fetch_all(tx, sql.taken_names))}


def _as_seen(name: str) -> str:
    """The same for names that differ in case, or in how the same letters are encoded."""
    return normalize("NFKC", normalize("NFKC", name).casefold())
