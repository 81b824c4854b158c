"""The states and types of samplers and their parts: numbers that clients store, with name and description."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.domain.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Kind:
    """A state or a type."""

    id: int
    name: str
    description: str


SAMPLER_STATES = (
    Kind(1, "open", "A sampler that hasn't been completed yet"),
    Kind(2, "closed", "A completed sampler"),
)
DOMAIN_TYPES = (
    Kind(1, "regular", "A general explicitly defined domain"),
    Kind(2, "backbone", "The backbone of a neuron"),
    Kind(3, "bouton", "A particular type of morphology"),
    Kind(4, "covering", "Complete neuron"),
    Kind(5, "twig", "A small distal fragment"),
)
INTERVAL_STATES = (
    Kind(1, "untouched", "A new interval, which has not been looked at"),
    Kind(2, "started", "The interval is being worked on"),
    Kind(3, "completed", "The interval has been completed"),
    Kind(4, "abandoned", "The interval has been abandoned and won't be completed"),
)
CONNECTOR_STATES = (
    Kind(1, "untouched", "A new connector, which has not been sampled so far"),
    Kind(2, "started", "The connector can be sampled"),
    Kind(3, "completed", "The connector has been completed and shouldn't be used for sampling"),
    Kind(4, "excluded", "The connector is excluded from sampling"),
)
OPEN, REGULAR, UNTOUCHED = SAMPLER_STATES[0].id, DOMAIN_TYPES[0].id, INTERVAL_STATES[0].id

LEAF_MODES = ("ignore", "merge", "short-interval", "merge-or-create")
"""What becomes of the rest of a branch that is shorter than an interval."""


def require_kind(kinds: tuple[Kind, ...], kind_id: int, what: str) -> None:
    """Raise `InvalidInput` unless `kind_id` is one of `kinds`."""
    if kind_id not in (kind.id for kind in kinds):
        known = ", ".join(f"{kind.id} ({kind.name})" for kind in kinds)
        raise InvalidInput(f"There is no {what} {kind_id}; known are {known}.")


def require_leaf_mode(mode: str) -> None:
    """Raise `InvalidInput` unless this is one of `LEAF_MODES`."""
    if mode not in LEAF_MODES:
        raise InvalidInput(f"Leaf segments are handled as one of {', '.join(LEAF_MODES)}, not {mode!r}.")
