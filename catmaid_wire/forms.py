"""Form fields in CATMAID's spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
import numpy as np

FormValue: TypeAlias = "str | int | float | bool | Sequence[FormValue] | Mapping[str, FormValue] | None"
Form: TypeAlias = Mapping[str, FormValue]


def encode_form(form: Form) -> list[tuple[str, str]]:
    """Flatten a form to the pairs CATMAID reads: lists as `a[0]`, nested ones as `t[0][1]`, mappings as JSON.

    Values that are None are left out; booleans are `true` and `false`.
    """
    return [pair for name, value in form.items() for pair in _pairs(name, value)]


def _pairs(name: str, value: FormValue) -> Iterator[tuple[str, str]]:
    if value is None:
        return
    if isinstance(value, Mapping):
        yield name, msgspec.json.encode(value, enc_hook=_plain).decode()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _pairs(f"{name}[{index}]", item)
    else:
        yield name, _text(value)


def _plain(value: Any) -> Any:
    """Python's own numbers and lists for those of numpy."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(f"A form cannot hold {type(value).__name__}.")


def _text(value: str | float) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value)
