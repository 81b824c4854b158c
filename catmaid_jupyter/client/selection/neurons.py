"""What one does with the neurons of a selection: read their tables, annotate, rename, pass them on."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.frames import ID, TEXT, FrameSchema, frame
from catmaid_jupyter.client.selection.export import swc_zip

Row: TypeAlias = dict[str, Any]
NewNames: TypeAlias = "Callable[[Row], str] | Mapping[int, str]"

RENAMED: Final[FrameSchema] = {"skeleton_id": ID, "name": TEXT, "new_name": TEXT}


class SelectedNeurons:
    """What `Selection` does with its neurons: the methods of the project, of all neurons in the selection."""

    project: Any

    @property
    @abstractmethod
    def skeleton_ids(self) -> list[int]:
        """Ids of the skeletons."""

    @property
    @abstractmethod
    def table(self) -> pd.DataFrame:
        """The skeletons in their order."""

    def annotate(self, annotations: str | Iterable[str], *, meta: str | Iterable[str] | None = None) -> Any:
        """Give all neurons annotations, and these meta-annotations: see `Project.annotate`."""
        return self.project.annotate(self, annotations, meta=meta)

    def unannotate(self, annotations: str | Iterable[str]) -> Any:
        """Take annotations from all neurons: see `Project.unannotate`."""
        return self.project.unannotate(self, annotations)

    def annotations(self) -> pd.DataFrame:
        """Who gave which annotation to which neuron, and when: see `Project.annotations_of`."""
        found: pd.DataFrame = self.project.annotations_of(self)
        return found

    def rename(self, names: NewNames, *, preview: bool = False) -> pd.DataFrame:
        """Give neurons other names: all, or none.

        names : a function that is given each row of `table` (a dict) and returns the name; or names by skeleton id.
        preview : only tell which names there would be.

        skeleton_id int64, name, new_name str, of the neurons whose name is another one.
        """
        table = self.table
        table = table[~table["id"].isin(table.attrs["gone"])]
        if callable(names):
            wanted = {
                row["id"]: names({str(column): value for column, value in row.items()})
                for row in table.to_dict("records")
            }
        else:
            if not isinstance(names, Mapping | pd.Series):
                raise InvalidInput(
                    "New names are a function that is given each row and returns the name, or names by skeleton id, "
                    f"not {type(names).__name__} ({names!r:.60})."
                )
            wanted = {int(skeleton_id): name for skeleton_id, name in names.items()}
            unknown = sorted(set(wanted) - set(table["id"]))
            if unknown:
                raise InvalidInput(f"Skeleton {unknown[0]} is not in the selection, or is gone.")
        for skeleton_id, name in wanted.items():
            if not isinstance(name, str) or not name.strip():
                raise InvalidInput(f"A name is a text that is not empty; for skeleton {skeleton_id} there is {name!r}.")
        changed = [
            (row.id, row.name, wanted[row.id])
            for row in table[["id", "name"]].itertuples(index=False)
            if row.id in wanted and wanted[row.id] != row.name
        ]
        columns = dict(zip(RENAMED, zip(*changed, strict=True), strict=True)) if changed else dict.fromkeys(RENAMED, ())
        if changed and not preview:
            self.project.rename_neurons({skeleton_id: new for skeleton_id, _, new in changed})
        return frame(columns, RENAMED)

    def nodes(self) -> pd.DataFrame:
        """Treenodes of all neurons: see `Project.nodes`."""
        found: pd.DataFrame = self.project.nodes(self)
        return found

    def connectors(self, *, relation: str | None = None) -> pd.DataFrame:
        """Connectors of all neurons: see `Project.connectors`."""
        found: pd.DataFrame = self.project.connectors(self, relation=relation)
        return found

    def links(self, *, relation: str | None = None) -> pd.DataFrame:
        """Links of these connectors: see `Project.links`."""
        found: pd.DataFrame = self.project.links(self, relation=relation)
        return found

    def tags(self) -> pd.DataFrame:
        """Labels of treenodes: see `Project.tags`."""
        found: pd.DataFrame = self.project.tags(self)
        return found

    def reviews(self) -> pd.DataFrame:
        """How much was reviewed, and by whom: see `Project.reviews`."""
        found: pd.DataFrame = self.project.reviews(self)
        return found

    def contributors(self) -> pd.DataFrame:
        """Who made how much: see `Project.contributors`."""
        found: pd.DataFrame = self.project.contributors(self)
        return found

    def morphology(self) -> Arbors:
        """Treenodes, links and labels of all neurons as long tables and one by one: see `Project.morphology`."""
        found: Arbors = self.project.morphology(self)
        return found

    def partners(self, **options: Any) -> pd.DataFrame:
        """Neurons that synapse with these: see `Project.partners`."""
        found: pd.DataFrame = self.project.partners(self, **options)
        return found

    def to_swc(self, path: str | os.PathLike[str]) -> Path:
        """Write a zip file with an SWC file (nm) of each skeleton; returns its path."""
        Path(path).write_bytes(loop.run(swc_zip(self.project.place, self.skeleton_ids)))
        return Path(path)

    def to_navis(self) -> Any:
        """A navis `NeuronList`: see `Project.to_navis`."""
        return self.project.to_navis(self)

    def to_networkx(self) -> Any:
        """The graph of synapses between the neurons: see `Project.to_networkx`."""
        return self.project.to_networkx(self)
