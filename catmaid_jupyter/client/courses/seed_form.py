"""A seed as a trainer gives it: what is wrong is refused, and what may be an oversight is told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.stack import Stack

_WORDS: Final = ("{initials}", "{user}", "{level}")
_PERSONAL: Final = ("{initials}", "{user}")
_IN_BRACES: Final = re.compile(r"\{[^{}]*\}")
_NUMBERED: Final = re.compile(r"\{n\d*\}")


def level_of(level: Any) -> int:
    """A level; `InvalidInput` if it is no whole number."""
    if isinstance(level, int | np.integer) and not isinstance(level, bool):
        return int(level)
    raise InvalidInput(f"A level is a whole number from 1 to 99, not {level!r:.40}.")


def place_of(at: Sequence[float]) -> tuple[float, float, float]:
    """A place in nm, or `InvalidInput`."""
    try:
        x, y, z = (float(value) for value in at)
    except (TypeError, ValueError):
        raise InvalidInput(f"A seed is at a place (x, y, z) in nm, not {at!r:.60}.") from None
    return x, y, z


def require_words(name: str) -> None:
    """Refuse words in braces that nothing stands for."""
    for word in _IN_BRACES.findall(name):
        if word not in _WORDS and not _NUMBERED.fullmatch(word):
            raise InvalidInput(f"Nothing stands for {word!r} in the name of a seed: there are {', '.join(_WORDS)}.")


def oversights(name: str, at: Sequence[float], due: str | None, stacks: Iterable[Stack]) -> list[str]:
    """Sentences on what a trainer may not have meant."""
    told = []
    if not any(word in name for word in _PERSONAL):
        told.append(f"All students will call this neuron {name!r}: put {{initials}} into the name to tell them apart.")
    if due is not None and _is_past(due):
        told.append(f"The due date of {name!r} is past: what is handed in now is late.")
    boxes = list(stacks)
    if boxes and not any(_is_in(at, stack) for stack in boxes):
        told.append(f"The seed {name!r} is outside of the images of the project: places are in nm, not in pixels.")
    return told


def _is_past(due: str) -> bool:
    end = datetime.fromisoformat(due)
    return (end if end.tzinfo else end.replace(tzinfo=UTC)) < datetime.now(UTC)


def _is_in(at: Sequence[float], stack: Stack) -> bool:
    starts = zip(at, stack.translation, stack.extent, strict=True)
    return all(start <= value <= start + size for value, start, size in starts)
