"""Annotations: lists, adding, removing."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec
from aiohttp import web

from catmaid_server.db.store import Connection
from catmaid_server.domain.annotation import annotating, annotation_lists, neuron_info
from catmaid_server.domain.annotation.annotating import Annotated as Done
from catmaid_server.domain.annotation.annotating import Removed
from catmaid_server.domain.annotation.annotation_lists import AnnotationFilter, AnnotationUse, UseTablePage
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.domain.times import parse_time
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, Permission, Routes

routes = Routes()


class WantedAnnotations(msgspec.Struct):
    """Which annotations are wanted; a client that sends several of these wants those that fit all.

    Followed are CATMAID's answers, not its description, which has `annotations` and `annotates` the other way round.
    """

    annotations: list[int] = []
    """Neurons and annotations that bear them."""
    annotates: list[int] = []
    """Annotations that they bear."""
    parallel_annotations: list[int] = []
    """Annotations that something bears together with them."""
    user_id: int | None = None
    neuron_id: int | None = None
    skeleton_id: int | None = None
    ignored_annotations: list[str] = []
    """Names."""

    async def wanted(self, connection: Connection, project_id: int) -> AnnotationFilter:
        """The filter that these parameters describe."""
        targets, neuron_id = list(self.annotations), self.neuron_id
        if self.skeleton_id is not None:
            models = await neuron_info.neurons_of_skeletons(connection, project_id, [self.skeleton_id])
            modelled = models.get(self.skeleton_id, 0)
            if neuron_id not in (None, modelled):
                targets.append(modelled)
            else:
                neuron_id = modelled
        return AnnotationFilter(
            meta_ids=self.annotates or None,
            target_ids=targets or None,
            parallel_ids=self.parallel_annotations or None,
            user_id=self.user_id,
            neuron_id=neuron_id,
            ignored=self.ignored_annotations or None,
        )


class ListAnnotations(WantedAnnotations):
    """Which annotations to list, and whether without users."""

    simple: bool = False
    if_modified_since: str | None = None
    """Of a simple list: answer 304 if no annotation has changed since; UTC unless it says otherwise."""


class AnnotatedSkeletons(msgspec.Struct):
    """Some skeletons."""

    skeleton_ids: list[int] = []


class ListOfSkeletons(msgspec.Struct):
    """Some skeletons, and what to add: the annotations of their annotations, the names of their neurons."""

    skeleton_ids: list[int] = []
    annotations: str = "1"
    """1 for the names of the annotations, 0 without."""
    metaannotations: str = "0"
    """1 for the annotations of the annotations, 0 without."""
    neuronnames: str = "0"
    """1 for the names of the neurons, 0 without."""
    conditional_skeleton_ids: list[int] = []
    """Further skeletons, if annotations of them have changed since `if_modified_since`."""
    if_modified_since: str | None = None
    """UTC unless it says otherwise."""
    with_times: bool = False
    """Whether it is answered when each annotation was put there."""


class ObjectIds(msgspec.Struct):
    """Some neurons and annotations."""

    object_ids: list[int] = []


class AddAnnotations(msgspec.Struct):
    """What to put on what."""

    annotations: list[str] = []
    meta_annotations: list[str] = []
    entity_ids: list[int] = []
    skeleton_ids: list[int] = []


class RemoveAnnotations(msgspec.Struct):
    """What to take off what."""

    annotation_ids: list[int] = []
    entity_ids: list[int] = []


class EntityIds(msgspec.Struct):
    """Some neurons and annotations."""

    entity_ids: list[int] = []


class UseTable(WantedAnnotations):
    """Which annotations, and what of their table."""

    search: str = ""
    """A regular expression (of PostgreSQL) that the name fits, in any case."""
    order: list[tuple[int, str]] = []
    """Columns to sort by: number (0 name, 1 id, 2 last use, 3 uses, 4 last user) and `asc` or `desc`."""
    start: int = 0
    """First row."""
    length: int = -1
    """How many rows; 2000 if below 0."""

    def page(self) -> UseTablePage:
        """The part of the table that these parameters describe."""
        return UseTablePage(
            pattern=self.search or None,
            order=[(column, direction.lower() == "desc") for column, direction in self.order],
            start=max(self.start, 0),
            length=self.length if self.length >= 0 else UseTablePage.length,
        )


class Annotator(TypedDict):
    """A user who annotated."""

    id: int
    name: str


class ListedAnnotation(TypedDict):
    """An annotation, and who used it unless `simple`."""

    id: int
    name: str
    users: NotRequired[list[Annotator]]


class AnnotationList(TypedDict):
    """Annotations."""

    annotations: list[ListedAnnotation]


@routes.any("/{project_id}/annotations", needs=Permission.BROWSE)
@routes.any("/{project_id}/annotations/", needs=Permission.BROWSE)
async def list_annotations(
    call: Call, form: ListAnnotations
) -> Annotated[dict[str, msgspec.Raw] | web.Response, Content(AnnotationList), Content(None, "", 304)]:
    """List annotations and the users who used them."""
    since = form.if_modified_since
    async with call.reading() as connection:
        if form.simple:
            if since and not await annotation_lists.changed_since(connection, call.project_id, parse_time(since)):
                return web.Response(status=304)
            return {"annotations": await annotation_lists.list_names(connection, call.project_id)}
        wanted = await form.wanted(connection, call.project_id)
        return {"annotations": await annotation_lists.list_annotations(connection, call.project_id, wanted)}


class SkeletonAnnotations(TypedDict):
    """By skeleton its annotations, and the names of these."""

    skeletons: dict[int, list[AnnotationUse]]
    annotations: dict[int, str]


@routes.any("/{project_id}/annotations/forskeletons", needs=Permission.BROWSE)
async def annotations_for_skeletons(call: Call, form: AnnotatedSkeletons) -> SkeletonAnnotations:
    """List the annotations of the neurons of skeletons."""
    async with call.reading() as connection:
        borne, names, _ = await annotation_lists.of_skeletons(connection, call.project_id, form.skeleton_ids)
    return {"skeletons": borne, "annotations": names}


class AnnotationUses(TypedDict):
    """The annotations of one skeleton or annotation."""

    annotations: list[AnnotationUse]


class SkeletonAnnotationLists(TypedDict):
    """By skeleton its annotations, the names of these, and what else was asked for."""

    skeletons: dict[int, AnnotationUses]
    annotations: NotRequired[dict[int, str]]
    metaannotations: NotRequired[dict[int, AnnotationUses]]
    """By annotation."""
    neuronnames: NotRequired[dict[int, str]]
    """By skeleton."""


@routes.any("/{project_id}/skeleton/annotationlist", needs=Permission.BROWSE)
async def annotation_list(call: Call, form: ListOfSkeletons) -> SkeletonAnnotationLists:
    """List the annotations of the neurons of skeletons; on request also meta-annotations and names of the neurons."""
    async with call.reading() as connection:
        ids = await _wanted_skeletons(connection, call.project_id, form)
        if not ids:
            return {"skeletons": {}}
        borne, names, neurons = await annotation_lists.of_skeletons(
            connection, call.project_id, ids, with_times=form.with_times
        )
        if not neurons and not form.conditional_skeleton_ids:
            raise NotFound("None of these skeletons exists.")
        answer: SkeletonAnnotationLists = {
            "skeletons": {skeleton: {"annotations": found} for skeleton, found in borne.items()}
        }
        if _is_on(form.metaannotations):
            metas, meta_names = await annotation_lists.of_entities(connection, call.project_id, list(names))
            answer["metaannotations"] = {annotation: {"annotations": found} for annotation, found in metas.items()}
            names = {**meta_names, **names}
    if _is_on(form.annotations):
        answer["annotations"] = names
    if _is_on(form.neuronnames):
        answer["neuronnames"] = neurons
    return answer


async def _wanted_skeletons(connection: Connection, project_id: int, form: ListOfSkeletons) -> list[int]:
    if not form.conditional_skeleton_ids:
        return required(form.skeleton_ids, "skeleton ID")
    if not form.if_modified_since:
        raise InvalidInput("With conditional_skeleton_ids, say in if_modified_since what they depend on.")
    changed = await annotation_lists.skeletons_changed_since(
        connection,
        project_id,
        form.conditional_skeleton_ids,
        parse_time(form.if_modified_since),
        metas=_is_on(form.metaannotations),
    )
    return list(dict.fromkeys([*form.skeleton_ids, *changed]))


def _is_on(text: str) -> bool:
    return text.strip().lower() in ("1", "true")


class EntityAnnotations(TypedDict):
    """By neuron or annotation what it bears, and the names of these annotations."""

    entities: dict[int, list[AnnotationUse]]
    annotations: dict[int, str]


@routes.any("/{project_id}/annotations/query", needs=Permission.BROWSE)
async def annotations_of_objects(call: Call, form: ObjectIds) -> EntityAnnotations:
    """List the annotations of neurons and annotations."""
    ids = required(form.object_ids, "object ID")
    async with call.reading() as connection:
        borne, names = await annotation_lists.of_entities(connection, call.project_id, ids)
    return {"entities": borne, "annotations": names}


class UsesTable(TypedDict):
    """Rows: annotation's name, time of last use, number of uses, who used it last, annotation."""

    recordsTotal: int
    recordsFiltered: int
    data: list[tuple[str, Instant, int, int, int]]


@routes.any("/{project_id}/annotations/table-list", needs=Permission.BROWSE)
async def use_table(call: Call, form: UseTable) -> Annotated[dict[str, Any], Content(UsesTable)]:
    """List how often annotations are used, by whom and when last."""
    async with call.reading() as connection:
        wanted = await form.wanted(connection, call.project_id)
        count, rows = await annotation_lists.use_table(connection, call.project_id, wanted, form.page())
    data = [(name, times.microseconds(last) if last else "never", *rest) for name, last, *rest in rows]
    return {"recordsTotal": count, "recordsFiltered": count, "data": data}


class AddedAnnotation(TypedDict):
    """An annotation, and what bears it now that did not before."""

    id: int
    name: str
    entities: list[int]


class AnnotationsAdded(TypedDict):
    """What was annotated, and which of the annotations are new or stood there already."""

    message: str
    annotations: list[AddedAnnotation]
    new_annotations: list[int]
    existing_annotations: list[int]


@routes.any("/{project_id}/annotations/add", needs=Permission.ANNOTATE, label="annotations.add")
async def add(call: Call, form: AddAnnotations) -> AnnotationsAdded:
    """Put annotations on neurons and annotations."""
    neuron_ids = await neuron_info.known_neurons_of_skeletons(call.tx, call.project_id, form.skeleton_ids)
    entity_ids = list(dict.fromkeys([*form.entity_ids, *neuron_ids]))
    done = await annotating.annotate(
        call.tx, call.project_id, call.user, form.annotations, entity_ids, form.meta_annotations
    )
    return _added(done)


def _added(done: list[Done]) -> AnnotationsAdded:
    return {
        "message": "success",
        # CATMAID's order is that of a set of Python, and recorded so.
        "annotations": [{"name": a.name, "id": a.annotation_id, "entities": list(set(a.added))} for a in done],
        "new_annotations": [a.annotation_id for a in done if a.created],
        "existing_annotations": [a.annotation_id for a in done if a.present],
    }


class AnnotationTargets(TypedDict):
    """What bore an annotation."""

    targetIds: list[int]


class AnnotationsRemoved(TypedDict):
    """What was taken off."""

    deleted_annotations: dict[int, AnnotationTargets]
    """By annotation that is on nothing any more, and is gone."""
    deleted_links: list[int]
    left_uses: dict[int, int]
    """By annotation how often it is used still."""


@routes.any("/{project_id}/annotations/remove", needs=Permission.ANNOTATE, label="annotations.remove")
async def remove(call: Call, form: RemoveAnnotations) -> AnnotationsRemoved:
    """Take annotations off neurons and annotations."""
    annotation_ids = required(form.annotation_ids, "annotation ID")
    entity_ids = required(form.entity_ids, "entity ID")
    removed = await annotating.remove(call.tx, call.project_id, call.user, annotation_ids, entity_ids)
    by_annotation: dict[int, AnnotationTargets] = {}
    for _, annotation, target in removed.links:
        by_annotation.setdefault(annotation, {"targetIds": []})["targetIds"].append(target)
    return {
        "deleted_annotations": by_annotation,
        "deleted_links": [link for link, *_ in removed.links],
        "left_uses": removed.left_uses,
    }


class AnnotationRemoved(TypedDict):
    """What became of the annotation."""

    message: str
    deleted_annotation: bool
    """Whether it is gone, being on nothing any more."""
    left_uses: int


@routes.any("/{project_id}/annotations/{annotation_id}/remove", needs=Permission.ANNOTATE, label="annotations.remove")
async def remove_one(call: Call, form: EntityIds) -> AnnotationRemoved:
    """Take one annotation off neurons and annotations."""
    annotation_id = call.path["annotation_id"]
    removed = await annotating.remove(call.tx, call.project_id, call.user, [annotation_id], form.entity_ids)
    left = removed.left_uses.get(annotation_id, 0)
    deleted = annotation_id in removed.deleted_annotations
    return {"message": _removal_message(removed, left, deleted), "deleted_annotation": deleted, "left_uses": left}


def _removal_message(removed: Removed, left: int, deleted: bool) -> str:
    count = len(removed.links)
    entities = "one entity" if count == 1 else f"{count} entities"
    parts = [f"Removed annotation from {entities}." if count else "No annotation removed."]
    if removed.refused:
        parts.append(f"Couldn't de-annotate {removed.refused} entities, due to the lack of permissions.")
    parts.append(
        "Also removed annotation instance, because it isn't used anywhere else."
        if deleted
        else f"There are {left} links left to this annotation."
    )
    return " ".join(parts)
