"""The rules by which nodes get their values: those with a name, and what users give instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.logins import logins
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_nodes import ArborNodes
from catmaid_jupyter.client.morphology import Morphology
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.client.shading import given_values
from catmaid_jupyter.client.shading.node_records import read_edition_times, read_reviews
from catmaid_jupyter.client.shading.node_values import CategoryValues, NodeValues, ScaleValues
from catmaid_jupyter.model import arbor
from catmaid_jupyter.model.axon_dendrite import Compartment, axon_dendrite
from catmaid_jupyter.model.geodesics import branch_order
from catmaid_jupyter.model.synapse_flow import synapse_flow_centrality

Rule: TypeAlias = "str | Mapping[int, Any] | pd.DataFrame | Callable[[Morphology], Any]"
"""How nodes get their values: the name of a rule; arrays by skeleton id, in ascending order of treenode ids; a table
with a column treenode_id and one of values; or what gives such an array for a `Morphology`."""


@dataclass(frozen=True)
class ShadingRule:
    """A rule: its title, what it gives for nodes, and what these must come with."""

    title: str
    values: Callable[[ArborNodes], NodeValues]
    connectors: bool = False
    tags: bool = False

    def read(self, place: Place, skeleton_ids: list[int]) -> tuple[ArborNodes, NodeValues]:
        """Read skeletons and their values."""
        nodes = ArborNodes.read(place, skeleton_ids, connectors=self.connectors, tags=self.tags)
        return nodes, self.values(nodes)


def rule_of(given: Rule) -> ShadingRule:
    """The rule that was given. `InvalidInput` for another name or anything else."""
    if isinstance(given, str):
        if given not in RULES:
            raise InvalidInput(
                f"There is no shading {given!r:.100}.{did_you_mean(given, RULES)} There are: {', '.join(RULES)}; or "
                "give arrays by skeleton id, a table with treenode_id and values, or a function of a Morphology."
            )
        return RULES[given]
    if isinstance(given, pd.DataFrame):
        title, values = given_values.of_table(given)
        return ShadingRule(title, values)
    if isinstance(given, Mapping):
        return ShadingRule("values", given_values.of_mapping(given))
    if callable(given):
        title = getattr(given, "__name__", "values").strip("<>")
        return ShadingRule(title, given_values.of_function(given), connectors=True, tags=True)
    raise InvalidInput(
        "A shading is the name of a rule, arrays by skeleton id, a table with treenode_id and values, or a function of "
        f"a Morphology, not {type(given).__name__}."
    )


def _strahler(nodes: ArborNodes) -> NodeValues:
    return ScaleValues(arbor.strahler(nodes.parents).astype(np.float64))


def _depth(nodes: ArborNodes) -> NodeValues:
    return ScaleValues(branch_order(nodes.parents).astype(np.float64))


def _distance_to_root(nodes: ArborNodes) -> NodeValues:
    return ScaleValues(arbor.distance_to_root(nodes.parents, nodes.xyz), "nm")


def _flow_centrality(nodes: ArborNodes) -> NodeValues:
    outputs, inputs = nodes.synapse_counts
    return ScaleValues(synapse_flow_centrality(nodes.parents, outputs, inputs))


def _axon_dendrite(nodes: ArborNodes) -> NodeValues:
    outputs, inputs = nodes.synapse_counts
    names = np.array([None, *(one.name.lower() for one in Compartment if one)], dtype=object)
    found = names[axon_dendrite(nodes.parents, outputs, inputs)]
    return CategoryValues(found, _COMPARTMENT_COLORS, "no inputs or no outputs")


def _creator(nodes: ArborNodes) -> NodeValues:
    return CategoryValues(_named(nodes, nodes.nodes["user_id"].to_numpy()))


def _reviewer(nodes: ArborNodes) -> NodeValues:
    reviews = read_reviews(nodes.place, nodes.skeleton_ids)
    reviews["reviewer"] = _named(nodes, reviews["user_id"].to_numpy())
    texts = nodes.texts_by_node(reviews, "reviewer")
    return CategoryValues(_or_none(texts), nothing="not reviewed")


def _label(nodes: ArborNodes) -> NodeValues:
    return CategoryValues(_or_none(nodes.texts_by_node(nodes.tags, "tag")), nothing="no label")


def _age(nodes: ArborNodes) -> NodeValues:
    times = read_edition_times(nodes.place, nodes.skeleton_ids)
    rows = nodes.rows_of(times["treenode_id"].to_numpy(np.int64))
    values = np.full(len(nodes), np.nan)
    values[rows[rows >= 0]] = times["edition_time"].to_numpy()[rows >= 0]
    return ScaleValues(values, "time")


def _confidence(nodes: ArborNodes) -> NodeValues:
    return ScaleValues(nodes.nodes["confidence"].to_numpy(np.float64))


def _radius(nodes: ArborNodes) -> NodeValues:
    radii = nodes.nodes["radius"].to_numpy(np.float64)
    return ScaleValues(np.where(radii < 0, np.nan, radii), "nm", "no radius")


def _named(nodes: ArborNodes, user_ids: Any) -> Any:
    """Login names of users, of some as `user 5` if the server does not tell."""
    distinct, rows = np.unique(user_ids, return_inverse=True)
    known = loop.run(logins(nodes.place.http, set(distinct.tolist())))
    return np.array([known.get(one, f"user {one}") for one in distinct.tolist()], dtype=object)[rows]


def _or_none(texts: Any) -> Any:
    return np.where(texts == "", None, texts)


_COMPARTMENT_COLORS: Final = {"axon": "#ee6677", "dendrite": "#4477aa", "linker": "#228833"}

RULES: Final = {
    "strahler": ShadingRule("Strahler number", _strahler),
    "depth": ShadingRule("branch points to the root", _depth),
    "distance_to_root": ShadingRule("distance to the root", _distance_to_root),
    "flow_centrality": ShadingRule("synapse flow centrality", _flow_centrality, connectors=True),
    "axon_dendrite": ShadingRule("compartment", _axon_dendrite, connectors=True),
    "creator": ShadingRule("creator", _creator),
    "reviewer": ShadingRule("reviewer", _reviewer),
    "label": ShadingRule("label", _label, tags=True),
    "age": ShadingRule("last edited", _age),
    "confidence": ShadingRule("confidence", _confidence),
    "radius": ShadingRule("radius", _radius),
}
"""Rules by name."""
