"""How students are called in the names of neurons: by their initials, which no two of a course share."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import count
from typing import Final

from catmaid_server.domain.errors import InvalidInput

LONGEST: Final = 20


def given_initials(text: str) -> str:
    """Initials as somebody gave them, without spaces around. `InvalidInput` if they are empty, too long or no text."""
    initials = text.strip()
    if not 0 < len(initials) <= LONGEST or not initials.isprintable():
        raise InvalidInput(f"Initials have 1 to {LONGEST} characters, not {text!r:.60}.")
    return initials


def new_initials(name: str, taken: Collection[str]) -> str:
    """Initials for a name: `AB` for Ana Belo, `AN` for ana; with a number if these are taken."""
    words = [word for word in re.split(r"[\W_]+", name) if word]
    letters = "".join(word[0] for word in words) if len(words) > 1 else "".join(words)[:2]
    first = letters.upper()[:LONGEST] or "X"
    if first not in taken:
        return first
    return next(one for number in count(2) if (one := f"{first}{number}") not in taken)


def neuron_name(pattern: str, *, initials: str, user: str, level: int) -> str:
    """The name of a neuron: what stands in braces is replaced; `{n}` is left, which counts up in the project."""
    for word, value in (("{initials}", initials), ("{user}", user), ("{level}", str(level))):
        pattern = pattern.replace(word, value)
    return pattern
