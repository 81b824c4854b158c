"""Centre lines of a tissue as trees of nodes: first one for every section, then as sparse as tracers set them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from catmaid_server.demo.specimen.field import TissueField
from catmaid_server.demo.specimen.growth import Tissue
from catmaid_server.demo.specimen.spec import Flags, Floats, Ints

_CLEAR = 12.0
_LONGEST = 5


@dataclass(frozen=True, slots=True)
class CandidateNodes:
    """Every place where a centre line can carry a node; arrays are (n,), lengths nm."""

    xyz: Floats
    """(n, 3)"""
    radius: Floats
    section: Ints
    disc: Ints
    cell: Ints
    neuron: Ints
    inside: Flags
    """The node lies on a pixel of the image and in its own neurite, clear of the membrane."""


def centre_lines(field: TissueField) -> CandidateNodes:
    """Collect the nodes of all neurites: crossing ones in every section, chains where they are widest."""
    tissue, thickness = field.tissue, field.spec.thickness
    last_pixel = np.array(field.spec.extent) - field.spec.pixel
    parts = []
    for section, cuts in enumerate(tissue.cuts):
        peak = tissue.discs.peak[cuts.disc]
        carries = np.isnan(peak) | (peak == section)
        carries &= ~np.isin(tissue.neuron_of_disc[cuts.disc], list(tissue.tracheae))
        places = field.centres[section][carries]
        x, y = places.T
        cell, lead = field.cells_at(x, y, section)
        inside = (cell == cuts.cell[carries]) & (lead > _CLEAR)
        inside &= np.all((places >= 0) & (places <= last_pixel), axis=1)
        depth = np.full(len(x), float(section))
        parts.append((x, y, depth, cuts.width[carries], cuts.disc[carries], cuts.cell[carries], inside))
    x, y, depth, radius, disc, cell, inside = (np.concatenate(column) for column in zip(*parts, strict=True))
    return CandidateNodes(
        xyz=np.stack([x, y, depth * thickness], axis=1),
        radius=radius,
        section=depth.astype(np.int64),
        disc=disc,
        cell=cell,
        neuron=tissue.neuron_of_disc[disc],
        inside=inside.astype(bool),
    )


def plant(nodes: CandidateNodes, tissue: Tissue) -> Ints:
    """Connect the nodes of each neuron to a tree.

    Returns
    -------
    (n,) int64
        Index of each node's parent; -1 at the root of each neuron, -2 for nodes that are not part of any tree.
    """
    neighbours = _neighbours(nodes, tissue)
    parents = np.full(len(nodes.radius), -2, np.int64)
    for members in _grouped(nodes.neuron):
        inside = members[nodes.inside[members]]
        if len(inside):
            _walk(_root(nodes, neighbours, inside), neighbours, nodes.inside, parents)
    return parents


def _grouped(keys: Ints) -> list[Ints]:
    """Indices of equal keys, in ascending order of the keys."""
    order = np.argsort(keys, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(keys[order])) + 1)


def _neighbours(nodes: CandidateNodes, tissue: Tissue) -> dict[int, list[int]]:
    """Which nodes follow each other along the neurites."""
    discs = tissue.discs
    at: dict[int, dict[int, int]] = defaultdict(dict)
    for index, (disc, section) in enumerate(zip(nodes.disc.tolist(), nodes.section.tolist(), strict=True)):
        at[disc][section] = index
    neighbours: dict[int, list[int]] = defaultdict(list)

    def connect(one: int, other: int) -> None:
        neighbours[one].append(other)
        neighbours[other].append(one)

    for disc, by_section in at.items():
        order = sorted(by_section)
        for before, after in pairwise(order):
            connect(by_section[before], by_section[after])
        chained = not np.isnan(discs.peak[disc])
        parent = int(discs.before[disc] if chained and discs.before[disc] >= 0 else discs.parent[disc])
        if parent in at:
            born = int(discs.peak[disc] if chained else tissue.origin[disc])
            own = min(order, key=lambda section: abs(section - born))
            theirs = min(at[parent], key=lambda section: abs(section - born))
            connect(by_section[own], at[parent][theirs])
    return neighbours


def _root(nodes: CandidateNodes, neighbours: dict[int, list[int]], members: Ints) -> int:
    """The thickest end of a neuron, if possible where it leaves the specimen."""
    ends = np.array([node for node in members.tolist() if len(neighbours[node]) < 2] or members.tolist())
    leaves = np.isin(nodes.section[ends], [nodes.section.min(), nodes.section.max()])
    return int(ends[np.argmax(nodes.radius[ends] + 1000 * leaves)])


def _walk(root: int, neighbours: dict[int, list[int]], inside: Flags, parents: Ints) -> None:
    """Set the parents of all nodes that are reached from the root, passing over those that are not inside."""
    parents[root] = -1
    seen, ahead = {root}, [(root, root)]
    while ahead:
        node, carrier = ahead.pop()
        for following in neighbours[node]:
            if following in seen:
                continue
            seen.add(following)
            if inside[following]:
                parents[following] = carrier
            ahead.append((following, following if inside[following] else carrier))


def thin(nodes: CandidateNodes, parents: Ints, needed: Ints) -> Ints:
    """Leave out nodes that the straight line between their neighbours tells as well.

    Parameters
    ----------
    nodes
        Every node there could be.
    parents
        As `plant` gives them.
    needed
        Indices of nodes to keep in any case; roots, ends and branch points are always kept.

    Returns
    -------
    (n,) int64
        New parents, -2 for nodes left out.
    """
    children = np.bincount(parents[parents >= 0], minlength=len(parents))
    fixed = (children != 1) | (parents == -1)
    fixed[needed] = True
    fixed &= parents != -2
    thinned = np.where(parents == -1, -1, -2)
    for end in np.flatnonzero(fixed & (parents >= 0)).tolist():
        run = [end]
        while len(run) == 1 or not fixed[run[-1]]:
            run.append(int(parents[run[-1]]))
        kept = 0
        while kept < len(run) - 1:
            stop = _furthest(nodes, run, kept)
            thinned[run[kept]] = run[stop]
            kept = stop
    return thinned


def _furthest(nodes: CandidateNodes, run: list[int], start: int) -> int:
    """The last position in a run up to which a straight line from `start` stays well inside the neurite."""
    stop = start + 1
    while stop + 1 < min(len(run), start + _LONGEST + 1):
        here, there = nodes.xyz[run[start]], nodes.xyz[run[stop + 1]]
        between = np.array(run[start + 1 : stop + 1])
        chord = there - here
        along = ((nodes.xyz[between] - here) @ chord) / max(float(chord @ chord), 1e-9)
        miss = np.linalg.norm(nodes.xyz[between] - here - along[:, None] * chord, axis=1)
        if np.any(miss > np.maximum(5, 0.25 * nodes.radius[between])):
            break
        stop += 1
    return stop
