"""Each command of the viewers is pressed in a browser, or it is said why not."""

from __future__ import annotations

from catmaid_wire.commands import COMMANDS
from tests.browser.gestures import chords_in
from tests.browser.key_rows import TABLES
from tests.browser.space_keys import SPACE_ROWS


def test_each_key_of_a_stack_viewer_is_in_the_table() -> None:
    pressed = {chord for rows in TABLES.values() for row in rows for chord in chords_in(row.do)}
    keys = {chord for command in COMMANDS.values() if not command.name.startswith("space.") for chord in command.keys}
    assert keys - pressed == set()
    assert pressed - keys == set()


def test_each_key_of_a_view_in_space_is_in_the_table() -> None:
    keys = {chord for command in COMMANDS.values() if command.name.startswith("space.") for chord in command.keys}
    assert {chord for chord, _ in SPACE_ROWS} == keys


def test_each_row_says_what_comes_of_it() -> None:
    rows = [row for table in TABLES.values() for row in table]
    assert [row.gesture for row in rows if not (row.then or row.says or row.page or row.kernel)] == []
