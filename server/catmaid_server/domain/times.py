"""Times: their type in what the service answers, and how they are read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

from catmaid_server.domain.errors import InvalidInput

ZonedTime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its time zone, which the API describes as `date-time`."""


def parse_time(text: str) -> datetime:
    """Read an ISO day or time, in UTC unless it names another zone; `InvalidInput` if it is malformed."""
    try:
        time = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"A time is written as 2022-06-30 or 2022-06-30T12:00:00Z, not {text!r}.") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
