"""Commands of the viewers: the one table from which their keys, the help, hints and the documentation are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from catmaid_wire.key_chords import read_chord


@dataclass(frozen=True, slots=True)
class ViewerCommand:
    """What a key does in a viewer.

    Attributes
    ----------
    name
        Its kind, which names who does it (`view`: a stack viewer, `tracing`: a tracing layer), and a name in that.
    group
        Title under which the help lists it.
    what
        What it does, as a sentence.
    keys
        Chords (see `read_chord`) that do it unless the user has changed them.
    repeats
        Whether a key that is held does it again and again.
    """

    name: str
    group: str
    what: str
    keys: tuple[str, ...]
    repeats: bool = True


_Row = tuple[str, str, str]
"""Name without its kind, default chords with spaces between them, and what it does."""

_VIEW: Final[tuple[tuple[str, tuple[_Row, ...]], ...]] = (
    (
        "Sections",
        (
            ("previous_section", ",", "Go to the previous section."),
            ("next_section", ".", "Go to the next section."),
            ("back_ten", "<", "Go ten sections back."),
            ("on_ten", ">", "Go ten sections on."),
        ),
    ),
    (
        "Move and zoom",
        (
            ("zoom_in", "+ =", "Zoom in at the cursor."),
            ("zoom_out", "-", "Zoom out at the cursor."),
            ("fit", "0", "Show the whole section."),
            ("left", "left", "Move left by a tenth of the view."),
            ("right", "right", "Move right by a tenth of the view."),
            ("up", "up", "Move up by a tenth of the view."),
            ("down", "down", "Move down by a tenth of the view."),
        ),
    ),
    (
        "Viewer",
        (
            ("image_only", "space", "Show only the image while the key is held."),
            ("help", "? f1", "Show or hide the keys."),
            ("leave", "escape", "Leave the picture for the tool bar."),
        ),
    ),
)

_TRACING: Final[tuple[tuple[str, tuple[_Row, ...]], ...]] = (
    (
        "Go along the neuron",
        (
            ("parent", "[", "Go to the parent."),
            ("child", "]", "Go to the child."),
            ("next_branch", "v", "Go to the next branch or end."),
            ("previous_branch", "b", "Go to the previous branch or the root."),
            ("root", "backspace", "Go to the root."),
            ("nearest_open_end", "r", "Go to the nearest open end."),
            ("next_open_end", "shift+r", "Go to the next open end after that."),
            ("newest_open_end", "alt+r", "Go to the open end that was made last."),
            ("with_signal", "tab", "Go across the synapse, with the signal."),
            ("against_signal", "shift+tab", "Go across the synapse, against the signal."),
        ),
    ),
    (
        "Find",
        (
            ("center", "a", "Move the view to the active node."),
            ("search", "/", "Search for a neuron."),
        ),
    ),
    (
        "Edit nodes",
        (
            ("delete", "delete", "Delete what is active."),
            ("tag", "t", "Write the tags of the active node."),
            *(
                (f"confidence_{level}", str(level), f"Set the confidence of the edge to the parent to {level}.")
                for level in range(1, 6)
            ),
        ),
    ),
    (
        "Edit neurons",
        (
            ("split", "shift+x", "Split the skeleton at the active node, after a question."),
            ("reroot", "6", "Make the active node the root, after a question."),
            ("rename", "f2", "Rename the active neuron."),
            ("annotate", "f3", "Annotate the active neuron."),
            ("undo", "ctrl+z", "Undo the last own edit."),
            ("redo", "ctrl+shift+z ctrl+y", "Bring back what was undone last."),
        ),
    ),
)

_ONCE: Final = frozenset({"Viewer", "Edit nodes", "Edit neurons"})
"""Groups whose commands a key does once, however long it is held."""


def _commands(kind: str, groups: tuple[tuple[str, tuple[_Row, ...]], ...]) -> dict[str, ViewerCommand]:
    made = [
        ViewerCommand(f"{kind}.{name}", group, what, tuple(map(read_chord, keys.split())), group not in _ONCE)
        for group, rows in groups
        for name, keys, what in rows
    ]
    return {command.name: command for command in made}


COMMANDS: Final[Mapping[str, ViewerCommand]] = MappingProxyType(
    {**_commands("view", _VIEW), **_commands("tracing", _TRACING)}
)
"""All commands by name, in the order in which the help shows them."""

COMPANY: Final = (("view", "tracing"),)
"""Kinds of commands that a viewer has together, so that a key can do one of them only."""
