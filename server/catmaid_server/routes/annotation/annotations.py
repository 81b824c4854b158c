"""Annotations: lists, adding, removing."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

import msgspec

from catmaid_server.domain.annotation import annotating, annotation_lists, neuron_info
from catmaid_server.domain.annotation.annotating import Annotated as Done
from catmaid_server.domain.annotation.annotating import Removed
from catmaid_server.domain.annotation.annotation_lists import AnnotationFilter, AnnotationUse
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.catmaid import times
from catmaid_server.http.catmaid.times import Instant
from catmaid_server.http.routing import Content, Permission, Routes

routes = Routes()


class ListAnnotations(msgspec.Struct):
    """Which annotations to list, and whether without users."""

    annotations: list[int] = []
    annotates: list[int] = []
    parallel_annotations: list[int] = []
    user_id: int | None = None
    neuron_id: int | None = None
    skeleton_id: int | None = None
    ignored_annotations: list[str] = []
    simple: bool = False


class AnnotatedSkeletons(msgspec.Struct):
    """Some skeletons."""

    skeleton_ids: list[int] = []


class ListOfSkeletons(msgspec.Struct):
    """Some skeletons, and what to add: the annotations of their annotations, the names of their neurons."""

    skeleton_ids: list[int] = []
    metaannotations: str = "0"
    neuronnames: str = "0"


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


class UseTable(msgspec.Struct):
    """On what, or by whom."""

    neuron_id: int | None = None
    skeleton_id: int | None = None
    user_id: int | None = None


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
) -> Annotated[dict[str, msgspec.Raw], Content(AnnotationList)]:
    """List annotations and the users who used them."""
    async with call.reading() as connection:
        if form.simple:
            return {"annotations": await annotation_lists.list_names(connection, call.project_id)}
        targets = list(form.annotates)
        if form.neuron_id is not None:
            targets.append(form.neuron_id)
        if form.skeleton_id is not None:
            models = await neuron_info.neurons_of_skeletons(connection, call.project_id, [form.skeleton_id])
            targets.extend(models.values() or [0])
        wanted = AnnotationFilter(
            meta_ids=form.annotations or None,
            target_ids=targets or None,
            parallel_ids=form.parallel_annotations or None,
            user_id=form.user_id,
            ignored=form.ignored_annotations or None,
        )
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
    annotations: dict[int, str]
    metaannotations: NotRequired[dict[int, AnnotationUses]]
    """By annotation."""
    neuronnames: NotRequired[dict[int, str]]
    """By skeleton."""


@routes.any("/{project_id}/skeleton/annotationlist", needs=Permission.BROWSE)
async def annotation_list(call: Call, form: ListOfSkeletons) -> SkeletonAnnotationLists:
    """List the annotations of the neurons of skeletons; on request also meta-annotations and names of the neurons."""
    async with call.reading() as connection:
        borne, names, neurons = await annotation_lists.of_skeletons(connection, call.project_id, form.skeleton_ids)
        answer: SkeletonAnnotationLists = {
            "skeletons": {skeleton: {"annotations": found} for skeleton, found in borne.items()},
            "annotations": names,
        }
        if _is_on(form.metaannotations):
            metas, meta_names = await annotation_lists.of_entities(connection, call.project_id, list(names))
            answer["metaannotations"] = {annotation: {"annotations": found} for annotation, found in metas.items()}
            answer["annotations"] = {**meta_names, **names}
    if _is_on(form.neuronnames):
        answer["neuronnames"] = neurons
    return answer


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
        neuron_ids = None if form.neuron_id is None else [form.neuron_id]
        if form.skeleton_id is not None:
            models = await neuron_info.neurons_of_skeletons(connection, call.project_id, [form.skeleton_id])
            neuron_ids = list(models.values())
        rows = await annotation_lists.use_table(
            connection, call.project_id, neuron_ids=neuron_ids, user_id=form.user_id
        )
    data = [(name, last and times.microseconds(last), *rest) for name, last, *rest in rows]
    return {"recordsTotal": len(data), "recordsFiltered": len(data), "data": data}


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
    models = await neuron_info.neurons_of_skeletons(call.tx, call.project_id, form.skeleton_ids)
    entity_ids = {*form.entity_ids, *models.values()}
    done = await annotating.annotate(
        call.tx, call.project_id, call.user, form.annotations, entity_ids, form.meta_annotations
    )
    return _added(done)


def _added(done: list[Done]) -> AnnotationsAdded:
    return {
        "message": "success",
        "annotations": [{"name": a.name, "id": a.annotation_id, "entities": a.added} for a in done],
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
    removed = await annotating.remove(call.tx, call.project_id, call.user, annotation_ids, form.entity_ids)
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
