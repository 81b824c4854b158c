"""The three ways in which CATMAID writes a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, TypeAlias

import msgspec

Instant: TypeAlias = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
"""A time as text in either of the ISO forms."""


def milliseconds(moment: datetime) -> str:
    """ISO 8601 with milliseconds and `Z`, as in answers to edits."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def microseconds(moment: datetime) -> str:
    """ISO 8601 with offset, as in details."""
    return moment.astimezone(UTC).isoformat()


def epoch(moment: datetime) -> float:
    """Seconds since 1970, as in compact arrays."""
    return moment.timestamp()
