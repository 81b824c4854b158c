"""How a long import or export tells how far it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the steps done and the steps there are."""


def silent(done: int, total: int, /) -> None:
    """Tell nobody."""
