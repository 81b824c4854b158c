"""Which public names code uses, noted while it runs."""

from __future__ import annotations

import ast
import inspect
from types import ModuleType
from typing import Any, Final

_SEEN: Final = "_seen_by_the_test"
_MADE: Final = "_made_for_the_test"


class Uses:
    """Names that were used, as `module.name` and `module.Class.member` of where they are defined."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def noting(self, tree: ast.Module, namespace: dict[str, Any]) -> ast.Module:
        """The same code, which notes its uses when it runs in the namespace."""
        namespace |= {_SEEN: self._seen, _MADE: self._made}
        self.names.update(
            f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        )
        noting: ast.Module = _Noting().visit(tree)
        return ast.fix_missing_locations(noting)

    def _seen(self, owner: Any, name: str) -> Any:
        """Note an attribute that is read, set or called, and return its owner."""
        if isinstance(owner, ModuleType):
            self.names.add(f"{owner.__name__}.{name}")
            if isinstance(getattr(owner, name, None), type):
                self._note(getattr(owner, name))
        else:
            self._note(owner if isinstance(owner, type) else type(owner), name)
        return owner

    def _made(self, result: Any, *keywords: str) -> Any:
        """Note a class of which an object was made, and its traits that were given as keywords."""
        self._note(type(result), *keywords)
        return result

    def _note(self, owner: type, *names: str) -> None:
        self.names.update(map(name_of, owner.__mro__))
        for name in names:
            definer = definer_of(owner, name)
            if definer is not None:
                self.names.add(f"{name_of(definer)}.{name}")


def name_of(owner: type) -> str:
    """The full name of a class."""
    return f"{owner.__module__}.{owner.__qualname__}"


def definer_of(owner: type, name: str) -> type | None:
    """The class that defines a member; None for what each object has of its own, or what `__getattr__` reads."""
    return next((one for one in inspect.getmro(owner) if name in vars(one)), None)


class _Noting(ast.NodeTransformer):
    """`a.b` becomes `seen(a, "b").b`, and `f(x, c=1)` becomes `made(f(x, c=1), "c")`."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        node.value = _call(_SEEN, node.value, node.attr)
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST:
        """Errors that code is ready for are noted, whether or not they come."""
        self.generic_visit(node)
        node.body[:0] = [ast.Expr(handler.type) for handler in node.handlers if handler.type is not None]
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        keywords = [keyword.arg for keyword in node.keywords if keyword.arg is not None]
        self.generic_visit(node)
        return _call(_MADE, node, *keywords)


def _call(function: str, value: ast.expr, *texts: str) -> ast.Call:
    call = ast.Call(ast.Name(function, ast.Load()), [value, *map(ast.Constant, texts)], [])
    return ast.copy_location(call, value)
