"""Gestures of mouse and keyboard that are written as a line: `key shift+r; answer ends; shift+alt click other`."""

from __future__ import annotations

from collections.abc import Iterator

from playwright.async_api import expect

from catmaid_wire.key_chords import NAMED_KEYS, read_chord
from tests.browser.gesture_scene import GestureScene
from tests.browser.key_rows import Row
from tests.browser.viewer import Point

_MODIFIERS = {"ctrl": "Control", "shift": "Shift", "alt": "Alt"}
_PLACES = {"[": "BracketLeft", "]": "BracketRight", "\\": "Backslash", ";": "Semicolon", "'": "Quote", ",": "Comma"}
"""Keys that type something else while Shift is held, by their places."""
_NOTCH = 120


def steps_of(line: str) -> Iterator[tuple[str, list[str], str]]:
    """Verb, modifiers and the rest of each step of a line."""
    for step in line.split("; "):
        held: list[str] = []
        verb, _, rest = step.partition(" ")
        if verb not in _VERBS:
            held = verb.split("+")
            verb, _, rest = rest.partition(" ")
        assert verb in _VERBS, step
        yield verb, held, rest


def chords_in(line: str) -> set[str]:
    """Keys that a line presses, as commands have them."""
    return {read_chord(rest) for verb, _, rest in steps_of(line) if verb in {"key", "hold"}}


async def perform(scene: GestureScene, line: str) -> None:
    """Do what a line says in a viewer.

    - `key CHORD`, `hold CHORD`
    - `click PLACE`, `drag PLACE to PLACE`, `middle PLACE to PLACE`, `hover PLACE`, `wheel NOTCHES`; modifiers before
    - `answer TEXT`, `choose TEXT`, `yes`, `no`: to a question
    - `at NAME`: wait until that is active; `says TEXT`: wait until the viewer tells that
    - `stored WORDS`: wait until that has changed in the store
    - `sections N`: wait until the view is so many sections away; `until CONDITION`: for one on `viewer` and `tracing`
    - `field NAME`: put the mouse and the focus into a field of the tool bar

    A place is the name of a node, or x,y in nm from the middle of the scene.
    """
    for verb, held, rest in steps_of(line):
        for key in held:
            await scene.viewer.page.keyboard.down(_MODIFIERS[key])
        await _VERBS[verb](scene, rest)
        for key in held:
            await scene.viewer.page.keyboard.up(_MODIFIERS[key])


async def carried_out(scene: GestureScene, row: Row) -> None:
    """Do what a row says, and wait for all that it says comes of it on the page and in the store."""
    await perform(scene, row.do)
    if row.page:
        await scene.viewer.until(row.page)
    if row.says:
        await expect(scene.viewer.notice()).to_contain_text(row.says)
    if row.then or row.says:
        expected = set() if row.then in {"", "as before"} else set(row.then.split("; "))
        if not any(word.startswith("active ") for word in expected):
            expected.add(f"active {row.active or 'nothing'}")
        await scene.becomes(expected)


async def _key(scene: GestureScene, chord: str) -> None:
    await scene.viewer.page.keyboard.press(written(chord))


async def _hold(scene: GestureScene, chord: str) -> None:
    await scene.viewer.page.keyboard.down(written(chord))


def written(chord: str) -> str:
    """A chord as Playwright has it."""
    is_plus = chord.endswith("+")
    *held, key = [*filter(None, chord[:-1].split("+")), "+"] if is_plus else chord.split("+")
    key = NAMED_KEYS.get(key, key)
    if "shift" in held:
        key = _PLACES.get(key, key.upper() if len(key) == 1 else key)
    return "+".join([*(_MODIFIERS[one] for one in held), key])


async def _point(scene: GestureScene, place: str) -> Point:
    if place in scene.ids:
        return await scene.viewer.node_place(scene.ids[place])
    x, y = map(float, place.split(","))
    return await scene.viewer.place(scene.middle[0] + x, scene.middle[1] + y)


async def _click(scene: GestureScene, place: str) -> None:
    await scene.viewer.page.mouse.click(*await _point(scene, place))


async def _drag(scene: GestureScene, places: str) -> None:
    start, end = [await _point(scene, place) for place in places.split(" to ")]
    await scene.viewer.drag(start, end)


async def _middle(scene: GestureScene, places: str) -> None:
    mouse = scene.viewer.page.mouse
    start, end = [await _point(scene, place) for place in places.split(" to ")]
    await mouse.move(*start)
    await mouse.down(button="middle")
    await mouse.move(*end)
    await mouse.up(button="middle")


async def _hover(scene: GestureScene, place: str) -> None:
    # A pointer that rests where it was before makes no move.
    x, y = await _point(scene, place)
    await scene.viewer.page.mouse.move(x + 1, y)
    await scene.viewer.page.mouse.move(x, y)


async def _wheel(scene: GestureScene, notches: str) -> None:
    await scene.viewer.page.mouse.wheel(0, _NOTCH * float(notches))


async def _answer(scene: GestureScene, text: str) -> None:
    line = scene.viewer.root.get_by_test_id("ask")
    await line.fill(text)
    await line.press("Enter")
    await expect(line).to_have_count(0)


async def _choose(scene: GestureScene, text: str) -> None:
    menu = scene.viewer.root.get_by_test_id("choices")
    await menu.get_by_role("menuitem").filter(has_text=text).first.click()


async def _yes(scene: GestureScene, _: str) -> None:
    question = scene.viewer.root.get_by_test_id("ask")
    await question.press("Enter")
    await expect(question).to_have_count(0)


async def _no(scene: GestureScene, _: str) -> None:
    question = scene.viewer.root.get_by_role("dialog")
    await question.get_by_test_id("ask-no").click()
    await expect(question).to_have_count(0)


async def _at(scene: GestureScene, name: str) -> None:
    await scene.viewer.until("tracing.active?.id === argument", scene.ids[name])


async def _says(scene: GestureScene, text: str) -> None:
    await expect(scene.viewer.notice()).to_contain_text(text)


async def _stored(scene: GestureScene, word: str) -> None:
    await scene.has_changed(word)


async def _sections(scene: GestureScene, away: str) -> None:
    await scene.viewer.until("viewer.view.section === argument", scene.view["section"] + int(away))


async def _until(scene: GestureScene, condition: str) -> None:
    await scene.viewer.until(f"tracing.pending === 0 && {condition}")


async def _field(scene: GestureScene, name: str) -> None:
    await scene.viewer.root.get_by_test_id(name).click()


_VERBS = {
    "key": _key,
    "hold": _hold,
    "click": _click,
    "drag": _drag,
    "middle": _middle,
    "hover": _hover,
    "wheel": _wheel,
    "answer": _answer,
    "choose": _choose,
    "yes": _yes,
    "no": _no,
    "at": _at,
    "says": _says,
    "stored": _stored,
    "sections": _sections,
    "until": _until,
    "field": _field,
}
