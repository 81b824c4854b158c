"""Large front-end modules, which a kernel sends once and a page reads once for all widgets that share one."""

from __future__ import annotations

from typing import Final

import anywidget
import traitlets

from catmaid_jupyter.widgets.static import bundle


class PageModule(anywidget.AnyWidget):
    """The text of a front-end module, for the pages of widgets that refer to it.

    Parameters
    ----------
    entry
        Name of the bundle.
    """

    _esm = bundle("page-module").read_text(encoding="utf-8")

    text = traitlets.Unicode().tag(sync=True)
    """The module, as JavaScript."""

    def __init__(self, entry: str) -> None:
        super().__init__(text=bundle(entry).read_text(encoding="utf-8"))


_MODULES: Final[dict[str, PageModule]] = {}


def page_module(entry: str) -> PageModule:
    """The module of a bundle, the same one until it is closed (as `ipywidgets.Widget.close_all` does)."""
    known = _MODULES.get(entry)
    if known is None or known.comm is None:
        known = _MODULES[entry] = PageModule(entry)
    return known
