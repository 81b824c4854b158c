"""Login sessions: a signed cookie that names the user, and ends when the user's password changes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import NamedTuple

from catmaid_server.auth.signing import sign, verified

COOKIE = "sessionid"
"""As CATMAID calls it."""
LIFETIME_S = 14 * 24 * 3600


class Session(NamedTuple):
    """Whose session a cookie stands for, and a mark of the password with which it began."""

    user_id: int
    mark: str


def cookie_name(secret: bytes) -> str:
    """Name of the cookie of one service: browsers share cookies among all services of a host, whatever their ports."""
    return f"{COOKIE}_{hmac.digest(secret, b'session cookie', hashlib.sha256).hex()[:8]}"


def cookie_of(cookies: Mapping[str, str], name: str) -> str | None:
    """The session cookie among those of a request: under the service's own name for it, else under CATMAID's."""
    return cookies.get(name, cookies.get(COOKIE))


def issue(secret: bytes, user_id: int, password_hash: str) -> str:
    """Cookie value of a new session of a user with this stored password."""
    value = f"{user_id}:{_mark(secret, password_hash)}"
    return sign(secret, "session", value, expires=int(time.time()) + LIFETIME_S)


def session_of(secret: bytes, cookie: str) -> Session | None:
    """The session that a cookie stands for, if it is ours and has not run out."""
    user_id, _, mark = (verified(secret, "session", cookie) or "").partition(":")
    return Session(int(user_id), mark) if user_id.isdecimal() and user_id.isascii() and mark else None


def is_current(secret: bytes, session: Session, password_hash: str) -> bool:
    """Whether the user's stored password is still the one with which the session began."""
    return hmac.compare_digest(session.mark.encode(errors="replace"), _mark(secret, password_hash).encode())


def _mark(secret: bytes, password_hash: str) -> str:
    """Tells nothing of the hash to those who see the cookie."""
    digest = hmac.digest(secret, b"session password:" + password_hash.encode(errors="surrogatepass"), hashlib.sha256)
    return base64.urlsafe_b64encode(digest[:12]).decode()
