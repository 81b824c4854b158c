"""The cookie of a login session: signed, it names the user and the session, which must still be open in the store.

It ends with the session, and when the user's password changes, in whatever way.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from catmaid_server.auth.signing import sign, verified
from catmaid_server.domain.accounts.login_sessions import LIFETIME

COOKIE = "sessionid"
"""As CATMAID calls it."""
_VALUE = re.compile(r"(?P<user>[0-9]{1,10}):(?P<id>[0-9a-f]{32}):(?P<mark>[\w-]+)", re.ASCII)
LIFETIME_S = int(LIFETIME.total_seconds())


class Session(NamedTuple):
    """The session that a cookie stands for, its user, and a mark of the password with which it began."""

    id: UUID
    user_id: int
    mark: str


def cookie_name(secret: bytes) -> str:
    """Name of the cookie of one service: browsers share cookies among all services of a host, whatever their ports."""
    return f"{COOKIE}_{hmac.digest(secret, b'session cookie', hashlib.sha256).hex()[:8]}"


def cookie_of(cookies: Mapping[str, str], name: str) -> str | None:
    """The session cookie among those of a request: under the service's own name for it, else under CATMAID's."""
    return cookies.get(name, cookies.get(COOKIE))


def issue(secret: bytes, session_id: UUID, user_id: int, password_hash: str) -> str:
    """Cookie value of a session that has just begun, of a user with this stored password."""
    value = f"{user_id}:{session_id.hex}:{_mark(secret, password_hash)}"
    return sign(secret, "session", value, expires=int(time.time()) + LIFETIME_S)


def session_of(secret: bytes, cookie: str) -> Session | None:
    """The session that a cookie stands for, if we signed it and it is not expired; the store knows if it is open."""
    found = _VALUE.fullmatch(verified(secret, "session", cookie) or "")
    return None if found is None else Session(UUID(found["id"]), int(found["user"]), found["mark"])


def is_current(secret: bytes, session: Session, password_hash: str) -> bool:
    """Whether the user's stored password is still the one with which the session began."""
    return hmac.compare_digest(session.mark.encode(errors="replace"), _mark(secret, password_hash).encode())


def _mark(secret: bytes, password_hash: str) -> str:
    """A short mark of the password's hash, from which the hash cannot be found."""
    digest = hmac.digest(secret, b"session password:" + password_hash.encode(errors="surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:12]).decode()
