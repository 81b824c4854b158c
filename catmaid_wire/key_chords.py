"""Keys as people write them: `shift+r`, `ctrl+[`, `f2`, `delete`, `,`."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MODIFIERS: Final = ("ctrl", "alt", "shift")
"""In the order in which chords have them; `ctrl` is also the command key of a Mac."""

NAMED_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "space": " ",
        "enter": "Enter",
        "tab": "Tab",
        "escape": "Escape",
        "backspace": "Backspace",
        "delete": "Delete",
        "insert": "Insert",
        "home": "Home",
        "end": "End",
        "pageup": "PageUp",
        "pagedown": "PageDown",
        "left": "ArrowLeft",
        "right": "ArrowRight",
        "up": "ArrowUp",
        "down": "ArrowDown",
        **{f"f{number}": f"F{number}" for number in range(1, 13)},
    }
)
"""Keys that type no character: how chords name them, and how browsers do."""

_OF_THE_BROWSER: Final = "belongs to the browser or the system, which may not give it to a page"

RESERVED_KEYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "escape": "always leaves the picture or a question",
        "ctrl+s": "saves the notebook",
        **dict.fromkeys(
            (
                *("f5", "f11", "f12", "alt+f4", "ctrl+r", "ctrl+shift+r", "ctrl+q", "ctrl+tab", "ctrl+shift+tab"),
                *("ctrl+w", "ctrl+t", "ctrl+n", "ctrl+shift+w", "ctrl+shift+t", "ctrl+shift+n", "ctrl+l"),
                *("ctrl++", "ctrl+-", "ctrl+0"),
            ),
            _OF_THE_BROWSER,
        ),
    }
)
"""Chords that no command can be given, and what each does."""


def read_chord(text: str) -> str:
    """A chord as it is kept: modifiers in their order, then a key, in small letters.

    Raises `ValueError`, which says what would be right.
    """
    lowered = text.strip().lower()
    # The key itself may be a plus.
    *held, key = [*lowered[:-2].split("+"), "+"] if lowered.endswith("++") else lowered.split("+")
    if lowered == "+":
        held, key = [], "+"
    wrong = [name for name in held if name not in MODIFIERS]
    if wrong or len(set(held)) < len(held):
        raise ValueError(
            f"{text!r:.60} is no key: write ctrl, alt and shift, each once, with + between, and then the key, "
            "as in 'shift+r'."
        )
    if key not in NAMED_KEYS and (len(key) != 1 or key.isspace()):
        raise ValueError(
            f"{text!r:.60} is no key: after ctrl, alt and shift comes one character or one of {', '.join(NAMED_KEYS)}."
        )
    return "+".join([*(name for name in MODIFIERS if name in held), key])
