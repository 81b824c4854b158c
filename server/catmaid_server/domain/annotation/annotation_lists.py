"""Lists of annotations, and the annotations of neurons, annotations and volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple, NotRequired, TypedDict

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.patterns import matched
from catmaid_server.domain.times import ZonedTime
from catmaid_server.domain.values import required

sql = load("annotation/annotations")


class AnnotationUse(TypedDict):
    """One use of an annotation."""

    id: int
    """Of the annotation."""
    uid: int
    """Who annotated."""
    time: NotRequired[ZonedTime]
    """When, if that is asked for."""


@dataclass(frozen=True)
class AnnotationFilter:
    """Which annotations are wanted; `None` does not restrict.

    They bear all of `meta_ids`, are on all of `target_ids`, are on something together with each of `parallel_ids`,
    were used by `user_id`, are on neuron `neuron_id`, and have none of the names `ignored`.
    """

    meta_ids: Sequence[int] | None = None
    target_ids: Sequence[int] | None = None
    parallel_ids: Sequence[int] | None = None
    user_id: int | None = None
    neuron_id: int | None = None
    ignored: Sequence[str] | None = None


class AnnotationRow(NamedTuple):
    """An annotation, and how it is used: by the user and on the neuron that are asked for, if any."""

    name: str
    last_use: datetime | None
    uses: int
    last_user: int | None
    annotation_id: int


_SORT_KEYS: dict[int, Callable[[AnnotationRow], Any]] = {
    0: lambda row: row.name,
    1: lambda row: row.annotation_id,
    2: lambda row: (row.last_use is not None, row.last_use),
    3: lambda row: row.uses,
    4: lambda row: (row.last_user is not None, row.last_user),
}


@dataclass(frozen=True)
class UseTablePage:
    """What of the table of uses is wanted.

    pattern
        Regular expression (of PostgreSQL) that the name fits, in any case.
    order
        Columns (0 name, 1 id, 2 last use, 3 number of uses, 4 last user), each with whether it is descending.
    start, length
        First row, and how many.
    """

    pattern: str | None = None
    order: Sequence[tuple[int, bool]] = ()
    start: int = 0
    length: int = 2000

    def __post_init__(self) -> None:
        for column, _ in self.order:
            if column not in _SORT_KEYS:
                raise InvalidInput(f"There is no column {column}, but 0 to {len(_SORT_KEYS) - 1}.")


async def list_names(connection: Connection, project_id: int) -> msgspec.Raw:
    """Id and name of all annotations, as JSON."""
    return await fetch_json(connection, sql.all_names, project_id=project_id)


async def list_annotations(connection: Connection, project_id: int, wanted: AnnotationFilter) -> msgspec.Raw:
    """Id, name and users of the annotations that fit, as JSON.

    Users are those who put the annotation on the neuron that is asked for, or else on anything.
    """
    ids = await _fitting(connection, project_id, wanted)
    only = None if wanted.neuron_id is not None else wanted.user_id
    return await fetch_json(connection, sql.list, annotation_ids=ids, user_id=only, neuron_id=wanted.neuron_id)


async def of_skeletons(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], *, with_times: bool = False
) -> tuple[dict[int, list[AnnotationUse]], dict[int, str], dict[int, str]]:
    """Annotations of neurons, by skeleton; names of these annotations; names of the neurons, by skeleton.

    Skeletons whose neurons have no annotations are in the last only. `InvalidInput` without skeletons.
    """
    rows = await fetch_all(
        connection, sql.of_skeletons, project_id=project_id, skeleton_ids=required(skeleton_ids, "skeleton ID")
    )
    borne: defaultdict[int, list[AnnotationUse]] = defaultdict(list)
    names: dict[int, str] = {}
    neurons: dict[int, str] = {}
    for skeleton_id, annotation_id, user_id, time, name, neuron in rows:
        neurons[skeleton_id] = neuron
        if annotation_id is not None:
            use: AnnotationUse = {"id": annotation_id, "uid": user_id}
            if with_times:
                use["time"] = time
            borne[skeleton_id].append(use)
            names[annotation_id] = name
    return dict(borne), names, neurons


async def of_entities(
    connection: Connection, project_id: int, entity_ids: Sequence[int]
) -> tuple[dict[int, list[AnnotationUse]], dict[int, str]]:
    """Annotations of neurons, annotations and volumes, by id of these, and the names of the annotations."""
    rows = await fetch_all(connection, sql.of_entities, project_id=project_id, entity_ids=list(entity_ids))
    borne: defaultdict[int, list[AnnotationUse]] = defaultdict(list)
    names: dict[int, str] = {}
    for entity_id, annotation_id, user_id, name in rows:
        borne[entity_id].append({"id": annotation_id, "uid": user_id})
        names[annotation_id] = name
    return dict(borne), names


async def use_table(
    connection: Connection, project_id: int, wanted: AnnotationFilter, page: UseTablePage
) -> tuple[int, list[AnnotationRow]]:
    """How many annotations fit, and one page of them.

    Raises `InvalidInput` for a pattern that is no regular expression, or takes too long.
    """
    ids = await _fitting(connection, project_id, wanted)
    async with matched(connection, page.pattern):
        rows = await fetch_all(
            connection,
            sql.table,
            annotation_ids=ids,
            user_id=wanted.user_id,
            neuron_id=wanted.neuron_id,
            pattern=page.pattern,
        )
    found = [AnnotationRow(*row) for row in rows]
    for column, descending in reversed(page.order):
        found.sort(key=_SORT_KEYS[column], reverse=descending)
    return len(found), found[page.start : page.start + page.length]


async def _fitting(connection: Connection, project_id: int, wanted: AnnotationFilter) -> list[int]:
    return [found for (found,) in await fetch_all(connection, sql.fitting, project_id=project_id, **asdict(wanted))]


async def entity_names(connection: Connection, project_id: int, entity_ids: Collection[int]) -> dict[int, str]:
    """Names of neurons and annotations, by id."""
    return dict(await fetch_all(connection, sql.entity_names, project_id=project_id, entity_ids=list(entity_ids)))


async def changed_since(connection: Connection, project_id: int, time: datetime) -> bool:
    """Whether an annotation of the project was made, renamed or deleted after a time."""
    return bool(await fetch_value(connection, sql.changed_since, project_id=project_id, time=time))


async def skeletons_changed_since(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int], time: datetime, *, metas: bool
) -> list[int]:
    """Which skeletons have neurons that were annotated after a time, or with `metas` whose annotations were."""
    rows = await fetch_all(
        connection,
        sql.skeletons_changed_since,
        project_id=project_id,
        skeleton_ids=list(skeleton_ids),
        time=time,
        metas=metas,
    )
    return [skeleton_id for (skeleton_id,) in rows]
