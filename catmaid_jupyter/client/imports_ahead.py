"""Widgets, imported in a notebook's kernel while it waits for the next cell.

To import what the first widget needs takes a third of a second, which the cell that shows it would take longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from importlib import import_module
from typing import Final

_AFTER_S: Final = 0.05
"""The cell that connects is over by then, or the import waits until it is."""
_MODULES: Final = (
    "ipywidgets",
    "anywidget",
    "catmaid_jupyter.widgets.selection_model",
    "catmaid_jupyter.widgets.stack_viewer",
    "catmaid_jupyter.widgets.viewer3d",
)


def import_widgets_soon() -> None:
    """Import widgets when the running cell is over; not at all outside of notebooks."""
    if not _is_in_kernel():
        return
    with contextlib.suppress(RuntimeError):  # a thread of the user's own has no loop
        asyncio.get_running_loop().call_later(_AFTER_S, _import, 0)


def _is_in_kernel() -> bool:
    interactive = sys.modules.get("IPython")
    return interactive is not None and getattr(interactive.get_ipython(), "kernel", None) is not None


def _import(place: int) -> None:
    """Import one module, and the next one when what came meanwhile is answered."""
    if all(module in sys.modules for module in _MODULES[place:]):
        return
    with contextlib.suppress(ImportError):  # whoever asks for the widget is told
        import_module(_MODULES[place])
        asyncio.get_running_loop().call_soon(_import, place + 1)
