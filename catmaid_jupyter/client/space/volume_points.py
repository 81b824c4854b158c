"""The points around which volumes are made: nodes or synapses of neurons that fit filters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_nodes import ArborNodes
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.naming import did_you_mean, listed
from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.model import arbor, solids
from catmaid_jupyter.model.axon_dendrite import Compartment, axon_dendrite
from catmaid_wire import relations

Shape: TypeAlias = Literal["box", "convex_hull", "alpha_shape"]
PointKind: TypeAlias = Literal["nodes", "branch_nodes", "ends", "pre", "post", "synapses"]

_LEAST_CONTENT = 1.0
"""nm³: what is less comes from rounding."""

_RELATIONS = {
    "pre": (relations.PRESYNAPTIC,),
    "post": (relations.POSTSYNAPTIC,),
    "synapses": (relations.PRESYNAPTIC, relations.POSTSYNAPTIC),
}
_OTHER_SIDE = {
    relations.PRESYNAPTIC: relations.POSTSYNAPTIC,
    relations.POSTSYNAPTIC: relations.PRESYNAPTIC,
}


@dataclass(frozen=True)
class NodeFilters:
    """Which nodes count (see `Project.volume_around`); None: all."""

    compartment: str | None = None
    strahler: tuple[int | None, int | None] | None = None
    distal_to: str | None = None
    inside: Volume | None = None

    def __post_init__(self) -> None:
        if self.compartment is not None:
            _require(self.compartment, [one.name.lower() for one in Compartment], "compartment")
        if self.strahler is not None and len(self.strahler) != 2:
            raise InvalidInput(f"Strahler numbers are (from, to), None for no limit, not {self.strahler!r:.60}.")

    def kept(self, nodes: ArborNodes) -> NDArray[np.bool_]:
        """(n,) bool: which nodes fit all filters."""
        mask = np.ones(len(nodes), np.bool_)
        if self.compartment is not None:
            outputs, inputs = nodes.synapse_counts
            mask &= axon_dendrite(nodes.parents, outputs, inputs) == Compartment[self.compartment.upper()]
        if self.strahler is not None:
            low, high = self.strahler
            numbers = arbor.strahler(nodes.parents)
            mask &= (numbers >= (1 if low is None else low)) & (numbers <= (numbers if high is None else high))
        if self.distal_to is not None:
            mask &= arbor.distal_to_any(nodes.parents, _tagged(nodes, self.distal_to))
        if self.inside is not None:
            mask &= self.inside.contains(nodes.xyz)
        return mask


def points_of(
    place: Place, skeleton_ids: Sequence[int], of: str, filters: NodeFilters, partner_ids: Sequence[int] | None
) -> NDArray[np.float64]:
    """(n, 3) places of nodes or synapses, nm (see `Project.volume_around`). `InvalidInput` if there are none."""
    _require(of, get_args(PointKind), "kind of points")
    if partner_ids is not None and of not in _RELATIONS:
        raise InvalidInput(f"Partners are those of synapses: with of='pre', 'post' or 'synapses', not {of!r}.")
    if not len(skeleton_ids):
        raise InvalidInput("There are no neurons to make a volume around: give some.")
    connectors = of in _RELATIONS or filters.compartment is not None
    nodes = ArborNodes.read(place, skeleton_ids, connectors=connectors, tags=filters.distal_to is not None)
    kept = filters.kept(nodes)
    if of in _RELATIONS:
        points = _synapses(place, nodes, kept, of, partner_ids)
    else:
        if of != "nodes":
            rows = arbor.branch_points(nodes.parents) if of == "branch_nodes" else arbor.end_points(nodes.parents)
            kept &= np.isin(np.arange(len(nodes)), rows)
        points = nodes.xyz[kept]
    if not len(points):
        which = "The neuron has no" if len(skeleton_ids) == 1 else f"None of these {len(skeleton_ids)} neurons has"
        raise InvalidInput(f"{which} {of.replace('_', ' ')} that fit.")
    return points


def body_around(
    points: NDArray[np.float64], shape: str, *, alpha: float | None = None, margin: float = 0.0
) -> solids.Surface:
    """Vertices and faces of a shape around points. `InvalidInput` if it is no body, or for another shape."""
    _require(shape, get_args(Shape), "shape")
    if alpha is not None and (shape != "alpha_shape" or not alpha > 0):
        raise InvalidInput(
            f"alpha is the radius of an alpha_shape, more than 0 nm; it is {alpha!r:.60} with shape={shape!r}."
        )
    if margin != 0 and (shape != "box" or not 0 < margin < np.inf):
        raise InvalidInput(f"The margin is that of a box, 0 nm or more; it is {margin!r:.60} with shape={shape!r}.")
    try:
        if shape == "box":
            return solids.box_around(points, margin)
        if shape == "convex_hull":
            return solids.convex_hull(points)
        surface = solids.alpha_shape(points, alpha)
    except solids.NoSolid as error:
        raise InvalidInput(str(error)) from None
    if alpha is not None and content_of(*surface) < _LEAST_CONTENT:
        raise InvalidInput(f"With a radius of {alpha:g} nm there is nothing between these points: give a larger one.")
    return surface


def content_of(vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> float:
    """How large the inside of a surface is, nm³."""
    corners = (vertices - vertices.min(axis=0))[faces]
    return abs(float(np.linalg.det(corners).sum())) / 6


def _synapses(
    place: Place, nodes: ArborNodes, kept: NDArray[np.bool_], of: str, partner_ids: Sequence[int] | None
) -> NDArray[np.float64]:
    links = nodes.connectors
    rows = nodes.rows_of(links["treenode_id"].to_numpy(np.int64))
    links = links[(rows >= 0) & kept[rows] & links["relation"].isin(_RELATIONS[of]).to_numpy()]
    if partner_ids is not None:
        theirs = read_arbors(place, partner_ids, nodes=False, tags=False).connectors
        wanted = pd.MultiIndex.from_arrays([theirs["connector_id"], theirs["relation"]])
        own = pd.MultiIndex.from_arrays([links["connector_id"], links["relation"].map(_OTHER_SIDE)])
        links = links[own.isin(wanted)]
    return links.drop_duplicates("connector_id")[["x", "y", "z"]].to_numpy()


def _tagged(nodes: ArborNodes, tag: str) -> NDArray[np.bool_]:
    found = nodes.tags.loc[nodes.tags["tag"] == tag, "treenode_id"].to_numpy(np.int64)
    if not len(found):
        known = sorted(set(nodes.tags["tag"]))
        raise InvalidInput(
            f"None of these neurons has the tag {tag!r:.60}.{did_you_mean(str(tag), known)} They have: "
            f"{listed(known) or 'none'}."
        )
    return np.isin(nodes.node_ids, found)


def _require(given: str, known: Sequence[str], what: str) -> None:
    if given not in known:
        like = did_you_mean(str(given), known)
        raise InvalidInput(f"There is no {what} {given!r:.60}.{like} There are: {', '.join(known)}.")
