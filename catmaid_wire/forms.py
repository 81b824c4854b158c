"""Form fields in CATMAID's spelling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import orjson

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
        yield name, orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value):
            yield from _pairs(f"{name}[{index}]", item)
    else:
        yield name, _text(value)


def _text(value: str | float) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value))
    return str(value)
