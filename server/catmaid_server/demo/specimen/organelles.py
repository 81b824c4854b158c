"""What neurites contain, planned for the whole specimen so that it continues from section to section."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from catmaid_server.demo.specimen.field import TissueField
from catmaid_server.demo.specimen.spec import Floats, Ints
from catmaid_server.demo.specimen.synapses import Contact, TBar


@dataclass(frozen=True, slots=True)
class Mitochondrion:
    """A mitochondrion in one section: an ellipse in nm, its long axis at `angle` rad from x."""

    x: float
    y: float
    long: float
    short: float
    angle: float
    cell: int
    cristae: float
    """Direction of the cristae in rad."""


@dataclass(frozen=True, slots=True)
class Look:
    """How each neuron looks; arrays are (neurons,), the first one is glia."""

    tone: Floats
    """Grey of the cytoplasm, 0 to 255."""
    grain: Floats
    """Strength of its texture."""
    vesicles: Floats
    """Share of the room that vesicles take, 0 to 1."""
    dense_cores: Floats
    """Share of vesicles that are large and dark."""
    tubules: Floats
    """Microtubules, relative to the usual density."""


@dataclass(frozen=True, slots=True)
class Interior:
    """Organelles by section."""

    look: Look
    mitochondria: dict[int, list[Mitochondrion]]
    t_bars: dict[int, list[TBar]]
    tubules: dict[int, Floats]
    """Microtubules of each disc that has any: (n, 2) offsets from its centre, in radii."""


def furnish(field: TissueField, contacts: list[Contact], sources: Ints, rng: np.random.Generator) -> Interior:
    """Plan the organelles.

    Parameters
    ----------
    field
        The tissue.
    contacts
        Its synapses.
    sources
        Presynaptic neuron of each contact.
    rng
        Random numbers to use.
    """
    t_bars: dict[int, list[TBar]] = defaultdict(list)
    for contact in contacts:
        for t_bar in contact.t_bars:
            t_bars[t_bar.section].append(t_bar)
    look = _look(field, sources, rng)
    return Interior(look, _mitochondria(field, rng), dict(t_bars), _tubules(field, look, rng))


def _look(field: TissueField, sources: Ints, rng: np.random.Generator) -> Look:
    count = int(field.tissue.neuron_of_cell.max()) + 1
    tone = np.clip(rng.normal(184, 11, count) - (rng.random(count) < 0.13) * rng.uniform(15, 45, count), 120, 208)
    grain = np.clip(rng.normal(1, 0.25, count), 0.45, 1.7)
    vesicles = np.where(rng.random(count) < 0.12, rng.uniform(0.1, 0.5, count), 0.02)
    vesicles[sources] = rng.uniform(0.15, 0.75, len(sources))
    dense_cores = np.where(rng.random(count) < 0.3, rng.uniform(0.01, 0.05, count), 0.002)
    tubules = rng.uniform(0.5, 1.3, count) * (1 - 0.6 * vesicles)
    tone[0], grain[0], vesicles[0], dense_cores[0], tubules[0] = 108, 1.6, 0, 0, 0
    for trachea in field.tissue.tracheae:
        tone[trachea], grain[trachea], vesicles[trachea], dense_cores[trachea], tubules[trachea] = 208, 0.15, 0, 0, 0
    return Look(tone, grain, vesicles, dense_cores, tubules)


def _tubules(field: TissueField, look: Look, rng: np.random.Generator) -> dict[int, Floats]:
    tissue = field.tissue
    usual = tissue.discs.radius / 70
    count = np.pi * usual**2 * look.tubules[tissue.neuron_of_disc]
    count[(tissue.discs.radius < 60) | ~np.isnan(tissue.discs.peak)] = 0
    offsets = {}
    for disc in np.flatnonzero(count >= 1).tolist():
        number = int(count[disc])
        distance, heading = np.sqrt(rng.uniform(0, 1, number)), rng.uniform(0, 2 * np.pi, number)
        offsets[disc] = np.stack([distance * np.cos(heading), distance * np.sin(heading)], axis=1)
    return offsets


def _mitochondria(field: TissueField, rng: np.random.Generator) -> dict[int, list[Mitochondrion]]:
    tissue, thickness = field.tissue, field.spec.thickness
    planned: dict[int, list[Mitochondrion]] = defaultdict(list)
    place = _places(field)
    roomy = np.flatnonzero((tissue.discs.radius > 78) & ~np.isin(tissue.neuron_of_disc, list(tissue.tracheae)))
    for disc in roomy.tolist():
        radius = float(tissue.discs.radius[disc])
        peak = float(tissue.discs.peak[disc])
        if not np.isnan(peak):
            if rng.random() < 0.05:
                _lie_along(planned, place, field, disc, rng)
            continue
        sections = np.array(sorted(place[disc]))
        if not len(sections):
            continue
        start = sections[0] + rng.exponential(5200 / (1 + radius / 90)) / thickness
        while start < sections[-1]:
            half = rng.uniform(220, 700) / thickness
            _stand_in(planned, place[disc], radius, start + half, half, rng)
            start += 2 * half + rng.exponential(5200 / (1 + radius / 90)) / thickness
    return dict(planned)


def _stand_in(
    planned: dict[int, list[Mitochondrion]],
    place: dict[int, tuple[float, float, float, int]],
    radius: float,
    middle: float,
    half: float,
    rng: np.random.Generator,
) -> None:
    """Plan a mitochondrion along a crossing neurite, `half` sections to both sides of the middle."""
    size = float(np.clip(radius * rng.uniform(0.4, 0.65), 60, 165))
    aspect, offset = rng.uniform(1, 1.6), rng.uniform(-0.6, 0.6, 2) * max(0.0, radius - size)
    angle, turn, cristae = rng.uniform(0, np.pi), rng.normal(0, 0.05), rng.uniform(0, np.pi)
    for section in range(int(np.ceil(middle - half)), int(middle + half) + 1):
        if section not in place:
            continue
        x, y, _, cell = place[section]
        shrink = max(1 - ((section - middle) / half) ** 2, 0.02) ** 0.35
        planned[section].append(
            Mitochondrion(
                x=x + offset[0],
                y=y + offset[1],
                long=size * shrink * aspect,
                short=size * shrink,
                angle=angle + turn * (section - middle),
                cell=cell,
                cristae=cristae + 0.04 * (section - middle),
            )
        )


def _lie_along(
    planned: dict[int, list[Mitochondrion]],
    place: dict[int, dict[int, tuple[float, float, float, int]]],
    field: TissueField,
    disc: int,
    rng: np.random.Generator,
) -> None:
    """Plan a mitochondrion that lies in a link of a chain, along it."""
    discs = field.tissue.discs
    following = int(discs.after[disc])
    if following < 0:
        return
    size, length = float(discs.radius[disc]) * rng.uniform(0.4, 0.6), rng.uniform(180, 420)
    cristae = rng.uniform(0, np.pi)
    for section, (x, y, width, cell) in place[disc].items():
        if section not in place[following] or width < 0.6 * discs.radius[disc]:
            continue
        ahead = place[following][section]
        angle = float(np.arctan2(ahead[1] - y, ahead[0] - x))
        short = size * width / float(discs.radius[disc])
        planned[section].append(Mitochondrion(x, y, length, short, angle, cell, cristae))


def _places(field: TissueField) -> dict[int, dict[int, tuple[float, float, float, int]]]:
    """x, y, width and cell of each disc in each section that cuts it."""
    place: dict[int, dict[int, tuple[float, float, float, int]]] = defaultdict(dict)
    for section, cuts in enumerate(field.tissue.cuts):
        rows = zip(
            cuts.disc.tolist(),
            field.centres[section].tolist(),
            cuts.width.tolist(),
            cuts.cell.tolist(),
            strict=True,
        )
        for disc, (x, y), width, cell in rows:
            place[disc][section] = (x, y, width, cell)
    return place
