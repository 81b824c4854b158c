"""Edits of annotations: on neurons, and on other annotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import HISTORY
from catmaid_jupyter.edits.base import Applied, Edit, JsonObject, counted
from catmaid_jupyter.edits.calls import EditCall, EditCalls
from catmaid_jupyter.edits.site import Site
from catmaid_wire.forms import Form


class AddAnnotations(Edit[JsonObject], frozen=True):
    """Put annotations on neurons, and meta-annotations on these annotations; those that are there already stay.

    annotations : names; `{n}` in a name counts up over the neurons.
    skeleton_ids : the neurons, by their skeletons.
    entity_ids : the ids of neurons, annotations and volumes.
    meta_annotations : names of annotations for the annotations.
    """

    route: ClassVar[str] = "annotations/add"

    annotations: Sequence[str]
    skeleton_ids: Sequence[int] = ()
    entity_ids: Sequence[int] = ()
    meta_annotations: Sequence[str] = ()

    async def _apply(self, site: Site, key: str) -> Applied:
        form: Form = {
            "annotations": self.annotations,
            "skeleton_ids": self.skeleton_ids,
            "entity_ids": self.entity_ids,
            "meta_annotations": self.meta_annotations,
        }
        answer = await self._write(site, key, form, self.state)
        back = tuple(
            RemoveAnnotations([added["id"]], added["entities"]) for added in answer["annotations"] if added["entities"]
        )
        text = f"annotate {counted([*self.skeleton_ids, *self.entity_ids], 'neuron')}"
        return Applied(answer=answer, text=text, inverse=back)


class RemoveAnnotations(Edit[JsonObject], frozen=True):
    """Take annotations off neurons, annotations and volumes; those that the user may not take off stay.

    annotation_ids : what is taken off.
    entity_ids : the ids of neurons, annotations and volumes.
    """

    route: ClassVar[str] = "annotations/remove"

    annotation_ids: Sequence[int]
    entity_ids: Sequence[int]

    async def _apply(self, site: Site, key: str) -> Applied:
        names = {} if HISTORY in site.place.capabilities else await site.annotation_names()
        form = {"annotation_ids": self.annotation_ids, "entity_ids": self.entity_ids}
        answer = await self._write(site, key, form, self.state)
        text = f"remove {counted(self.annotation_ids, 'annotation')}"
        return Applied(answer=answer, text=text, inverse=tuple(_put_back(answer, names)))


class NameAnnotation(Edit[JsonObject], frozen=True):
    """Give an annotation another name, wherever it is used. CATMAID's own servers do not do this.

    annotation_id : the annotation. name : its new name.
    """

    route: ClassVar[str] = "annotations/{annotation_id}/rename"

    annotation_id: int
    name: str

    async def _apply(self, site: Site, key: str) -> Applied:
        if HISTORY not in site.place.capabilities:
            raise InvalidInput(
                f"{site.place.http.url} does not rename annotations: it is not served by catmaid_jupyter."
            )
        answer = await self._write(site, key, {"name": self.name}, self.state)
        back = (NameAnnotation(self.annotation_id, answer["old_name"]),)
        return Applied(answer=answer, text="rename an annotation", inverse=back)


class AnnotationCalls(EditCalls):
    """The edits of this module as calls."""

    add_annotations = EditCall(AddAnnotations)
    remove_annotations = EditCall(RemoveAnnotations)
    name_annotation = EditCall(NameAnnotation)


def _put_back(answer: JsonObject, names: Mapping[int, str]) -> list[Edit[Any]]:
    """Edits that put annotations back where they were, as the user's own."""
    removed = answer.get("deleted_annotations") or {}
    return [
        AddAnnotations([names[int(annotation_id)]], entity_ids=targets["targetIds"])
        for annotation_id, targets in removed.items()
        if int(annotation_id) in names
    ]
