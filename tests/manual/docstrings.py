"""The examples of docstrings."""

from __future__ import annotations

import ast
import doctest
import io
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import catmaid_jupyter as cj
from tests.manual.uses import Uses


def docstrings() -> Iterator[doctest.DocTest]:
    """All docstrings with examples, of all modules."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    names = [cj.__name__, *(found.name for found in pkgutil.walk_packages(cj.__path__, f"{cj.__name__}."))]
    for name in names:
        if name.endswith(".__main__"):  # a program
            continue
        module = import_module(name)
        yield from (found for found in finder.find(module, name) if found.examples)


def failures(docstring: doctest.DocTest, namespace: dict[str, Any], uses: Uses) -> str:
    """Run the examples of a docstring; returns a text about those that fail."""
    docstring.globs = dict(namespace)
    for example in docstring.examples:
        tree = uses.noting(ast.parse(example.source), docstring.globs)
        example.source = ast.unparse(tree) + "\n"
    report = io.StringIO()
    doctest.DocTestRunner(_Checker(), optionflags=doctest.ELLIPSIS).run(docstring, out=report.write, clear_globs=False)
    return report.getvalue()


class _Checker(doctest.OutputChecker):
    """An example that shows no result may have any."""

    def check_output(self, want: str, got: str, optionflags: int) -> bool:
        return not want or super().check_output(want, got, optionflags)
