"""A published page as a module for MyST's directive `{anywidget}`."""

from __future__ import annotations

import json
from typing import Final

from catmaid_jupyter.widgets.static import bundle

MODULE_ENDING: Final = ".mjs"
_PROGRAM: Final = "figure-module"


def figure_module(page: str, title: str) -> str:
    """JavaScript that shows a page in a frame, of which `title` is the name for screen readers."""
    program = bundle(_PROGRAM).read_text(encoding="utf-8")
    return f"const CJ_PAGE = {json.dumps({'html': page, 'title': title})};\n{program}"


def directive(module_name: str) -> str:
    """What a page of a book has to show the module."""
    return f"```{{anywidget}} ./{module_name}\n{{}}\n```"
