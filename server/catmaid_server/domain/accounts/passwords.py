"""Password hashes: argon2 for ours, Django's PBKDF2 for those that came with imported users."""

from __future__ import annotations

import base64
import hashlib
import hmac

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

HASHER = PasswordHasher()
"""As RFC 9106 recommends where memory is scarce: 64 MiB for each check."""
UNUSABLE = "!"
SHORTEST = 8
LONGEST = 1024
_DJANGO = "pbkdf2_sha256$"


def hashed(password: str) -> str:
    """Argon2id hash of a password."""
    return HASHER.hash(password)


def weaknesses(password: str, username: str) -> list[str]:
    """What makes a password too easy to guess, or unfit; empty if nothing does."""
    found = []
    if len(password) < SHORTEST:
        found.append(f"A password has at least {SHORTEST} characters.")
    if len(password) > LONGEST:
        found.append(f"A password has at most {LONGEST} characters.")
    if password.isdecimal():
        found.append("A password is more than a number.")
    if username and username.casefold() in password.casefold():
        found.append("A password does not have the user's name in it.")
    return found


def is_usable(stored: str) -> bool:
    """Whether any password can match; not so for users who enter in another way."""
    return stored.startswith(("$argon2", _DJANGO))


def matches(stored: str, password: str) -> bool:
    """Whether `password` is the one that `stored` is the hash of."""
    if stored.startswith(_DJANGO):
        return _django_matches(stored, password)
    try:
        return HASHER.verify(stored, password)
    except (InvalidHashError, VerificationError):
        return False


def outdated(stored: str) -> bool:
    """Whether a stored hash should be replaced at the next login."""
    try:
        return HASHER.check_needs_rehash(stored)
    except InvalidHashError:
        return True


def _django_matches(stored: str, password: str) -> bool:
    try:
        _, iterations, salt, digest = stored.split("$")
        computed = hashlib.pbkdf2_hmac("sha256", password.encode(), salt.encode(), int(iterations))
    except (ValueError, OverflowError):
        return False
    return hmac.compare_digest(base64.b64encode(computed).decode(), digest)
