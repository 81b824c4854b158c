"""Tickets that authorize the image requests of browsers, which cannot send headers."""

from __future__ import annotations

from typing import Final

from catmaid_server.auth.signing import sign, verified

_PURPOSE: Final = "tiles"
_PERIOD_S: Final = 12 * 3600


def issue(secret: bytes, user_id: int, project_id: int, *, now: float) -> tuple[str, int]:
    """A ticket for the tiles of one project and its expiry, seconds since 1970: 12 to 24 hours ahead.

    All tickets of a period are the same, so that a browser finds the tiles in its cache again.
    """
    expires = (int(now) // _PERIOD_S + 2) * _PERIOD_S
    return sign(secret, _PURPOSE, f"{user_id}.{project_id}", expires=expires), expires


def holder(secret: bytes, ticket: str, project_id: int, *, now: float) -> int | None:
    """Id of the user whose valid ticket for this project it is."""
    value = verified(secret, _PURPOSE, ticket, now=now)
    if value is None:
        return None
    user, _, project = value.partition(".")
    return int(user) if project == str(project_id) else None
