"""CSV tables with named columns, plain or gzipped, checked value by value."""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile
from catmaid_wire.arbor import first_repeat, rows_of
from catmaid_wire.swc import LARGEST

_LARGEST_ID = 2**31 - 1
_SURPLUS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")  # pandas; its line 1 is our line 2
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeDecodeError, pd.errors.ParserError)


class ColumnKind(Enum):
    """What the values of a column are, and their dtype in a `BulkTable`."""

    ID = "an id (a whole number from 1 to 2147483647)"
    """int64"""
    OPTIONAL_ID = "an id or nothing"
    """int64, -1 where empty"""
    NUMBER = "a finite number"
    """float64"""
    CONFIDENCE = "a confidence from 1 to 5"
    """int16"""
    TEXT = "text"
    """objects: str"""


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
        codes, texts = pd.factorize(self.texts(name))
        unknown = self.first(~np.isin(codes, [i for i, text in enumerate(texts) if text in ids]))
        if unknown is not None:
            known = ", ".join(ids)
            self.refuse_row(unknown, f"{name} is {self.texts(name)[unknown]!r}, should be one of: {known}")
        numbers = np.array([ids[text] for text in texts], np.int32)
        return numbers[codes] if len(codes) else np.empty(0, np.int32)


def empty_table(path: Path, columns: Mapping[str, ColumnKind]) -> BulkTable:
    """A table without rows, for a file that may be missing."""
    dtypes = {ColumnKind.TEXT: object, ColumnKind.NUMBER: np.float64, ColumnKind.CONFIDENCE: np.int16}
    return BulkTable(
        path, {name: np.empty(0, dtypes.get(kind, np.int64)) for name, kind in columns.items()}, np.empty(0, np.int64)
    )


def find_table(folder: Path, name: str) -> Path | None:
    """Path of `<name>.csv` or `<name>.csv.gz` in a folder."""
    candidates = (folder / f"{name}.csv", folder / f"{name}.csv.gz")
    return next((path for path in candidates if path.is_file()), None)


def read_table(path: Path, columns: Mapping[str, ColumnKind]) -> BulkTable:
    """Read the named columns of a CSV file with a header; others are ignored.

    Raises
    ------
    BadFile
        If it cannot be read, lacks a column, or a value is not of its kind; names the first offending line.
    """
    try:
        frame = _read_frame(path, columns)
    except _UNREADABLE as error:
        raise _unreadable(path, str(error).strip()) from error
    lines = np.arange(2, len(frame) + 2)
    blank = frame.isna().all(axis=1).to_numpy()
    if blank.any():
        frame, lines = frame[~blank], lines[~blank]
    return BulkTable(path, {name: _column(path, frame[name], kind, lines) for name, kind in columns.items()}, lines)


def _read_frame(path: Path, columns: Mapping[str, ColumnKind]) -> pd.DataFrame:
    with _opened(path) as file:
        header = _header(file)
        _check_header(path, header, columns)
        frame = pd.read_csv(
            file,
            engine="c",
            header=None,
            names=header,
            low_memory=False,
            skip_blank_lines=False,
            keep_default_na=False,
            na_values={name: [""] for name in header},
            dtype={name: str for name in header if columns.get(name, ColumnKind.TEXT) is ColumnKind.TEXT},
        )
    if not isinstance(frame.index, pd.RangeIndex):  # so pandas takes a row with more fields than the header
        raise BadFile(path, f"more than {len(header)} fields, the header has {len(header)}", line=2)
    return frame


def read_header(path: Path) -> list[str]:
    """Names of the columns of a CSV file; `BadFile` if it cannot be read."""
    try:
        with _opened(path) as file:
            return _header(file)
    except _UNREADABLE as error:
        raise _unreadable(path, str(error).strip()) from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _header(file: TextIO) -> list[str]:
    return next(csv.reader([file.readline()]), [])


def _unreadable(path: Path, reason: str) -> BadFile:
    surplus = _SURPLUS.search(reason)
    if surplus is None:
        return BadFile(path, f"cannot be read as CSV: {reason}")
    expected, line, saw = map(int, surplus.groups())
    return BadFile(path, f"{saw} fields, the header has {expected}", line=line + 1)


def _check_header(path: Path, header: list[str], columns: Mapping[str, ColumnKind]) -> None:
    wanted = ",".join(columns)
    if not header:
        raise BadFile(path, f"is empty; the first line should be {wanted}")
    missing = [name for name in columns if name not in header]
    if missing:
        raise BadFile(path, f"no column {', '.join(missing)}; the header should have {wanted}", line=1)
    if len(set(header)) < len(header):
        raise BadFile(path, f"two columns have the same name; the header should be {wanted}", line=1)


def _column(path: Path, values: pd.Series[Any], kind: ColumnKind, lines: NDArray[np.int64]) -> NDArray[np.generic]:
    empty = values.isna().to_numpy()
    if kind is ColumnKind.TEXT:
        texts: NDArray[np.object_] = values.to_numpy(dtype=object, copy=True)
        texts[empty] = ""
        return texts
    if values.dtype == bool:
        values = values.astype(str)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(np.float64, na_value=np.nan)
    bad = ~_accepted(numbers, kind)
    if kind is ColumnKind.OPTIONAL_ID:
        bad &= ~empty
        numbers = np.where(empty, -1, numbers)
    if bad.any():
        at = int(np.argmax(bad))
        was = "empty" if empty[at] else repr(str(values.iloc[at]))
        raise BadFile(path, f"{values.name} is {was}, should be {kind.value}", line=int(lines[at]))
    if kind is ColumnKind.NUMBER:
        return numbers
    return numbers.astype(np.int16 if kind is ColumnKind.CONFIDENCE else np.int64)


def _accepted(numbers: NDArray[np.float64], kind: ColumnKind) -> NDArray[np.bool_]:
    if kind is ColumnKind.NUMBER:
        ordinary: NDArray[np.bool_] = np.abs(numbers) <= LARGEST
        return ordinary
    lowest, highest = (1, 5) if kind is ColumnKind.CONFIDENCE else (1, _LARGEST_ID)
    accepted: NDArray[np.bool_] = (numbers >= lowest) & (numbers <= highest) & (numbers == np.floor(numbers))
    return accepted
