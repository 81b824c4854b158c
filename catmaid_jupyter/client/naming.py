"""Ids and names as users give them, and in messages."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput

_SHOWN: Final = 10
"""Most ids or names in a message."""


def one_id(given: Any, noun: str) -> int:
    """The id of one thing; `InvalidInput` if it is none, or several.

    noun : what it is the id of, as in "skeleton".
    """
    if isinstance(given, int | np.integer) and not isinstance(given, bool):
        return int(given)
    if isinstance(given, Iterable) and not isinstance(given, str):
        raise InvalidInput(f"One {noun} is wanted here, not {type(given).__name__}: ask for one after the other.")
    raise InvalidInput(f"A {noun} is given by its id, a whole number, not {given!r:.60}.")


def one_name(given: Any, noun: str, hint: str = "") -> str:
    """A name or title; `InvalidInput` if it is no text, with a hint what may have been meant."""
    if isinstance(given, str):
        return given
    raise InvalidInput(f"The {noun} is a text, not {type(given).__name__} ({given!r:.60}).{hint}")


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
