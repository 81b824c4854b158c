"""What a widget gives to a page without a kernel: its state, and what its kernel side would answer there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from catmaid_jupyter.widgets.rpc import Binary, Buffers


@dataclass(frozen=True)
class SavedBox:
    """A part of project space that is saved of a stack viewer: corners, and depths of its sections, nm."""

    lower: tuple[float, float, float]
    upper: tuple[float, float, float]
    depths: Sequence[float]


@dataclass(frozen=True)
class PageScope:
    """How much is saved with a page.

    Attributes
    ----------
    sections
        So many before and behind the one that a stack viewer shows.
    with_people
        Whether names of users may be saved: who edited, annotated and reviewed.
    date
        When the page is made, in words.
    model_ids
        Widgets that the page shows.
    boxes
        What is saved of its stack viewers.
    """

    sections: int
    with_people: bool
    date: str
    model_ids: frozenset[str] = frozenset()
    boxes: Sequence[SavedBox] = ()


@dataclass(frozen=True)
class SavedAnswer:
    """An answer to requests of a method that have these parameters, whatever else they have."""

    method: str
    result: Any = None
    buffers: Sequence[bytes] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, method: str, answer: Any, **params: Any) -> SavedAnswer:
        """An answer as a method of a widget gives it."""
        if isinstance(answer, Binary):
            return cls(method, None, [answer.payload], params)
        if isinstance(answer, Buffers):
            return cls(method, answer.result, answer.buffers, params)
        return cls(method, answer, (), params)


@dataclass(frozen=True)
class SavedWidget:
    """A widget as a page has it.

    Attributes
    ----------
    answers
        Of its kernel side.
    state
        Traits that are otherwise on the page.
    content
        What was saved, in a few words.
    left_out
        Sentences about what the widget shows and the page does not.
    """

    answers: Sequence[SavedAnswer]
    state: Mapping[str, Any] = field(default_factory=dict)
    content: str = ""
    left_out: Sequence[str] = ()


def counted(number: int, one: str, several: str = "") -> str:
    """A number of things in words: `1 neuron`, `2,000 neurons`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"
