r"""The text of a search for neurons: `annotation:PN -annotation:fragment name:/^PN/ nodes:100..`.

    annotation:PN[sub by:ana]    a condition, its value, and options in brackets
    a b      a and b             both
    a or b   a | b               at least one
    -a       not a               not that
    ( … )                        what belongs together
    *                            all neurons

Values with spaces, commas or brackets are put in quotes, in which `\"` is a quote and `\\` a backslash.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from catmaid_wire.neuron_query import (
    CONDITIONS,
    DEEPEST,
    EVERYTHING,
    AllOf,
    AnyOf,
    BadQuery,
    Condition,
    NoneOf,
    Query,
    all_of,
    any_of,
    condition_of,
    kinds_of,
    no_condition,
    no_option,
    none_of,
    require_modest,
)
from catmaid_wire.query_values import BadValue, FlagKind, Item, ValueKind

LONGEST: Final = 16_000_000
"""Characters of a query."""

_SPACE = re.compile(r"\s*")
_BARE = re.compile(r'[^\s()\[\]",]+')
_NAME = re.compile(r"[^\W\d][\w-]*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_REGEX = re.compile(r"/((?:[^/\\]|\\.)*)/", re.DOTALL)
_OR = re.compile(r"(?:or\b|\|\|?)", re.IGNORECASE)
_AND = re.compile(r"(?:and\b|&&?)", re.IGNORECASE)
_NOT = re.compile(r"(?:not\b|[-~!])", re.IGNORECASE)


def parse_query(text: str) -> Query:
    """The query that a text says; all neurons if it is empty.

    Raises
    ------
    BadQuery
        With the place in the text where it goes wrong.
    """
    if len(text) > LONGEST:
        raise BadQuery(f"A query has at most {LONGEST:,} characters, not {len(text):,}.")
    reader = _Reader(text)
    if reader.is_at_end():
        return EVERYTHING
    found = reader.alternatives(0)
    if not reader.is_at_end():
        raise reader.problem("This bracket closes nothing: take it away, or open one before.", 1)
    return require_modest(found)


def query_text(query: Query) -> str:
    """The text of which `parse_query` makes this query."""
    if query == EVERYTHING:
        return "*"
    if isinstance(query, AllOf):
        return " ".join(_inside(part) for part in query.parts)
    if isinstance(query, AnyOf):
        return " or ".join(_inside(part) for part in query.parts)
    if isinstance(query, NoneOf):
        return f"-{_inside(query.part)}"
    assert isinstance(query, Condition)
    return _condition_text(query)


def _inside(query: Query) -> str:
    text = query_text(query)
    return f"({text})" if isinstance(query, AllOf | AnyOf) and query != EVERYTHING else text


def _condition_text(condition: Condition) -> str:
    kinds = kinds_of(type(condition))
    value = next(iter(kinds.values())).write(condition.value)
    options = []
    for name, option in condition.options.items():
        written = kinds[name].write(option)
        options.append(f"{name}:{written}" if written else name)
    return f"{condition.word}:{value}" + (f"[{' '.join(options)}]" if options else "")


class _Reader:
    """Reads a text from the left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def is_at_end(self) -> bool:
        self._skip_space()
        return self.at == len(self.text)

    def problem(self, message: str, length: int = 0, start: int | None = None) -> BadQuery:
        begin = self.at if start is None else start
        end = min(len(self.text), begin + length) if length else self.at
        return BadQuery(message, begin, max(begin, end))

    def alternatives(self, depth: int) -> Query:
        parts = [self._together(depth)]
        while self._word(_OR):
            parts.append(self._together(depth))
        return any_of(*parts)

    def _together(self, depth: int) -> Query:
        parts = [self._part(depth)]
        while True:
            is_joined = self._word(_AND)
            if not is_joined and (self.is_at_end() or self._sees(_OR) or self.text[self.at] == ")"):
                return all_of(*parts)
            parts.append(self._part(depth))

    def _part(self, depth: int) -> Query:
        if depth > 2 * DEEPEST:
            raise self.problem(f"Conditions lie at most {DEEPEST} deep in each other.", 1)
        if self.is_at_end():
            raise self.problem("A condition is missing here, such as annotation:PN.")
        if self._word(_NOT):
            return none_of(self._part(depth + 1))
        start = self.at
        if self._character("("):
            found = self.alternatives(depth + 1)
            if not self._character(")"):
                raise self.problem("This bracket is not closed: write ) where it ends.", 1, start)
            return found
        if self._character("*"):
            return EVERYTHING
        return self._condition()

    def _condition(self) -> Condition:
        start = self.at
        name = _NAME.match(self.text, start)
        if name is None or self.text[name.end() : name.end() + 1] != ":":
            raise self._no_condition(start)
        word = name[0].lower()
        if word not in CONDITIONS:
            raise self.problem(no_condition(name[0]), len(name[0]), start)
        kind = CONDITIONS[word]
        self.at = name.end() + 1
        kinds = kinds_of(kind)
        first, *options = kinds
        values = {first: self._value(kinds[first])}
        if self.text[self.at : self.at + 1] == "[":
            self._options(kind, {option: kinds[option] for option in options}, values)
        try:
            return condition_of(kind, values)
        except BadQuery as error:
            raise self.problem(error.message, self.at - start, start) from None

    def _options(self, condition: type[Condition], kinds: dict[str, ValueKind], values: dict[str, Any]) -> None:
        opening = self.at
        self.at += 1
        while not self._character("]"):
            if self.at >= len(self.text):
                raise self.problem("This bracket is not closed: write ] where the options end.", 1, opening)
            name = _NAME.match(self.text, self.at)
            option = name[0].lower() if name else ""
            if name is None or option not in kinds:
                shown = _BARE.match(self.text, self.at)
                length = len(shown[0]) if shown else 1
                raise self.problem(no_option(condition, option or self.text[self.at]), length)
            if option in values:
                raise self.problem(f"The option {option} is there twice.", len(name[0]))
            self.at = name.end()
            if isinstance(kinds[option], FlagKind):
                values[option] = True
            elif self._character(":"):
                values[option] = self._value(kinds[option])
            else:
                raise self.problem(f"A value is missing (as in {kinds[option].example}).")

    def _value(self, kind: ValueKind) -> Any:
        start = self.at
        items = [self._item(kind)]
        while self.text[self.at : self.at + 1] == ",":
            self.at += 1
            items.append(self._item(kind))
        try:
            return kind.read(items)
        except BadValue as error:
            raise self.problem(str(error), self.at - start, start) from None

    def _item(self, kind: ValueKind) -> Item:
        if self.text[self.at : self.at + 1] == "=" and kind.name == "pattern":
            self.at += 1
            return Item(self._item(kind).text, "exact")
        if self.text[self.at : self.at + 1] == '"':
            return Item(re.sub(r"\\(.)", r"\1", self._closed(_QUOTED, "quote"), flags=re.DOTALL), "quoted")
        if self.text[self.at : self.at + 1] == "/" and kind.name == "pattern":
            return Item(self._closed(_REGEX, "regular expression"), "regex")
        found = _BARE.match(self.text, self.at)
        if found is None:
            raise self.problem(f"A value is missing (as in {kind.example}). Put one with spaces in quotes.")
        self.at = found.end()
        return Item(found[0])

    def _closed(self, pattern: re.Pattern[str], what: str) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            mark = self.text[self.at]
            raise self.problem(f"This {what} is not closed: write {mark} where it ends.", 1)
        self.at = found.end()
        return found[1]

    def _no_condition(self, start: int) -> BadQuery:
        found = _BARE.match(self.text, start) or re.compile(".", re.DOTALL).match(self.text, start)
        assert found is not None
        word = found[0]
        examples = _examples(word if word.replace("_", "").isalnum() else "PN")
        return self.problem(f"Say what {word!r} is: {examples}.", len(word), start)

    def _character(self, character: str) -> bool:
        self._skip_space()
        if self.text[self.at : self.at + 1] != character:
            return False
        self.at += 1
        return True

    def _word(self, word: re.Pattern[str]) -> bool:
        if not self._sees(word):
            return False
        found = word.match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return True

    def _sees(self, word: re.Pattern[str]) -> bool:
        self._skip_space()
        found = word.match(self.text, self.at)
        return found is not None and self.text[found.end() : found.end() + 1] != ":"

    def _skip_space(self) -> None:
        found = _SPACE.match(self.text, self.at)
        assert found is not None
        self.at = found.end()


def _examples(word: str) -> str:
    shown: Sequence[str] = (f"annotation:{word}", f"name:{word}", f"tag:{word}")
    return ", ".join(shown[:-1]) + f" or {shown[-1]}"
