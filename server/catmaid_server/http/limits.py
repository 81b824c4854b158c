"""How much one request may bring: more for who is logged in than for who is nobody."""

from __future__ import annotations

from typing import Final, NamedTuple

from catmaid_server.domain.accounts.users import ANONYMOUS, User

MAX_BODY_BYTES: Final = 64 * 1024**2
MAX_FORM_FIELDS: Final = 500_000  # clients write each of many ids as a field of its own


class BodyLimits(NamedTuple):
    """Most bytes and fields of a body, and what to say of more."""

    most_bytes: int
    most_fields: int
    too_large: str
    too_many_fields: str


NOBODY: Final = BodyLimits(
    2**16,
    100,
    "Without a login a request has at most 64 kB. Log in, or send an API token, to send more.",
    "Without a login a form has at most 100 fields. Log in, or send an API token, to send more.",
)
LOGGED_IN: Final = BodyLimits(
    MAX_BODY_BYTES,
    MAX_FORM_FIELDS,
    f"A request has at most {MAX_BODY_BYTES // 1024**2} MB.",
    f"A form has at most {MAX_FORM_FIELDS} fields.",
)


def limits_of(user: User) -> BodyLimits:
    """What a user may send."""
    return NOBODY if user.username == ANONYMOUS else LOGGED_IN
