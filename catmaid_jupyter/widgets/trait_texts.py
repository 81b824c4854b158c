"""The texts beneath traits, for `help(viewer)`: Python itself keeps docstrings of classes and functions only."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from typing import Any

import traitlets


class TellsTraits(traitlets.MetaHasTraits):
    """The class of widget classes, which reads the texts of their traits when somebody asks what there is."""

    def setup_class(self, classdict: dict[str, Any]) -> None:
        """Make a class, without its texts."""
        # traitlets asks for all names of each new class: to read the sources then would make imports slow.
        super().setup_class(classdict)
        self._has_texts = False

    def __dir__(self) -> list[str]:
        if vars(self).get("_has_texts") is False:
            self._has_texts = True
            for owner in self.__mro__:
                if owner.__module__.startswith("catmaid_jupyter."):
                    _give_texts(owner)
        return list(super().__dir__())


def _give_texts(owner: type) -> None:
    """Make the text beneath each trait of a class its `__doc__`."""
    for name, text in _texts(owner):
        trait: Any = vars(owner).get(name)
        if isinstance(trait, traitlets.TraitType):
            trait.__doc__ = text


def _texts(owner: type) -> Iterator[tuple[str, str]]:
    """Names that a class assigns, with the text beneath; none where there is no source."""
    try:
        tree = ast.parse(inspect.getsource(sys.modules[owner.__module__]))
    except (OSError, TypeError):
        return
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == owner.__name__:
            for assigned, text in zip(node.body, node.body[1:], strict=False):
                match assigned, text:
                    case (
                        ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)),
                        ast.Expr(value=ast.Constant(value=str(said))),
                    ):
                        yield name, inspect.cleandoc(said)
