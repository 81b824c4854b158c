"""All edits by name. Each class of an edit registers itself when it is declared."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.edits.base import Edit

EDITS: Final[Mapping[str, type[Edit[Any]]]] = MappingProxyType(Edit.by_name)
"""Classes of edits by name, such as `set_confidence`, in the order in which they were declared."""


def read_edit(name: str, fields: Mapping[str, Any], *, strict: bool = True) -> Edit[Any]:
    """The edit of a name and field values.

    strict : False also takes numbers in other forms, such as `"5"` and 5.0 for an id.

    Raises `InvalidInput`, which says which field is wrong.
    """
    edit_class = EDITS.get(name)
    if edit_class is None:
        raise InvalidInput(f"There is no edit named {name!r}. There are: {', '.join(EDITS)}")
    try:
        edit: Edit[Any] = msgspec.convert(dict(fields), edit_class, strict=strict)
    except msgspec.ValidationError as error:
        raise InvalidInput(f"{name}: {error}") from None
    return edit
