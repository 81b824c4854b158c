"""Edits as plain calls, made from the classes of edits."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    cast,
    get_args,
    get_origin,
    overload,
)

import numpy as np

from catmaid_jupyter.api import loop
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject
from catmaid_jupyter.edits.registry import EDITS, read_edit

P = ParamSpec("P")
R = TypeVar("R")


class AppliesEdits(Protocol):
    """An object that applies edits: the journal of a project."""

    async def apply(self, edit: Edit[Any], /) -> Applied:
        """Apply an edit; runs on the background loop."""


class EditCalls:
    """Methods that apply edits and wait for the server."""

    def __init__(self, journal: AppliesEdits) -> None:
        self._journal = journal

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Callable[..., Any]:
            """Offer edits that are declared elsewhere, too."""
            if name not in EDITS:
                raise AttributeError(f"There is no edit named {name!r}.", name=name, obj=self)
            return EditCall(EDITS[name]).__get__(self)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *EDITS})


class EditCall(Generic[P, R]):
    """An edit as a method of `EditCalls`: its fields are the parameters, its docstring is the method's.

    Numbers may come from NumPy, and sequences may be any iterable.
    """

    def __init__(self, edit_class: Callable[P, Edit[R]]) -> None:
        self.edit_class = cast("type[Edit[R]]", edit_class)

    def __set_name__(self, owner: type, name: str) -> None:
        if EDITS.get(name) is not self.edit_class:
            raise TypeError(f"{owner.__name__}.{name} is not the edit of that name.")

    @overload
    def __get__(self, calls: None, owner: type | None = None) -> Callable[Concatenate[EditCalls, P], R]: ...
    @overload
    def __get__(self, calls: EditCalls, owner: type | None = None) -> Callable[P, R]: ...
    def __get__(self, calls: EditCalls | None, owner: type | None = None) -> Any:
        return self._function if calls is None else self._function.__get__(calls)

    @cached_property
    def _function(self) -> Any:
        edit_class, name = self.edit_class, self.edit_class.edit_name()
        signature = inspect.signature(edit_class)

        def call(calls: EditCalls, /, *args: Any, **kwargs: Any) -> R:
            given = signature.bind(*args, **kwargs).arguments
            fields = {field: _plain(value) for field, value in given.items()}
            edit = cast("Edit[R]", read_edit(name, fields, strict=False))
            return edit.result(loop.run(calls._journal.apply(edit)).answer)

        fields_of_edit = (_without_limits(parameter) for parameter in signature.parameters.values())
        parameters = [inspect.Parameter("self", inspect.Parameter.POSITIONAL_ONLY), *fields_of_edit]
        returned = int if edit_class.returns else JsonObject
        call.__name__, call.__qualname__, call.__module__ = name, f"EditCalls.{name}", edit_class.__module__
        call.__doc__ = edit_class.__doc__
        call.__signature__ = inspect.Signature(parameters, return_annotation=returned)  # type: ignore[attr-defined]
        return call


def _without_limits(parameter: inspect.Parameter) -> inspect.Parameter:
    """A parameter with a simple type for the help: `int` for an integer from 1 to 5."""
    if get_origin(parameter.annotation) is Annotated:
        return parameter.replace(annotation=get_args(parameter.annotation)[0])
    return parameter


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's, and iterables as lists."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {_plain(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return [_plain(item) for item in value]
    return value
