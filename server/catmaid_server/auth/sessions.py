"""Login sessions: a signed cookie that names the user."""

from __future__ import annotations

import time

from catmaid_server.auth.signing import sign, verified

COOKIE = "sessionid"
LIFETIME_S = 14 * 24 * 3600


def issue(secret: bytes, user_id: int) -> str:
    """Cookie value of a new session."""
    return sign(secret, "session", str(user_id), expires=int(time.time()) + LIFETIME_S)


def user_of(secret: bytes, cookie: str) -> int | None:
    """The user id of a session that is still good."""
    value = verified(secret, "session", cookie)
    return int(value) if value is not None and value.isdecimal() else None
