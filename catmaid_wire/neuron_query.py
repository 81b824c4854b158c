"""What a search for neurons asks: conditions, joined by and, or and not.

One query has several notations: text (`query_text`), plain data for forms (`plain`, `from_plain`), and Python (the
client's `model.queries`). A query is compared by what it says; what is joined by and (or by or) is kept flat.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Final

from catmaid_wire.query_values import (
    MOST_COUNT,
    BadValue,
    ChoiceKind,
    CountKind,
    Dates,
    DatesKind,
    FlagKind,
    IdsKind,
    NamesKind,
    Pattern,
    PatternKind,
    Span,
    SpanKind,
    TextKind,
    ValueKind,
)

MOST_CONDITIONS: Final = 200
DEEPEST: Final = 20
"""How deep conditions may lie in each other."""

OUT, IN, GAP = "out", "in", "gap"
RELATIONS: Final = (OUT, IN, GAP)


class BadQuery(ValueError):
    """A query that says nothing; `start` and `end` are the place in the text, if it was one."""

    def __init__(self, message: str, start: int = 0, end: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class Query:
    """What neurons are wanted. Joined with `&` and `|`, turned round with `~`."""

    __slots__ = ()

    def __and__(self, other: Query) -> Query:
        """Those that both queries find."""
        return all_of(self, other) if isinstance(other, Query) else NotImplemented

    def __or__(self, other: Query) -> Query:
        """Those that at least one of the queries finds."""
        return any_of(self, other) if isinstance(other, Query) else NotImplemented

    def __invert__(self) -> Query:
        """Those that the query does not find."""
        return none_of(self)


@dataclass(frozen=True, slots=True)
class AllOf(Query):
    """What all parts find; all neurons if there are no parts. Made by `all_of`."""

    parts: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf(Query):
    """What at least one of two or more parts finds. Made by `any_of`."""

    parts: tuple[Query, ...]


@dataclass(frozen=True, slots=True)
class NoneOf(Query):
    """What a part does not find. Made by `none_of`."""

    part: Query


def all_of(*parts: Query) -> Query:
    """A query for what all parts find."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, AllOf) else (part,))]
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(*parts: Query) -> Query:
    """A query for what at least one part finds."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, AnyOf) else (part,))]
    if not flat:
        raise BadQuery("Nothing is joined by or: give at least one condition.")
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def none_of(part: Query) -> Query:
    """A query for what a part does not find."""
    return part.part if isinstance(part, NoneOf) else NoneOf(part)


def _of(kind: ValueKind) -> dict[str, ValueKind]:
    return {"kind": kind}


@dataclass(frozen=True, slots=True)
class Condition(Query):
    """One condition: a value, and options. Values are checked when it is made; `BadQuery` if one does not fit."""

    word: ClassVar[str]
    """What text and forms call it."""
    title: ClassVar[str]
    """What people read."""

    def __post_init__(self) -> None:
        """Check the values and keep them in one form."""
        for one in fields(self):
            value = getattr(self, one.name)
            if type(value) is not type(one.default) or value != one.default:
                try:
                    object.__setattr__(self, one.name, one.metadata["kind"].checked(value))
                except BadValue as error:
                    raise BadQuery(str(error)) from None

    @property
    def options(self) -> dict[str, Any]:
        """Options that are set, by name."""
        return {one.name: getattr(self, one.name) for one in fields(self)[1:] if getattr(self, one.name) != one.default}

    @property
    def value(self) -> Any:
        """The value."""
        return getattr(self, fields(self)[0].name)


_BY = NamesKind("users", "by:ana")


@dataclass(frozen=True, slots=True)
class WithAnnotation(Condition):
    """Neurons with an annotation or, if `sub`, with one that bears it, directly or not.

    by, on : only if one of these users annotated the neuron so, in that time.
    """

    word: ClassVar = "annotation"
    title: ClassVar = "annotation"
    name: str = field(metadata=_of(TextKind("text", "annotation:PN")))
    sub: bool = field(metadata=_of(FlagKind("flag", "sub")), default=False)
    by: tuple[str, ...] = field(metadata=_of(_BY), default=())
    on: Dates = field(metadata=_of(DatesKind("dates", "on:2026-01-01..")), default=Dates())


@dataclass(frozen=True, slots=True)
class WithName(Condition):
    """Neurons by their name, in any case of letters unless `case`."""

    word: ClassVar = "name"
    title: ClassVar = "name"
    pattern: Pattern = field(metadata=_of(PatternKind("pattern", "name:/^PN/")))
    case: bool = field(metadata=_of(FlagKind("flag", "case")), default=False)


@dataclass(frozen=True, slots=True)
class WithNodes(Condition):
    """Skeletons of some number of treenodes."""

    word: ClassVar = "nodes"
    title: ClassVar = "number of nodes"
    span: Span = field(metadata=_of(SpanKind("numbers", "nodes:100..", is_whole=True, most=MOST_COUNT)))


@dataclass(frozen=True, slots=True)
class WithCable(Condition):
    """Skeletons of some length of cable, nm."""

    word: ClassVar = "cable"
    title: ClassVar = "cable (nm)"
    span: Span = field(metadata=_of(SpanKind("numbers", "cable:1000..5mm", unit="nm")))


@dataclass(frozen=True, slots=True)
class TracedBy(Condition):
    """Skeletons of which one of these users made at least one treenode."""

    word: ClassVar = "by"
    title: ClassVar = "traced by"
    users: tuple[str, ...] = field(metadata=_of(_BY))


@dataclass(frozen=True, slots=True)
class EditedBy(Condition):
    """Skeletons of which one of these users was the last to edit at least one treenode."""

    word: ClassVar = "editor"
    title: ClassVar = "edited by"
    users: tuple[str, ...] = field(metadata=_of(NamesKind("users", "editor:ana")))


@dataclass(frozen=True, slots=True)
class CreatedIn(Condition):
    """Skeletons whose oldest treenode was made in that time."""

    word: ClassVar = "created"
    title: ClassVar = "created"
    dates: Dates = field(metadata=_of(DatesKind("dates", "created:2026-01-01..")))


@dataclass(frozen=True, slots=True)
class EditedIn(Condition):
    """Skeletons of which a treenode was edited last in that time."""

    word: ClassVar = "edited"
    title: ClassVar = "last edited"
    dates: Dates = field(metadata=_of(DatesKind("dates", "edited:2026-01-01..")))


@dataclass(frozen=True, slots=True)
class InVolume(Condition):
    """Skeletons with at least one treenode inside a closed volume."""

    word: ClassVar = "volume"
    title: ClassVar = "in volume"
    name: str = field(metadata=_of(TextKind("text", "volume:LH")))


@dataclass(frozen=True, slots=True)
class PartnerOf(Condition):
    """Partners of skeletons, with at least so many synapses with all of them together.

    relation : `out`: they get synapses of these; `in`: they make synapses on these; `gap`: gap junctions.
    """

    word: ClassVar = "partners"
    title: ClassVar = "partners of skeletons"
    skeleton_ids: tuple[int, ...] = field(metadata=_of(IdsKind("ids", "partners:17,18")))
    relation: str = field(metadata=_of(ChoiceKind("choice", "relation:in", choices=RELATIONS)), default=OUT)
    synapses: int = field(metadata=_of(CountKind("count", "synapses:3..")), default=1)


@dataclass(frozen=True, slots=True)
class WithReviews(Condition):
    """Skeletons of which some percentage of treenodes was reviewed (by one of these users); `any`: above 0."""

    word: ClassVar = "reviewed"
    title: ClassVar = "reviewed (%)"
    percent: Span = field(
        metadata=_of(SpanKind("numbers", "reviewed:50..", unit="%", most=100, open_word="any")), default=Span()
    )
    by: tuple[str, ...] = field(metadata=_of(_BY), default=())


@dataclass(frozen=True, slots=True)
class WithTag(Condition):
    """Skeletons with a treenode that has a tag."""

    word: ClassVar = "tag"
    title: ClassVar = "tag"
    name: str = field(metadata=_of(TextKind("text", "tag:soma")))


@dataclass(frozen=True, slots=True)
class WithId(Condition):
    """These skeletons."""

    word: ClassVar = "id"
    title: ClassVar = "skeleton ids"
    skeleton_ids: tuple[int, ...] = field(metadata=_of(IdsKind("ids", "id:17,18")))


CONDITIONS: Final[Mapping[str, type[Condition]]] = {
    kind.word: kind
    for kind in (
        WithAnnotation, WithName, WithNodes, WithCable, TracedBy, EditedBy, CreatedIn, EditedIn, InVolume, PartnerOf,
        WithReviews, WithTag, WithId,
    )
}  # fmt: skip
"""Kinds of conditions by their words."""

EVERYTHING: Final[Query] = AllOf()
"""All neurons."""


def kinds_of(condition: type[Condition]) -> dict[str, ValueKind]:
    """The kinds of a condition's value and options by name; the value comes first."""
    return {one.name: one.metadata["kind"] for one in fields(condition)}


def no_condition(word: str) -> str:
    """What to say of a word that names no condition."""
    close = difflib.get_close_matches(word.lower(), CONDITIONS, n=1)
    known = f"Did you mean {close[0]}:?" if close else f"There are: {', '.join(CONDITIONS)}."
    return f"There is no condition {word!r}. {known}"


def require_modest(query: Query) -> Query:
    """The query; `BadQuery` if it has too many conditions, or they lie too deep in each other."""
    count, depth = _size(query)
    if count > MOST_CONDITIONS:
        raise BadQuery(f"A query has at most {MOST_CONDITIONS} conditions, not {count}.")
    if depth > DEEPEST:
        raise BadQuery(f"Conditions lie at most {DEEPEST} deep in each other, not {depth}.")
    return query


def _size(query: Query) -> tuple[int, int]:
    """Number of conditions, and how deep they lie."""
    if isinstance(query, NoneOf):
        count, depth = _size(query.part)
        return count, depth + 1
    if isinstance(query, AllOf | AnyOf):
        sizes = [_size(part) for part in query.parts]
        return sum(count for count, _ in sizes), 1 + max((depth for _, depth in sizes), default=0)
    return 1, 1


def plain(query: Query) -> dict[str, Any]:
    """The query as JSON has it: `{"all": […]}`, `{"any": […]}`, `{"not": …}`, or a condition and its values."""
    match query:
        case AllOf(parts):
            return {"all": [plain(part) for part in parts]}
        case AnyOf(parts):
            return {"any": [plain(part) for part in parts]}
        case NoneOf(part):
            return {"not": plain(part)}
        case Condition():
            kinds = kinds_of(type(query))
            shown = {next(iter(kinds)): query.value, **query.options}
            return {"condition": query.word, **{name: kinds[name].plain(value) for name, value in shown.items()}}
        case _:
            raise TypeError(f"{type(query).__name__} is no query.")


def from_plain(form: Any, *, depth: int = 0) -> Query:
    """The query of which `plain` gives this; `BadQuery` if it is none."""
    if not isinstance(form, dict) or depth > 2 * DEEPEST:
        raise BadQuery("A query is an object with all, any, not or condition, and not too deep.")
    for name, join in (("all", all_of), ("any", any_of)):
        if name in form:
            parts = form[name]
            if not isinstance(parts, list) or len(form) > 1:
                raise BadQuery(f"{name} is a list of queries, alone in its object.")
            return join(*(from_plain(part, depth=depth + 1) for part in parts))
    if "not" in form:
        return none_of(from_plain(form["not"], depth=depth + 1))
    values = dict(form)
    word = values.pop("condition", None)
    if not isinstance(word, str) or word not in CONDITIONS:
        raise BadQuery(no_condition(str(word)))
    return condition_of(CONDITIONS[word], values)


def condition_of(kind: type[Condition], values: Mapping[str, Any]) -> Condition:
    """A condition of values by name; `BadQuery` for a name that it does not have, or if the value is missing."""
    known = kinds_of(kind)
    for name in values:
        if name not in known:
            raise BadQuery(no_option(kind, name))
    first = fields(kind)[0]
    if first.name not in values and first.default is MISSING:
        raise BadQuery(f"{kind.word}: needs a value (as in {known[first.name].example}).")
    return kind(**values)


def no_option(kind: type[Condition], name: str) -> str:
    """What to say of an option that a condition does not have."""
    options = list(kinds_of(kind))[1:]
    return f"{kind.word}: has no option {name!r}. It has: {', '.join(options) or 'none'}."
