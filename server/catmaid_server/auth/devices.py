"""Devices on which somebody has logged in before: a signed cookie names the user.

Wrong passwords from such a device count for the device, not for its address, so nobody who shares the address, as all
people behind a proxy do, can keep its user out by guessing. It lets nobody in, and outlives the session.
"""

from __future__ import annotations

import re
import secrets
import time
from typing import Final

from catmaid_server.auth.signing import sign, verified

COOKIE: Final = "catmaid_device"
LIFETIME_S: Final = 365 * 24 * 3600
_VALUE: Final = re.compile(r"(?P<user>[0-9]{1,10}):(?P<device>[0-9a-f]{32})")


def issue(secret: bytes, user_id: int) -> str:
    """Cookie value of a device on which a user has just logged in."""
    return sign(secret, "device", f"{user_id}:{secrets.token_hex(16)}", expires=int(time.time()) + LIFETIME_S)


def device_of(secret: bytes, cookie: str | None, user_id: int) -> str | None:
    """Which device a cookie stands for, if this user has logged in there."""
    found = _VALUE.fullmatch(verified(secret, "device", cookie or "") or "")
    return found["device"] if found is not None and int(found["user"]) == user_id else None
