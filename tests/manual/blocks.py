"""The Python code of a page of the manual."""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from IPython.core.formatters import DisplayFormatter

from tests.helpers.folders import REPOSITORY
from tests.manual.uses import Uses

PAGES: Final = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
"""All pages of the manual."""

_FENCE = re.compile(
    r'^(?P<indent> *)```python(?: title="(?P<title>[^"]*)")?\n(?P<source>.*?)^(?P=indent)```$', re.MULTILINE | re.DOTALL
)
_DISPLAY: Any = DisplayFormatter()


@dataclass(frozen=True)
class Block:
    """Python code of a page."""

    page: Path
    line: int
    """The line of the page before the code."""
    source: str
    title: str
    """What stands above the code; it may say why the code runs only elsewhere."""

    @property
    def runs_here(self) -> bool:
        """False for code that needs what its title names, and for a piece of a file, whose title is its path."""
        return not self.title.startswith("Needs ") and not self.title.endswith(".py")

    def run(self, namespace: dict[str, Any], uses: Uses) -> None:
        """Run the code as a cell: what its last line gives is displayed."""
        tree = uses.noting(self.parsed(), namespace)
        shown = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, str(self.page), "exec"), namespace)
        if isinstance(shown, ast.Expr):
            value = eval(compile(ast.Expression(shown.value), str(self.page), "eval"), namespace)
            _DISPLAY.format(value)

    def words(self) -> set[str]:
        """All names in the code, of whatever they are names."""
        return set(re.findall(r"\w+", self.source))

    def parsed(self) -> ast.Module:
        """The code with the page's line numbers; `SyntaxError` for what is no Python."""
        return ast.parse("\n" * self.line + self.source, str(self.page))


def blocks_of(page: Path) -> list[Block]:
    """The Python code of a page, from top to bottom."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, found.start()) + 1, textwrap.dedent(found["source"]), found["title"] or "")
        for found in _FENCE.finditer(text)
    ]
