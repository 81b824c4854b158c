"""Kinds of values in a search for neurons: how each is read from text, written as text, and checked."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, NamedTuple

LONGEST_TEXT: Final = 10_000
"""Characters of one text or pattern in a query."""
MOST_IDS: Final = 1_000_000
MOST_COUNT: Final = 2**31 - 1

_PLAIN = re.compile(r"[^\W_][\w.:+@#%~-]*")
_WORDS: Final = frozenset({"and", "or", "not"})
_SPAN = re.compile(r"(?P<low>[^.]*(?:\.\d[^.]*)?)\.\.(?P<high>.*)", re.DOTALL)
_LENGTHS: Final = {"nm": 1.0, "um": 1e3, "µm": 1e3, "μm": 1e3, "mm": 1e6, "cm": 1e7}
_LENGTH = re.compile(r"(?P<number>.*?)\s*(?P<unit>nm|um|µm|μm|mm|cm)?", re.DOTALL)


class BadValue(ValueError):
    """A value does not fit; the message says what would be right."""


class Item(NamedTuple):
    """One part of a value in text: as it was written, without quotes or slashes."""

    text: str
    style: str = "bare"
    """`bare`, `quoted`, `regex` (between slashes) or `exact` (after an equals sign)."""


class Span(NamedTuple):
    """A range of numbers, both ends included; None where it is open."""

    low: float | None = None
    high: float | None = None


class Dates(NamedTuple):
    """A range of time: ISO dates or times, UTC if they name no zone; a date means the whole day. None: open."""

    since: str | None = None
    until: str | None = None

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """The first time in the range, and the first after it."""
        since = None if self.since is None else parsed_time(self.since)
        if self.until is None:
            return since, None
        until = parsed_time(self.until)
        return since, until + (timedelta(days=1) if is_date(self.until) else timedelta(microseconds=1))


class Pattern(NamedTuple):
    """Which names are meant: those that contain a text, are the text, or in which a regular expression is found."""

    text: str
    how: str = "contains"
    """`contains`, `exact` or `regex`."""


@dataclass(frozen=True, slots=True)
class ValueKind(ABC):
    """A kind of value. `name` tells forms what to offer."""

    name: str
    example: str

    def read(self, items: Sequence[Item]) -> Any:
        """The value that items of a text query say; `BadValue` if it is none."""
        return self._read(items)

    def write(self, value: Any) -> str:
        """The value in a text query, so that `read` gives it again."""
        return self._write(value)

    def checked(self, value: Any) -> Any:
        """The value as queries keep it; `BadValue` if it is none."""
        return self._checked(value)

    def plain(self, value: Any) -> Any:
        """The value as JSON has it."""
        return list(value) if isinstance(value, tuple) else value

    @abstractmethod
    def _read(self, items: Sequence[Item]) -> Any: ...

    @abstractmethod
    def _write(self, value: Any) -> str: ...

    @abstractmethod
    def _checked(self, value: Any) -> Any: ...

    def _one(self, items: Sequence[Item]) -> Item:
        if len(items) != 1:
            raise BadValue(f"One value goes here (as in {self.example}). Put a text with commas in quotes.")
        return items[0]


class TextKind(ValueKind):
    """A text, such as the name of an annotation."""

    def _read(self, items: Sequence[Item]) -> str:
        item = self._one(items)
        if item.style in ("regex", "exact"):
            raise BadValue(f"Only name: takes patterns; here goes a whole name (as in {self.example}).")
        return self._checked(item.text)

    def _write(self, value: str) -> str:
        return quoted(value)

    def _checked(self, value: Any) -> str:
        return checked_text(value, self.example)


class PatternKind(ValueKind):
    """A part of a name, a whole name, or a regular expression."""

    def _read(self, items: Sequence[Item]) -> Pattern:
        item = self._one(items)
        return self._checked(Pattern(item.text, item.style if item.style in ("regex", "exact") else "contains"))

    def _write(self, value: Pattern) -> str:
        match value.how:
            case "regex":
                return f"/{_slashed(value.text)}/"
            case "exact":
                return f"={quoted(value.text)}"
            case _:
                return quoted(value.text)

    def _checked(self, value: Any) -> Pattern:
        text, how = value if isinstance(value, list | tuple) and len(value) == 2 else (value, "contains")
        if how not in ("contains", "exact", "regex"):
            raise BadValue(f"A name is compared by contains, exact or regex, not {how!r}.")
        text = checked_text(text, self.example)
        return Pattern(_unslashed(text) if how == "regex" else text, how)


class FlagKind(ValueKind):
    """An option that is on or off."""

    def _read(self, _items: Sequence[Item]) -> bool:
        raise BadValue("This option takes no value.")

    def _write(self, _value: bool) -> str:
        return ""

    def _checked(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise BadValue(f"This is true or false, not {value!r}.")
        return value


class NamesKind(ValueKind):
    """Names of users, any of whom will do."""

    def _read(self, items: Sequence[Item]) -> tuple[str, ...]:
        return self._checked([item.text for item in items])

    def _write(self, value: tuple[str, ...]) -> str:
        return ",".join(map(quoted, value))

    def _checked(self, value: Any) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else value
        if not isinstance(names, list | tuple) or not names:
            raise BadValue(f"Names of users go here (as in {self.example}).")
        return tuple(dict.fromkeys(checked_text(name, self.example) for name in names))


class IdsKind(ValueKind):
    """Ids of skeletons."""

    def _read(self, items: Sequence[Item]) -> tuple[int, ...]:
        try:
            return self._checked([int(item.text) for item in items])
        except ValueError as error:
            raise BadValue(f"Ids of skeletons go here (as in {self.example}).") from error

    def _write(self, value: tuple[int, ...]) -> str:
        return ",".join(map(str, value))

    def _checked(self, value: Any) -> tuple[int, ...]:
        ids = [value] if isinstance(value, int) else value
        if not isinstance(ids, list | tuple) or not ids or not all(type(one) is int for one in ids):
            raise BadValue(f"Ids of skeletons go here (as in {self.example}).")
        if len(ids) > MOST_IDS:
            raise BadValue(f"A query names at most {MOST_IDS:,} skeletons, not {len(ids):,}.")
        if not all(0 < one < 2**31 for one in ids):
            raise BadValue("Ids of skeletons are numbers from 1 to 2147483647.")
        return tuple(dict.fromkeys(ids))


@dataclass(frozen=True, slots=True)
class SpanKind(ValueKind):
    """A range of numbers."""

    is_whole: bool = False
    unit: str = ""
    most: float = 1e15
    open_word: str = ""
    """What a range without ends is called, where it means something."""

    def _read(self, items: Sequence[Item]) -> Span:
        text = self._one(items).text.strip()
        if self.open_word and text == self.open_word:
            return Span()
        found = _SPAN.fullmatch(text)
        low, high = (found["low"], found["high"]) if found else (text, text)
        return self._checked((self._number(low), self._number(high)))

    def _write(self, value: Span) -> str:
        if value == Span() and self.open_word:
            return self.open_word
        if value.low == value.high:
            return _number_text(value.low)
        return f"{_number_text(value.low)}..{_number_text(value.high)}"

    def _checked(self, value: Any) -> Span:
        single = isinstance(value, int | float) and not isinstance(value, bool)
        ends = (value, value) if single else value
        if not isinstance(ends, list | tuple) or len(ends) != 2:
            raise BadValue(f"A range of numbers goes here (as in {self.example}).")
        low, high = (self._checked_end(end) for end in ends)
        if low is None and high is None and not self.open_word:
            raise BadValue(f"A range needs at least one end (as in {self.example}).")
        if low is not None and high is not None and low > high:
            raise BadValue(f"The range from {_number_text(low)} to {_number_text(high)} is empty: put the lower first.")
        return Span(low, high)

    def _checked_end(self, end: Any) -> float | None:
        if end is None:
            return None
        if isinstance(end, bool) or not isinstance(end, int | float) or not math.isfinite(end):
            raise BadValue(f"Numbers go here (as in {self.example}), not {end!r}.")
        if not 0 <= end <= self.most:
            raise BadValue(f"Numbers from 0 to {self.most:,.0f} go here, not {end}.")
        if not self.is_whole:
            return float(end)
        if end != int(end):
            raise BadValue(f"Whole numbers go here, not {end}.")
        return int(end)

    def _number(self, text: str) -> float | None:
        text = text.strip().replace("_", "")
        factor = 1.0
        if self.unit == "nm" and (found := _LENGTH.fullmatch(text)):
            text, factor = found["number"], _LENGTHS[found["unit"] or "nm"]
        elif self.unit == "%":
            text = text.removesuffix("%")
        if not text:
            return None
        try:
            return int(text) if self.is_whole else float(text) * factor
        except ValueError:
            kind = "whole number" if self.is_whole else "number"
            raise BadValue(f"{text!r} is not a {kind}. Ranges are written like {self.example} here.") from None


class CountKind(ValueKind):
    """A least number, written as a range without an upper end."""

    def _read(self, items: Sequence[Item]) -> int:
        text = self._one(items).text.strip().removesuffix("..")
        return self._checked(int(text) if text.isascii() and text.isdigit() else text)

    def _write(self, value: int) -> str:
        return f"{value}.."

    def _checked(self, value: Any) -> int:
        if type(value) is not int or not 1 <= value <= MOST_COUNT:
            raise BadValue(f"A whole number from 1 on goes here (as in {self.example}), not {value!r}.")
        return value


class DatesKind(ValueKind):
    """A range of dates or times."""

    def _read(self, items: Sequence[Item]) -> Dates:
        text = self._one(items).text.strip()
        since, dots, until = text.partition("..")
        return self._checked((since or None, until or None) if dots else (text, text))

    def _write(self, value: Dates) -> str:
        if value.since == value.until:
            return str(value.since)
        return f"{value.since or ''}..{value.until or ''}"

    def _checked(self, value: Any) -> Dates:
        ends = (value, value) if isinstance(value, str) else value
        if not isinstance(ends, list | tuple) or len(ends) != 2 or not any(ends):
            raise BadValue(f"A range of dates goes here (as in {self.example}).")
        since, until = (checked_time(end, self.example) if end else None for end in ends)
        found = Dates(since, until)
        first, after = found.bounds()
        if first is not None and after is not None and first >= after:
            raise BadValue(f"The range from {since} to {until} is empty: put the earlier date first.")
        return found


@dataclass(frozen=True, slots=True)
class ChoiceKind(ValueKind):
    """One of some words."""

    choices: tuple[str, ...] = ()

    def _read(self, items: Sequence[Item]) -> str:
        return self._checked(self._one(items).text)

    def _write(self, value: str) -> str:
        return value

    def _checked(self, value: Any) -> str:
        if value not in self.choices:
            raise BadValue(f"One of {', '.join(self.choices)} goes here, not {value!r}.")
        return str(value)


def quoted(text: str) -> str:
    """A text for a query: in quotes where it needs them."""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS and ".." not in text:
        return text
    return '"{}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))


def checked_text(value: Any, example: str) -> str:
    """A text that names something; `BadValue` if it is none."""
    if not isinstance(value, str) or not value.strip():
        raise BadValue(f"A text goes here (as in {example}).")
    if len(value) > LONGEST_TEXT:
        raise BadValue(f"A text in a query has at most {LONGEST_TEXT:,} characters, not {len(value):,}.")
    if "\0" in value or not _is_unicode(value):
        raise BadValue("A text in a query has no character 0 and no half of a character.")
    return value


def checked_time(value: Any, example: str) -> str:
    """An ISO date or time as it is kept; `BadValue` if it is none."""
    text = value.isoformat() if hasattr(value, "isoformat") else value
    if not isinstance(text, str):
        raise BadValue(f"A date goes here (as in {example}), not {value!r}.")
    text = text.strip()
    try:
        found = parsed_time(text)
    except ValueError:
        raise BadValue(f"{text!r} is not a date or time. Write it as 2026-01-31 or 2026-01-31T12:30.") from None
    if not 1900 <= found.year <= 9000:
        raise BadValue(f"Years from 1900 to 9000 go here, not {found.year}.")
    return found.date().isoformat() if is_date(text) else found.isoformat()


def parsed_time(text: str) -> datetime:
    """The time that ISO text names, its day's beginning for a date."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def is_date(text: str) -> bool:
    """Whether ISO text is a date without a time of day."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_unicode(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _number_text(number: float | None) -> str:
    if number is None:
        return ""
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else repr(number)


def _slashed(pattern: str) -> str:
    """A regular expression with a backslash before each slash."""
    return re.sub(r"\\.|/", lambda found: r"\/" if found[0] == "/" else found[0], pattern, flags=re.DOTALL)


def _unslashed(pattern: str) -> str:
    """A regular expression without backslashes before slashes, where they mean nothing."""
    plain = re.sub(r"\\(.)", lambda found: "/" if found[1] == "/" else found[0], pattern, flags=re.DOTALL)
    if re.search(r"(?<!\\)(?:\\\\)*\\$", plain):
        raise BadValue("A regular expression does not end with a single backslash.")
    return plain
