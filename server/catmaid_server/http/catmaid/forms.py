"""Decode a request's parameters in every spelling that CATMAID's clients use.

ids[0]=1&ids[1]=2      in the order of the numbers, gaps allowed
ids=1&ids=2            repeated
ids[]=1,2              split at the commas; of several, the last counts
ids=[1,2]              one JSON array
t[0][0]=7&t[0][1]=1.5  nested lists
map[name]=1            objects, by key
n=                     no number, where there need be none
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from catmaid_server.domain.errors import InvalidInput
from catmaid_wire import swc

Struct = TypeVar("Struct", bound=msgspec.Struct)

_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_INDEX = re.compile(r"\[([^\[\]]*)\]")
_LARGEST_INT = 2**31 - 1
_LARGEST_FLOAT = (
    swc.LARGEST
)  # what is computed of it, volumes too, stays finite, and PostGIS keeps boxes in single precision
_LEAST_FLOAT = swc.SMALLEST  # the index of positions multiplies lengths, which must not underflow
_LONGEST_TEXT = 4_000_000
LongText: TypeAlias = Annotated[str, msgspec.Meta(max_length=2**26)]
"""Text that may be as long as a body, such as a surface."""
_MAX_DEPTH = 8
_MOST_VALUES = 1_000_000
"""Of one parameter that is a list in one text: as objects they take many times the memory of the text."""
_MOST_LISTS = 200_000
"""Of one parameter that is sent as lists in lists."""


class _Spelling:
    """All values that were sent for one parameter."""

    __slots__ = ("indexed", "lists", "plain")

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.indexed: dict[str, Any] = {}
        self.lists = 0

    def add(self, path: list[str], value: str) -> None:
        if not path:
            self.plain.append(value)
        elif path == [""]:
            _require_few_values(value)
            self.plain = value.split(",") if value else []
        else:
            node = self.indexed
            for step in path[:-1]:
                below = node.get(step)
                if below is None:
                    below = node[step] = {}
                    self.lists += 1
                if not isinstance(below, dict):
                    raise InvalidInput("A parameter is given both as a value and as a list.")
                node = below
            if self.lists > _MOST_LISTS:
                raise InvalidInput(f"A parameter has at most {_MOST_LISTS} lists in lists.")
            node[path[-1]] = value


def _require_few_values(text: str) -> None:
    if len(text) > _MOST_VALUES and text.count(",") + text.count("[") + text.count("{") > _MOST_VALUES:
        raise InvalidInput(f"A list in one text has at most {_MOST_VALUES} values; send one parameter for each.")


def decode(pairs: Iterable[tuple[str, str]], into: type[Struct]) -> Struct:
    """Make a `Struct` of form parameters; unknown ones are ignored.

    A struct may have a class variable `UNREAD`: parameters that CATMAID knows and this service does not follow, by
    name, with the value that makes no difference.

    Raises
    ------
    InvalidInput
        Naming the parameter, if a value has the wrong type, is not finite, or a required one is missing; or one of
        `UNREAD` has another value.
    """
    parameters = _parameters(into)
    unread: dict[str, str] = getattr(into, "UNREAD", {})
    spellings: dict[str, _Spelling] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match is None:
            continue
        if match[1] in unread:
            _require_no_difference(match[1], value, unread[match[1]])
        if match[1] not in parameters:
            continue
        path = _INDEX.findall(match[2])
        if len(path) > _MAX_DEPTH:
            raise InvalidInput(f"Parameter {match[1]} is nested too deeply.")
        spelling = spellings.get(match[1])
        if spelling is None:
            spelling = spellings[match[1]] = _Spelling()
        spelling.add(path, value)
    raw = {name: _value(name, spelling, parameters[name].reading) for name, spelling in spellings.items()}
    return convert(raw, into)


def _require_no_difference(name: str, value: str, harmless: str) -> None:
    if value.strip().lower() not in ("", harmless):
        with_default = f", or send {harmless}" if harmless else ""
        raise InvalidInput(f"Parameter {name} is not supported here: leave it out{with_default}.")


def convert(raw: Any, into: type[Struct]) -> Struct:
    """Make a `Struct` of decoded JSON or form values, with the checks of `decode`."""
    try:
        made = msgspec.convert(raw, into, strict=False, str_keys=True)
    except msgspec.ValidationError as error:
        raise InvalidInput(str(error)) from None
    except UnicodeEncodeError as error:
        raise InvalidInput(f"A parameter has a character that is not valid in UTF-8: {error.reason}.") from None
    for name, kind in _parameters(into).items():
        if not kind.long:
            _require_ordinary(name, getattr(made, kind.field))
    return made


def parameter_names(into: type[msgspec.Struct]) -> set[str]:
    """Names of the parameters of a form."""
    return set(_parameters(into))


def split_ids(texts: Iterable[str]) -> list[int]:
    """Ids from texts that hold one, or several with commas between them, as a few old routes have it."""
    try:
        return [int(part) for text in texts for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvalidInput("Ids are whole numbers with commas between them.") from None


def wide_ids(texts: Iterable[str]) -> list[int]:
    """Ids of other servers, which may be of 64 bits; `InvalidInput` for others."""
    try:
        ids = [int(text) for text in texts]
    except ValueError:
        raise InvalidInput("Ids are whole numbers.") from None
    if any(not 0 <= number < 2**63 for number in ids):
        raise InvalidInput("Ids are from 0 to 2^63 - 1.")
    return ids


def _value(name: str, spelling: _Spelling, reading: str) -> Any:
    if reading == "list":
        if spelling.indexed:
            return _as_list(spelling.indexed)
        if len(spelling.plain) == 1 and spelling.plain[0].startswith("["):
            return _json(name, spelling.plain[0])
        return spelling.plain
    if reading == "dict":
        if spelling.indexed:
            return spelling.indexed
        return _json(name, spelling.plain[-1]) if spelling.plain and spelling.plain[-1] else {}
    if not spelling.plain:
        raise InvalidInput(f"Parameter {name} is one value, not a list.")
    return _single(spelling.plain[-1], reading)


def _single(text: str, reading: str) -> str | bool | None:
    if reading == "bool":
        return text.strip().lower() == "true"
    return None if reading == "number or nothing" and not text else text


def _as_list(node: dict[str, Any]) -> list[Any]:
    try:
        order = sorted(node, key=int)
    except ValueError:
        raise InvalidInput("List parameters are numbered: name[0], name[1], ...") from None
    return [_as_list(node[i]) if isinstance(node[i], dict) else node[i] for i in order]


def _json(name: str, text: str) -> Any:
    _require_few_values(text)
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):  # the second: half of a character
        raise InvalidInput(f"Parameter {name} is not valid JSON.") from None
    except RecursionError:
        raise InvalidInput(f"Parameter {name} is nested too deeply.") from None


def _require_ordinary(name: str, value: Any) -> None:
    match value:
        case bool() | None:
            pass
        case int() if abs(value) > _LARGEST_INT:
            raise InvalidInput(f"Parameter {name} is out of range: {value}.")
        case float():
            _require_ordinary_number(name, value)
        case str() if len(value) > _LONGEST_TEXT:
            raise InvalidInput(f"Parameter {name} is too long: at most {_LONGEST_TEXT} characters are allowed.")
        case list() | tuple():
            for item in value:
                _require_ordinary(name, item)
        case dict():
            for item in value.values():
                _require_ordinary(name, item)


def _require_ordinary_number(name: str, value: float) -> None:
    """Bounds as in files: what is computed of it stays finite, volumes too, and does not underflow."""
    if not math.isfinite(value):
        raise InvalidInput(f"Parameter {name} must be a finite number.")
    if abs(value) > swc.LARGEST:
        raise InvalidInput(f"Parameter {name} is out of range: {value}.")
    if 0 < abs(value) < swc.SMALLEST:
        raise InvalidInput(f"Parameter {name} is nearer to 0 than {swc.SMALLEST}: {value}. Send 0.")


class _Parameter(NamedTuple):
    """The field that a parameter becomes, how it is read, and if it may be long.

    It is read as `list`, `dict`, `bool`, `number or nothing`, which browsers send as empty text, or `value`.
    """

    field: str
    reading: str
    long: bool


@cache
def _parameters(struct: type[msgspec.Struct]) -> dict[str, _Parameter]:
    """By parameter name."""
    hints = get_type_hints(struct, include_extras=False)
    return {
        field.encode_name: _Parameter(field.name, _reading(hints[field.name]), field.type == LongText)
        for field in msgspec.structs.fields(struct)
    }


def _reading(hint: Any) -> str:
    options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
    for option in options:
        origin = get_origin(option) or option
        if origin in (list, tuple, set):
            return "list"
        if origin is dict:
            return "dict"
        if origin is bool:
            return "bool"
    return "number or nothing" if set(options) in ({int, NoneType}, {float, NoneType}) else "value"
