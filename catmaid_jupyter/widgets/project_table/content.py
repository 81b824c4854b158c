"""What a table shows: rows, and how each column is shown; as it goes to the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypedDict

import numpy as np
import pandas as pd

from catmaid_jupyter.widgets.project_table.arrangement import RowOrder, arranged
from catmaid_jupyter.widgets.project_table.column_values import CodedTexts, column_values
from catmaid_wire import columns

KEY: Final = "key"
SKELETON: Final = "skeleton_id"
MOST_ROWS: Final = 100_000
"""Rows that go to a page."""
_MOST_CELLS: Final = 4_000_000
_INT32: Final = np.iinfo(np.int32)


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

    def body(self, order: RowOrder = (), filters: Mapping[str, str] | None = None) -> bytes:
        """MessagePack of `shown`, `notes`, `values` by column, and `total`, the number of rows there are.

        Of more rows than a page takes, `values` has the first ones in an order that fit filters, and a note says so.
        """
        names = list(dict.fromkeys([KEY, SKELETON, *(column["name"] for column in self.shown)]))
        total, most = len(self.rows), min(MOST_ROWS, _MOST_CELLS // len(names))
        rows, notes = self.rows, list(self.notes)
        if total > most:
            fitting, unread = arranged(rows, order, filters or {})
            rows = rows.iloc[fitting[:most]]
            notes += [*unread, *_cut_note(len(fitting), total, most)]
        values = {name: _on_wire(rows[name]) for name in names}
        return columns.encode({"shown": list(self.shown), "notes": notes, "values": values, "total": total})


def _cut_note(fitting: int, total: int, most: int) -> list[str]:
    if fitting <= most:
        return []
    which = f"of {total:,} rows" if fitting == total else f"of the {fitting:,} rows that fit, of {total:,},"
    return [
        f"Only the first {most:,} {which} are here. Filters and sorting look at all rows; what you select, copy or "
        "save as CSV is of those here. In Python, the widget's `table` has all."
    ]


def _on_wire(values: pd.Series) -> Any:
    found = column_values(values)
    if isinstance(found, CodedTexts):
        used = found.of_used()
        return {
            "codes": columns.column(used.codes.astype("|u1" if len(used.texts) <= 256 else "<i4")),
            "texts": used.texts,
        }
    if found.dtype.kind == "f":
        return columns.column(found.astype("<f8"))
    # A page reads numbers of 64 bits one by one.
    is_small = found.size == 0 or (found.min() >= _INT32.min and found.max() <= _INT32.max)
    return columns.column(found.astype("<i4" if is_small else "<i8"))
