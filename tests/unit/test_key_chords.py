"""Keys as people write them, and the table of commands."""

from __future__ import annotations

import pytest

from catmaid_wire.commands import COMMANDS, COMPANY
from catmaid_wire.key_chords import read_chord


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("r", "r"),
        ("Shift+R", "shift+r"),
        ("shift+ctrl+z", "ctrl+shift+z"),
        ("+", "+"),
        ("Alt++", "alt++"),
        (" F2 ", "f2"),
        ("ctrl+[", "ctrl+["),
        ("Delete", "delete"),
        ("ü", "ü"),
    ],
)
def test_a_key_is_kept_in_one_way_however_it_is_written(written: str, kept: str) -> None:
    assert read_chord(written) == kept
    assert read_chord(kept) == kept


@pytest.mark.parametrize("wrong", ["", "shift", "cmd+r", "shift+shift+r", "rr", "shift+ ", "f13", "ctrl+"])
def test_what_is_no_key_is_refused_with_what_would_be_right(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"is no key: (write ctrl|after ctrl)"):
        read_chord(wrong)


def test_no_key_of_the_table_stands_for_two_commands_of_a_viewer() -> None:
    kinds = {name.partition(".")[0] for name in COMMANDS}
    assert kinds == {kind for company in COMPANY for kind in company}
    for company in COMPANY:
        own = [command for command in COMMANDS.values() if command.name.partition(".")[0] in company]
        chords = [chord for command in own for chord in command.keys]
        assert sorted(set(chords)) == sorted(chords)


def test_each_command_says_what_it_does_in_a_sentence_of_its_own() -> None:
    sentences = [command.what for command in COMMANDS.values()]
    assert len(set(sentences)) == len(sentences)
    assert all(sentence[0].isupper() and sentence.endswith(".") for sentence in sentences)
