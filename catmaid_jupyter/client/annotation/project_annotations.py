"""Annotations of a project in people's hands."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.annotation import annotation_tables
from catmaid_jupyter.client.neuron_choice import Neurons, neurons_of_skeletons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.edits.annotations import AddAnnotations, RemoveAnnotations
from catmaid_jupyter.edits.journal import EditJournal


class ProjectAnnotations(Public):
    """What `Project` does with annotations."""

    place: Place
    edits: EditJournal

    @property
    def annotations(self) -> pd.DataFrame:
        """All annotations, by name.

        id int64, name str, neurons int64 (how many neurons and volumes bear it), last_use datetime64[us, UTC] (NaT:
        never), creators (lists of the users who used it), meta (lists of the names of its own annotations).
        """
        return loop.run(annotation_tables.annotation_table(self.place))

    def annotations_of(self, neurons: Neurons) -> pd.DataFrame:
        """The annotations of neurons, a row for each annotation of each skeleton's neuron.

        skeleton_id, annotation_id int64, annotation str, creator str (who annotated), time datetime64[us, UTC] (when;
        NaT at CATMAID's own servers, which do not tell); in the order of the neurons, then by name.
        """
        return annotation_tables.annotations_of(self.place, skeleton_ids_of(self.place, neurons))

    def annotation_tree(self) -> pd.DataFrame:
        """Annotations below the annotations that they bear (meta-annotations), each before those below it.

        depth int64 (0 at the top), id int64, parent_id int64 (-1 at the top), name str, path (list of the names from
        the top), neurons int64 (those that bear it directly). An annotation with several meta-annotations has a row
        below each of them.
        """
        return loop.run(annotation_tables.annotation_tree(self.place))

    def annotate(
        self, neurons: Neurons, annotations: str | Iterable[str], *, meta: str | Iterable[str] | None = None
    ) -> None:
        """Put annotations on neurons: one edit, that one `undo` takes back. What is there already stays as it is.

        annotations : one or several names; new ones are made. `{n}` in a name counts up over the neurons.
        meta : names of annotations for these annotations.

        Raises `InvalidInput` for an empty name, `NotAllowed` for those who may not annotate.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names, metas = _names(annotations), _names(meta) if meta is not None else []
        if not skeleton_ids:
            raise InvalidInput("There are no neurons to annotate.")
        loop.run(self.edits.apply(AddAnnotations(names, skeleton_ids, meta_annotations=metas)))

    def unannotate(self, neurons: Neurons, annotations: str | Iterable[str]) -> int:
        """Take annotations off neurons: one edit. Annotations that nothing bears any more are gone.

        annotations : one or several names. `NotFound` if there is none of that name.

        Returns how many were taken off. What others put on stays unless the user may change it, and a warning says so.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names = _names(annotations)
        if not skeleton_ids:
            raise InvalidInput("There are no neurons to take annotations off.")
        ids = loop.run(annotation_tables.annotation_ids(self.place, names))
        borne = annotation_tables.annotations_of(self.place, skeleton_ids)
        models = loop.run(neurons_of_skeletons(self.place, skeleton_ids))
        entity_ids = list(dict.fromkeys(models.values()))
        there = borne[borne["annotation_id"].isin(ids)]
        bearers: list[int] = there["skeleton_id"].tolist()
        wanted = set(zip((models[bearer] for bearer in bearers), there["annotation_id"], strict=True))
        return self._take_off(ids, entity_ids, len(wanted))

    def annotate_annotations(self, annotations: str | Iterable[str], meta: str | Iterable[str]) -> None:
        """Put annotations on annotations: they are below these in `annotation_tree`. One edit.

        annotations : names that are there already. `NotFound` for others.
        meta : names of their annotations; new ones are made.
        """
        ids = loop.run(annotation_tables.annotation_ids(self.place, _names(annotations)))
        loop.run(self.edits.apply(AddAnnotations(_names(meta), entity_ids=ids)))

    def unannotate_annotations(self, annotations: str | Iterable[str], meta: str | Iterable[str]) -> int:
        """Take annotations off annotations: one edit. Returns how many were taken off (see `unannotate`)."""
        entity_ids = loop.run(annotation_tables.annotation_ids(self.place, _names(annotations)))
        ids = loop.run(annotation_tables.annotation_ids(self.place, _names(meta)))
        return self._take_off(ids, entity_ids, None)

    def _take_off(self, annotation_ids: Sequence[int], entity_ids: Sequence[int], wanted: int | None) -> int:
        applied = loop.run(self.edits.apply(RemoveAnnotations(annotation_ids, entity_ids)))
        removed = len(applied.answer["deleted_links"])
        if wanted is not None and removed < wanted:
            warnings.warn(
                f"{wanted - removed} of {wanted} annotations stay: others put them on, and you may not take them off.",
                stacklevel=3,
            )
        return removed


def _names(names: str | Iterable[str]) -> list[str]:
    """Names of annotations as a list; `InvalidInput` for what is none."""
    listed = list(names) if isinstance(names, Iterable) and not isinstance(names, str) else [names]
    for name in listed:
        if not isinstance(name, str):
            raise InvalidInput(f"An annotation is given by its name, not {type(name).__name__} ({name!r:.60}).")
        if not name.strip():
            raise InvalidInput("An annotation needs a name.")
    if not listed:
        raise InvalidInput("Which annotations? There is no name.")
    return list(dict.fromkeys(listed))
