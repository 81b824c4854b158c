"""Neurons of other projects and servers that are copied into a project, with where they come from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.exchange import uploads
from catmaid_jupyter.client.exchange.foreign import ForeignSkeleton, imported_ids, origins_of
from catmaid_jupyter.client.exchange.project_exchange import ProjectExchange
from catmaid_jupyter.client.exchange.sources import new_neurons, renamed, with_links
from catmaid_jupyter.client.frames import IMPORTED, ORIGINS, frame
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of


class OtherProject(Protocol):
    """The project that neurons come from."""

    place: Place

    def morphology(self, neurons: Neurons) -> Arbors:
        """Its arbors, with names."""


class ProjectImports(ProjectExchange):
    """What `Project` copies from other projects, and what it knows of where neurons come from."""

    def import_skeletons(
        self,
        source: OtherProject,
        neurons: Neurons,
        *,
        annotations: str | Iterable[str] = (),
        links: bool = False,
        again: bool = False,
    ) -> pd.DataFrame:
        """Copy neurons of another project, also of another server, and keep where each comes from (see `origins`).

        source : the project that has them: `connect("https://catmaid.example.org").project(2)`. Both must have the same
            project space; nothing is moved.
        neurons : of that project.
        annotations, links : as of `upload`. Names, radii and tags come along; a root keeps its place.
        again : also those that were imported before. Else these are left as they are here.

        source_id int64 (skeleton id there), skeleton_id int64 (here), name str, is_new bool; as they were given.

        One `undo` takes all new ones back. Raises `InvalidInput` if the two are one project, and as `upload`.
        """
        self.place.require_present()
        url, source_id = source.place.http.url, source.place.project_id
        if (url, source_id) == (self.place.http.url, self.place.project_id):
            raise InvalidInput("These neurons are in this project already: import them from another one.")
        wanted = skeleton_ids_of(source.place, neurons)
        here = {} if again else loop.run(imported_ids(self.place, url, source_id, wanted))
        arbors = source.morphology([one for one in wanted if one not in here])
        found = [
            replace(
                renamed(next(new_neurons(arbors[one])), arbors.names[one]),
                origin=ForeignSkeleton(url, source_id, one),
            )
            for one in arbors
        ]
        if links:
            found = with_links(found)
        given = [annotations] if isinstance(annotations, str) else list(annotations)
        made = uploads.upload(self.edits, found, given)
        new = dict(zip(arbors, made["skeleton_id"].tolist(), strict=True))
        names = loop.run(neuron_names(self.place, list(here.values())))
        columns = {
            "source_id": wanted,
            "skeleton_id": [new.get(one) or here[one] for one in wanted],
            "name": [arbors.names[one] if one in new else names.get(here[one], "") for one in wanted],
            "is_new": [one in new for one in wanted],
        }
        return frame(columns, IMPORTED)

    def origins(self, neurons: Neurons | None = None) -> pd.DataFrame:
        """Where neurons were imported from; those that were made here are left out.

        neurons : None for all of the project.

        skeleton_id int64, url str, source_project_id int64, source_id int64 (skeleton id there); by skeleton_id.
        """
        if neurons is None:
            wanted = [int(one) for one in loop.run(self.place.read_json("GET", "skeletons/"))]
        else:
            wanted = skeleton_ids_of(self.place, neurons)
        found = sorted(loop.run(origins_of(self.place, wanted)).items())
        columns = {
            "skeleton_id": [skeleton_id for skeleton_id, _ in found],
            "url": [origin.url for _, origin in found],
            "source_project_id": [origin.project_id for _, origin in found],
            "source_id": [origin.skeleton_id for _, origin in found],
        }
        return frame(columns, ORIGINS)

    def imported_from(self, source: OtherProject | tuple[str, int], source_ids: Iterable[int]) -> dict[int, int]:
        """What skeletons of another project became here, by their id there; those that are not here are missing.

        source : that project, or the address of its server and its id there.
        source_ids : skeleton ids there. Of several that one was imported as, the newest counts.
        """
        url, project_id = source if isinstance(source, tuple) else (source.place.http.url, source.place.project_id)
        return loop.run(imported_ids(self.place, url, project_id, [int(one) for one in source_ids]))
