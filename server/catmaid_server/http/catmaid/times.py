"""The forms in which CATMAID writes a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

Instant: TypeAlias = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""A time as text in either of the ISO forms."""


def milliseconds(time: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`, as in answers to edits."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def microseconds(time: datetime) -> str:
    """ISO 8601 with offset, as in details."""
    return time.astimezone(UTC).isoformat()


def utc(time: datetime) -> str:
    """ISO 8601 with `Z`, and microseconds if there are any, as in answers of a few REST routes."""
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def epoch(time: datetime) -> float:
    """Seconds since 1970, as in compact arrays."""
    return time.timestamp()
