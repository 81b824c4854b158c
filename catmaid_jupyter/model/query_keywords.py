"""The keyword arguments of `project.search`: simple queries without operators, and the cell that makes a query."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypedDict, Unpack

from catmaid_jupyter.model import queries
from catmaid_jupyter.model.queries import BadQuery, Query, Time, Users, all_of, literal, none_of, parse_query
from catmaid_wire.neuron_query import (
    EVERYTHING,
    OUT,
    AllOf,
    CreatedIn,
    EditedBy,
    EditedIn,
    InVolume,
    NoneOf,
    PartnerOf,
    TracedBy,
    WithAnnotation,
    WithCable,
    WithId,
    WithName,
    WithNodes,
    WithReviews,
    WithTag,
    condition_of,
    require_modest,
)
from catmaid_wire.query_values import Dates, Span

Texts = str | Sequence[str]
Range = tuple[float | None, float | None] | float


class SearchKeywords(TypedDict, total=False):
    """What `project.search` takes; all that is given has to fit."""

    annotation: Texts
    """An annotation, or several: the neuron has each."""
    without: Texts
    """An annotation, or several: the neuron has none."""
    sub: bool
    """Whether annotations that bear these stand for them, too."""
    annotated_by: Users
    """Only annotations by one of these users."""
    annotated_since: Time
    annotated_until: Time
    """Only annotations from that time."""
    name: str
    """A regular expression that is found in the name."""
    contains: str
    """A part of the name."""
    exact: str
    """The whole name."""
    case: bool
    """Whether capital letters count in names."""
    by: Users
    """Users, one of whom made at least one treenode."""
    edited_by: Users
    """Users, one of whom was the last to edit at least one treenode."""
    created_since: Time
    created_until: Time
    edited_since: Time
    edited_until: Time
    nodes: Range
    """Number of treenodes: lowest and highest, None where it is open."""
    cable: Range
    """Cable length, nm."""
    volume: str
    """A closed volume with at least one treenode in it."""
    partners_of: Any
    """Skeletons whose partners are wanted."""
    relation: str
    """`out`, `in` or `gap` (see `queries.partner_of`)."""
    min_synapses: int
    reviewed: Range
    """Percentage of reviewed treenodes."""
    reviewed_by: Users
    tag: Texts
    """A tag, or several: each is on a treenode."""
    skeletons: Any
    """Only these skeletons."""


_OPTIONS_OF: Final = {
    "sub": ("annotation", "without"),
    "annotated_by": ("annotation",),
    "annotated_since": ("annotation",),
    "annotated_until": ("annotation",),
    "case": ("name", "contains", "exact"),
    "relation": ("partners_of",),
    "min_synapses": ("partners_of",),
}
"""Keywords that say nothing without another."""


def from_keywords(query: Query | str | None = None, **keywords: Unpack[SearchKeywords]) -> Query:
    """The query that keyword arguments say, together with a query or its text; `BadQuery` for what says nothing."""
    keywords = SearchKeywords(**{name: value for name, value in keywords.items() if value is not None})  # type: ignore[typeddict-item]
    _check_names(keywords)
    given = parse_query(query) if isinstance(query, str) else query or EVERYTHING
    if not isinstance(given, Query):
        raise BadQuery(f"A query is a text or made of conditions such as annotated('PN'), not {given!r}.")
    parts = [given, *_of_annotations(keywords), *_of_names(keywords), *_of_skeletons(keywords), *_of_others(keywords)]
    return require_modest(all_of(*parts))


def keywords_of(query: Query) -> SearchKeywords | None:
    """Keyword arguments that make this query; None if there are none."""
    parts = query.parts if isinstance(query, AllOf) else (query,)
    found: dict[str, Any] = {}
    for part in parts:
        for name, value in _keywords_of_part(part).items():
            if name in ("annotation", "without", "tag") and name in found:
                found[name] = [*_texts(found[name]), value]
            else:
                found[name] = value
    if not found and query != EVERYTHING:
        return None
    try:
        made = from_keywords(**found)
    except BadQuery:
        return None
    return SearchKeywords(**found) if made == query else None  # type: ignore[typeddict-item]


def cell_text(query: Query) -> str:
    """A notebook's cell that searches: with keyword arguments if they can say it, else with an expression."""
    keywords = keywords_of(query)
    if keywords is not None:
        return f"project.search({', '.join(f'{name}={literal(value)}' for name, value in keywords.items())})"
    expression = queries.expression_text(query)
    names = sorted(name for name in queries.CONDITIONS if f"{name}(" in expression)
    return f"from catmaid_jupyter.model.queries import {', '.join(names)}\n\nproject.search({expression})"


def parse_cell(text: str) -> Query:
    """The query of a cell that searches, as `cell_text` writes it, or of an expression. Nothing is run.

    Raises `BadQuery` with the place.
    """
    statements = [one for one in queries.syntax_tree(text).body if not isinstance(one, ast.ImportFrom)]
    reader = queries.ExpressionReader(text)
    if len(statements) != 1 or not isinstance(statements[0], ast.Expr):
        raise BadQuery("One search goes here, such as project.search(annotation='PN').", 0, len(text))
    match statements[0].value:
        case ast.Call(ast.Attribute(ast.Name(_), "search"), arguments, keywords) as call:
            return _searched(reader, call, arguments, keywords)
        case expression:
            return require_modest(reader.query(expression))


def _searched(
    reader: queries.ExpressionReader, call: ast.Call, arguments: list[ast.expr], keywords: list[ast.keyword]
) -> Query:
    """The query of a call of `search`."""
    if len(arguments) > 1 or any(keyword.arg is None for keyword in keywords):
        raise reader.problem(call, "search takes one query and keyword arguments, such as annotation='PN'.")
    values = {str(keyword.arg): reader.value(keyword.value) for keyword in keywords}
    query: Query | str | None = None
    if arguments:
        first = arguments[0]
        is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
        query = reader.value(first) if is_text else reader.query(first)
    try:
        return from_keywords(query, **values)
    except BadQuery as error:
        wrong = next((one for one in keywords if one.arg is not None and _is_wrong(one.arg, values)), call)
        raise reader.problem(wrong, error.message) from None


def _is_wrong(name: str, values: dict[str, Any]) -> bool:
    """Whether an argument alone says nothing; with what it needs, if that is there."""
    needed = {owner: values[owner] for owner in _OPTIONS_OF.get(name, ()) if owner in values}
    try:
        from_keywords(**{**needed, name: values[name]})
    except BadQuery:
        return True
    return False


def _check_names(keywords: SearchKeywords) -> None:
    for name in keywords:
        if name not in SearchKeywords.__annotations__:
            close = queries.close_name(name, SearchKeywords.__annotations__)
            raise BadQuery(f"search has no argument {name!r}. {close}")
        owners = _OPTIONS_OF.get(name)
        if owners and not any(owner in keywords for owner in owners):
            raise BadQuery(f"{name}= says nothing without {' or '.join(f'{owner}=' for owner in owners)}.")


def _of_annotations(keywords: SearchKeywords) -> list[Query]:
    sub = keywords.get("sub", False)
    wanted = [
        queries.annotated(
            name,
            sub=sub,
            by=keywords.get("annotated_by", ()),
            since=keywords.get("annotated_since"),
            until=keywords.get("annotated_until"),
        )
        for name in _texts(keywords.get("annotation"))
    ]
    return [*wanted, *(none_of(queries.annotated(name, sub=sub)) for name in _texts(keywords.get("without")))]


def _of_names(keywords: SearchKeywords) -> list[Query]:
    case = keywords.get("case", False)
    found = []
    if "name" in keywords:
        found.append(queries.named(keywords["name"], case=case))
    if "contains" in keywords:
        found.append(queries.named(contains=keywords["contains"], case=case))
    if "exact" in keywords:
        found.append(queries.named(exact=keywords["exact"], case=case))
    return found


def _of_skeletons(keywords: SearchKeywords) -> list[Query]:
    found: list[Query] = []
    if "by" in keywords:
        found.append(TracedBy(_texts(keywords["by"])))
    if "edited_by" in keywords:
        found.append(EditedBy(_texts(keywords["edited_by"])))
    if "created_since" in keywords or "created_until" in keywords:
        found.append(queries.created(keywords.get("created_since"), keywords.get("created_until")))
    if "edited_since" in keywords or "edited_until" in keywords:
        found.append(queries.edited(keywords.get("edited_since"), keywords.get("edited_until")))
    if "nodes" in keywords:
        found.append(condition_of(WithNodes, {"span": keywords["nodes"]}))
    if "cable" in keywords:
        found.append(condition_of(WithCable, {"span": keywords["cable"]}))
    return found


def _of_others(keywords: SearchKeywords) -> list[Query]:
    found: list[Query] = []
    if "volume" in keywords:
        found.append(InVolume(keywords["volume"]))
    if "partners_of" in keywords:
        relation, least = keywords.get("relation", OUT), keywords.get("min_synapses", 1)
        found.append(queries.partner_of(keywords["partners_of"], relation=relation, min_synapses=least))
    if "reviewed" in keywords or "reviewed_by" in keywords:
        values = {"percent": keywords.get("reviewed", Span()), "by": _texts(keywords.get("reviewed_by"))}
        found.append(condition_of(WithReviews, values))
    found += [WithTag(name) for name in _texts(keywords.get("tag"))]
    if "skeletons" in keywords:
        found.append(queries.skeletons(keywords["skeletons"]))
    return found


def _keywords_of_part(part: Query) -> dict[str, Any]:
    """What says a part of a query; nothing if nothing does."""
    if isinstance(part, NoneOf) and isinstance(part.part, WithAnnotation):
        return {"without": part.part.name, **_flag("sub", set_=part.part.sub)}
    describe = _KEYWORDS.get(type(part))
    return {} if describe is None else describe(part)


def _annotation_keywords(one: WithAnnotation) -> dict[str, Any]:
    options = {**_flag("sub", set_=one.sub), **_named_users("annotated_by", one.by), **_ends("annotated", one.on)}
    return {"annotation": one.name, **options}


def _name_keywords(one: WithName) -> dict[str, Any]:
    key = "name" if one.pattern.how == "regex" else one.pattern.how
    return {key: one.pattern.text, **_flag("case", set_=one.case)}


def _partner_keywords(one: PartnerOf) -> dict[str, Any]:
    return {"partners_of": [*one.skeleton_ids], "relation": one.relation, "min_synapses": one.synapses}


def _review_keywords(one: WithReviews) -> dict[str, Any]:
    share = {} if one.percent == Span() else {"reviewed": tuple(one.percent)}
    return {**share, **_named_users("reviewed_by", one.by)}


_KEYWORDS: Final[Mapping[type[Query], Callable[[Any], dict[str, Any]]]] = {
    WithAnnotation: _annotation_keywords,
    WithName: _name_keywords,
    TracedBy: lambda one: _named_users("by", one.users),
    EditedBy: lambda one: _named_users("edited_by", one.users),
    CreatedIn: lambda one: _ends("created", one.dates),
    EditedIn: lambda one: _ends("edited", one.dates),
    WithNodes: lambda one: {"nodes": tuple(one.span)},
    WithCable: lambda one: {"cable": tuple(one.span)},
    InVolume: lambda one: {"volume": one.name},
    PartnerOf: _partner_keywords,
    WithReviews: _review_keywords,
    WithTag: lambda one: {"tag": one.name},
    WithId: lambda one: {"skeletons": [*one.skeleton_ids]},
}
"""Keyword arguments that say a condition."""


def _flag(name: str, *, set_: bool) -> dict[str, bool]:
    return {name: True} if set_ else {}


def _named_users(key: str, users: Sequence[str]) -> dict[str, Any]:
    return {key: users[0] if len(users) == 1 else [*users]} if users else {}


def _ends(what: str, dates: Dates) -> dict[str, Any]:
    ends = {f"{what}_since": dates.since, f"{what}_until": dates.until}
    return {name: value for name, value in ends.items() if value is not None}


def _texts(given: Texts | None) -> Any:
    if given is None:
        return ()
    return tuple(given) if isinstance(given, Iterable) and not isinstance(given, str) else (given,)
