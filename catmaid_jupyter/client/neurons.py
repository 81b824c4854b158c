"""One skeleton."""

from __future__ import annotations

import html
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.answers import read_columns
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.frames import NODES, SKELETON_CONNECTORS, TAGS, frame, without_parent
from catmaid_jupyter.client.neuron import Neuron
from catmaid_jupyter.edits.base import Edit
from catmaid_jupyter.edits.neurons import RenameNeuron
from catmaid_jupyter.edits.site import Site
from catmaid_jupyter.edits.skeletons import JoinSkeletons, RerootSkeleton, SplitSkeleton
from catmaid_jupyter.model import arbor
from catmaid_jupyter.model.swc import write_swc
from catmaid_jupyter.model.units import format_length
from catmaid_wire.forms import FormValue

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

_RELATIONS = {0: "presynaptic_to", 1: "postsynaptic_to", 2: "gapjunction_with"}


@dataclass(frozen=True)
class Morphology:
    """A skeleton as it was at one moment: the tables, and measures of them."""

    nodes: pd.DataFrame
    connectors: pd.DataFrame
    tags: pd.DataFrame

    @cached_property
    def parents(self) -> NDArray[np.int64]:
        """(n,) index of each node's parent in `nodes`, -1 at the root; for `catmaid_jupyter.model.arbor`."""
        return arbor.parent_indices(self.nodes["id"].to_numpy(), self.nodes["parent_id"].to_numpy())

    @cached_property
    def xyz(self) -> NDArray[np.float64]:
        """(n, 3) positions of `nodes`, nm."""
        return self.nodes[["x", "y", "z"]].to_numpy()


class Skeleton:
    """A skeleton of a project.

    Its tables are read once, when first asked for, and belong to the same moment; `reload` reads them anew, and edits
    through this object do so too. Coordinates, lengths and radii are nm in project space.
    """

    def __init__(self, project: Project, skeleton_id: int, neuron: Neuron) -> None:
        self.project = project
        self.id = skeleton_id
        self.neuron = neuron
        self._morphology: Morphology | None = None

    @classmethod
    async def find(cls, project: Project, skeleton_id: int) -> Skeleton:
        """Ask for the neuron of a skeleton; `NotFound` if there is no such skeleton."""
        neuron_id, name = await neuron_of_skeleton(project, skeleton_id)
        return cls(project, skeleton_id, Neuron(project, neuron_id, name))

    def __repr__(self) -> str:
        return f"<Skeleton {self.id} of {self.name!r}{self._size()}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b> (skeleton {self.id}){html.escape(self._size())}"

    @property
    def name(self) -> str:
        """Name of the neuron."""
        return self.neuron.name

    @property
    def morphology(self) -> Morphology:
        """All tables, read from the server when first asked for."""
        if self._morphology is None:
            self._morphology = self.project.instance.run(read_morphology(self.project, self.id))
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
        return arbor.cable_length(self.morphology.parents, self.morphology.xyz)

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
        return pd.Series(arbor.strahler(self.morphology.parents), index=self.nodes["id"], name="strahler")

    def distal_to(self, treenode_id: int) -> pd.DataFrame:
        """The rows of `nodes` of a treenode and all that is distal to it. Raises `arbor.NotInArbor`."""
        found = np.flatnonzero(self.nodes["id"].to_numpy() == treenode_id)
        if not found.size:
            raise arbor.NotInArbor(f"Treenode {treenode_id} is not in skeleton {self.id}.")
        return self.nodes[arbor.distal_to(self.morphology.parents, int(found[0]))]

    def to_swc(self, path: str | os.PathLike[str]) -> Path:
        """Write an SWC file, nm, nodes after their parents and numbered by treenode id. Returns its path."""
        nodes = self.nodes.iloc[arbor.from_root(self.morphology.parents)]
        return write_swc(Path(path), nodes, title=f"{self.name} (skeleton {self.id})")

    def rename(self, name: str) -> None:
        """Give the neuron another name."""
        self._apply(RenameNeuron(neuron_id=self.neuron.id, name=name))
        self.neuron.name = name

    def reroot(self, treenode_id: int) -> None:
        """Make a treenode of this skeleton its root."""
        self._require(treenode_id)
        self._apply(RerootSkeleton(treenode_id=int(treenode_id)))

    def split(self, treenode_id: int) -> Skeleton:
        """Cut off what is distal to a treenode, itself included; returns the new skeleton."""
        self._require(treenode_id)
        answer = self._apply(SplitSkeleton(treenode_id=int(treenode_id)))
        return self.project.skeleton(int(answer["new_skeleton_id"]))

    def join(self, treenode_id: int, other_treenode_id: int) -> None:
        """Join another skeleton to this one, which keeps its name.

        treenode_id : of this skeleton.
        other_treenode_id : of the other skeleton, which is rerooted there and gone afterwards.
        """
        self._require(treenode_id)
        self._apply(JoinSkeletons(from_id=int(treenode_id), to_id=int(other_treenode_id)))

    def _ids(self, indices: NDArray[np.int64]) -> NDArray[np.int64]:
        return self.nodes["id"].to_numpy()[indices]

    def _require(self, treenode_id: int) -> None:
        if treenode_id not in set(self.reload().nodes["id"]):
            raise arbor.NotInArbor(f"Treenode {treenode_id} is not in skeleton {self.id}.")

    def _apply(self, edit: Edit[Any]) -> dict[str, Any]:
        applied = self.project.instance.run(self.project.edits.apply(edit))
        self.reload()
        return applied.answer

    def _size(self) -> str:
        if self._morphology is None:
            return ""
        return f": {len(self.nodes)} nodes, {format_length(self.cable_length)}"


async def neuron_of_skeleton(project: Project, skeleton_id: int) -> tuple[int, str]:
    """(id, name) of the neuron that a skeleton models; `NotFound` if there is no such skeleton."""
    try:
        return await Site(project.instance.http, project.id).neuron_of(skeleton_id)
    except InvalidInput as error:  # CATMAID says 400 where it means 404
        raise NotFound(f"There is no skeleton {skeleton_id} in {project.title!r}.", detail=error.message) from None


async def read_morphology(project: Project, skeleton_id: int) -> Morphology:
    """Nodes, connectors and tags of a skeleton in one request."""
    form: dict[str, FormValue] = {"with_connectors": True, "with_tags": True}
    path = f"{project.id}/skeletons/{skeleton_id}/compact-detail"
    answer = await project.instance.http.columns_or_json("GET", path, form=form)
    if answer.is_columns:
        parts = read_columns(answer.body)
        nodes, connectors = frame(parts["nodes"], NODES), _with_relations(parts["connectors"])
        return Morphology(nodes, connectors, _tags(parts["tags"]))
    rows, links, tags = answer.json()[:3]
    return Morphology(_nodes(rows), _with_relations(_link_columns(links)), _tags(tags))


def _nodes(rows: list[Any]) -> pd.DataFrame:
    names = ("id", "parent_id", "user_id", "x", "y", "z", "radius", "confidence")
    columns: dict[str, Any] = {name: [row[index] for row in rows] for index, name in enumerate(names)}
    columns["parent_id"] = without_parent(columns["parent_id"])
    return frame(columns, NODES)


def _link_columns(links: list[Any]) -> dict[str, Any]:
    names = ("treenode_id", "connector_id", "kind", "x", "y", "z")
    return {name: np.array([link[index] for link in links]) for index, name in enumerate(names)}


def _with_relations(columns: dict[str, Any]) -> pd.DataFrame:
    relation = [_RELATIONS.get(kind, "other") for kind in columns["kind"].tolist()]
    return frame({**columns, "relation": relation}, SKELETON_CONNECTORS)


def _tags(tags: dict[str, list[int]]) -> pd.DataFrame:
    pairs = [(tag, node) for tag, nodes in tags.items() for node in nodes]
    return frame({"tag": [tag for tag, _ in pairs], "treenode_id": [node for _, node in pairs]}, TAGS)
