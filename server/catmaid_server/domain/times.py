"""The type of times in what the service answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec

ZonedTime: TypeAlias = Annotated[datetime, msgspec.Meta(tz=True)]
"""A time with its time zone, which the API describes as `date-time`."""
