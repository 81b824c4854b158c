"""Places of a specimen to learn tracing at: a branch of a neurite that nobody has traced, and a synapse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.tables import skeleton_table
from catmaid_jupyter.model.arbor import children_count, distal_to, parent_indices
from catmaid_jupyter.model.known_neurites import KnownNeurites

PlacesInNm = NDArray[np.float64]

_NEAR: Final = 300.0
"""Nodes that are nearer than this (nm) to a place were traced there."""
_BEFORE, _AFTER, _REST = 2, 2, 4
_LEAST_REST: Final = 2


@dataclass(frozen=True)
class LessonSynapse:
    """A synapse that is known: where its connector belongs, and a place in the neurite of each side, nm."""

    connector: PlacesInNm
    source: int
    source_place: PlacesInNm
    partners: Sequence[int]
    partner_place: PlacesInNm


@dataclass(frozen=True)
class Lesson:
    """Where to trace: (n, 3) float64, nm, all in one neurite but `wrong`.

    path : nodes to place one after the other; `side`: a branch that leaves it; `rest`: how the path goes on; `wrong`:
    a place in a neighbour of its end.
    """

    neurite: int
    path: PlacesInNm
    side: PlacesInNm
    rest: PlacesInNm
    wrong: PlacesInNm
    synapse: LessonSynapse
    known: KnownNeurites


def make_lesson(place: Place, truth: Place) -> Lesson:
    """Choose a branch and a synapse of what is known where nobody has traced in the project yet.

    Raises `InvalidInput` if there is none.
    """
    ids = loop.run(skeleton_table(truth))["id"].tolist()
    tables = read_arbors(truth, ids, tags=False)
    arbors = {int(str(one)): rows.reset_index(drop=True) for one, rows in tables.nodes.groupby("skeleton_id")}
    known = known_neurites(arbors)
    own = loop.run(skeleton_table(place))["id"].tolist()
    nodes = read_arbors(place, own, connectors=False, tags=False).nodes
    traced = _TracedPlaces(nodes[["x", "y", "z"]].to_numpy(np.float64), known)
    middle = (known.starts.min(axis=0) + known.starts.max(axis=0)) / 2

    def off_middle(places: PlacesInNm) -> float:
        return float(np.linalg.norm(places.reshape(-1, 3).mean(axis=0) - middle))

    synapses = sorted(_synapses(arbors, tables.connectors, traced), key=lambda one: off_middle(one.connector))
    windows = [(neurite, window) for neurite, rows in arbors.items() for window in _windows(rows)]
    for neurite, window in sorted(windows, key=lambda one: off_middle(one[1].path)):
        # What is traced at the synapse is not to be taken for the neuron of the lesson.
        synapse = next((one for one in synapses if neurite not in (one.source, *one.partners)), None)
        if synapse and traced.are_free(np.vstack([window.path, window.side, window.rest]), [neurite]):
            wrong = _neighbour_of(window.rest[-1], neurite, arbors)
            return Lesson(neurite, window.path, window.side, window.rest, wrong, synapse, known)
    raise InvalidInput(
        "There is no branch and synapse left to learn tracing at: all of the specimen is traced already. "
        "Make another demo, in an empty folder: catmaid-jupyter demo --data-dir FOLDER."
    )


def known_neurites(arbors: dict[int, pd.DataFrame]) -> KnownNeurites:
    """The edges of arbors by their skeletons, with the radii of their nodes."""
    starts, ends, radii, neurites = [], [], [], []
    for neurite, rows in arbors.items():
        places = rows[["x", "y", "z"]].to_numpy(np.float64)
        parents = parent_indices(rows["id"], rows["parent_id"])
        starts.append(places)
        ends.append(places[np.where(parents < 0, np.arange(len(parents)), parents)])
        radii.append(np.maximum(rows["radius"].to_numpy(np.float64), 0.0))
        neurites.append(np.full(len(rows), neurite, np.int64))
    return KnownNeurites(*(np.concatenate(parts) for parts in (starts, ends, radii, neurites)))


@dataclass(frozen=True)
class _Window:
    """Places around a branch; see `Lesson`."""

    path: PlacesInNm
    side: PlacesInNm
    rest: PlacesInNm


def _windows(rows: pd.DataFrame) -> Iterator[_Window]:
    """The places around each branch of an arbor that has enough of them."""
    places = rows[["x", "y", "z"]].to_numpy(np.float64)
    parents = parent_indices(rows["id"], rows["parent_id"])
    for branch in np.flatnonzero(children_count(parents) == 2).tolist():
        before = [branch]
        while parents[before[-1]] >= 0 and len(before) <= _BEFORE:
            before.append(int(parents[before[-1]]))
        one, other = sorted(np.flatnonzero(parents == branch).tolist(), key=lambda at: -distal_to(parents, at).sum())
        after, side = _way_down(parents, one, _AFTER + _REST), _way_down(parents, other, _AFTER)
        if len(before) > 1 and len(after) >= _AFTER + _LEAST_REST:
            path = [*reversed(before), *after[:_AFTER]]
            yield _Window(places[path], places[side], places[after[_AFTER:]])


def _way_down(parents: NDArray[np.int64], start: int, most: int) -> list[int]:
    """From a node towards an end, at a branch along the child that comes first."""
    way = [start]
    while len(way) < most and len(children := np.flatnonzero(parents == way[-1])):
        way.append(int(children[0]))
    return way


def _synapses(arbors: dict[int, pd.DataFrame], links: pd.DataFrame, traced: _TracedPlaces) -> Iterator[LessonSynapse]:
    places = {
        int(node): (x, y, z) for rows in arbors.values() for node, x, y, z in rows[["id", "x", "y", "z"]].to_numpy()
    }
    for _, sites in links.groupby("connector_id"):
        sources = sites[sites["relation"] == "presynaptic_to"]
        targets = sites[sites["relation"] == "postsynaptic_to"]
        if len(sources) != 1 or targets.empty:
            continue
        connector = sources[["x", "y", "z"]].to_numpy(np.float64)[0]
        near, far = places[int(sources["treenode_id"].iloc[0])], places[int(targets["treenode_id"].iloc[0])]
        source, partners = int(sources["skeleton_id"].iloc[0]), [int(one) for one in targets["skeleton_id"]]
        if traced.are_free(np.array([connector, near, far]), [source, *partners]):
            yield LessonSynapse(connector, source, np.array(near), partners, np.array(far))


class _TracedPlaces:
    """Places of treenodes that are there already."""

    def __init__(self, places: PlacesInNm, known: KnownNeurites) -> None:
        self._places = places
        self._known = known

    def are_free(self, wanted: PlacesInNm, neurites: Sequence[int]) -> bool:
        """Whether nobody has traced these neurites near some places."""
        if not len(self._places):
            return True
        distances = np.linalg.norm(wanted[:, None] - self._places[None], axis=2)
        near = self._places[(distances <= _NEAR).any(axis=0)]
        return not np.isin(self._known.at(near), list(neurites)).any()


def _neighbour_of(place: PlacesInNm, neurite: int, arbors: dict[int, pd.DataFrame]) -> PlacesInNm:
    """The node of another neurite that is nearest to a place."""
    others = np.vstack([rows[["x", "y", "z"]].to_numpy(np.float64) for one, rows in arbors.items() if one != neurite])
    nearest: PlacesInNm = others[np.linalg.norm(others - place, axis=1).argmin()]
    return nearest
