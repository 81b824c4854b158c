"""Descriptions from docstrings: of handlers, and below the fields of classes."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

_RETURNS = re.compile(r"^Returns\n-{3,}\n", re.MULTILINE)
_SECTION = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.MULTILINE)


@dataclass(frozen=True)
class Prose:
    """A docstring taken apart."""

    summary: str
    """Its first sentence or sentences, up to the empty line."""

    body: str
    """What follows, but for sections."""

    returns: str
    """The section `Returns`."""


def prose(of: Callable[..., Any]) -> Prose:
    """The docstring of a function; empty texts where it says nothing."""
    text = inspect.getdoc(of) or ""
    heading = _RETURNS.search(text)
    after = text[heading.end() :] if heading else ""
    ends = _SECTION.search(after)
    first = _SECTION.search(text)
    head = text[: first.start()] if first else text
    summary, _, body = head.partition("\n\n")
    return Prose(" ".join(summary.split()), body.strip(), after[: ends.start() if ends else None].strip())


@cache
def of_fields(owner: type) -> dict[str, str]:
    """Docstrings below the fields of a class and of its base classes, by the name of the field."""
    texts: dict[str, str] = {}
    for cls in reversed(owner.__mro__):
        texts |= _classes(inspect.getmodule(cls)).get(cls.__qualname__, {})
    return texts


@cache
def _classes(module: Any) -> dict[str, dict[str, str]]:
    """The field docstrings of a module's classes, by the class's qualified name."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError):  # built in, or no module at all
        return {}
    return dict(_below(tree, ""))


def _below(node: ast.AST, prefix: str) -> list[tuple[str, dict[str, str]]]:
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            name = prefix + child.name
            found += [(name, _fields(child)), *_below(child, f"{name}.")]
    return found


def _fields(node: ast.ClassDef) -> dict[str, str]:
    texts = {}
    for statement, after in zip(node.body, node.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
            and isinstance(after.value.value, str)
        ):
            texts[statement.target.id] = inspect.cleandoc(after.value.value)
    return texts
