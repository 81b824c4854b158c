"""The same edits as plain calls, for scripts and cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from catmaid_jupyter.edits.base import Edit
from catmaid_jupyter.edits.connectors import CreateConnector, CreateLink, DeleteConnector, DeleteLink
from catmaid_jupyter.edits.labels import NodeKind, RemoveLabel, RenameNeuron, SetLabels
from catmaid_jupyter.edits.nodes import (
    CreateTreenode,
    DeleteTreenode,
    InsertTreenode,
    MoveNodes,
    SetConfidence,
    SetRadius,
)
from catmaid_jupyter.edits.skeletons import JoinSkeletons, RerootSkeleton, SplitSkeleton

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

Location = tuple[float, float, float]


class ProjectEdit:
    """Edits of a project that wait for the server; `project.edit`.

    Coordinates and radii are nm in project space. `state` is CATMAID's state JSON; without it the present state is
    read from the server first. All raise `NotFound`, `NotAllowed`, `Conflict`, `InvalidInput` or `Unreachable`,
    and return the server's answer unless said otherwise. `project.undo()` takes them back, last first.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def create_treenode(
        self,
        x: float,
        y: float,
        z: float,
        *,
        parent_id: int | None = None,
        radius: float = -1.0,
        confidence: int = 5,
        neuron_name: str | None = None,
        state: str | None = None,
    ) -> int:
        """Add a treenode and return its id; without a parent it is the root of a new skeleton and neuron."""
        edit = CreateTreenode(
            x=float(x),
            y=float(y),
            z=float(z),
            parent_id=None if parent_id is None else int(parent_id),
            radius=float(radius),
            confidence=confidence,
            neuron_name=neuron_name,
        )
        return int(self._apply(edit, state)["treenode_id"])

    def insert_treenode(
        self,
        x: float,
        y: float,
        z: float,
        *,
        parent_id: int,
        child_id: int,
        radius: float = -1.0,
        confidence: int = 5,
        state: str | None = None,
    ) -> int:
        """Put a treenode between a child and its parent and return its id."""
        edit = InsertTreenode(
            x=float(x),
            y=float(y),
            z=float(z),
            parent_id=int(parent_id),
            child_id=int(child_id),
            radius=float(radius),
            confidence=confidence,
        )
        return int(self._apply(edit, state)["treenode_id"])

    def delete_treenode(self, treenode_id: int, *, state: str | None = None) -> dict[str, Any]:
        """Remove a treenode; its children hang on its parent afterwards."""
        return self._apply(DeleteTreenode(treenode_id=int(treenode_id)), state)

    def move_nodes(
        self,
        treenodes: Mapping[int, Location] | None = None,
        connectors: Mapping[int, Location] | None = None,
        *,
        state: str | None = None,
    ) -> dict[str, Any]:
        """Move nodes: id to (x, y, z)."""
        return self._apply(MoveNodes(treenodes=_rows(treenodes), connectors=_rows(connectors)), state)

    def set_radius(
        self, treenode_id: int, radius: float, *, option: int = 0, state: str | None = None
    ) -> dict[str, Any]:
        """Set the radius of a treenode, below 0 for none; `option` as in `operations.nodes.SetRadius`."""
        return self._apply(SetRadius(treenode_id=int(treenode_id), radius=float(radius), option=option), state)

    def set_confidence(
        self, treenode_id: int, confidence: int, *, to_connector: bool = False, state: str | None = None
    ) -> dict[str, Any]:
        """Set how sure one is (1 to 5) of a treenode's edge to its parent, or of its links to connectors."""
        edit = SetConfidence(treenode_id=int(treenode_id), confidence=confidence, to_connector=to_connector)
        return self._apply(edit, state)

    def create_connector(
        self,
        x: float,
        y: float,
        z: float,
        *,
        confidence: int = 5,
        treenode_id: int | None = None,
        relation: str = "presynaptic_to",
    ) -> int:
        """Add a connector and return its id; link a treenode to it if one is given."""
        edit = CreateConnector(
            x=float(x),
            y=float(y),
            z=float(z),
            confidence=confidence,
            treenode_id=None if treenode_id is None else int(treenode_id),
            relation=relation,
        )
        return int(self._apply(edit, None)["connector_id"])

    def delete_connector(self, connector_id: int, *, state: str | None = None) -> dict[str, Any]:
        """Remove a connector with all its links."""
        return self._apply(DeleteConnector(connector_id=int(connector_id)), state)

    def create_link(
        self, treenode_id: int, connector_id: int, relation: str, *, state: str | None = None
    ) -> dict[str, Any]:
        """Link a treenode to a connector: `presynaptic_to`, `postsynaptic_to`, `gapjunction_with`, and so on."""
        edit = CreateLink(treenode_id=int(treenode_id), connector_id=int(connector_id), relation=relation)
        return self._apply(edit, state)

    def delete_link(self, treenode_id: int, connector_id: int, *, state: str | None = None) -> dict[str, Any]:
        """Remove the link between a treenode and a connector."""
        return self._apply(DeleteLink(treenode_id=int(treenode_id), connector_id=int(connector_id)), state)

    def join_skeletons(self, from_id: int, to_id: int, *, state: str | None = None) -> dict[str, Any]:
        """Join the skeleton of treenode `to_id` to that of `from_id`, which lives on with its name."""
        return self._apply(JoinSkeletons(from_id=int(from_id), to_id=int(to_id)), state)

    def split_skeleton(self, treenode_id: int, *, state: str | None = None) -> int:
        """Make a treenode the root of a new skeleton and neuron; returns the id of the new skeleton."""
        return int(self._apply(SplitSkeleton(treenode_id=int(treenode_id)), state)["new_skeleton_id"])

    def reroot_skeleton(self, treenode_id: int, *, state: str | None = None) -> dict[str, Any]:
        """Make a treenode the root of its skeleton."""
        return self._apply(RerootSkeleton(treenode_id=int(treenode_id)), state)

    def set_labels(
        self,
        node_id: int,
        labels: Iterable[str],
        *,
        kind: NodeKind = "treenode",
        delete_existing: bool = True,
    ) -> dict[str, Any]:
        """Give a node labels, instead of one's own earlier ones or in addition."""
        edit = SetLabels(node_id=int(node_id), labels=tuple(labels), kind=kind, delete_existing=delete_existing)
        return self._apply(edit, None)

    def remove_label(self, node_id: int, label: str, *, kind: NodeKind = "treenode") -> dict[str, Any]:
        """Take one label off a node."""
        return self._apply(RemoveLabel(node_id=int(node_id), label=label, kind=kind), None)

    def rename_neuron(self, neuron_id: int, name: str) -> dict[str, Any]:
        """Give a neuron another name."""
        return self._apply(RenameNeuron(neuron_id=int(neuron_id), name=name), None)

    def _apply(self, edit: Edit, state: str | None) -> dict[str, Any]:
        return self._project.instance.run(self._project.edits.apply(edit, state)).answer


def _rows(locations: Mapping[int, Location] | None) -> tuple[tuple[int, float, float, float], ...]:
    return tuple((int(node), float(x), float(y), float(z)) for node, (x, y, z) in (locations or {}).items())
