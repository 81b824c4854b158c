"""What a table shows: rows, and how each column is shown; as it goes to the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict

import pandas as pd

from catmaid_wire import columns

KEY: Final = "key"
SKELETON: Final = "skeleton_id"


class ShownColumn(TypedDict):
    """A column of a table; widths in CSS pixels. Where there is no room, those of the highest rank go first."""

    name: str
    title: str
    hint: str
    kind: Literal["text", "integer", "decimal"]
    width: int
    grow: int
    rank: int


def shown_column(
    name: str,
    title: str,
    kind: Literal["text", "integer", "decimal"] = "text",
    *,
    hint: str = "",
    width: int = 80,
    grow: int = 0,
    rank: int = 0,
) -> ShownColumn:
    """Describe a column of a table."""
    return {
        "name": name,
        "title": title,
        "hint": hint or title,
        "kind": kind,
        "width": width,
        "grow": grow,
        "rank": rank,
    }


@dataclass(frozen=True)
class TableContent:
    """Rows of a table, with `key`, which is unique, and `skeleton_id` (-1: none) among the columns.

    rows : only some of the columns are shown. notes : sentences that people should read with it.
    """

    rows: pd.DataFrame
    shown: Sequence[ShownColumn]
    notes: Sequence[str] = ()

    def body(self) -> bytes:
        """MessagePack of `shown`, `notes` and `values` (columns and lists by name)."""
        names = dict.fromkeys([KEY, SKELETON, *(column["name"] for column in self.shown)])
        values = {name: _on_wire(self.rows[name]) for name in names}
        return columns.encode({"shown": list(self.shown), "notes": list(self.notes), "values": values})


def _on_wire(values: pd.Series) -> Any:
    if values.dtype.kind in "iu":
        return columns.column(values.to_numpy("<i8"))
    if values.dtype.kind == "f":
        return columns.column(values.to_numpy("<f8"))
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values.dt.strftime("%Y-%m-%d %H:%M").fillna("").tolist()
    return [str(value) for value in values]
