"""CSV as people and programs write it: which separator, how columns are named, and which bytes may be wrong.

Columns are parted by commas, semicolons or tabs, as in the header; if a blank follows each separator there, it does not
belong to the values. Names of columns are found whatever their case. The text is UTF-8, or UTF-16 with a byte order
mark; bytes that are neither matter only in values that are read.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile

_SEPARATORS = (",", ";", "\t")
_GZIP = b"\x1f\x8b"
_SURPLUS = re.compile(r"Expected (\d+) fields in line (\d+), saw (\d+)")  # pandas; its line 1 is our line 2
_OPEN_QUOTE = re.compile(r"EOF inside string starting at row (\d+)")  # pandas; its row 0 is our line 2
_LONGEST_LINE = 2**24
_UNREADABLE = (OSError, EOFError, zlib.error, UnicodeError, pd.errors.ParserError)


@dataclass(frozen=True)
class CsvHeader:
    """The first line of a file.

    Attributes
    ----------
    names
        Of the columns, in lower case.
    separator
        What parts them.
    blanks
        Whether a blank follows each separator.
    """

    names: tuple[str, ...]
    separator: str
    blanks: bool


class _CsvText(io.TextIOWrapper):
    """Text that may hold undecoded bytes (as lone surrogates), but no NUL, at which a parser would stop.

    Nor lines without an end, which a small compressed file may hold.
    """

    _line_length = 0

    def read(self, size: int | None = -1, /) -> str:
        text = super().read(size)
        self._line_length = len(text) - text.rfind("\n") - 1 + (0 if "\n" in text else self._line_length)
        if self._line_length > _LONGEST_LINE:
            raise UnicodeError(f"a line has more than {_LONGEST_LINE} characters")
        if "\0" in text:
            raise UnicodeError("there is a NUL byte in it; it should be text in UTF-8")
        return text


def has_columns(path: Path, columns: Collection[str]) -> bool:
    """Whether the header of a CSV file names these columns; `BadFile` if it cannot be read."""
    try:
        with _opened(path) as file:
            return set(columns) <= set(_header(file, columns).names)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error


def read_frame(
    path: Path, columns: Collection[str], *, as_text: Collection[str]
) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Read a CSV file with a header.

    Parameters
    ----------
    path
        The file, plain or gzipped.
    columns
        Names that the header should have.
    as_text
        Those whose values stay text; others are numbers where all of their values are.

    Returns
    -------
    frame
        The named columns, missing where they are empty, without blank lines.
    lines : (n,) int64
        Line of each row in the file, if no text in it spans lines.

    Raises
    ------
    BadFile
        If it cannot be read, lacks a column, or a row has more fields than the header.
    """
    try:
        with _opened(path) as file:
            header = _header(file, columns)
            _check_header(path, header, columns)
            frame = _parsed(path, file, header, as_text)
    except _UNREADABLE as error:
        raise _unreadable(path, error) from error
    lines = np.arange(2, len(frame) + 2)
    blank = frame.isna().all(axis=1).to_numpy()
    frame = frame[list(columns)]
    return (frame[~blank], lines[~blank]) if blank.any() else (frame, lines)


def is_decoded(text: str) -> bool:
    """Whether all bytes of a text could be decoded."""
    return text.isascii() or not any("\udc80" <= character <= "\udcff" for character in text)


def ascii_where_undecoded(text: str) -> str:
    """A text in quotes that can be printed."""
    return repr(text) if is_decoded(text) else ascii(text)


def _parsed(path: Path, file: _CsvText, header: CsvHeader, as_text: Collection[str]) -> pd.DataFrame:
    # names that are wanted are there once; others may repeat
    names = [name if header.names.count(name) == 1 else f"{name}\n{at}" for at, name in enumerate(header.names)]
    frame = pd.read_csv(
        file,
        engine="c",
        sep=header.separator,
        skipinitialspace=header.blanks,
        header=None,
        names=names,
        low_memory=False,
        skip_blank_lines=False,
        keep_default_na=False,
        na_values={name: [""] for name in names},
        dtype=dict.fromkeys(as_text, str),
        encoding_errors="surrogateescape",
    )
    if not isinstance(frame.index, pd.RangeIndex):  # so pandas takes a row with more fields than the header
        raise BadFile(path, f"more than {len(names)} fields, the header has {len(names)}", line=2)
    return frame


def _opened(path: Path) -> _CsvText:
    file: gzip.GzipFile | io.BufferedReader = io.BufferedReader(io.FileIO(path))
    try:
        if file.peek(2).startswith(_GZIP):
            file.close()
            file = gzip.GzipFile(path)
        utf16 = file.peek(2).startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    except BaseException:
        file.close()
        raise
    encoding, errors = ("utf-16", "strict") if utf16 else ("utf-8-sig", "surrogateescape")
    return _CsvText(file, encoding=encoding, errors=errors, newline="")


def _header(file: _CsvText, columns: Collection[str]) -> CsvHeader:
    """The first line, parted by what gives most of the wanted columns."""
    line = file.readline(_LONGEST_LINE)
    if len(line) == _LONGEST_LINE:
        raise UnicodeError(f"a line has more than {_LONGEST_LINE} characters")
    found = [_parted(line, separator) for separator in _SEPARATORS]
    return max(found, key=lambda header: len(set(columns) & set(header.names)))


def _parted(line: str, separator: str) -> CsvHeader:
    fields = next(csv.reader([line], delimiter=separator), [])
    blanks = len(fields) > 1 and all(field.startswith(" ") for field in fields[1:])
    if blanks:
        fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    return CsvHeader(tuple(field.strip().lower() for field in fields), separator, blanks)


def _unreadable(path: Path, error: Exception) -> BadFile:
    if isinstance(error, OSError) and error.strerror:
        return BadFile(path, f"cannot be read: {error.strerror}")
    reason = str(error).strip()
    if (surplus := _SURPLUS.search(reason)) is not None:
        expected, line, saw = map(int, surplus.groups())
        return BadFile(path, f"{saw} fields, the header has {expected}", line=line + 1)
    if (quote := _OPEN_QUOTE.search(reason)) is not None:
        return BadFile(path, "a quote is opened here and not closed", line=int(quote[1]) + 2)
    return BadFile(path, f"cannot be read as CSV: {reason}")


def _check_header(path: Path, header: CsvHeader, columns: Collection[str]) -> None:
    wanted = ",".join(columns)
    if not header.names:
        what = "its first line is blank" if path.stat().st_size else "is empty"
        raise BadFile(path, f"{what}; the first line should be {wanted}")
    missing = [name for name in columns if name not in header.names]
    if missing:
        raise BadFile(path, f"no column {', '.join(missing)}; the header should have {wanted}", line=1)
    repeated = [name for name in columns if header.names.count(name) > 1]
    if repeated:
        raise BadFile(path, f"two columns have the same name, {repeated[0]}; the header should be {wanted}", line=1)
