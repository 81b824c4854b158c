"""Keys of a view in space, and what they change of what is seen frontally."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

import numpy as np
from playwright.async_api import Page, expect

from tests.browser.gestures import written
from tests.browser.space import Space

SPACE_ROWS: Final[tuple[tuple[str, str], ...]] = (
    ("left", "camera x+"),
    ("right", "camera x-"),
    ("up", "camera y+"),
    ("down", "camera y-"),
    ("shift+left", "target x-"),
    ("shift+right", "target x+"),
    ("shift+up", "target y-"),
    ("shift+down", "target y+"),
    ("+", "nearer"),
    ("=", "nearer"),
    ("-", "farther"),
    ("[", "up x+"),
    ("]", "up x-"),
    ("1", ""),
    ("2", "from z+"),
    ("3", "from x-"),
    ("4", "from x+"),
    ("5", "from y-"),
    ("6", "from y+"),
    ("f", ""),
    ("o", "orthographic"),
    ("k", "kept views"),
    ("?", "help"),
    ("f1", "help"),
    ("escape", "tool bar"),
)
"""Key, and what is otherwise in words of `camera_words`, or what has the focus."""

_SHOWN: Final = {
    "kept views": "[data-testid=kept-views]:visible",
    "help": "[data-testid=help]",
    "tool bar": ".cj-viewer3d-toolbar :focus",
}
_SIDES = 0.99


async def failing_keys(
    page: Page, space: Space, rows: Iterable[tuple[str, str]], frontal: Callable[[], Awaitable[None]]
) -> list[str]:
    """Press keys, each in a view that `frontal` has set, and tell which do something else than they should."""
    failed = []
    for key, expected in rows:
        await frontal()
        before = await space.ask("viewer.camera")
        await space.stage.focus()
        await page.keyboard.press(written(key))
        if expected in _SHOWN:
            await expect(space.root.locator(_SHOWN[expected])).to_have_count(1)
            await page.keyboard.press("Escape")
        else:
            found = camera_words(before, await space.ask("viewer.camera"))
            if expected == "orthographic":
                await page.keyboard.press(written(key))
            failed += [f"{key}: {found!r} is not {expected!r}"] if found != expected else []
    return failed


def camera_words(before: dict[str, Any], now: dict[str, Any]) -> str:
    """What a camera has done: where it has gone around its target, or with it, how it is held, and its lens."""
    words = []
    if now["kind"] != before["kind"]:
        return str(now["kind"])
    away, was_away = (np.subtract(state["position"], state["target"]) for state in (now, before))
    distance, was_distance = np.linalg.norm(away) / now["zoom"], np.linalg.norm(was_away) / before["zoom"]
    direction, was_direction = away / np.linalg.norm(away), was_away / np.linalg.norm(was_away)
    turned = direction - was_direction
    if np.linalg.norm(turned) > 0.05:
        is_side = np.abs(direction).max() > _SIDES and np.linalg.norm(turned) > 1
        words.append(f"from {_axis(direction)}" if is_side else f"camera {_axis(turned)}")
    elif np.linalg.norm(np.subtract(now["up"], before["up"])) > 0.05:
        words.append(f"up {_axis(np.subtract(now['up'], before['up']))}")
    if abs(distance / was_distance - 1) > 0.05:
        words.append("nearer" if distance < was_distance else "farther")
    moved = np.subtract(now["target"], before["target"])
    if np.linalg.norm(moved) > 0.01 * was_distance:
        words.append(f"target {_axis(moved)}")
    return ", ".join(words)


def _axis(vector: Any) -> str:
    """The axis that a vector goes along, and its sign."""
    at = int(np.abs(vector).argmax())
    return f"{'xyz'[at]}{'+' if vector[at] > 0 else '-'}"
