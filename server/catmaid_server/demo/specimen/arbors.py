"""Random arbors without tissue around them, for tests and measurements with many nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.demo.specimen.spec import Floats, Ints
from catmaid_wire.relations import POSTSYNAPTIC, PRESYNAPTIC

Records = NDArray[np.void]
"""A structured array, one record for each row."""

_TREENODE = np.dtype(
    [
        ("id", "i8"),
        ("parent_id", "i8"),
        ("skeleton_id", "i8"),
        ("x", "f8"),
        ("y", "f8"),
        ("z", "f8"),
        ("radius", "f8"),
        ("confidence", "i2"),
        ("user_id", "i8"),
    ]
)
_CONNECTOR = np.dtype([("id", "i8"), ("x", "f8"), ("y", "f8"), ("z", "f8"), ("confidence", "i2"), ("user_id", "i8")])
_LINK = np.dtype(
    [
        ("id", "i8"),
        ("connector_id", "i8"),
        ("treenode_id", "i8"),
        ("skeleton_id", "i8"),
        ("relation", "U15"),
        ("confidence", "i2"),
        ("user_id", "i8"),
    ]
)
_NEURON = np.dtype(
    [
        ("neuron_id", "i8"),
        ("skeleton_id", "i8"),
        ("model_of_link_id", "i8"),
        ("name", "U24"),
        ("user_id", "i8"),
        ("num_nodes", "i8"),
    ]
)
_ANNOTATION = np.dtype(
    [
        ("annotation_id", "i8"),
        ("annotation_name", "U24"),
        ("link_id", "i8"),
        ("neuron_id", "i8"),
        ("user_id", "i8"),
    ]
)

_STEP = np.array([45.0, 45.0, 60.0])
"""Standard deviation of the way from parent to child in nm."""
_SECTION = 40.0
_PARTNERS = 4
"""Links of each connector: one presynaptic, the others postsynaptic."""


@dataclass(frozen=True, slots=True)
class BenchmarkArbors:
    """Tables with the columns of the bulk import; coordinates and radii in nm, parent -1 at roots."""

    treenodes: Records
    connectors: Records
    links: Records
    neurons: Records
    annotations: Records


def benchmark_arbors(
    seed: int = 1,
    neurons: int = 2000,
    nodes: int = 1_000_000,
    connectors: int = 200_000,
    annotations: int = 20,
    extent_nm: tuple[float, float, float] = (60_000.0, 60_000.0, 60_000.0),
    user_ids: tuple[int, ...] = (3,),
    first_id: int = 1000,
) -> BenchmarkArbors:
    """Make branched random walks of very different sizes, and connectors between neighbouring ones.

    Parameters
    ----------
    seed
        The same arguments always give the same tables.
    neurons
        Neurons, each of one skeleton.
    nodes, connectors
        Rows wanted in all; every neuron has at least 2 nodes.
    annotations
        Different annotations; each is on an eighth of the neurons.
    extent_nm
        Box that the arbors stay in.
    user_ids
        Creators, picked at random.
    first_id
        Ids count upwards from here: treenodes, connectors, links, then all else.

    Raises
    ------
    ValueError
        If there are fewer than 2 nodes for each neuron, or no neuron.
    """
    if neurons < 1 or nodes < 2 * neurons:
        raise ValueError(f"{nodes} nodes are too few for {neurons} neurons of at least 2 nodes")
    rng = np.random.default_rng(seed)
    sizes = _sizes(rng, neurons, nodes)
    starts = np.cumsum(sizes) - sizes
    parents = _parents(rng, sizes, starts)
    xyz = _walk(rng, parents, starts, np.array(extent_nm))
    creators = np.array(user_ids)
    first_connector = first_id + nodes
    first_link = first_connector + connectors
    first_concept = first_link + connectors * _PARTNERS
    skeleton_ids = first_concept + 3 * np.arange(neurons) + 1
    creator = creators[rng.integers(0, len(creators), neurons)]
    treenodes = _treenodes(rng, first_id, parents, xyz)
    treenodes["skeleton_id"], treenodes["user_id"] = np.repeat(skeleton_ids, sizes), np.repeat(creator, sizes)
    made, links = _connect(rng, treenodes, first_connector, connectors, first_link)
    return BenchmarkArbors(
        treenodes,
        made,
        links,
        _neurons(skeleton_ids, sizes, creator),
        _annotate(rng, skeleton_ids - 1, annotations, first_concept + 3 * neurons, creators),
    )


def _treenodes(rng: np.random.Generator, first_id: int, parents: Ints, xyz: Floats) -> Records:
    """Treenodes with ids from `first_id`, without skeletons and owners; few have a radius or a low confidence."""
    nodes = len(parents)
    return _filled(
        _TREENODE,
        nodes,
        id=first_id + np.arange(nodes),
        parent_id=np.where(parents < 0, -1, first_id + parents),
        radius=np.where(rng.random(nodes) < 0.1, np.round(rng.uniform(20, 300, nodes), 1), -1),
        confidence=np.where(rng.random(nodes) < 0.02, rng.integers(1, 5, nodes), 5),
        **dict(zip("xyz", xyz.T, strict=True)),
    )


def _neurons(skeleton_ids: Ints, sizes: Ints, creator: Ints) -> Records:
    """A neuron for each skeleton, and the link between them; each array is (neurons,)."""
    return _filled(
        _NEURON,
        len(skeleton_ids),
        neuron_id=skeleton_ids - 1,
        skeleton_id=skeleton_ids,
        model_of_link_id=skeleton_ids + 1,
        name=np.array([f"Neuron {number + 1}" for number in range(len(skeleton_ids))]),
        user_id=creator,
        num_nodes=sizes,
    )


def _filled(dtype: np.dtype[Any], rows: int, **columns: NDArray[Any] | float) -> Records:
    """A table of so many rows; columns that are not given are 0."""
    table = np.zeros(rows, dtype)
    for name, values in columns.items():
        table[name] = values
    return table


def _sizes(rng: np.random.Generator, neurons: int, nodes: int) -> Ints:
    """How many nodes each neuron has, in descending order; few are large."""
    share: Floats = np.sort(np.exp(rng.normal(0, 1.1, neurons)))[::-1]
    sizes: Ints = 2 + np.floor(share / share.sum() * (nodes - 2 * neurons)).astype(np.int64)
    sizes[: nodes - int(sizes.sum())] += 1
    return sizes


def _parents(rng: np.random.Generator, sizes: Ints, starts: Ints) -> Ints:
    """Index of each node's parent, always a smaller one of the same neuron; -1 at roots."""
    within = np.arange(int(sizes.sum())) - np.repeat(starts, sizes)
    parents: Ints = np.arange(len(within)) - 1
    forks = np.flatnonzero((rng.random(len(within)) < 0.02) & (within > 1))
    parents[forks] -= np.floor(rng.random(len(forks)) * within[forks]).astype(np.int64)
    parents[starts] = -1
    return parents


def _walk(rng: np.random.Generator, parents: Ints, starts: Ints, extent: Floats) -> Floats:
    """Places of the nodes, (n, 3) nm: sums of steps along each run, each run begun at the node it forks from."""
    steps = rng.standard_normal((len(parents), 3)) * _STEP
    headings = rng.standard_normal((len(parents), 3)) * 0.7 * _STEP
    begins = np.flatnonzero(parents != np.arange(len(parents)) - 1)
    begins = np.union1d(begins, starts)
    run = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(parents))))
    steps += headings[begins][run]
    steps[starts] = 0
    total = np.cumsum(steps, axis=0)
    total -= (total[begins] - steps[begins])[run]
    origin = np.zeros((len(begins), 3))
    roots: Floats = rng.uniform(0.1, 0.9, (len(starts), 3)) * extent
    root_of = dict(zip(starts.tolist(), range(len(starts)), strict=True))
    run_of = run.tolist()
    for number, begin in enumerate(begins.tolist()):
        parent = int(parents[begin])
        origin[number] = roots[root_of[begin]] if parent < 0 else total[parent] + origin[run_of[parent]]
    # Folded at the walls of the box, like light between mirrors.
    folded = np.abs((total + origin[run] + extent) % (2 * extent) - extent)
    folded[:, 2] = np.rint(folded[:, 2] / _SECTION) * _SECTION
    return folded.round(1)


def _connect(
    rng: np.random.Generator, treenodes: Records, first_connector: int, connectors: int, first_link: int
) -> tuple[Records, Records]:
    """Connectors next to nodes of one neuron, and links to the nodes that lie near in space."""
    order = np.lexsort([treenodes["x"], *(np.floor(treenodes[axis] / 2000) for axis in "yz")])
    source = rng.integers(0, max(1, len(order) - 8 * _PARTNERS), connectors)
    ahead = np.cumsum(rng.integers(1, 8, (connectors, _PARTNERS)), axis=1)
    ahead -= ahead[:, :1]
    sites = order[(source[:, None] + ahead) % len(order)]
    near = treenodes[sites[:, 0]]
    made = _filled(_CONNECTOR, connectors, id=first_connector + np.arange(connectors), confidence=5)
    made["user_id"] = near["user_id"]
    for axis in "xy":
        made[axis] = np.round(near[axis] + rng.normal(0, 60, connectors), 1)
    made["z"] = near["z"]
    linked = treenodes[sites.ravel()]
    first = np.arange(len(linked)) % _PARTNERS == 0
    links = _filled(
        _LINK,
        len(linked),
        id=first_link + np.arange(len(linked)),
        connector_id=np.repeat(made["id"], _PARTNERS),
        treenode_id=linked["id"],
        skeleton_id=linked["skeleton_id"],
        relation=np.where(first, PRESYNAPTIC, POSTSYNAPTIC),
        confidence=5,
        user_id=np.repeat(made["user_id"], _PARTNERS),
    )
    return made, links


def _annotate(rng: np.random.Generator, neuron_ids: Ints, annotations: int, first_id: int, creators: Ints) -> Records:
    """Annotations, each on about an eighth of the neurons and on one at least."""
    carries = rng.random((annotations, len(neuron_ids))) < 0.125
    carries[np.arange(annotations), rng.integers(0, len(neuron_ids), annotations)] = True
    annotation, neuron = np.nonzero(carries)
    names = np.array([f"annotation {number + 1}" for number in range(annotations)] or [""])
    return _filled(
        _ANNOTATION,
        len(annotation),
        annotation_id=first_id + annotation,
        annotation_name=names[annotation],
        link_id=first_id + annotations + np.arange(len(annotation)),
        neuron_id=neuron_ids[neuron],
        user_id=creators[rng.integers(0, len(creators), len(annotation))],
    )
