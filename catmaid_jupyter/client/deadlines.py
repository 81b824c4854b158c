"""Times until which something may be done, as users write them."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from catmaid_jupyter.api.errors import InvalidInput


def end_of(given: Any, what: str) -> str | None:
    """ISO text of a time, or of the end of a day; None for none. `InvalidInput`, which says how `what` is written."""
    if given is None:
        return None
    try:
        told = datetime.fromisoformat(given) if isinstance(given, str) else given
        is_day = not isinstance(told, datetime) or (isinstance(given, str) and len(given.strip()) <= len("2027-03-01"))
        return datetime.combine(told, time(23, 59, 59)).isoformat() if is_day else told.isoformat()
    except (TypeError, ValueError):
        raise InvalidInput(f"{what} is written as 2027-03-01 or 2027-03-01T12:00, not {given!r:.40}.") from None
