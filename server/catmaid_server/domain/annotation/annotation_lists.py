"""Lists of annotations, and the annotations of neurons, annotations and volumes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TypedDict

import msgspec

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_json
from catmaid_server.db.store import Connection
from catmaid_server.domain.values import required

sql = load("annotation/annotations")


class AnnotationUse(TypedDict):
    """One use of an annotation."""

    id: int
    """Of the annotation."""
    uid: int
    """Who annotated."""


@dataclass(frozen=True)
class AnnotationFilter:
    """Which annotations are wanted; `None` does not restrict.

    They bear all of `meta_ids`, are on one of `target_ids`, are together with all of `parallel_ids` on something,
    were used by `user_id`, and have none of the names `ignored`.
    """

    meta_ids: Sequence[int] | None = None
    target_ids: Sequence[int] | None = None
    parallel_ids: Sequence[int] | None = None
    user_id: int | None = None
    ignored: Sequence[str] | None = None


async def list_names(connection: Connection, project_id: int) -> msgspec.Raw:
    """Id and name of all annotations, as JSON."""
    return await fetch_json(connection, sql.all_names, project_id=project_id)


async def list_annotations(connection: Connection, project_id: int, wanted: AnnotationFilter) -> msgspec.Raw:
    """Id, name and users of the annotations that fit, as JSON."""
    return await fetch_json(connection, sql.list, project_id=project_id, **asdict(wanted))


async def of_skeletons(
    connection: Connection, project_id: int, skeleton_ids: Sequence[int]
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
    for skeleton_id, annotation_id, user_id, name, neuron in rows:
        neurons[skeleton_id] = neuron
        if annotation_id is not None:
            borne[skeleton_id].append({"id": annotation_id, "uid": user_id})
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
    connection: Connection, project_id: int, *, neuron_ids: Sequence[int] | None, user_id: int | None
) -> list[tuple[str, datetime | None, int, int | None, int]]:
    """For each annotation, by name: name, last use, number of uses, last user, id; of some neurons, by one user."""
    rows = await fetch_all(
        connection,
        sql.table,
        project_id=project_id,
        user_id=user_id,
        neuron_ids=None if neuron_ids is None else list(neuron_ids),
    )
    return [(name, last, uses, user, annotation_id) for name, last, uses, user, annotation_id in rows]
