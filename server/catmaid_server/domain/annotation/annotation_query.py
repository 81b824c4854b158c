"""Search for neurons, annotations, skeletons and volumes by annotation, name and kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.patterns import matched

sql = load("annotation/annotation_query")

DEFAULT_TYPES = ("neuron", "annotation")
_TYPES = ("neuron", "annotation", "skeleton", "volume")
_SORTS = ("id", "name")
_SORTS_BY_TIME = ("annotated_on", "last_annotation_link_edit")


@dataclass(frozen=True)
class TargetQuery:
    """What is searched. Annotations are ids or, if `by_name`, names.

    annotated_with
        Sets of annotations; of each set a target must bear at least one.
    not_annotated_with
        Sets of annotations; of none a target may bear any.
    sub_annotated_with
        Annotations of these sets that stand also for those annotated with them, directly or not.
    annotated_by, since, until
        Who put the annotations of `annotated_with` there (nobody in particular if empty), and when (ISO text).
    name
        Part of the name (all of it if `name_exact`) in any case (unless `name_case_sensitive`), or a regular expression
        after `/`. Volumes bear the name that they were made with.
    sort_by
        `id`, `name`, or when the annotations of `annotated_with` were put there (`annotated_on`) or last changed
        (`last_annotation_link_edit`); these two need `with_timestamps`.
    import_only
        `partial` for neurons with imported treenodes, `full` for those without others.
    ignore_unknown
        Whether unknown names of annotations stand for nothing.
    """

    annotated_with: Sequence[Sequence[str]] = ()
    not_annotated_with: Sequence[Sequence[str]] = ()
    sub_annotated_with: Sequence[str] = ()
    by_name: bool = False
    annotated_by: Sequence[int] = ()
    since: str | None = None
    until: str | None = None
    name: str = ""
    name_not: bool = False
    name_exact: bool = False
    name_case_sensitive: bool = False
    types: Sequence[str] = DEFAULT_TYPES
    sort_by: str = "id"
    descending: bool = False
    start: int = 0
    length: int | None = None
    with_annotations: bool = False
    with_timestamps: bool = False
    with_name: bool = True
    with_type: bool = True
    import_only: str | None = None
    ignore_unknown: bool = False


async def query_targets(connection: Connection, project_id: int, query: TargetQuery) -> dict[str, Any]:
    """The targets that fit, as `entities` (one page) and `totalRecords` (how many fit).

    Raises `InvalidInput` for an unknown order or type, annotation ids that are no numbers, and unknown names of
    annotations.
    """
    _check_order(query)
    for kind in query.types:
        if kind not in _TYPES:
            raise InvalidInput(f"Targets are of type {', '.join(_TYPES)}, not {kind!r}.")
    wanted = await _resolved(connection, project_id, query, query.annotated_with)
    unwanted = await _resolved(connection, project_id, query, query.not_annotated_with)
    only = await _annotated(connection, query, wanted) if wanted else None
    name = _name_filter(query)
    async with matched(connection, name["regex"]):
        rows = await fetch_all(
            connection,
            sql.page,
            prepare=False,
            project_id=project_id,
            types=list(query.types),
            only=only,
            import_only=query.import_only,
            unwanted=sorted(set().union(*unwanted)) or None,
            **name,
            sort_by="only" if query.sort_by in _SORTS_BY_TIME else query.sort_by,
            descending=query.descending,
            start=query.start,
            length=query.length,
        )
    entities = _entities(rows, query)
    if query.with_annotations:
        await _add_annotations(connection, entities, with_timestamps=query.with_timestamps)
    return {"entities": entities, "totalRecords": rows[0][0]}


def _check_order(query: TargetQuery) -> None:
    if query.sort_by in _SORTS_BY_TIME:
        if not query.with_timestamps:
            raise InvalidInput(f"To sort by {query.sort_by}, set with_timestamps.")
        if not query.annotated_with:
            raise InvalidInput(f"To sort by {query.sort_by}, say in annotated_with which annotations are meant.")
    elif query.sort_by not in _SORTS:
        raise InvalidInput(f"Targets can be sorted by {', '.join(_SORTS)} or {' or '.join(_SORTS_BY_TIME)}.")


def _entities(rows: list[tuple[Any, ...]], query: TargetQuery) -> list[dict[str, Any]]:
    """What rows of (total, id, name, type, creation and edition time, skeleton id) describe, in their order.

    An empty page is one row of NULLs.
    """
    entities: dict[int, dict[str, Any]] = {}
    for _, entity_id, name, kind, creation_time, edition_time, skeleton_id in rows:
        if entity_id in entities:
            entities[entity_id]["skeleton_ids"].append(skeleton_id)
        elif entity_id is not None:
            entity = entities[entity_id] = {"id": entity_id}
            if query.with_name:
                entity["name"] = name
            if query.with_type:
                entity["type"] = kind
            if query.with_timestamps:
                entity |= {"creation_time": creation_time, "edition_time": edition_time}
            if kind == "neuron":
                entity["skeleton_ids"] = None if skeleton_id is None else [skeleton_id]
    return list(entities.values())


def _name_filter(query: TargetQuery) -> dict[str, Any]:
    name = query.name.strip()
    how = {"name_not": query.name_not, "case_sensitive": query.name_case_sensitive}
    if name.startswith("/"):
        return {"pattern": None, "regex": name[1:], **how}
    escaped = name.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    pattern = escaped if query.name_exact else f"%{escaped}%"
    return {"pattern": pattern if name else None, "regex": None, **how}


async def _annotated(connection: Connection, query: TargetQuery, sets: list[set[int]]) -> list[int]:
    """Ids of what bears an annotation of each set, in the order of when these were put there or last changed."""
    pairs = [(annotation_id, number) for number, members in enumerate(sets) for annotation_id in members]
    rows = await fetch_all(
        connection,
        sql.annotated,
        annotation_ids=[a for a, _ in pairs],
        set_numbers=[n for _, n in pairs],
        sets=len(sets),
        annotated_by=list(query.annotated_by) or None,
        since=query.since,
        until=query.until,
        by_edition=query.sort_by == "last_annotation_link_edit",
    )
    return [entity_id for (entity_id,) in rows]


async def _resolved(
    connection: Connection, project_id: int, query: TargetQuery, sets: Sequence[Sequence[str]]
) -> list[set[int]]:
    """Sets of ids, with sub-annotations where they are asked for."""
    mentioned = {text.strip() for members in sets for text in members if text.strip()}
    if not mentioned:
        return []
    ids = await _ids_by_text(connection, project_id, mentioned, query)
    expanded = {text.strip() for text in query.sub_annotated_with} & mentioned
    if expanded:
        roots = sorted(set().union(*(ids[text] for text in expanded)))
        below = dict(await fetch_all(connection, sql.sub_annotations, annotation_ids=roots))
        for text in expanded:
            ids[text] = {member for root in ids[text] for member in below[root]}
    return [set().union(*(ids[text.strip()] for text in members if text.strip())) for members in sets]


async def _ids_by_text(
    connection: Connection, project_id: int, texts: set[str], query: TargetQuery
) -> dict[str, set[int]]:
    if query.by_name:
        rows = await fetch_all(connection, sql.annotation_ids_by_name, project_id=project_id, names=sorted(texts))
        known: dict[str, set[int]] = {name: set(ids) for name, ids in rows}
        unknown = texts - known.keys()
        if unknown and not query.ignore_unknown:
            raise InvalidInput(f"There is no annotation {min(unknown)!r}.")
        return known | {name: set() for name in unknown}
    try:
        return {text: {int(text)} for text in texts}
    except ValueError:
        raise InvalidInput("Annotations are given by their numbers.") from None


async def _add_annotations(connection: Connection, entities: list[dict[str, Any]], *, with_timestamps: bool) -> None:
    links = await fetch_all(connection, sql.annotations_of, ids=[entity["id"] for entity in entities])
    mentioned = {annotation_id for _, annotation_id, *_ in links}
    names = dict(await fetch_all(connection, sql.annotation_names, ids=sorted(mentioned)))
    borne: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for entity_id, annotation_id, user_id, creation_time, edition_time in links:
        times = {"creation_time": creation_time, "edition_time": edition_time} if with_timestamps else {}
        borne[entity_id].append({"id": annotation_id, "name": names[annotation_id], "uid": user_id, **times})
    for entity in entities:
        entity["annotations"] = borne.get(entity["id"], [])
