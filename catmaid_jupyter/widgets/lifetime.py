"""How long widgets live: as long as Python refers to one, or a cell shows it.

ipywidgets keeps every widget for ever, so a cell that is run again would leave one behind each time, with its
subscriptions. Here nothing but the user keeps a widget: this package refers to it weakly, and strongly only while a
cell shows it. When that cell is run again, IPython's memory of what it showed (`Out`, `_`) is cleared of it, too, and
what no variable refers to is closed.

Where cells are not known, as in scripts and in notebooks that are run without a page, what is shown stays.
"""

from __future__ import annotations

import gc
import queue
import weakref
from collections.abc import Callable
from typing import Any, Final, Protocol

from IPython import get_ipython


class ShownWidget(Protocol):
    """A widget, as far as it is kept and closed."""

    @property
    def shown_objects(self) -> tuple[Any, ...]:
        """The widget, and what shows itself by it."""

    def close(self) -> None:
        """Remove it from all pages."""


class WidgetLives:
    """Which cells show which widgets, and which widgets nobody refers to any more."""

    def __init__(self) -> None:
        self._cells: dict[ShownWidget, set[str]] = {}
        """Cells that show a widget; without a name where cells have none."""
        self._dropped: queue.SimpleQueue[ShownWidget] = queue.SimpleQueue()
        self._hidden: list[ShownWidget] = []
        """What the running cell showed when it ran before."""
        self._is_made = False
        """Whether a widget was made since the last cell ended."""
        self._had_children = False
        """Whether a widget that showed others was closed, so that nobody may refer to these now."""
        self._followed: Any = None

    def made(self) -> None:
        """Note that a widget was made, and close those that nobody refers to any more."""
        self._is_made = True
        self._follow_cells()
        self.close_dropped()

    def shown(self, widget: ShownWidget) -> None:
        """Keep a widget as long as the running cell shows it."""
        self._cells.setdefault(widget, set()).add(_running_cell())

    def dropped(self, widget: ShownWidget) -> None:
        """Close a widget soon to which nobody refers any more: the garbage collector calls this, at any moment."""
        self._dropped.put(widget)

    def closed(self, widget: ShownWidget) -> None:
        """Forget a widget that was closed."""
        self._cells.pop(widget, None)

    def close_dropped(self) -> None:
        """Close all widgets to which nobody refers any more."""
        while True:
            try:
                widget = self._dropped.get_nowait()
            except queue.Empty:
                return
            self._had_children = self._had_children or bool(getattr(widget, "children", ()))
            widget.close()

    def cell_begins(self, cell: str | None) -> None:
        """A cell is run: what it showed before is not shown there any more."""
        if not cell:
            return
        for widget, cells in list(self._cells.items()):
            if cell in cells:
                cells.remove(cell)
                self._hidden.append(widget)

    def cell_ends(self) -> None:
        """Close what the cell replaced, and what else nobody refers to."""
        is_due = self._let_go() or self._is_made
        self._is_made = False
        if is_due:
            gc.collect()
        self.close_dropped()
        while self._had_children:
            self._had_children = False
            gc.collect()
            self.close_dropped()

    def _let_go(self) -> bool:
        """Keep no longer what no cell shows any more; whether there was anything."""
        hidden = [widget for widget in self._hidden if not self._cells.get(widget)]
        self._hidden.clear()
        for widget in hidden:
            self._cells.pop(widget, None)
            _forget_outputs(widget.shown_objects)
        return bool(hidden)

    def _follow_cells(self) -> None:
        shell = get_ipython()
        if shell is None or shell is self._followed:
            return
        self._followed = shell
        shell.events.register("pre_run_cell", lambda info: self.cell_begins(getattr(info, "cell_id", None)))
        shell.events.register("post_run_cell", lambda _result: self.cell_ends())


LIVES: Final = WidgetLives()


def weakly(method: Callable[..., None]) -> Callable[..., None]:
    """A function that calls a bound method as long as its object is there, and does not keep the object."""
    reference = weakref.WeakMethod(method)

    def call(*arguments: Any) -> None:
        found = reference()
        if found is not None:
            found(*arguments)

    return call


def _running_cell() -> str:
    """Id of the running cell; empty where it is not known."""
    kernel = getattr(get_ipython(), "kernel", None)
    if kernel is None:
        return ""
    parent = kernel.get_parent("shell") or {}
    return str(parent.get("metadata", {}).get("cellId") or "")


def _forget_outputs(objects: tuple[Any, ...]) -> None:
    """Remove objects from IPython's memory of outputs."""
    shell = get_ipython()
    if shell is None:
        return
    outputs = shell.user_ns.get("_oh", {})
    numbers = [number for number, value in outputs.items() if _is_any(value, objects)]
    for number in numbers:
        del outputs[number]
    # What IPython itself put into the namespace is noted a second time.
    for names in (shell.user_ns, shell.user_ns_hidden, vars(shell.displayhook)):
        for number in numbers:
            names.pop(f"_{number}", None)
        for name in ("_", "__", "___"):
            if _is_any(names.get(name), objects):
                names[name] = ""


def _is_any(value: Any, objects: tuple[Any, ...]) -> bool:
    return any(value is one for one in objects)
