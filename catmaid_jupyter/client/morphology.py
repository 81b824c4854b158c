"""Nodes, connectors and labels of a skeleton."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.api.answers import columns_of_rows, read_columns, without_parent
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import NODES, SKELETON_CONNECTORS, TAGS, frame, ordered
from catmaid_jupyter.model import arbor, geodesics, pruning, resampling
from catmaid_jupyter.model.axon_dendrite import Compartment, axon_dendrite
from catmaid_jupyter.model.swc import write_swc
from catmaid_jupyter.model.synapse_flow import FlowMode, synapse_flow_centrality
from catmaid_wire import relations
from catmaid_wire.columns import DETAIL_LINKS, DETAIL_NODES
from catmaid_wire.forms import FormValue
from catmaid_wire.swc import SOMA_LABEL


class Enclosing(Protocol):
    """A volume, or a mesh of trimesh."""

    def contains(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """(n,) bool: which of (n, 3) points, nm, are inside."""


@dataclass(frozen=True)
class Morphology:
    """A skeleton as it was at one moment: the tables, what they measure, and what becomes of it when it is pruned.

    What is pruned or resampled is a new `Morphology`; the skeleton at the server stays as it is.

    Attributes
    ----------
    nodes, connectors, tags
        As those of `Skeleton`.
    """

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

    @property
    def node_ids(self) -> NDArray[np.int64]:
        """(n,) ids of `nodes`."""
        return self.nodes["id"].to_numpy(np.int64)

    @property
    def cable_length(self) -> float:
        """Sum of the lengths of all edges, nm."""
        return arbor.cable_length(self.parents, self.xyz)

    @property
    def edge_lengths(self) -> NDArray[np.float64]:
        """(n,) length of the edge from each treenode to its parent, nm; 0 at the root."""
        return arbor.edge_lengths(self.parents, self.xyz)

    @property
    def strahler(self) -> pd.Series:
        """Strahler number of each treenode, int64, by treenode id."""
        return pd.Series(arbor.strahler(self.parents), index=self.nodes["id"], name="strahler")

    @property
    def branch_order(self) -> pd.Series:
        """Branch points between each treenode and the root, int64, by treenode id; the treenode does not count."""
        return pd.Series(geodesics.branch_order(self.parents), index=self.nodes["id"], name="branch_order")

    def flow_centrality(self, mode: FlowMode = "sum") -> pd.Series:
        """Synapse flow centrality of each treenode, float64, by treenode id (see `model.synapse_flow`).

        mode : `centrifugal`, `centripetal` or `sum`. `InvalidInput` for another one.
        """
        outputs, inputs = self.synapse_counts
        try:
            flow = synapse_flow_centrality(self.parents, outputs, inputs, mode)
        except ValueError as error:
            raise InvalidInput(str(error)) from None
        return pd.Series(flow, index=self.nodes["id"], name="flow_centrality")

    @property
    def compartments(self) -> pd.Series:
        """`axon`, `dendrite`, `linker` or `unknown` of each treenode, by treenode id (see `model.axon_dendrite`)."""
        names = np.array([one.name.lower() for one in Compartment], dtype=object)
        found = names[axon_dendrite(self.parents, *self.synapse_counts)]
        return pd.Series(found, index=self.nodes["id"], name="compartment", dtype="str")

    @property
    def synapse_counts(self) -> NDArray[np.int64]:
        """(2, n) numbers of presynaptic and of postsynaptic links of `nodes`."""
        ids = pd.Index(self.node_ids)
        counts = [
            self.connectors.loc[self.connectors["relation"] == relation, "treenode_id"].value_counts()
            for relation in (relations.PRESYNAPTIC, relations.POSTSYNAPTIC)
        ]
        return np.stack([count.reindex(ids, fill_value=0).to_numpy(np.int64) for count in counts])

    def distances(self, treenode_ids: int | Iterable[int]) -> pd.DataFrame:
        """Lengths of the paths along the skeleton from some treenodes to all.

        A row for each of `treenode_ids`, a column for each treenode, labelled with ids; float64 nm, inf where no path
        leads. Raises `NotInArbor` for other treenodes.
        """
        wanted = np.atleast_1d(np.asarray([*_each(treenode_ids)], dtype=np.int64))
        found = geodesics.geodesic_distances(self.parents, self.xyz, self._rows(wanted))
        return pd.DataFrame(found, index=pd.Index(wanted, name="id"), columns=pd.Index(self.node_ids, name="to_id"))

    def subset(self, kept: ArrayLike) -> Morphology:
        """The treenodes that are kept, and what is on them; those whose parent is not kept are roots.

        kept : (n,) bool, in the order of `nodes`.
        """
        mask = np.asarray(kept, dtype=np.bool_)
        nodes = self.nodes[mask].reset_index(drop=True)
        there = set(nodes["id"])
        nodes["parent_id"] = nodes["parent_id"].where(nodes["parent_id"].isin(there), -1)
        connectors, tags = (
            table[table["treenode_id"].isin(there)].reset_index(drop=True) for table in (self.connectors, self.tags)
        )
        return Morphology(nodes, connectors, tags)

    def pruned(
        self,
        *,
        strahler: int | None = None,
        twigs: float | None = None,
        inside: Enclosing | None = None,
        outside: Enclosing | None = None,
    ) -> Morphology:
        """The skeleton without some of its treenodes, and without what is on them.

        strahler : drops what has this Strahler number or a lower one.
        twigs : drops twigs, from an end point to the next branch point, of at most this length, nm; all at once.
        inside, outside : keep only what is inside or outside a volume; what hangs together no more is several trees.

        With several of them, each prunes what the one before left, in this order.
        """
        left = self
        if strahler is not None:
            left = left.subset(pruning.above_strahler(left.parents, strahler))
        if twigs is not None:
            left = left.subset(pruning.without_twigs(left.parents, left.xyz, twigs))
        if inside is not None:
            left = left.subset(inside.contains(left.xyz))
        if outside is not None:
            left = left.subset(~outside.contains(left.xyz))
        return left

    def resampled(self, step: float) -> Morphology:
        """The skeleton with treenodes at even distances between its root, branch points and end points.

        step : distance, nm; each path is divided into as many equal parts as come nearest to it.

        Root, branch and end points stay, with their ids. Others are new: their ids count up from the highest one and
        mean nothing to the server; confidence and user are those of the nearest treenode. Connectors and tags are at
        the treenode that is nearest to where they were.
        """
        if not step > 0:
            raise InvalidInput(f"The distance of nodes should be more than 0 nm, not {step}.")
        new = resampling.resample(self.parents, self.xyz, self.nodes["radius"].to_numpy(), step)
        first = int(self.node_ids.max(initial=0)) + 1
        count = len(new.parents)
        ids = np.where(new.is_old, self.node_ids[new.origin], first + np.arange(count) - int(new.is_old.sum()))
        nodes = self.nodes.iloc[new.origin].assign(
            id=ids,
            parent_id=np.where(new.parents < 0, -1, ids[new.parents]),
            **{axis: new.xyz[:, place] for place, axis in enumerate("xyz")},
            radius=new.radii,
        )
        moved = pd.Series(ids[new.nearest], index=self.node_ids)
        connectors, tags = (
            table.assign(treenode_id=table["treenode_id"].map(moved)) for table in (self.connectors, self.tags)
        )
        return Morphology(ordered(frame(nodes, NODES), "id"), connectors, tags)

    def split_at(self, treenode_id: int) -> tuple[Morphology, Morphology]:
        """What is distal to a treenode, itself included, and the rest; the server's skeleton stays as it is.

        Raises `NotInArbor` for other treenodes.
        """
        distal = arbor.distal_to(self.parents, int(self._rows(np.array([treenode_id]))[0]))
        return self.subset(distal), self.subset(~distal)

    def to_swc(self, path: str | os.PathLike[str], *, title: str = "") -> Path:
        """Write an SWC file, nm, nodes after their parents and numbered by treenode id. Returns its path.

        The type is 1 at treenodes with the label `soma`, else 0.

        title : a comment for the first line.
        """
        nodes = self.nodes.iloc[arbor.from_root(self.parents)]
        return write_swc(Path(path), nodes, title=title, labelled=self.somata)

    def to_networkx(self, name: str = "") -> Any:
        """A networkx.DiGraph of treenodes with x, y, z, radius (nm); edges lead to parents, `weight` is their nm."""
        import networkx as nx  # noqa: PLC0415  it takes long to import

        graph = nx.DiGraph(name=name)
        columns = ["x", "y", "z", "radius"]
        places = self.nodes[columns].to_dict("records")
        graph.add_nodes_from(zip(self.node_ids.tolist(), places, strict=True))
        child = self.parents >= 0
        ends = zip(self.node_ids[child].tolist(), self.node_ids[self.parents[child]].tolist(), strict=True)
        lengths = self.edge_lengths[child].tolist()
        graph.add_weighted_edges_from((*edge, length) for edge, length in zip(ends, lengths, strict=True))
        return graph

    def _rows(self, treenode_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        rows = pd.Index(self.node_ids).get_indexer(pd.Index(treenode_ids))
        if (rows < 0).any():
            raise arbor.NotInArbor(f"Treenode {treenode_ids[rows < 0][0]} is not in this skeleton.")
        return rows.astype(np.int64)

    @property
    def somata(self) -> list[int]:
        """Ids of the treenodes with the label `soma`."""
        found: list[int] = self.tags.loc[self.tags["tag"] == SOMA_LABEL, "treenode_id"].tolist()
        return found


async def read_morphology(place: Place, skeleton_id: int) -> Morphology:
    """Nodes, connectors and tags of a skeleton in one request."""
    form: dict[str, FormValue] = {"with_connectors": True, "with_tags": True}
    answer = await place.columns_or_json("GET", f"skeletons/{skeleton_id}/compact-detail", form=form)
    if answer.is_columns:
        parts = read_columns(answer.body)
        nodes, connectors, tags = parts["nodes"], parts["connectors"], parts["tags"]
    else:
        rows, links, tags = answer.json()[:3]
        nodes = without_parent(columns_of_rows(rows, DETAIL_NODES))
        connectors = columns_of_rows(links, DETAIL_LINKS)
    return Morphology(ordered(frame(nodes, NODES), "id"), _with_relations(connectors), _tags(tags))


async def read_eswc(place: Place, skeleton_id: int, soma_markers: Sequence[str]) -> bytes:
    """A skeleton as SWC with authors, times and confidences, as the server gives it."""
    form: dict[str, FormValue] = {"soma_markers": list(soma_markers)}
    answer = await place.read("GET", f"skeleton/{skeleton_id}/eswc", params=form)
    return answer.body


def relation_names(kinds: ArrayLike) -> NDArray[np.object_]:
    """Names of relations from their numbers in `compact-detail`; `other` for those that have no number there."""
    known_names = list(relations.OF_DETAILS)
    names = np.array([*known_names, "other"], dtype=object)
    numbers = np.asarray(kinds, dtype=np.int64)
    known = (numbers >= 0) & (numbers < len(known_names))
    named: NDArray[np.object_] = names[np.where(known, numbers, len(known_names))]
    return named


def _with_relations(columns: dict[str, Any]) -> pd.DataFrame:
    found = frame({**columns, "relation": relation_names(columns["kind"])}, SKELETON_CONNECTORS)
    return ordered(found, "connector_id", "treenode_id")


def _tags(tags: dict[str, list[int]]) -> pd.DataFrame:
    pairs = [(tag, node) for tag, nodes in tags.items() for node in nodes]
    return frame({"tag": [tag for tag, _ in pairs], "treenode_id": [node for _, node in pairs]}, TAGS)


def _each(ids: int | Iterable[int]) -> Iterable[int]:
    return ids if isinstance(ids, Iterable) else [ids]
