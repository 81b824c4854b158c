"""Checking passwords is slow by design: a few at once, beside the event loop, and not for those who keep guessing.

Wrong passwords count for all processes of the service together. From one place (an IPv4 address, or the first half of
an IPv6 address, which one line has) ten a minute are looked at for each account. Where a hundred were wrong for any
accounts, or fifty for one account from anywhere, it is one: who knows the password gets in, also where others guess.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import ipaddress
import secrets
from functools import cached_property
from typing import Final

from catmaid_server.auth.turns import TooManyAttempts, Turns
from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import passwords, wrong_passwords

MOST_FAILURES: Final = 10
"""Of one account from one place, in a minute."""
MOST_OF_ACCOUNT: Final = 50
MOST_FROM_PLACE: Final = 100
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 256
_NOBODY: Final = b""


class PasswordChecks:
    """The password checks of one process.

    Parameters
    ----------
    store
        Where wrong passwords are counted.
    secret
        Makes hashes of names and addresses that nobody else can make.
    """

    def __init__(self, store: Store, secret: bytes) -> None:
        self._store = store
        self._secret = secret
        self._turns = Turns(_AT_ONCE, _MOST_WAITING)

    async def match(
        self, stored: str | None, password: str, *, username: str, address: str, device: str | None = None
    ) -> bool:
        """Whether `stored` (None: there is no such user) is the hash of `password`.

        Takes as long for a name that does not exist, or has no password. `device`, on which this user has logged in
        before, counts instead of the client's `address`. Raises `TooManyAttempts`.
        """
        account = self._digest("account", username)
        place = self._digest("place", _network(address)) if device is None else self._digest("device", device)
        await self._require_patience(account, place, known=device is not None)
        async with self._turns.turn(place, account, known=device is not None):
            # Once more: others of this place may have failed meanwhile.
            failures = await self._require_patience(account, place, known=device is not None)
            right = await asyncio.to_thread(self._matches, stored, password)
            if not right or failures:
                async with self._store.reading() as connection:
                    await (wrong_passwords.forgive if right else wrong_passwords.note)(connection, account, place)
        return right

    async def hashed(self, password: str, *, address: str | None = None) -> str:
        """As `passwords.hashed`. Who is not logged in takes turns by address."""
        place = _NOBODY if address is None else self._digest("place", _network(address))
        async with self._turns.turn(place, _NOBODY, known=address is None):
            return await asyncio.to_thread(passwords.hashed, password)

    async def _require_patience(self, account: bytes, place: bytes, *, known: bool) -> int:
        """How many wrong passwords of the account came from this place; raises `TooManyAttempts` if too many did."""
        async with self._store.reading() as connection:
            counts = await wrong_passwords.counts(connection, account, place)
        guessed_at = counts.of_account >= MOST_OF_ACCOUNT or counts.from_place >= MOST_FROM_PLACE
        if counts.here >= (1 if guessed_at and not known else MOST_FAILURES):
            seconds = wrong_passwords.WITHIN.total_seconds()
            raise TooManyAttempts(f"Too many wrong passwords; try again in {seconds:.0f} seconds.")
        return counts.here

    def _matches(self, stored: str | None, password: str) -> bool:
        if stored is None or not passwords.is_usable(stored):
            stored = self._hash_of_nobody
        return passwords.matches(stored, password)

    @cached_property
    def _hash_of_nobody(self) -> str:
        return passwords.hashed(secrets.token_hex())

    def _digest(self, kind: str, text: str) -> bytes:
        message = f"{kind}:{text}".encode(errors="surrogatepass")
        return hmac.digest(self._secret, b"wrong password:" + message, hashlib.sha256)[:16]


def _network(address: str) -> str:
    """What stands for an address: the same for all that one IPv6 line has."""
    with contextlib.suppress(ValueError):
        where = ipaddress.ip_address(address)
        if isinstance(where, ipaddress.IPv6Address):
            return str(where.ipv4_mapped or ipaddress.IPv6Network((where.packed, 64), strict=False))
        return str(where)
    return address
