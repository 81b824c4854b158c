"""Searches for neurons in Python: conditions joined by `&`, `|` and `~`, or the keyword arguments of `project.search`.

    annotated("PN") & ~annotated("fragment") & nodes(100, None)

The same query is also a text (`catmaid_wire.query_text`) and a form (`catmaid_wire.neuron_query.plain`).
"""

from __future__ import annotations

import ast
import difflib
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from numbers import Integral
from typing import Any, Final, TypeAlias

from catmaid_wire.neuron_query import (
    EVERYTHING,
    OUT,
    AllOf,
    AnyOf,
    BadQuery,
    Condition,
    CreatedIn,
    EditedBy,
    EditedIn,
    InVolume,
    NoneOf,
    PartnerOf,
    Query,
    TracedBy,
    WithAnnotation,
    WithCable,
    WithId,
    WithName,
    WithNodes,
    WithReviews,
    WithTag,
    all_of,
    any_of,
    from_plain,
    none_of,
    plain,
    require_modest,
)
from catmaid_wire.query_text import parse_query, query_text
from catmaid_wire.query_values import Dates, Pattern, Span

__all__ = [
    "EVERYTHING",
    "BadQuery",
    "Query",
    "all_of",
    "annotated",
    "any_of",
    "cable",
    "created",
    "edited",
    "edited_by",
    "everything",
    "expression_text",
    "from_plain",
    "in_volume",
    "named",
    "nodes",
    "none_of",
    "parse_expression",
    "parse_query",
    "partner_of",
    "plain",
    "query_text",
    "reviewed",
    "skeletons",
    "tagged",
    "traced_by",
]

Users: TypeAlias = str | Sequence[str]
Time: TypeAlias = str | date
"""ISO text, or a date or datetime; UTC where no zone is named, and a date means the whole day."""


def everything() -> Query:
    """All neurons."""
    return EVERYTHING


def annotated(
    name: str, *, sub: bool = False, by: Users = (), since: Time | None = None, until: Time | None = None
) -> Query:
    """Neurons with an annotation; if `sub`, also with one that bears it, directly or not.

    by, since, until : only if one of these users annotated the neuron so, in that time.
    """
    return WithAnnotation(name, sub=sub, by=_names(by), on=Dates(*_ends(since, until)))


def named(
    pattern: str | None = None, *, contains: str | None = None, exact: str | None = None, case: bool = False
) -> Query:
    """Neurons by their name, in any case of letters unless `case`.

    pattern : a regular expression (PostgreSQL's) that is found in the name.
    contains : a part of the name, instead. exact : the whole name, instead.
    """
    given = [(how, text) for how, text in _hows(pattern, contains, exact) if text is not None]
    if len(given) != 1:
        raise BadQuery("Give a regular expression, or contains=, or exact=: one of them.")
    how, text = given[0]
    return WithName(Pattern(text, how), case=case)


def nodes(low: float | None = None, high: float | None = None) -> Query:
    """Skeletons of at least `low` and at most `high` treenodes."""
    return WithNodes(Span(low, high))


def cable(low: float | None = None, high: float | None = None) -> Query:
    """Skeletons of at least `low` and at most `high` nm of cable."""
    return WithCable(Span(low, high))


def traced_by(*users: str) -> Query:
    """Skeletons of which one of these users made at least one treenode."""
    return TracedBy(users)


def edited_by(*users: str) -> Query:
    """Skeletons of which one of these users was the last to edit at least one treenode."""
    return EditedBy(users)


def created(since: Time | None = None, until: Time | None = None) -> Query:
    """Skeletons whose oldest treenode was made in that time."""
    return CreatedIn(Dates(*_ends(since, until)))


def edited(since: Time | None = None, until: Time | None = None) -> Query:
    """Skeletons of which a treenode was edited last in that time."""
    return EditedIn(Dates(*_ends(since, until)))


def in_volume(name: str) -> Query:
    """Skeletons with at least one treenode inside a closed volume."""
    return InVolume(name)


def partner_of(skeleton_ids: int | Iterable[int], *, relation: str = OUT, min_synapses: int = 1) -> Query:
    """Partners of skeletons, with at least so many synapses with all of these together.

    relation : `out`: they get synapses of these; `in`: they make synapses on these; `gap`: gap junctions.
    """
    return PartnerOf(_ids(skeleton_ids), relation=relation, synapses=min_synapses)


def reviewed(low: float | None = None, high: float | None = None, *, by: Users = ()) -> Query:
    """Skeletons of which at least `low` and at most `high` % of the treenodes were reviewed; without these, any.

    by : only reviews by these users.
    """
    return WithReviews(Span(low, high), by=_names(by))


def tagged(name: str) -> Query:
    """Skeletons with a treenode that has a tag."""
    return WithTag(name)


def skeletons(skeleton_ids: int | Iterable[int]) -> Query:
    """These skeletons."""
    return WithId(_ids(skeleton_ids))


CONDITIONS: Final[Mapping[str, Callable[..., Query]]] = {
    made.__name__: made
    for made in (
        everything, annotated, named, nodes, cable, traced_by, edited_by, created, edited, in_volume, partner_of,
        reviewed, tagged, skeletons,
    )
}  # fmt: skip
"""What an expression is made of, by name."""


def expression_text(query: Query) -> str:
    """The Python expression that makes this query."""
    match query:
        case AllOf(()):
            return "everything()"
        case AllOf(parts):
            return " & ".join(_inside(part) for part in parts)
        case AnyOf(parts):
            return " | ".join(_inside(part) for part in parts)
        case NoneOf(part):
            return f"~{_inside(part)}"
        case Condition():
            name, positional, named_ones = _CALLS[type(query)](query)
            written = [*map(literal, positional), *(f"{key}={literal(value)}" for key, value in named_ones.items())]
            return f"{name}({', '.join(written)})"
        case _:
            raise TypeError(f"{type(query).__name__} is no query.")


def literal(value: Any) -> str:
    """A value as Python code; a text with backslashes as a raw one if it can be."""
    raw = f'r"{value}"'
    if isinstance(value, str) and "\\" in value and value.isprintable() and '"' not in value:
        return raw if not value.endswith("\\") else repr(value)
    return f'"{value}"' if isinstance(value, str) and repr(value) == f"'{value}'" and '"' not in value else repr(value)


def parse_expression(text: str) -> Query:
    """The query that a Python expression says; nothing but its conditions is called. `BadQuery` with the place."""
    statements = syntax_tree(text).body
    if len(statements) != 1 or not isinstance(statements[0], ast.Expr):
        raise BadQuery("This is not a Python expression: one goes here, such as annotated('PN').", 0, len(text))
    return require_modest(ExpressionReader(text).query(statements[0].value))


def syntax_tree(text: str) -> ast.Module:
    """The syntax tree of Python text; `BadQuery` with the place where it is none."""
    try:
        with warnings.catch_warnings(action="ignore"):  # of backslashes, which regular expressions have
            return ast.parse(text.strip())
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        start = _place(text, getattr(error, "lineno", 1) or 1, getattr(error, "offset", 1) or 1)
        message = getattr(error, "msg", None) or str(error)
        raise BadQuery(f"This is not a Python expression: {message}.", start, start) from None


class ExpressionReader:
    """Makes queries of the syntax trees of a text's expressions."""

    def __init__(self, text: str) -> None:
        self.text = text

    def query(self, node: ast.expr) -> Query:
        """The query that an expression says; `BadQuery` with the place."""
        match node:
            case ast.BinOp(left, ast.BitAnd(), right):
                return all_of(self.query(left), self.query(right))
            case ast.BinOp(left, ast.BitOr(), right):
                return any_of(self.query(left), self.query(right))
            case ast.UnaryOp(ast.Invert(), operand):
                return none_of(self.query(operand))
            case ast.Call(ast.Name(name), arguments, keywords):
                return self._condition(node, name, arguments, keywords)
            case ast.BoolOp() | ast.UnaryOp(ast.Not(), _):
                raise self.problem(node, "Join conditions with &, | and ~, not with and, or and not.")
            case _:
                raise self.problem(
                    node, f"A condition goes here, such as annotated('PN'). {close_name('', CONDITIONS)}"
                )

    def _condition(self, node: ast.expr, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]) -> Query:
        made = CONDITIONS.get(name)
        if made is None:
            raise self.problem(node, f"There is no condition {name}(). {close_name(name, CONDITIONS)}")
        if any(keyword.arg is None for keyword in keywords):
            raise self.problem(node, "Write the options one by one, not as **.")
        try:
            values = [self.value(argument) for argument in arguments]
            options = {str(keyword.arg): self.value(keyword.value) for keyword in keywords}
            return made(*values, **options)
        except TypeError as error:
            raise self.problem(node, f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        except BadQuery as error:
            if error.end > error.start:
                raise
            raise self.problem(node, error.message) from None

    def value(self, node: ast.expr) -> Any:
        """A literal value; `BadQuery` with the place."""
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError):
            raise self.problem(node, "Values are texts, numbers, lists, True, False or None.") from None

    def problem(self, node: ast.AST, message: str) -> BadQuery:
        """An error that points at a node of the tree."""
        first = getattr(node, "lineno", 1)
        last = getattr(node, "end_lineno", None) or first
        start = _place(self.text, first, 1) + _characters(self.text, first, getattr(node, "col_offset", 0))
        end = _place(self.text, last, 1) + _characters(self.text, last, getattr(node, "end_col_offset", None) or 0)
        return BadQuery(message, start, end)


Call: TypeAlias = tuple[str, list[Any], dict[str, Any]]
"""Name and arguments of a call."""


def _annotated_call(one: WithAnnotation) -> Call:
    return "annotated", [one.name], _given({"sub": one.sub, "by": _users(one.by), **_dates(one.on)})


def _named_call(one: WithName) -> Call:
    options = _given({"case": one.case})
    if one.pattern.how == "regex":
        return "named", [one.pattern.text], options
    return "named", [], {one.pattern.how: one.pattern.text, **options}


def _partner_call(one: PartnerOf) -> Call:
    return "partner_of", [[*one.skeleton_ids]], {"relation": one.relation, "min_synapses": one.synapses}


def _reviewed_call(one: WithReviews) -> Call:
    return "reviewed", [] if one.percent == Span() else [*one.percent], _given({"by": _users(one.by)})


_CALLS: Final[Mapping[type[Condition], Callable[[Any], Call]]] = {
    WithAnnotation: _annotated_call,
    WithName: _named_call,
    WithNodes: lambda one: ("nodes", [*one.span], {}),
    WithCable: lambda one: ("cable", [*one.span], {}),
    TracedBy: lambda one: ("traced_by", [*one.users], {}),
    EditedBy: lambda one: ("edited_by", [*one.users], {}),
    CreatedIn: lambda one: ("created", [], _dates(one.dates)),
    EditedIn: lambda one: ("edited", [], _dates(one.dates)),
    InVolume: lambda one: ("in_volume", [one.name], {}),
    PartnerOf: _partner_call,
    WithReviews: _reviewed_call,
    WithTag: lambda one: ("tagged", [one.name], {}),
    WithId: lambda one: ("skeletons", [[*one.skeleton_ids]], {}),
}
"""The call that makes a condition."""


def _inside(query: Query) -> str:
    text = expression_text(query)
    return f"({text})" if isinstance(query, AllOf | AnyOf) and query != EVERYTHING else text


def close_name(name: str, known: Iterable[str]) -> str:
    """What to say to somebody who wrote a name that is not known."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names)}."


def _hows(pattern: str | None, contains: str | None, exact: str | None) -> list[tuple[str, str | None]]:
    return [("regex", pattern), ("contains", contains), ("exact", exact)]


def _names(users: Users) -> tuple[str, ...]:
    return (users,) if isinstance(users, str) else tuple(users)


def _users(names: tuple[str, ...]) -> str | list[str] | None:
    return None if not names else names[0] if len(names) == 1 else [*names]


def _ends(since: Time | None, until: Time | None) -> tuple[str | None, str | None]:
    return _iso(since), _iso(until)


def _iso(value: Time | None) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _dates(dates: Dates) -> dict[str, Any]:
    return _given({"since": dates.since, "until": dates.until})


def _ids(skeleton_ids: Any) -> tuple[Any, ...]:
    found = getattr(skeleton_ids, "skeleton_ids", skeleton_ids)
    many = found if isinstance(found, Iterable) and not isinstance(found, str) else [found]
    return tuple(int(one) if isinstance(one, Integral) and not isinstance(one, bool) else one for one in many)


def _given(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in (None, False)}


def _place(text: str, line: int, column: int) -> int:
    """Index of a line and column (from 1) of a text without its leading blanks, in the whole text."""
    lead = len(text) - len(text.lstrip())
    lines = text.strip().split("\n")
    return lead + sum(len(one) + 1 for one in lines[: line - 1]) + column - 1


def _characters(text: str, line: int, octets: int) -> int:
    """How many characters the first bytes of a line are, which is how Python counts columns."""
    return len(text.strip().split("\n")[line - 1].encode()[:octets].decode(errors="ignore"))
