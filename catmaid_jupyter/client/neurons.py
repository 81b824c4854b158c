"""Neurons, and the skeletons that model them."""

from __future__ import annotations

import html
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import history_tables
from catmaid_jupyter.client.frames import ANNOTATIONS, frame
from catmaid_jupyter.client.life import NeuronLife, life
from catmaid_jupyter.client.morphology import Morphology, read_eswc, read_morphology
from catmaid_jupyter.client.naming import one_name
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.edits.base import Edit
from catmaid_jupyter.edits.journal import EditJournal
from catmaid_jupyter.edits.neurons import RenameNeuron
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.edits.skeletons import JoinSkeletons, RerootSkeleton, SplitSkeleton
from catmaid_jupyter.model import arbor
from catmaid_jupyter.model.swc import write_swc
from catmaid_jupyter.model.units import format_length
from catmaid_wire.somata import BadSomaMarkers


class TracedProject(Protocol):
    """A project, as neurons and skeletons need it."""

    @property
    def title(self) -> str:
        """The project's title, for messages."""

    @property
    def place(self) -> Place:
        """Where to read."""

    @property
    def edits(self) -> EditJournal:
        """The edits of this connection, which `undo` takes back."""


class Neuron(Public):
    """A neuron of a project: its name and annotations, and the skeletons that model it.

    Two neurons are equal if their ids and projects are. Pickled ones connect again (see `Instance`).
    """

    def __init__(self, project: TracedProject, neuron_id: int, name: str) -> None:
        self.project = project
        self.id = neuron_id
        self.name = name
        """The name when it was last read; `rename` changes it."""

    def __repr__(self) -> str:
        return f"<Neuron {self.id} {self.name!r} in {self.project.title!r}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b> (neuron {self.id})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Neuron):
            return NotImplemented
        return (self.id, self.project.place) == (other.id, other.project.place)

    def __hash__(self) -> int:
        return hash((Neuron, self.id, self.project.place))

    @property
    def skeleton_ids(self) -> list[int]:
        """Ids of the skeletons that model the neuron; `NotFound` if the neuron is gone."""
        return loop.run(self._skeleton_ids())

    @property
    def skeletons(self) -> list[Skeleton]:
        """The skeletons that model the neuron."""
        return [Skeleton(self.project, skeleton_id, self) for skeleton_id in self.skeleton_ids]

    @property
    def annotations(self) -> pd.DataFrame:
        """Annotations on the neuron: id int64, name str, creator str."""
        return loop.run(self._annotations())

    def rename(self, name: str) -> None:
        """Give the neuron another name. Raises `NotAllowed`, `NotFound`, `InvalidInput` for an empty one."""
        loop.run(self.project.edits.apply(RenameNeuron(neuron_id=self.id, name=one_name(name, "name"))))
        self.name = name

    def life(self, *, by: str = "day", gap: str | pd.Timedelta = "5min") -> NeuronLife:
        """Who made the neuron and how long that took, how it grew, and the joins and splits of its skeletons.

        by : `"day"`, the size at the end of each day; `"version"`, after each version that changed it; `"creation"`,
            what there is now, added up by the day on which it was made: of imported neurons, too.
        gap : a session of work ends where a user does nothing at the neuron for so long; time spent is that between
            the first and the last act of each session.

        Deleted neurons have a life, too. `InvalidInput` at servers other than catmaid_jupyter's.
        """
        return loop.run(life(self.project.place, self.id, self.name, by=by, gap=gap))

    async def _skeleton_ids(self) -> list[int]:
        return await read_skeleton_ids(self.project.place, self.id)

    async def _annotations(self) -> pd.DataFrame:
        try:
            skeleton_ids = await self._skeleton_ids()
        except NotFound:
            skeleton_ids = []
        if not skeleton_ids:
            return frame({"id": [], "name": [], "creator": []}, ANNOTATIONS)
        place = self.project.place
        answer = await place.read_json("POST", "skeleton/annotationlist", form={"skeleton_ids": skeleton_ids[:1]})
        rows = [row for part in answer["skeletons"].values() for row in part["annotations"]]
        names = await logins(place.http, {row["uid"] for row in rows})
        columns = {
            "id": [row["id"] for row in rows],
            "name": [answer["annotations"][str(row["id"])] for row in rows],
            "creator": [names.get(row["uid"], "") for row in rows],
        }
        return frame(columns, ANNOTATIONS)


class Skeleton(Public):
    """A skeleton of a project.

    Its tables are read once, when first asked for, and belong to the same moment; `reload` reads them anew, and edits
    through this object do so too. Coordinates, lengths and radii are nm in project space.

    Two skeletons are equal if their ids and projects are. Pickled ones connect again (see `Instance`).
    """

    _internal: ClassVar = frozenset({"find"})

    def __init__(self, project: TracedProject, skeleton_id: int, neuron: Neuron) -> None:
        self.project = project
        self.id = skeleton_id
        self.neuron = neuron
        self._morphology: Morphology | None = None

    @classmethod
    async def find(cls, project: TracedProject, skeleton_id: int) -> Skeleton:
        """The skeleton with the name of its neuron; `NotFound` if there is no such skeleton."""
        neuron_id, name = await neuron_of_skeleton(project, skeleton_id)
        return cls(project, skeleton_id, Neuron(project, neuron_id, name))

    def __repr__(self) -> str:
        return f"<Skeleton {self.id} of {self.name!r}{self._size()}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b> (skeleton {self.id}){html.escape(self._size())}"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Skeleton):
            return NotImplemented
        return (self.id, self.project.place) == (other.id, other.project.place)

    def __hash__(self) -> int:
        return hash((Skeleton, self.id, self.project.place))

    @property
    def name(self) -> str:
        """Name of the neuron."""
        return self.neuron.name

    @property
    def morphology(self) -> Morphology:
        """All tables, read from the server when first asked for; they can be pruned, resampled and measured."""
        if self._morphology is None:
            self._morphology = loop.run(read_morphology(self.project.place, self.id))
        return self._morphology

    def reload(self) -> Skeleton:
        """Forget what was read. Returns the skeleton itself."""
        self._morphology = None
        return self

    @property
    def nodes(self) -> pd.DataFrame:
        """Treenodes: id, parent_id (-1: root) int64, x, y, z, radius (-1: none) float64, confidence, user_id int64."""
        return self.morphology.nodes

    @property
    def connectors(self) -> pd.DataFrame:
        """Connectors of treenodes: treenode_id, connector_id int64, relation str, x, y, z float64."""
        return self.morphology.connectors

    @property
    def tags(self) -> pd.DataFrame:
        """Labels of treenodes: tag str, treenode_id int64."""
        return self.morphology.tags

    @property
    def cable_length(self) -> float:
        """Sum of the lengths of all edges, nm."""
        return self.morphology.cable_length

    @property
    def root(self) -> int:
        """Id of the root treenode."""
        return int(self._ids(arbor.roots(self.morphology.parents))[0])

    @property
    def branch_points(self) -> pd.DataFrame:
        """The rows of `nodes` with two or more children."""
        return self.nodes.iloc[arbor.branch_points(self.morphology.parents)]

    @property
    def end_points(self) -> pd.DataFrame:
        """The rows of `nodes` without children, but for the root."""
        return self.nodes.iloc[arbor.end_points(self.morphology.parents)]

    @property
    def strahler(self) -> pd.Series:
        """Strahler number of each treenode, int64, by treenode id."""
        return self.morphology.strahler

    def distal_to(self, treenode_id: int) -> pd.DataFrame:
        """The rows of `nodes` of a treenode and all that is distal to it. Raises `arbor.NotInArbor`."""
        found = np.flatnonzero(self.nodes["id"].to_numpy() == treenode_id)
        if not found.size:
            raise arbor.NotInArbor(f"Treenode {treenode_id} is not in skeleton {self.id}.")
        return self.nodes[arbor.distal_to(self.morphology.parents, int(found[0]))]

    def to_swc(self, path: str | os.PathLike[str], *, soma_markers: Sequence[str] = (), authors: bool = False) -> Path:
        """Write an SWC file, nm, nodes after their parents and numbered by treenode id. Returns its path.

        The type is 1 at a soma, else 0. `InvalidInput` if a marker is none, or several nodes could be the soma.

        soma_markers : how the one soma is found: `tag:soma`, `radius:500` (nm), and `root` where these find none; by
            default each node with the label soma.
        authors : write eSWC, as the server gives it: with authors, times and confidences.
        """
        if authors:
            Path(path).write_bytes(loop.run(read_eswc(self.project.place, self.id, soma_markers)))
            return Path(path)
        nodes = self.nodes.iloc[arbor.from_root(self.morphology.parents)]
        title = f"{self.name} (skeleton {self.id})"
        try:
            return write_swc(Path(path), nodes, title=title, labelled=self.morphology.somata, soma_markers=soma_markers)
        except BadSomaMarkers as error:
            raise InvalidInput(str(error)) from None

    @property
    def lineage(self) -> pd.DataFrame:
        """The joins and splits of its treenodes, as `Project.lineage` has them."""
        return loop.run(history_tables.lineage(self.project.place, skeleton_ids=[self.id]))[0]

    def rename(self, name: str) -> None:
        """Give the neuron another name."""
        self._apply(RenameNeuron(neuron_id=self.neuron.id, name=one_name(name, "name")))
        self.neuron.name = name

    def reroot(self, treenode_id: int) -> None:
        """Make a treenode of this skeleton its root."""
        self._require(treenode_id)
        self._apply(RerootSkeleton(treenode_id=int(treenode_id)))

    def split(self, treenode_id: int) -> Skeleton:
        """Cut off what is distal to a treenode, itself included; returns the new skeleton."""
        self._require(treenode_id)
        answer = self._apply(SplitSkeleton(treenode_id=int(treenode_id)))
        return loop.run(Skeleton.find(self.project, int(answer["new_skeleton_id"])))

    def join(self, treenode_id: int, other_treenode_id: int) -> None:
        """Join another skeleton to this one, which keeps its name.

        treenode_id : of this skeleton.
        other_treenode_id : of the other skeleton, which is rerooted there and does not exist afterwards.
        """
        self._require(treenode_id)
        self._apply(JoinSkeletons(from_id=int(treenode_id), to_id=int(other_treenode_id)))

    def _ids(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.nodes["id"].to_numpy()[indices]

    def _require(self, treenode_id: int) -> None:
        if treenode_id not in set(self.reload().nodes["id"]):
            raise arbor.NotInArbor(f"Treenode {treenode_id} is not in skeleton {self.id}.")

    def _apply(self, edit: Edit[Any]) -> dict[str, Any]:
        applied = loop.run(self.project.edits.apply(edit))
        self.reload()
        return applied.answer

    def _size(self) -> str:
        if self._morphology is None:
            return ""
        return f": {len(self.nodes)} nodes, {format_length(self.cable_length)}"


async def read_skeleton_ids(place: Place, neuron_id: int) -> list[int]:
    """Ids of the skeletons that model a neuron; `NotFound` if there is no such neuron."""
    return [int(skeleton) for skeleton in await place.read_json("GET", f"neuron/{neuron_id}/get-all-skeletons")]


async def neuron_of_skeleton(project: TracedProject, skeleton_id: int) -> tuple[int, str]:
    """(id, name) of the neuron that a skeleton models; `NotFound` if there is no such skeleton."""
    try:
        return await Site(project.place).neuron_of(skeleton_id)
    except InvalidInput as error:  # CATMAID says 400 where it means 404
        raise NotFound(f"There is no skeleton {skeleton_id} in {project.title!r}.", detail=error.message) from None
