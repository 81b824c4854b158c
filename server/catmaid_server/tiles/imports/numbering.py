"""Section numbers in the names of files: which numbers have no file."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Final

from catmaid_server.domain.errors import InvalidInput

_MISSING_BESIDES_PRESENT: Final = 10
"""More missing sections than there are files and this: then the numbers are something else."""

_CHANNELS: Final = dict.fromkeys(("ch", "channel"), "channels")
_NO_SECTIONS: Final = {
    **_CHANNELS,
    "c": "channels or columns",
    **dict.fromkeys(("t", "time", "frame"), "time points"),
    **dict.fromkeys(("r", "row", "col", "column", "x", "y", "tile"), "tiles"),
}
"""Words before numbers that count something else than sections, where these numbers come again."""

_RENUMBER = "--renumber takes the files as neighbouring sections, in the order of their names"


@dataclass(frozen=True, slots=True)
class NumberedFile:
    """The name of a file, split into texts and the numbers between them (as written)."""

    path: Path
    texts: tuple[str, ...]
    digits: tuple[str, ...]

    @property
    def folded(self) -> tuple[str, ...]:
        """The texts without regard to capitals."""
        return tuple(text.casefold() for text in self.texts)

    def word_before(self, column: int) -> str:
        """The letters before a number, in lower case; a column from -1 on counts from the last."""
        found = re.search(r"([a-z]*)[^a-z]*$", self.folded[column if column >= 0 else column - 1])
        return "" if found is None else found[1]

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of the name."""
        return tuple(map(int, self.digits))

    def renumbered(self, column: int, number: int) -> str:
        """The name of this file with a larger number in a column, padded with zeros as its own is."""
        digits = [*self.digits]
        digits[column] = str(number).zfill(len(self.digits[column]))
        pieces = [text + digit for text, digit in zip(self.texts, [*digits, ""], strict=True)]
        return "".join(pieces).rpartition("/")[2] + self.path.suffix


@dataclass(frozen=True, slots=True)
class FileOrder:
    """Files along z; between them, by index in `files`, the names of files that would come before and are missing."""

    files: list[Path]
    missing_before: dict[int, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> int:
        """How many sections have no file."""
        return sum(map(len, self.missing_before.values()))


def natural_key(path: Path) -> tuple[tuple[str | int, ...], ...]:
    """Sort key that puts `s2.tif` before `s10.tif`."""
    return tuple(
        tuple(int(part) if part.isdecimal() else part.casefold() for part in re.split(r"(\d+)", component))
        for component in path.parts
    )


def order_files(files: Sequence[Path], *, renumber: bool = False) -> FileOrder:
    """Put files in the order of their section numbers and find which are missing.

    With `renumber`, or without numbers in the names, they come in natural order and nothing is missing.

    Raises
    ------
    InvalidInput
        If two files have the same number, or the numbers cannot be those of sections.
    """
    natural = FileOrder(sorted(files, key=natural_key))
    if renumber or len(files) < 2:
        return natural
    named = _names(natural.files)
    _refuse_unnumbered(named)
    columns = min(len(name.digits) for name in named)
    alike = len({len(name.digits) for name in named}) == 1 or len({name.folded[:columns] for name in named}) == 1
    if columns > 0 and not alike and _end_in_numbers(named):
        return _by_column(named, -1)
    if columns == 0 or not alike:
        if any(name.digits for name in named):
            natural.notes.append("The file names have no number in common: sections are in the order of the names.")
        return natural
    distinct = [c for c in range(columns) if len({name.numbers[c] for name in named}) == len(named)]
    if distinct:
        return _by_column(named, _section_column(named, distinct))
    return _in_groups(named, columns)


def _names(files: Sequence[Path]) -> list[NumberedFile]:
    """Names below the folder that all files are in."""
    common = Path(os.path.commonpath([path.parent for path in files]))
    names = []
    for path in files:
        pieces = re.split(r"([0-9]+)", path.relative_to(common).with_suffix("").as_posix())
        names.append(NumberedFile(path, tuple(pieces[::2]), tuple(pieces[1::2])))
    return names


def _end_in_numbers(named: list[NumberedFile]) -> bool:
    """Whether the last numbers are different in all names, and what follows them is the same."""
    return len({name.folded[-1] for name in named}) == 1 and len({name.numbers[-1] for name in named}) == len(named)


def _refuse_unnumbered(named: list[NumberedFile]) -> None:
    """`InvalidInput` if a few files have no number, and so no place among the others."""
    unnumbered = [name.path.name for name in named if not name.digits]
    if unnumbered and 2 * len(unnumbered) < len(named):
        raise InvalidInput(
            f"{unnumbered[0]} has no number in its name, and most of the others have. Leave it out, or {_RENUMBER}."
        )


def _section_column(named: list[NumberedFile], columns: list[int]) -> int:
    """The column that counts sections: of those that put the files in the same order, the most closely spaced."""

    def spread(column: int) -> tuple[int, int]:
        values = [name.numbers[column] for name in named]
        return max(values) - min(values), -column

    orders = {tuple(sorted(range(len(named)), key=lambda i: named[i].numbers[column])) for column in columns}
    if len(orders) > 1:
        shown = ", ".join(name.path.name for name in named[:3])
        raise InvalidInput(
            f"The numbers in the file names ({shown}, ...) put the sections in different orders."
            f" Keep only the section number in the names, or {_RENUMBER}."
        )
    return min(columns, key=spread)


def _by_column(named: list[NumberedFile], column: int) -> FileOrder:
    _refuse_words(named, [column], _CHANNELS)
    ordered = sorted(named, key=lambda name: name.numbers[column])
    first, last = ordered[0].numbers[column], ordered[-1].numbers[column]
    missing = last - first + 1 - len(ordered)
    if missing > len(ordered) + _MISSING_BESIDES_PRESENT:
        raise InvalidInput(
            f"The numbers of the {len(ordered)} files go from {first} ({ordered[0].path.name}) to {last}"
            f" ({ordered[-1].path.name}), so {missing} sections would be missing. If these are not section numbers,"
            f" {_RENUMBER}."
        )
    order = FileOrder([name.path for name in ordered])
    for index in range(1, len(ordered)):
        before, after = ordered[index - 1], ordered[index]
        gap = range(before.numbers[column] + 1, after.numbers[column])
        if gap:
            order.missing_before[index] = [before.renumbered(column, number) for number in gap]
    return order


def _in_groups(named: list[NumberedFile], columns: int) -> FileOrder:
    """Files that are numbered anew in each group, as `w1_s1`, `w1_s2`, `w2_s1`: no number may be missing in one."""
    varying = [c for c in range(columns) if len({name.numbers[c] for name in named}) > 1]
    column = varying[-1] if varying else 0
    _refuse_words(named, varying, _NO_SECTIONS)
    groups: dict[tuple[object, ...], list[NumberedFile]] = defaultdict(list)
    runs: list[tuple[object, ...]] = []
    for name in named:
        key = (name.folded, tuple(number for c, number in enumerate(name.numbers) if c != column))
        groups[key].append(name)
        if runs[-1:] != [key]:
            runs.append(key)
    for group in groups.values():
        _check_group(sorted(group, key=lambda name: name.numbers[column]), column)
    if len(runs) > len(groups):
        ordered = sorted(named, key=lambda name: name.numbers[column])
        first, other = next(pair for pair in pairwise(ordered) if pair[0].numbers[column] == pair[1].numbers[column])
        raise InvalidInput(
            f"{first.path.name} and {other.path.name} have the same number {first.numbers[column]}."
            f" Give the files of one kind alone, or {_RENUMBER}."
        )
    note = f"The numbers begin anew in each of {len(groups)} groups of files: sections are in the order of the names."
    return FileOrder([name.path for name in named], notes=[note] if len(groups) > 1 else [])


def _refuse_words(named: list[NumberedFile], columns: list[int], words: Mapping[str, str]) -> None:
    """`InvalidInput` if one of these words stands before the numbers of a column."""
    for word in (named[0].word_before(column) for column in columns):
        if word in words:
            raise InvalidInput(
                f"The numbers after {word!r} in the file names ({named[0].path.name}, ...) look like those of"
                f" {words[word]}. Give the files of one of them alone, or {_RENUMBER}."
            )


def _check_group(group: list[NumberedFile], column: int) -> None:
    """`InvalidInput` if a number comes twice in a group of files, or is missing."""
    for before, after in pairwise(group):
        step = after.numbers[column] - before.numbers[column]
        if step == 0:
            raise InvalidInput(
                f"{before.path.name} and {after.path.name} have the same number {before.numbers[column]}."
                f" Remove one of them, or {_RENUMBER}."
            )
        if step > 1:
            raise InvalidInput(
                f"Between {before.path.name} and {after.path.name} numbers are missing, and the numbers begin anew"
                f" in each group of files. Add the missing files, or {_RENUMBER}."
            )
