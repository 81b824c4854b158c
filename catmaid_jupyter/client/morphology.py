"""Nodes, connectors and labels of a skeleton."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.api.answers import columns_of_rows, read_columns, without_parent
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import NODES, SKELETON_CONNECTORS, TAGS, frame, ordered
from catmaid_jupyter.model import arbor
from catmaid_wire import relations
from catmaid_wire.columns import DETAIL_LINKS, DETAIL_NODES
from catmaid_wire.forms import FormValue
from catmaid_wire.swc import SOMA_LABEL


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
