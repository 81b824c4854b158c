"""Ids and names in messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

_SHOWN: Final = 10
"""Most ids or names in a message."""


def listed(ids: Iterable[object]) -> str:
    """Ids or names for a message: "1, 2, 3", and how many more there are."""
    shown = [str(one) for one in ids]
    more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
    return ", ".join(shown[:_SHOWN]) + more


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The names that are most like a wrong one, as a sentence with a space before it; empty if none is."""
    spelled: dict[str, str] = {}
    for one in known:
        spelled.setdefault(one.lower(), one)
    close = [spelled[one] for one in difflib.get_close_matches(name.lower(), spelled, n=3, cutoff=0.6)]
    return f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
