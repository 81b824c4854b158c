"""Neurons that fit conditions about neurons: their annotations and names. No table of skeletons is looked at."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import psycopg

from catmaid_server.db.queries import load
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.search.searched_project import NeuronIds, SearchedProject, few_of
from catmaid_wire.neuron_query import AllOf, AnyOf, Condition, NoneOf, Query, WithAnnotation, WithName

sql = load("search/neuron_sets")


def is_about_neurons(query: Query) -> bool:
    """Whether a query has such conditions only, and finds neurons by at least one of them."""
    match query:
        case AllOf(parts):
            return any(map(is_about_neurons, parts)) and all(
                is_about_neurons(part) or is_exclusion_of_neurons(part) for part in parts
            )
        case AnyOf(parts):
            return all(map(is_about_neurons, parts))
        case _:
            return type(query) in _FITTING


def is_exclusion_of_neurons(query: Query) -> bool:
    """Whether a query leaves out neurons by such conditions only."""
    return isinstance(query, NoneOf) and is_about_neurons(query.part)


async def fitting_neurons(project: SearchedProject, condition: Condition, among: NeuronIds | None) -> NeuronIds:
    """Neurons that fit a condition; of many, `among` may count or not.

    Raises
    ------
    NotFound
        If the project has no such annotation, or nobody is called so.
    InvalidInput
        If a regular expression is none or takes too long.
    """
    return await _FITTING[type(condition)](project, condition, few_of(among))


async def _annotated(project: SearchedProject, wanted: WithAnnotation, among: list[int] | None) -> NeuronIds:
    annotation_ids = await project.ids(sql.annotation_ids, name=wanted.name, sub=wanted.sub)
    if not annotation_ids.size:
        raise await project.unknown("annotation", wanted.name, sql.annotation_names)
    since, until = wanted.on.bounds()
    return await project.ids(
        sql.annotated,
        annotation_ids=annotation_ids.tolist(),
        user_ids=await project.user_ids(wanted.by),
        since=since,
        until=until,
        among=among,
    )


async def _named(project: SearchedProject, wanted: WithName, among: list[int] | None) -> NeuronIds:
    text, how = wanted.pattern
    if how == "regex":
        return await _matching(project, text, among, case=wanted.case)
    escaped = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    pattern = escaped if how == "exact" else f"%{escaped}%"
    return await project.ids(sql.named if wanted.case else sql.named_in_any_case, pattern=pattern, among=among)


async def _matching(project: SearchedProject, pattern: str, among: list[int] | None, *, case: bool) -> NeuronIds:
    try:
        query = sql.matching if case else sql.matching_in_any_case
        return await project.ids(query, pattern=pattern, among=among)
    except psycopg.errors.QueryCanceled:
        raise InvalidInput(
            f"The regular expression /{pattern[:100]}/ takes too long: use no back references."
        ) from None
    except psycopg.errors.InvalidRegularExpression as error:
        reason = (error.diag.message_primary or "").removeprefix("invalid regular expression: ")
        raise InvalidInput(f"/{pattern[:100]}/ is not a valid regular expression: {reason}.") from None


_FITTING: Final[Mapping[type[Query], Callable[[SearchedProject, Any, list[int] | None], Awaitable[NeuronIds]]]] = {
    WithAnnotation: _annotated,
    WithName: _named,
}
