"""Pruning, resampling and distances along arbors are what slow and plain references say."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
from numpy.typing import NDArray

from catmaid_jupyter.model import arbor
from catmaid_jupyter.model.geodesics import branch_order, geodesic_distances, segments
from catmaid_jupyter.model.pruning import above_strahler, subset, without_twigs
from catmaid_jupyter.model.resampling import resample

SEEDS = range(8)


def grown(seed: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A tree of up to 80 nodes in any order, some of them at the place of their parent; the last seed is two trees."""
    random = np.random.default_rng(seed)
    count = [1, 2, 3, 20, 40, 60, 80, 50][seed]
    parents = np.array([-1, *(int(random.integers(max(0, node - 3), node)) for node in range(1, count))])
    if seed == 7:
        parents[25] = -1
    xyz = random.normal(size=(count, 3)) * 100
    if count > 10:
        xyz[9] = xyz[parents[9]]
    order = random.permutation(count)
    places = np.argsort(order)
    shuffled = parents[order]
    return np.where(shuffled < 0, -1, places[shuffled]).astype(np.int64), xyz[order]


def graph(parents: NDArray[np.int64], xyz: NDArray[np.float64]) -> Any:
    """Edges from nodes to their parents, with their lengths."""
    made = nx.DiGraph()
    made.add_nodes_from(range(len(parents)))
    made.add_weighted_edges_from(
        (node, int(parent), math.dist(xyz[node], xyz[parent])) for node, parent in enumerate(parents) if parent >= 0
    )
    return made


def up(parents: NDArray[np.int64], node: int) -> list[int]:
    path = [node]
    while parents[path[-1]] >= 0:
        path.append(int(parents[path[-1]]))
    return path


def forks(parents: NDArray[np.int64]) -> set[int]:
    return {node for node in range(len(parents)) if (parents == node).sum() > 1}


@pytest.mark.parametrize("seed", SEEDS)
def test_distances_and_orders(seed: int) -> None:
    parents, xyz = grown(seed)
    undirected = graph(parents, xyz).to_undirected()
    sources = [0, len(parents) - 1]
    found = geodesic_distances(parents, xyz, sources)
    for row, source in enumerate(sources):
        lengths = nx.single_source_dijkstra_path_length(undirected, source)
        assert found[row] == pytest.approx([lengths.get(node, math.inf) for node in range(len(parents))])
    split = forks(parents)
    assert branch_order(parents).tolist() == [
        sum(above in split for above in up(parents, node)[1:]) for node in range(len(parents))
    ]
    edges = sorted((int(a), int(b)) for path in segments(parents) for a, b in pairwise(path))
    assert edges == sorted((node, int(parent)) for node, parent in enumerate(parents) if parent >= 0)
    with pytest.raises(arbor.NotInArbor):
        geodesic_distances(parents, xyz, len(parents))


@pytest.mark.parametrize("seed", SEEDS)
def test_pruning(seed: int) -> None:
    parents, xyz = grown(seed)
    numbers = arbor.strahler(parents)
    for number in (0, 1, 2):
        kept = above_strahler(parents, number)
        assert kept.tolist() == [value > number for value in numbers]
        assert all(kept[parents[node]] for node in np.flatnonzero(kept) if parents[node] >= 0)
    split = forks(parents)
    for length in (0.0, 150.0, 1e9):
        dropped = set()
        for end in set(range(len(parents))) - set(parents.tolist()):
            path = up(parents, end)
            stem = next((place for place, node in enumerate(path) if node in split), None)
            if stem and sum(math.dist(xyz[a], xyz[parents[a]]) for a in path[:stem]) <= length:
                dropped |= set(path[:stem])
        assert set(np.flatnonzero(~without_twigs(parents, xyz, length)).tolist()) == dropped
    kept = np.arange(len(parents)) % 3 != 1
    old = np.flatnonzero(kept).tolist()
    assert subset(parents, kept).tolist() == [old.index(parents[node]) if parents[node] in old else -1 for node in old]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", [7.0, 90.0, 1e6])
def test_resampling(seed: int, step: float) -> None:
    parents, xyz = grown(seed)
    radii = np.where(np.arange(len(parents)) % 4 == 0, -1.0, np.arange(len(parents), dtype=float))
    new = resample(parents, xyz, radii, step)
    stays = [node for node in range(len(parents)) if parents[node] < 0 or (parents == node).sum() != 1]
    assert new.origin[new.is_old].tolist() == stays
    assert new.xyz[new.is_old] == pytest.approx(xyz[stays])
    assert new.radii[new.is_old].tolist() == radii[stays].tolist()
    assert (arbor.roots(new.parents) == [stays.index(root) for root in arbor.roots(parents)]).all()
    expected = len(stays)
    for path in segments(parents):
        length = sum(math.dist(xyz[a], xyz[b]) for a, b in pairwise(path))
        parts = max(1, round(length / step))
        expected += parts - 1
        # Between the same two nodes that stay lies a path of equal parts, each of which follows the old path.
        node, last = stays.index(path[0]), stays.index(path[-1])
        walked = [node]
        while node != last:
            node = int(new.parents[node])
            walked.append(node)
        assert len(walked) == parts + 1
        places = [at(xyz[path], length * part / parts) for part in range(parts + 1)]
        assert new.xyz[walked] == pytest.approx(np.array(places), abs=1e-6)
        assert set(new.origin[walked].tolist()) <= set(path.tolist())
        assert set(new.nearest[path].tolist()) <= set(walked)
    assert len(new.parents) == len(new.xyz) == len(new.radii) == expected
    assert arbor.cable_length(new.parents, new.xyz) <= arbor.cable_length(parents, xyz) + 1e-6


def at(points: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """The point so far along a path."""
    for a, b in pairwise(points):
        length = math.dist(a, b)
        if distance <= length:
            return np.asarray(a + (b - a) * (distance / length if length else 0.0))
        distance -= length
    return np.asarray(points[-1])


def test_radii_between_nodes() -> None:
    parents = np.array([-1, 0, 1])
    xyz = np.array([[0.0, 0, 0], [40, 0, 0], [100, 0, 0]])
    assert resample(parents, xyz, np.array([10.0, 20, 50]), 20.0).radii.tolist() == [10, 50, 40, 30, 20, 15]
    assert resample(parents, xyz, np.array([10.0, -1, 50]), 20.0).radii.tolist() == [10, 50, 50, -1, -1, -1]
