"""How work that takes long reports its progress."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of steps done and of all steps."""


def silent(done: int, total: int, /) -> None:
    """Report nothing."""
