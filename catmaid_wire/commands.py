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
        Its kind, which names who does it (`view`: a stack viewer, `tracing`: a tracing layer, `space`:
        a 3D viewer), and a name in that.
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

_WAYS: Final = ("left", "right", "up", "down")

_VIEW: Final[tuple[tuple[str, tuple[_Row, ...]], ...]] = (
    (
        "Sections",
        (
            ("previous_section", ",", "Go to the previous section."),
            ("next_section", ".", "Go to the next section."),
            ("back_ten", "<", "Go ten sections back, or as many as the big step has."),
            ("on_ten", ">", "Go ten sections on, or as many as the big step has."),
            ("play_back", "ctrl+,", "Go a big step back, section after section."),
            ("play_on", "ctrl+.", "Go a big step on, section after section."),
            ("big_step", "#", "Say how many sections a big step has."),
        ),
    ),
    (
        "Move and zoom",
        (
            ("zoom_in", "+ =", "Zoom in at the cursor."),
            ("zoom_out", "-", "Zoom out at the cursor."),
            ("zoom_in_little", "alt++ alt+=", "Zoom in a little at the cursor."),
            ("zoom_out_little", "alt+-", "Zoom out a little at the cursor."),
            ("fit", "0", "Show the whole section."),
            ("left", "left", "Move left by a tenth of the view."),
            ("right", "right", "Move right by a tenth of the view."),
            ("up", "up", "Move up by a tenth of the view."),
            ("down", "down", "Move down by a tenth of the view."),
            *((f"{way}_far", f"shift+{way}", f"Move {way} by half the view.") for way in _WAYS),
            *((f"{way}_little", f"alt+{way}", f"Move {way} by a pixel of the screen.") for way in _WAYS),
        ),
    ),
    (
        "Viewer",
        (
            ("image_only", "space", "Show only the image while the key is held."),
            ("pixel", "shift+i", "Tell the value of the pixel under the cursor."),
            ("mini_map", "alt+0", "Show or hide the overview of the section."),
            ("full_screen", "alt+enter", "Fill the screen with the viewer, or give it back."),
            ("help", "? f1", "Show or hide the keys."),
            ("leave", "escape", "Leave the picture for the tool bar."),
        ),
    ),
)

KEYED_TAGS: Final = (
    ("todo", "l", "TODO"),
    ("ends", "k", "ends"),
    ("uncertain_end", "u", "uncertain end"),
    ("uncertain_continuation", "c", "uncertain continuation"),
    ("not_a_branch", "n", "not a branch"),
    ("soma", "m", "soma"),
    ("microtubules_end", "f", "microtubules end"),
)
"""Tags that have keys: names of their commands, the key, and the tag."""

_TRACING: Final[tuple[tuple[str, tuple[_Row, ...]], ...]] = (
    (
        "Go along the neuron",
        (
            ("parent", "[", "Go towards the parent, at most into the next section."),
            ("real_parent", "ctrl+[", "Go to the parent."),
            ("child", "]", "Go towards the child, at most into the next section."),
            ("real_child", "ctrl+]", "Go to the child."),
            ("next_child", "shift+]", "Go towards the next child of the same parent."),
            ("next_real_child", "ctrl+shift+]", "Go to the next child of the same parent."),
            ("next_branch", "v", "Go to the next branch or end."),
            ("next_noted", "alt+v", "Go towards the next branch, to the first tag, link or low confidence."),
            ("other_branch", "shift+v alt+shift+v", "Go the same way on the next of the branches."),
            ("previous_branch", "b", "Go to the previous branch or the root."),
            ("previous_noted", "alt+b", "Go towards the root, to the first tag, link or low confidence."),
            ("root", "backspace", "Go to the root."),
            ("nearest_open_end", "r", "Go to the nearest open end."),
            ("next_open_end", "shift+r", "Go to the next open end after that."),
            ("last_open_end", "alt+shift+r", "Go to the open end before that."),
            ("newest_open_end", "alt+r", "Go to the open end that was made last."),
            ("switch", "s", "Switch between a node and its connector."),
            ("with_signal", "tab", "Go across the synapse, with the signal."),
            ("against_signal", "shift+tab", "Go across the synapse, against the signal."),
        ),
    ),
    (
        "Find",
        (
            ("center", "a", "Move the view to the active node."),
            ("deselect", "d", "Make nothing active."),
            ("nearest", "g", "Make the node of this section active that is nearest to the cursor."),
            ("nearest_anywhere", "alt+g", "Go to the treenode that is nearest to the cursor, in any section."),
            ("edited_last", "h", "Go to the node of this neuron that you edited last."),
            ("edited_last_anywhere", "shift+h", "Go to the node of any neuron that you edited last."),
            ("edited_by_anyone", "alt+h", "Go to the node of this neuron that anybody edited last."),
            ("edited_by_anyone_anywhere", "alt+shift+h", "Go to the node of any neuron that anybody edited last."),
            ("tagged", "\\", "Ask for a tag and go to the nearest node that has it."),
            ("tagged_again", "ctrl+\\", "Go to the nearest node with the same tag again."),
            ("next_tagged", "shift+\\", "Go to the next nearest node with that tag."),
            ("bookmark", ";", "Keep the active node or the place under a name."),
            ("go_to_neuron_bookmark", "'", "Go to the neuron of a bookmark, to its nearest node."),
            ("go_to_bookmark", "`", "Go to the node or the place of a bookmark."),
            ("search", "/", "Search for a neuron."),
            ("next_result", "alt+/", "Go to the neuron that comes next in the search of this page."),
        ),
    ),
    (
        "Choose and show",
        (
            ("choose", "y", "Put the active neuron into the selection."),
            ("unchoose", "ctrl+y", "Take the active neuron out of the selection."),
            ("choose_around", "shift+y", "Put the neurons in a circle around the active node into the selection."),
            ("unchoose_around", "ctrl+shift+y", "Take the neurons in a circle around it out of the selection."),
            ("toggle_group_1", "home", "Hide or show visibility group 1."),
            ("toggle_group_2", "shift+home", "Hide or show visibility group 2."),
            ("toggle_labels", "7", "Hide or show tags."),
            ("toggle_fade", "f10", "Hide or show edges of the sections before and behind."),
            ("peek", "p", "Show the active neuron in space while the key is held."),
            ("authors", "i", "Tell who made, edited and reviewed the active node, and when."),
            ("measure", "x", "Measure from the cursor to a click."),
            ("distance", "f8", "Measure along the neuron from one node to another."),
            ("history", "f9", "Go to the table of the history on this page."),
        ),
    ),
    (
        "Review",
        (
            ("review_on", "w", "Mark the node as reviewed, and go on to the next section or node."),
            ("review_on_to_left", "shift+w", "Mark the node as reviewed, and go on to the next one that is not."),
            ("review_back", "q", "Mark the node as reviewed, and go back; at an end a section beyond it."),
            ("review_back_to_left", "shift+q", "Mark the node as reviewed, and go back to one that is not."),
            ("review_segment", "e", "Review the active neuron, or its next segment."),
            ("review_part", "shift+e", "Review what is distal to the active node."),
            ("next_point", "j", "Mark the point to proofread as seen, and go to the next one of the neuron or table."),
            ("previous_point", "shift+j", "Go back to the point to proofread before."),
        ),
    ),
    (
        "Edit nodes",
        (
            ("click", "z", "Do what a click does, at the cursor."),
            ("shift_click", "shift+z", "Do what a click with Shift does, at the cursor."),
            ("insert_click", "alt+z", "Insert a node into the nearest edge of the active skeleton, at the cursor."),
            ("shift_alt_click", "alt+shift+z", "Do what a click with Shift and Alt does, at the cursor."),
            (
                "delete",
                "delete shift+delete",
                "Delete what is active; where only an edge passes, have reviewers skip the section.",
            ),
            ("move_back", "alt+,", "Move the active node into the previous section."),
            ("move_on", "alt+.", "Move the active node into the next section."),
            ("radius", "o", "Measure a radius by mouse, and say which nodes get it."),
            ("typed_radius", "shift+o", "Write a radius, and say which nodes get it."),
            ("radius_at_once", "ctrl+o", "Measure a radius by mouse for the active node alone."),
            ("typed_radius_at_once", "ctrl+shift+o", "Write a radius for the active node alone."),
            *(
                (f"confidence_{level}", str(level), f"Set the confidence of the edge to the parent to {level}.")
                for level in range(1, 6)
            ),
            *(
                (
                    f"link_confidence_{level}",
                    f"alt+{level}",
                    f"Set the confidence of the links to connectors to {level}.",
                )
                for level in range(1, 6)
            ),
        ),
    ),
    (
        "Tag",
        (
            ("tag", "t", "Write the tags of the active node."),
            ("remove_tags", "shift+t", "Take all your tags off."),
            ("personal_tags", "alt+t", "Put your own set of tags on."),
            ("remove_personal_tags", "alt+shift+t", "Take your own set of tags off."),
            *((f"tag_{name}", key, f"Tag the active node “{tag}”.") for name, key, tag in KEYED_TAGS),
            *((f"untag_{name}", f"shift+{key}", f"Take the tag “{tag}” off.") for name, key, tag in KEYED_TAGS),
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
            ("redo", "ctrl+shift+z", "Bring back what was undone last."),
        ),
    ),
)

_SPACE: Final[tuple[tuple[str, tuple[_Row, ...]], ...]] = (
    (
        "Turn and move in space",
        (
            *((f"turn_{way}", way, f"Turn {way}.") for way in _WAYS),
            *((f"move_{way}", f"shift+{way}", f"Move the view {way}.") for way in _WAYS),
            ("zoom_in", "+ =", "Zoom in."),
            ("zoom_out", "-", "Zoom out."),
            ("roll_left", "[", "Turn the picture to the left."),
            ("roll_right", "]", "Turn the picture to the right."),
        ),
    ),
    (
        "View in space",
        (
            *(
                (side, str(number), f"Look at the neurons from a side: {side}.")
                for number, side in enumerate(("frontal", "rear", "left", "right", "top", "bottom"), 1)
            ),
            ("kept_views", "k", "Show the kept views."),
            ("fit", "f", "Show all neurons."),
            ("kind", "o", "Change between orthographic and perspective."),
            ("help", "? f1", "Show or hide the keys of the view in space."),
            ("leave", "escape", "Leave the view in space for its tool bar."),
        ),
    ),
)

_ONCE: Final = frozenset({"Viewer", "Choose and show", "Edit nodes", "Tag", "Edit neurons", "View in space"})
"""Groups whose commands a key does once, however long it is held."""


def _commands(kind: str, groups: tuple[tuple[str, tuple[_Row, ...]], ...]) -> dict[str, ViewerCommand]:
    made = [
        ViewerCommand(f"{kind}.{name}", group, what, tuple(map(read_chord, keys.split())), group not in _ONCE)
        for group, rows in groups
        for name, keys, what in rows
    ]
    return {command.name: command for command in made}


COMMANDS: Final[Mapping[str, ViewerCommand]] = MappingProxyType(
    {**_commands("view", _VIEW), **_commands("tracing", _TRACING), **_commands("space", _SPACE)}
)
"""All commands by name, in the order in which the help shows them."""

COMPANY: Final = (("view", "tracing"), ("space",))
"""Kinds of commands that a viewer has together, so that a key can do one of them only."""
