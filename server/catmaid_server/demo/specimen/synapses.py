"""T-bar synapses where one neurite faces several others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catmaid_server.demo.specimen.anatomy import CandidateNodes
from catmaid_server.demo.specimen.field import TissueField
from catmaid_server.demo.specimen.spec import Floats, Ints

_PER_CUBIC_MICROMETRE = 1.3
_APART = 380.0
_FACING = 75.0
_PEDESTAL = 24.0
_ROOM = 110.0
"""How far the presynaptic neurite reaches behind the membrane, at least."""


@dataclass(frozen=True, slots=True)
class TBar:
    """Where a section shows a T-bar: a point on the membrane and the direction into the presynaptic neurite."""

    section: int
    x: float
    y: float
    inward_x: float
    inward_y: float
    cell: int
    strength: float


@dataclass(frozen=True, slots=True)
class Contact:
    """A synapse between nodes of `CandidateNodes`."""

    xyz: tuple[float, float, float]
    presynaptic: int
    postsynaptic: list[int]
    t_bars: list[TBar]


def place_synapses(field: TissueField, nodes: CandidateNodes, parents: Ints, rng: np.random.Generator) -> list[Contact]:
    """Place synapses of the density of insect neuropil, mostly at boutons, each facing at least two neurites."""
    spec = field.spec
    volume = spec.extent[0] * spec.extent[1] * spec.depth * spec.thickness * 1e-9
    wanted = max(2, round(volume * _PER_CUBIC_MICROMETRE))
    crossing = np.isnan(field.tissue.discs.peak[nodes.disc])
    fit = np.flatnonzero((parents != -2) & crossing & (nodes.radius > 72) & (nodes.radius < 330))
    if not len(fit):
        return []
    bouton = np.abs(nodes.section[fit] - field.tissue.discs.swell_at[nodes.disc[fit]]) < 8
    weight = np.where(bouton, 8.0, 1.0)
    tries = min(len(fit), 6 * wanted)
    candidates = rng.choice(fit, tries, replace=False, p=weight / weight.sum())
    contacts: list[Contact] = []
    for node in candidates.tolist():
        place = nodes.xyz[node]
        if all(np.linalg.norm(np.array(other.xyz) - place) > _APART for other in contacts):
            contact = _synapse_of(field, nodes, parents, node, rng)
            contacts += [contact] if contact else []
        if len(contacts) == wanted:
            break
    return contacts


def _synapse_of(
    field: TissueField, nodes: CandidateNodes, parents: Ints, node: int, rng: np.random.Generator
) -> Contact | None:
    """The best synapse of a node's profile: where most neurites meet its membrane; None if there is no place."""
    section, cell = int(nodes.section[node]), int(nodes.cell[node])
    best: tuple[int, Floats, Floats, list[int]] | None = None
    for edge in _membrane(field, nodes.xyz[node, :2], section, cell, rng):
        inward = _inward(field, edge, section, cell)
        if inward is None:
            continue
        facing = _facing(field, nodes, node, edge, inward)
        if len(facing) >= 2 and (best is None or len(facing) > best[0]):
            best = len(facing), edge, inward, facing
    if best is None:
        return None
    _, edge, inward, facing = best
    pedestal, behind = (edge + depth * inward for depth in (_PEDESTAL, _ROOM))
    found, _ = field.cells_at(np.array([pedestal[0], behind[0]]), np.array([pedestal[1], behind[1]]), section)
    if np.any(found != cell):
        return None
    sites = [_nearest(nodes, parents, partner, edge, section * field.spec.thickness) for partner in facing[:5]]
    partners = [site for site in sites if site is not None]
    if not partners:
        return None
    xyz = float(pedestal[0]), float(pedestal[1]), section * field.spec.thickness
    return Contact(xyz, node, partners, _t_bars(field, edge, inward, section, cell))


def _membrane(field: TissueField, centre: Floats, section: int, cell: int, rng: np.random.Generator) -> list[Floats]:
    """Points (2,) on the membrane around a profile's centre, away from the border of the image."""
    heading = rng.uniform(0, 2 * np.pi) + np.arange(14) * (2 * np.pi / 14)
    rays = np.stack([np.cos(heading), np.sin(heading)], axis=1)
    steps = np.arange(8.0, 520.0, 8.0)
    points = centre + rays[:, None, :] * steps[None, :, None]
    found, _ = field.cells_at(points[..., 0].ravel(), points[..., 1].ravel(), section)
    outside = found.reshape(len(rays), len(steps)) != cell
    first = np.argmax(outside, axis=1)
    edges = centre + rays * (steps[first] - 4)[:, None]
    within = np.all((edges > 90) & (edges < np.array(field.spec.extent) - 90), axis=1)
    return list(edges[outside.any(axis=1) & (first > 3) & within])


def _inward(field: TissueField, edge: Floats, section: int, cell: int) -> Floats | None:
    """Unit vector (2,) from a membrane point straight into the cell."""
    heading = np.arange(24) * (2 * np.pi / 24)
    ring = np.stack([np.cos(heading), np.sin(heading)], axis=1)
    points = np.concatenate([edge + 20 * ring, edge + 36 * ring])
    found, _ = field.cells_at(points[:, 0], points[:, 1], section)
    middle = np.concatenate([ring, ring])[found == cell].sum(axis=0)
    length = float(np.hypot(*middle))
    return None if length < 4 else middle / length


def _facing(field: TissueField, nodes: CandidateNodes, node: int, edge: Floats, inward: Floats) -> list[int]:
    """Cells of other neurons close to the outer side of a membrane point: one each, the nearest first."""
    tissue, section = field.tissue, int(nodes.section[node])
    along = np.linspace(-_FACING, _FACING, 13)
    outward = np.array([14.0, 28.0, 44.0, 60.0])
    sideways = np.array([-inward[1], inward[0]])
    points = edge + (along[:, None, None] * sideways - outward[None, :, None] * inward)
    distance = np.linalg.norm(points - edge, axis=2).ravel()
    found, _ = field.cells_at(points[..., 0].ravel(), points[..., 1].ravel(), section)
    facing: dict[int, float] = {}
    for cell in np.unique(found).tolist():
        neuron = int(tissue.neuron_of_cell[cell])
        own = neuron in {0, int(nodes.neuron[node])} or neuron in tissue.tracheae
        if not own and np.count_nonzero(found == cell) >= 2:
            facing[cell] = float(distance[found == cell].min())
    nearest_of = {}
    for cell in sorted(facing, key=lambda cell: -facing[cell]):
        nearest_of[int(tissue.neuron_of_cell[cell])] = cell
    return list(reversed(nearest_of.values()))


def _nearest(nodes: CandidateNodes, parents: Ints, cell: int, edge: Floats, z: float) -> int | None:
    """The node of a cell nearest to a point; sections count double, so that the partner is seen with the synapse."""
    own = np.flatnonzero((nodes.cell == cell) & (parents != -2))
    if not len(own):
        return None
    away = nodes.xyz[own] - np.array([edge[0], edge[1], z])
    distance = np.linalg.norm(away * np.array([1, 1, 2]), axis=1)
    return int(own[np.argmin(distance)]) if distance.min() < 900 else None


def _t_bars(field: TissueField, edge: Floats, inward: Floats, section: int, cell: int) -> list[TBar]:
    """The T-bar in its own and the neighbouring sections, moved with the membrane."""
    shifts = np.arange(-56.0, 57.0, 4.0)
    t_bars = []
    for other, strength in ((section - 1, 0.75), (section, 1.0), (section + 1, 0.75)):
        if not 0 <= other < field.spec.depth:
            continue
        points = edge + shifts[:, None] * inward
        within = field.cells_at(points[:, 0], points[:, 1], other)[0] == cell
        enters = np.flatnonzero(within[1:] & ~within[:-1])
        if len(enters):
            enter = enters[np.argmin(np.abs(shifts[enters] + 2))]
            x, y = edge + (shifts[enter] + 2) * inward
            t_bars.append(TBar(other, float(x), float(y), float(inward[0]), float(inward[1]), cell, strength))
    return t_bars
