"""Neurons of a project to and from files and other packages, in people's hands."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.connectivity.project_connectivity import ProjectConnectivity
from catmaid_jupyter.client.exchange import uploads
from catmaid_jupyter.client.exchange.graphs import connectivity_graph
from catmaid_jupyter.client.exchange.navis_neurons import navis_neurons
from catmaid_jupyter.client.exchange.sources import new_neurons, renamed, with_links
from catmaid_jupyter.client.jobs.job import Job, ask_job
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.edits.journal import EditJournal

ExportFormat = Literal["swc", "eswc", "csv", "catmaid"]


class ProjectExchange(ProjectConnectivity):
    """What `Project` takes from elsewhere and gives to other packages."""

    edits: EditJournal

    def upload(
        self,
        neurons: Any,
        *,
        annotations: str | Iterable[str] = (),
        names: Iterable[str] = (),
        links: bool = False,
    ) -> pd.DataFrame:
        """Add neurons to the project: one transaction each, in nm; a progress bar shows how many are in.

        neurons : SWC (a file, a folder, or text), a DataFrame of nodes (id, parent_id, x, y, z, radius; several neurons
            with skeleton_id), a networkx.DiGraph (edges lead to parents; nodes have x, y, z, radius), neurons of
            navis or pymaid, `Skeleton`, `Morphology`, or a list of these, or a dict by name. All are checked before the
            first is sent. Labels come along.
        annotations : names of annotations for all of them.
        names : a name for each neuron, instead of those that they have (of a file: its name without ending).
        links : whether links to connectors come along, one edit each after the neuron, with confidence 5. Their
            connectors are made anew, also where the project has such ones; neurons of the same upload that are linked
            to the same connector are so here. Without it a warning says what is left out.

        name str, neuron_id, skeleton_id, nodes int64; in the order in which they were given.

        One `undo` takes all of them back. Raises `InvalidInput` for what is no neuron, `NotAllowed` without the
        permission to import; `UploadStopped` if something breaks in the middle: it has what is in (`uploaded`) and what
        is not (`left`, to upload then).
        """
        self.place.require_present()
        found = list(new_neurons(neurons))
        given = list(names)
        if given and len(given) != len(found):
            raise InvalidInput(f"There are {len(found)} neurons, but {len(given)} names.")
        if given:
            found = [renamed(neuron, name) for neuron, name in zip(found, given, strict=True)]
        if links:
            found = with_links(found)
        return uploads.upload(self.edits, found, [annotations] if isinstance(annotations, str) else list(annotations))

    def export(self, neurons: Neurons | None = None, format: ExportFormat = "swc") -> Job:  # noqa: A002
        """Have the server write neurons into one file, while you go on: `project.export().download()` waits for it.

        neurons : None for all of the project.
        format : `swc`, or `eswc` with authors, times and confidences: a zip archive with a file for each skeleton.
            Of the whole project, for its administrators: `csv`, a zip archive of tables as `import bulk` reads them;
            `catmaid`, a file as CATMAID reads it (`.json.gz`).
        """
        if neurons is not None and format in ("csv", "catmaid"):
            raise InvalidInput(f"{format} is of the whole project: leave the neurons out, or take swc or eswc.")
        skeleton_ids = [] if neurons is None else [int(one) for one in skeleton_ids_of(self.place, neurons)]
        if neurons is not None and not skeleton_ids:
            raise InvalidInput("There are no neurons to export.")
        return ask_job(self.place, "export", {"format": format, "skeleton_ids": skeleton_ids})

    def to_navis(self, neurons: Neurons) -> Any:
        """Neurons as a navis.NeuronList, in nm, with connectors, tags and soma. Needs navis (extra `navis`)."""
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names = loop.run(neuron_names(self.place, skeleton_ids))
        return navis_neurons(Arbors(skeleton_ids, names, read_arbors(self.place, skeleton_ids)))

    def to_networkx(self, neurons: Neurons) -> Any:
        """The connections among neurons as a networkx.DiGraph: nodes are skeleton ids with `name`, edges have `weight`.

        For the treenodes of one neuron see `Morphology.to_networkx`.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names = loop.run(neuron_names(self.place, skeleton_ids))
        return connectivity_graph(self.adjacency(skeleton_ids), names)
