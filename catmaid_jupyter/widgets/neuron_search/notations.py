"""One query as form, text and Python: what somebody writes in one of them is shown in all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypedDict

from catmaid_jupyter.model.queries import BadQuery, Query, from_plain, parse_query, plain, query_text
from catmaid_jupyter.model.query_keywords import cell_text, parse_cell
from catmaid_wire.neuron_query import CONDITIONS, kinds_of, require_modest
from catmaid_wire.query_values import ChoiceKind, SpanKind, ValueKind


class QueryProblem(TypedDict):
    """What is wrong, and where: in the text (in UTF-16 units, as pages count), or in which condition of a form."""

    message: str
    start: int
    end: int
    row: int | None


class Notations(TypedDict):
    """A query in all notations; of one that says nothing, only the problem."""

    text: str
    python: str
    form: dict[str, Any] | None
    problem: QueryProblem | None


class FieldDescription(TypedDict):
    """A value that a form asks for."""

    name: str
    kind: str
    example: str
    unit: str
    choices: list[str]


class ConditionDescription(TypedDict):
    """A condition that a form offers; the value comes first of its fields."""

    condition: str
    title: str
    fields: list[FieldDescription]


_READERS: Final[Mapping[str, Callable[[Any], Query]]] = {
    "text": parse_query,
    "python": parse_cell,
    "form": lambda form: require_modest(from_plain(form)),
}


def notations_of(query: Query) -> Notations:
    """A query in all notations."""
    return {"text": query_text(query), "python": cell_text(query), "form": plain(query), "problem": None}


def converted(notation: str, source: Any) -> Notations:
    """What somebody wrote in a notation, in all of them."""
    try:
        return notations_of(_READERS[notation](source))
    except BadQuery as error:
        return {"text": "", "python": "", "form": None, "problem": problem_of(error, source)}


def problem_of(error: BadQuery, source: Any) -> QueryProblem:
    """An error as a page shows it."""
    text = source if isinstance(source, str) else ""
    start, end = (len(text[:place].encode("utf-16-le")) // 2 for place in (error.start, error.end))
    rows = [] if isinstance(source, str) else list(_conditions(source))
    wrong = next((number for number, row in enumerate(rows) if not _is_condition(row)), None)
    return {"message": error.message, "start": start, "end": end, "row": wrong}


def _conditions(form: Any) -> Iterator[Any]:
    """The conditions of a form in their order."""
    if not isinstance(form, dict):
        return
    if "condition" in form:
        yield form
    elif "not" in form:
        yield from _conditions(form["not"])
    for name in ("all", "any"):
        for part in form.get(name) or ():
            yield from _conditions(part)


def _is_condition(form: Any) -> bool:
    try:
        from_plain(form)
    except BadQuery:
        return False
    return True


def conditions_of_forms() -> list[ConditionDescription]:
    """All conditions, as forms offer them."""
    return [
        {
            "condition": word,
            "title": kind.title,
            "fields": [_field(name, value) for name, value in kinds_of(kind).items()],
        }
        for word, kind in CONDITIONS.items()
    ]


def _field(name: str, kind: ValueKind) -> FieldDescription:
    return {
        "name": name,
        "kind": kind.name,
        "example": kind.example.partition(":")[2] or kind.example,
        "unit": kind.unit if isinstance(kind, SpanKind) else "",
        "choices": list(kind.choices) if isinstance(kind, ChoiceKind) else [],
    }
