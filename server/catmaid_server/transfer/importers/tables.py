"""CSV tables with named columns, plain or gzipped, checked value by value."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.csv_files import ascii_where_undecoded, is_decoded, read_frame
from catmaid_wire.arbor import first_repeat, rows_of
from catmaid_wire.swc import LARGEST, without_tiny


class ColumnKind(Enum):
    """What the values of a column are, and their dtype in a `BulkTable`."""

    ID = "an id (a whole number from 1 to 9223372036854775807)"
    """int64"""
    SOURCE_ID = "an id (a whole number from 0 to 9223372036854775807)"
    """int64; of a source that counts from 0"""
    OPTIONAL_ID = "an id or nothing"
    """int64, -1 where empty"""
    NUMBER = "a finite number"
    """float64"""
    RADIUS = "a number, or nothing where it is unset"
    """float64, -1 where empty, nan or infinite"""
    CONFIDENCE = "a confidence from 0 to 5"
    """int16"""
    TEXT = "text"
    """objects: str"""


_INTEGER = re.compile(r"\s*\+?[0-9]{1,19}\s*")
_EXACT = 2**53
"""Integers from here on are not exact as float64."""
_LOWEST = {ColumnKind.SOURCE_ID: 0, ColumnKind.CONFIDENCE: 0}
_HIGHEST = {ColumnKind.CONFIDENCE: 5}
_LARGEST_ID = 2**63 - 1
_IDS = (ColumnKind.ID, ColumnKind.SOURCE_ID, ColumnKind.OPTIONAL_ID)
_INTEGERS = (*_IDS, ColumnKind.CONFIDENCE)
_UNSET = ("", "nan", "-nan", "inf", "+inf", "-inf", "infinity", "-infinity")
"""Radii that are none."""


@dataclass(frozen=True)
class BulkTable:
    """The columns of one file, all of one length.

    Attributes
    ----------
    columns
        By name: (n,) arrays as `ColumnKind` says.
    lines : (n,) int64
        Line of each row in the file, if no text in it spans lines.
    """

    path: Path
    columns: Mapping[str, NDArray[np.generic]]
    lines: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lines)

    def ids(self, name: str) -> NDArray[np.int64]:
        """A column of ids : (n,) int64."""
        return self.columns[name].astype(np.int64, copy=False)

    def numbers(self, *names: str) -> NDArray[np.float64]:
        """One column of numbers : (n,) float64, or several : (n, k)."""
        if len(names) == 1:
            return self.columns[names[0]].astype(np.float64, copy=False)
        return np.stack([self.numbers(name) for name in names], axis=1)

    def texts(self, name: str) -> NDArray[np.object_]:
        """A column of text : (n,) str objects."""
        return self.columns[name].astype(object, copy=False)

    def refuse_row(self, row: int, reason: str) -> NoReturn:
        """Raise `BadFile` naming the line of a row."""
        raise BadFile(self.path, reason, line=int(self.lines[row]))

    def first(self, bad: NDArray[np.bool_]) -> int | None:
        """Index of the first row marked in `bad` : (n,) bool."""
        at = int(np.argmax(bad)) if len(bad) else 0
        return at if len(bad) and bad[at] else None

    def require_distinct(self, name: str) -> None:
        """Raise `BadFile` if an id stands in two rows of a column; unset optional ids may."""
        ids = self.ids(name)
        rows = np.flatnonzero(ids >= 0)
        if (repeat := first_repeat(ids[rows])) is not None:
            again, before = rows[list(repeat)]
            self.refuse_row(int(again), f"{name} {ids[again]} is already in line {self.lines[before]}")

    def require_distinct_rows(self, what: str) -> None:
        """Raise `BadFile` if two rows are the same in all columns; `what` is what a row stands for."""
        rows = pd.DataFrame(dict(self.columns))
        again = self.first(rows.duplicated().to_numpy())
        if again is not None:
            before = int(np.argmax((rows == rows.iloc[again]).all(axis=1)))
            self.refuse_row(again, f"{what} is already in line {self.lines[before]}")

    def require_agreement(self, key: str, value: str) -> None:
        """Raise `BadFile` if rows with the same id in `key` differ in the column `value`."""
        _, firsts, groups = np.unique(self.ids(key), return_index=True, return_inverse=True)
        values = self.columns[value]
        row = self.first(np.asarray(values != values[firsts][groups], np.bool_))
        if row is not None:
            before = firsts[groups[row]]
            self.refuse_row(
                row,
                f"{value} of {key} {self.ids(key)[row]} is {str(values[row])!r}, but "
                f"{str(values[before])!r} in line {self.lines[before]}",
            )

    def require_known(self, name: str, known: NDArray[np.int64], what: str) -> None:
        """Raise `BadFile` if an id of a column is not among `known`; unset optional ids are."""
        ids = self.ids(name)
        unknown = self.first((ids >= 0) & ~np.isin(ids, known))
        if unknown is not None:
            self.refuse_row(unknown, f"{name} {ids[unknown]} is not {what}")

    def rows_in(self, name: str, table: BulkTable, what: str) -> NDArray[np.int64]:
        """Row of each id of a column in the column `id` of another table; `BadFile` if one is not there."""
        ids = self.ids(name)
        rows = rows_of(table.ids("id"), ids)
        if (row := self.first(rows < 0)) is not None:
            self.refuse_row(row, f"{name} {ids[row]} is not a {what} of {table.path.name}")
        return rows

    def mapped(self, name: str, ids: Mapping[str, int]) -> NDArray[np.int32]:
        """The number for each text of a column : (n,) int32; `BadFile` if a text has none."""
        codes, texts = pd.factorize(np.array([text.strip() for text in self.texts(name)], object))
        unknown = self.first(~np.isin(codes, [i for i, text in enumerate(texts) if text in ids]))
        if unknown is not None:
            known = ", ".join(ids)
            self.refuse_row(unknown, f"{name} is {self.texts(name)[unknown]!r}, should be one of: {known}")
        numbers = np.array([ids[text] for text in texts], np.int32)
        return numbers[codes] if len(codes) else np.empty(0, np.int32)


def empty_table(path: Path, columns: Mapping[str, ColumnKind]) -> BulkTable:
    """A table without rows, for a file that may be missing."""
    dtypes = {
        ColumnKind.TEXT: object,
        ColumnKind.NUMBER: np.float64,
        ColumnKind.RADIUS: np.float64,
        ColumnKind.CONFIDENCE: np.int16,
    }
    return BulkTable(
        path, {name: np.empty(0, dtypes.get(kind, np.int64)) for name, kind in columns.items()}, np.empty(0, np.int64)
    )


def find_table(folder: Path, name: str) -> Path | None:
    """Path of `<name>.csv` or `<name>.csv.gz` in a folder; `BadFile` if both are there."""
    found = [path for path in (folder / f"{name}.csv", folder / f"{name}.csv.gz") if path.is_file()]
    if len(found) > 1:
        raise BadFile(folder, f"holds both {name}.csv and {name}.csv.gz; take one away")
    return found[0] if found else None


def read_table(path: Path, columns: Mapping[str, ColumnKind]) -> BulkTable:
    """Read the named columns of a CSV file with a header (see `csv_files`); others are ignored.

    Raises
    ------
    BadFile
        If it cannot be read, lacks a column, or a value is not of its kind; names the first offending line.
    """
    texts = {name for name, kind in columns.items() if kind is ColumnKind.TEXT}
    frame, lines = read_frame(path, columns, as_text=texts)
    inexact = {name for name, kind in columns.items() if kind in _IDS and _is_inexact(frame[name])}
    if inexact:
        frame, lines = read_frame(path, columns, as_text=texts | inexact)
    return BulkTable(path, {name: _column(path, frame[name], kind, lines) for name, kind in columns.items()}, lines)


def _is_inexact(values: pd.Series[Any]) -> bool:
    """Whether large ids were rounded, as happens where others are empty."""
    return bool(values.dtype == np.float64 and (values.abs() >= _EXACT).any())


def _column(path: Path, values: pd.Series[Any], kind: ColumnKind, lines: NDArray[np.int64]) -> NDArray[np.generic]:
    empty = values.isna().to_numpy()
    if kind is ColumnKind.TEXT:
        return _texts(path, values, empty, lines)
    if values.dtype == bool:
        values = values.astype(str)
    accepted, numbers = _integers(values, kind) if kind in _INTEGERS else _numbers(values, kind)
    if kind in (ColumnKind.OPTIONAL_ID, ColumnKind.RADIUS):
        accepted |= empty
        numbers[empty] = -1
    if not accepted.all():
        at = int(np.argmin(accepted))
        was = "empty" if empty[at] else ascii_where_undecoded(str(values.iloc[at]))
        raise BadFile(path, f"{values.name} is {was}, should be {kind.value}", line=int(lines[at]))
    return numbers.astype(np.int16) if kind is ColumnKind.CONFIDENCE else numbers


def _texts(
    path: Path, values: pd.Series[Any], empty: NDArray[np.bool_], lines: NDArray[np.int64]
) -> NDArray[np.object_]:
    texts: NDArray[np.object_] = values.to_numpy(dtype=object, copy=True)
    texts[empty] = ""
    for text in pd.unique(texts):
        if not is_decoded(text):
            line = int(lines[int(np.argmax(texts == text))])
            raise BadFile(path, f"{values.name} is {ascii_where_undecoded(text)}, should be UTF-8", line=line)
    return texts


def _numbers(values: pd.Series[Any], kind: ColumnKind) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Which values are of a kind that is a number, and the values : (n,) float64."""
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan).copy()
    accepted: NDArray[np.bool_] = np.abs(numbers) <= LARGEST
    if kind is ColumnKind.RADIUS:
        unset = ~np.isfinite(numbers) & values.astype(str).str.strip().str.lower().isin(_UNSET).to_numpy()
        numbers[unset] = -1
        return accepted | unset, numbers
    return accepted, without_tiny(numbers)


def _integers(values: pd.Series[Any], kind: ColumnKind) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Which values are of a kind that is a whole number, and the values : (n,) int64, 0 at others."""
    lowest, highest = _LOWEST.get(kind, 1), _HIGHEST.get(kind, _LARGEST_ID)
    if values.dtype == np.int64:
        integers = values.to_numpy(np.int64).copy()
        return (integers >= lowest) & (integers <= highest), integers
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    accepted: NDArray[np.bool_] = (
        (numbers >= lowest) & (numbers <= min(highest, _EXACT - 1)) & (numbers == np.floor(numbers))
    )
    integers = np.where(accepted, numbers, 0).astype(np.int64)
    for row in np.flatnonzero(numbers >= _EXACT).tolist():
        text = str(values.iloc[row])
        if _INTEGER.fullmatch(text) and lowest <= int(text) <= highest:
            accepted[row], integers[row] = True, int(text)
    return accepted, integers
