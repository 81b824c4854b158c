"""Values that several rooms use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from catmaid_server.domain.errors import InvalidInput


@dataclass(frozen=True)
class Box:
    """A box in project space: its lowest and highest corner, x, y, z in nm."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]


def required(ids: Sequence[int], what: str) -> list[int]:
    """The ids, if there are any; else `InvalidInput`."""
    if not ids:
        raise InvalidInput(f"At least one {what} is needed.")
    return list(ids)
