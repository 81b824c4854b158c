"""Neurons that fit a query: each condition finds a set of skeletons, and these are joined by and, or and not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import msgspec
import numpy as np
import psycopg

from catmaid_server.db.arrays import array_text, fetch_columns
from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_json, fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.search.condition_sets import all_skeletons, cost_of, fitting
from catmaid_server.domain.search.neuron_conditions import (
    fitting_neurons,
    is_about_neurons,
    is_exclusion_of_neurons,
)
from catmaid_server.domain.search.searched_project import NeuronIds, SearchedProject, SkeletonIds
from catmaid_wire.distinct import distinct
from catmaid_wire.natural_order import natural_key
from catmaid_wire.neuron_query import AllOf, AnyOf, BadQuery, Condition, NoneOf, Query
from catmaid_wire.query_text import parse_query

sql = load("search/found_neurons")

PATIENCE_S: Final = 10.0
"""What one condition may take."""
SORTS: Final = ("id", "name", "nodes", "cable_length", "creator", "creation_time", "edition_time")
MOST_ROWS: Final = 10_000
MOST_IDS: Final = 1_000_000


class UnreadableQuery(InvalidInput):
    """A text that is no query; `detail` says where it goes wrong."""

    def __init__(self, error: BadQuery) -> None:
        super().__init__(error.message)
        self.detail = {"start": error.start, "end": error.end}


@dataclass(frozen=True, slots=True)
class FoundNeuron:
    """What a list shows of a skeleton: times of its oldest treenode and its last edition, cable in nm."""

    skeleton_id: int
    neuron_id: int
    name: str
    nodes: int
    cable_length: float
    creator: str
    creation_time: datetime
    edition_time: datetime
    annotations: list[str]


def readable(text: str) -> Query:
    """The query that a text says; `UnreadableQuery` if it says none."""
    try:
        return parse_query(text)
    except BadQuery as error:
        raise UnreadableQuery(error) from None


async def find_skeletons(
    connection: Connection, project_id: int, query: Query, *, sort_by: str, descending: bool
) -> SkeletonIds:
    """Skeletons that fit, in an order of `SORTS`; `fitting` and `fitting_neurons` tell what is refused."""
    if sort_by not in SORTS:
        raise InvalidInput(f"Neurons can be sorted by {', '.join(SORTS)}, not by {sort_by!r}.")
    async with _bounded(connection):
        found = await _found(SearchedProject(connection, project_id), query)
        if sort_by == "name":
            found = await _by_name(connection, found)
        elif sort_by != "id" and found.size:
            values = {"skeleton_ids": array_text(found), "sort_by": sort_by}
            found = (await fetch_columns(connection, sql.in_order, values, {"ids": "<i4"}))["ids"]
    return found[::-1] if descending else found


async def _by_name(connection: Connection, skeleton_ids: SkeletonIds) -> SkeletonIds:
    """Skeletons in the order of their neurons' names; equal ones by id."""
    answer = await fetch_json(connection, sql.names, skeleton_ids=array_text(skeleton_ids))

    def in_order() -> SkeletonIds:
        ids, names = msgspec.json.decode(answer, type=tuple[list[int], list[str]])
        return np.array([one for _, one in sorted(zip(map(natural_key, names), ids, strict=True))], "<i4")

    return await asyncio.to_thread(in_order)


async def describe(connection: Connection, skeleton_ids: SkeletonIds) -> list[FoundNeuron]:
    """What a list shows of skeletons, in their order."""
    return await fetch_records(connection, sql.rows, FoundNeuron, skeleton_ids=skeleton_ids.tolist())


async def _found(project: SearchedProject, query: Query) -> SkeletonIds:
    if is_about_neurons(query):
        return await project.skeletons_of(await _found_neurons(project, query, await project.neurons()))
    match query:
        case AllOf(parts):
            found = project.among
            for part in sorted(_neurons_together(parts), key=_turn):
                fits = await _found(replace(project, among=found), part)
                found = fits if found is None else np.intersect1d(found, fits, assume_unique=True)
            return await all_skeletons(project) if found is None else found
        case AnyOf(parts):
            sets = [await _found(project, part) for part in parts]
            return distinct(np.concatenate(sets))
        case NoneOf(part):
            universe = await all_skeletons(project) if project.among is None else project.among
            return np.setdiff1d(universe, await _found(project, part), assume_unique=True)
        case Condition():
            return await fitting(project, query)
        case _:
            raise TypeError(f"{type(query).__name__} is no query.")


async def _found_neurons(project: SearchedProject, query: Query, among: NeuronIds | None) -> NeuronIds:
    """Neurons that fit a query about neurons; of many, `among` may count or not."""
    match query:
        case AllOf(parts):
            for part in sorted(parts, key=_turn):
                if isinstance(part, NoneOf) and among is not None:
                    left_out = await _found_neurons(project, part.part, among)
                    among = np.setdiff1d(among, left_out, assume_unique=True)
                else:
                    fits = await _found_neurons(project, part, among)
                    among = fits if among is None else np.intersect1d(among, fits, assume_unique=True)
            if among is None:
                raise TypeError("A query about neurons has at least one condition.")
            return among
        case AnyOf(parts):
            return distinct(np.concatenate([await _found_neurons(project, part, among) for part in parts]))
        case Condition():
            return await fitting_neurons(project, query, among)
        case _:
            raise TypeError(f"{type(query).__name__} is no query about neurons.")


def _neurons_together(parts: Sequence[Query]) -> Sequence[Query]:
    """The same parts, those about neurons as one: what is left of them is looked up among skeletons once."""
    if not any(map(is_about_neurons, parts)):
        return parts
    of_neurons: list[Query] = []
    others: list[Query] = []
    for part in parts:
        (of_neurons if is_about_neurons(part) or is_exclusion_of_neurons(part) else others).append(part)
    return [AllOf(tuple(of_neurons)), *others]


def _turn(query: Query) -> tuple[bool, int]:
    """What comes later: conditions that cost more, and last what is left out, as few are left to look at by then."""
    return isinstance(query, NoneOf), _cost(query)


def _cost(query: Query) -> int:
    match query:
        case Condition():
            return cost_of(query)
        case NoneOf(part):
            return _cost(part)
        case AllOf(parts) | AnyOf(parts):
            return max(map(_cost, parts), default=0)
        case _:
            return 0


@asynccontextmanager
async def _bounded(connection: Connection) -> AsyncIterator[None]:
    """Stop the queries of the block if one takes longer than `PATIENCE_S`."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('statement_timeout', %s, true)", (f"{PATIENCE_S}s",))
            yield
    except psycopg.errors.QueryCanceled:
        raise InvalidInput("This search takes too long: add conditions that find few neurons.") from None


def cut_sentence(total: int, start: int, listed: int) -> str | None:
    """A sentence about neurons that a list leaves out at its end; None if it leaves out none."""
    left = total - start - listed
    if left <= 0:
        return None
    return f"{listed:,} of {total:,} neurons are listed here; {left:,} come after these."
