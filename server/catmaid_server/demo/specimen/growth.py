"""Neurites that wander through the sections, branch, run in plane and end: from the middle section outwards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from catmaid_server.demo.specimen.packing import Discs, settle
from catmaid_server.demo.specimen.spec import Floats, Ints, SpecimenSpec

_COVER = 0.9
_OVERFULL = 1.02
_TWIG = 38.0
_MATURE = 10
_NOTICE = 4
"""Sections ahead of a chain in which its surroundings begin to make room."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """What one section cuts: capsules, (n,) each, before the tissue is warped.

    A capsule is the segment from (x - half_x, y - half_y) to (x + half_x, y + half_y), `width` nm around it.
    """

    x: Floats
    y: Floats
    half_x: Floats
    half_y: Floats
    width: Floats
    cell: Ints
    disc: Ints


@dataclass(frozen=True, slots=True)
class Tissue:
    """A grown tissue."""

    discs: Discs
    cuts: list[Cuts]
    """One for each section."""
    neuron_of_cell: Ints
    """(cells,) neuron of each cell; cell 0 is glia, neuron 0."""
    neuron_of_disc: Ints
    origin: Ints
    """(discs,) section in which the disc was born; the middle section for those there from the start."""
    tracheae: frozenset[int]
    """Neurons that are none, but air-filled tubes."""


def grow_tissue(spec: SpecimenSpec, rng: np.random.Generator) -> Tissue:
    """Fill a specimen with neurites."""
    growth = _Growth(spec, rng)
    growth.seed()
    start = growth.discs.copy()
    growth.run(+1)
    born_later = growth.discs.copy()
    for name in ("x", "y", "tilt_x", "tilt_y", "drift_x", "drift_y", "radius", "swelling", "dies", "alive"):
        column = getattr(born_later, name)
        column[: len(start)] = getattr(start, name)
    born_later.alive[len(start) :] = 0
    growth.discs = born_later
    growth.run(-1)
    return growth.tissue()


class _Growth:
    """The state of growing; `clock` counts sections away from the middle one."""

    def __init__(self, spec: SpecimenSpec, rng: np.random.Generator) -> None:
        self.spec, self.rng = spec, rng
        self.discs = Discs.none()
        self.middle = spec.depth // 2
        self.direction, self.clock = 1, 0
        self.cuts: dict[int, Cuts] = {}
        self.neuron_of_cell = [0]
        self.neuron_of_disc: list[int] = []
        self.origin: list[int] = []
        self.neurons = 0
        self.tracheae: set[int] = set()
        self.area = spec.extent[0] * spec.extent[1]
        self.crossings: list[int] = []

    @property
    def section(self) -> int:
        return self.middle + self.direction * self.clock

    def tissue(self) -> Tissue:
        return Tissue(
            discs=self.discs,
            cuts=[self.cuts[section] for section in range(self.spec.depth)],
            neuron_of_cell=np.array(self.neuron_of_cell, np.int64),
            neuron_of_disc=np.array(self.neuron_of_disc, np.int64),
            origin=np.array(self.origin, np.int64),
            tracheae=frozenset(self.tracheae),
        )

    def seed(self) -> None:
        """Cover the middle section with discs of all calibres, the large ones first."""
        radius = self._calibres()
        place = self.rng.uniform(0, 1, (len(radius), 2)) * self.spec.extent
        speed = 9 + 16 * np.exp(-radius / 110)
        tilt = self.rng.normal(0, 1, (2, len(radius))) * speed
        neurons = np.arange(1, len(radius) + 1)
        self._add(place[:, 0], place[:, 1], radius, neurons, tilt_x=tilt[0], tilt_y=tilt[1])
        if min(self.spec.extent) > 3000:
            self.discs.radius[0] = self.discs.push[0] = 300.0
            self.discs.flatness[0] = 0
            self.tracheae.add(1)
        swells = (radius > 60) & (radius < 200) & (self.rng.random(len(radius)) < 0.5)
        self._swell(np.flatnonzero(swells))
        self.discs.push *= 1.12
        settle(self.discs, self.spec.extent, rounds=250, reach=1e9)
        spacing = 13
        first = self.middle % spacing + spacing // 2
        margin = _NOTICE + 6
        crossings = range(first, self.spec.depth, spacing) if min(self.spec.extent) > 1500 else range(0)
        self.crossings = [section for section in crossings if abs(section - self.middle) > margin]

    def run(self, direction: int) -> None:
        """Grow from the middle section to the first or the last."""
        self.direction = direction
        last = self.spec.depth - 1 - self.middle if direction > 0 else self.middle
        for self.clock in range(last + 1):
            if self.clock:
                self._wander()
                self._end()
                self._branch(last)
            self._fit_widths()
            if self.clock:
                settle(self.discs, self.spec.extent)
            self._part_cells()
            self.cuts[self.section] = self._cut()

    def _calibres(self) -> Floats:
        """Radii that together cover the section, in descending order."""
        rng, wanted = self.rng, self.spec.neurites
        largest = min(390.0, 0.14 * min(self.spec.extent))
        count = wanted or int(60 + self.area / 9000)
        kind = rng.choice(3, count, p=[0.055, 0.305, 0.64])
        radius = np.choose(
            kind,
            [
                rng.uniform(0.55 * largest, largest, count),
                np.minimum(128 * np.exp(rng.normal(0, 0.28, count)), largest),
                np.maximum(60 * np.exp(rng.normal(0, 0.28, count)), _TWIG),
            ],
        )
        covered = np.cumsum(np.pi * radius**2) / self.area
        if wanted is None:
            radius = radius[: max(4, int(np.searchsorted(covered, _COVER)))]
        else:
            radius = radius * np.sqrt(_COVER / covered[-1])
        return np.sort(radius)[::-1]

    def _add(self, x: Floats, y: Floats, radius: Floats, neurons: Ints, **values: Floats | Ints | float) -> Ints:
        """Append discs, each in a cell of its own unless `cell` is given."""
        cells = len(self.neuron_of_cell) + np.arange(len(x))
        if "cell" not in values:
            self.neuron_of_cell += neurons.tolist()
        tracks = len(self.discs) + np.arange(len(x))
        shape: dict[str, Floats | Ints | float] = {"flatness": np.minimum(self.rng.exponential(0.5, len(x)), 1.5)}
        shape["bearing"] = self.rng.uniform(0, np.pi, len(x))
        added = self.discs.add(x, y, radius, **shape | {"cell": cells, "track": tracks, "born": self.clock} | values)
        self.neuron_of_disc += neurons.tolist()
        self.origin += [self.section] * len(x)
        self.neurons = max(self.neurons, int(neurons.max()))
        return added

    def _swell(self, discs: Ints) -> None:
        """Give discs a bouton or varicosity somewhere ahead."""
        self.discs.swell_at[discs] = self.section + self.direction * self.rng.uniform(4, 40, len(discs))
        self.discs.swell_by[discs] = self.rng.uniform(0.4, 1.3, len(discs))

    def _wander(self) -> None:
        discs, rng = self.discs, self.rng
        free = discs.living[np.isnan(discs.peak[discs.living])]
        spread = 1.5 + 5 * np.exp(-discs.radius[free] / 110)
        for place, tilt, drift, extent in (
            (discs.x, discs.tilt_x, discs.drift_x, self.spec.extent[0]),
            (discs.y, discs.tilt_y, discs.drift_y, self.spec.extent[1]),
        ):
            drift[free] = 0.92 * drift[free] + rng.normal(0, 1, len(free)) * spread
            leaving = np.abs(place[free] - extent / 2) > extent / 2 - 60
            inward = np.sign(extent / 2 - place[free])
            tilt[free] = np.where(leaving, np.abs(tilt[free]) * inward, tilt[free])
            place[free] += tilt[free] + drift[free]
        discs.swelling[free] = 0.93 * discs.swelling[free] + rng.normal(0, 0.045, len(free))

    def _fit_widths(self) -> None:
        """Set the width in the present section, and the room that is kept clear."""
        discs, living = self.discs, self.discs.living
        radius, peak = discs.radius[living], discs.peak[living]
        bulge = np.exp(-(((self.section - discs.swell_at[living]) / 6) ** 2)) * discs.swell_by[living]
        width = radius * (1 + np.clip(discs.swelling[living], -0.3, 0.4)) * (1 + bulge)
        age, left = self.clock - discs.born[living], discs.dies[living] - self.clock
        young = (discs.parent[living] >= 0) & np.isnan(peak)
        width *= np.where(young, np.minimum(1, 0.6 + 0.08 * age), 1) * np.clip(0.3 + 0.14 * left, 0, 1)
        away = np.abs(self.section - peak) * self.spec.thickness
        chain = ~np.isnan(peak)
        width = np.where(chain, np.sqrt(np.maximum(radius**2 - away**2, 0)), width)
        notice = 1 - (away - radius) / (_NOTICE * self.spec.thickness)
        discs.width[living] = width
        discs.push[living] = np.where(chain, np.maximum(width, 0.8 * radius * np.clip(notice, 0, 1)), 1.04 * width)

    def _end(self) -> None:
        """Drop what has ended, and let twigs end, more of them where the tissue is overfull."""
        discs = self.discs
        living = discs.living
        past = self.direction * (self.section - discs.peak[living]) * self.spec.thickness
        over = discs.dies[living] <= self.clock
        over |= past > discs.radius[living] + _NOTICE * self.spec.thickness
        discs.alive[living[over]] = 0
        twigs = self._branchable(least=0)
        carrying = np.isin(twigs, discs.parent[living[~np.isnan(discs.peak[living])]])
        twigs = twigs[(discs.radius[twigs] < 75) & np.isinf(discs.dies[twigs]) & ~carrying]
        chance = 0.06 if self._cover() > _OVERFULL else 0.006
        ending = twigs[self.rng.random(len(twigs)) < chance]
        discs.dies[ending] = self.clock + self.rng.integers(5, 12, len(ending))

    def _cover(self) -> float:
        living = self.discs.living
        return float(np.square(self.discs.push[living]).sum() * np.pi / self.area)

    def _branchable(self, least: float) -> Ints:
        """Mature crossing neurites of a minimal radius."""
        discs, living = self.discs, self.discs.living
        mature = (self.clock - discs.born[living] > _MATURE) | (discs.parent[living] < 0)
        fit = np.isnan(discs.peak[living]) & mature & (discs.radius[living] >= least)
        fit &= ~np.isin(np.array(self.neuron_of_disc)[living], list(self.tracheae))
        return living[fit]

    def _branch(self, last: int) -> None:
        """Start branches: forks, chains that leave in plane, and what goes on from the tips of chains."""
        discs, rng = self.discs, self.rng
        if self._cover() < _OVERFULL:
            able = self._branchable(least=44)
            able = able[np.isinf(discs.dies[able])]
            chance = np.clip(discs.radius[able] / 2800, 0.012, 0.06)
            for disc in able[rng.random(len(able)) < chance].tolist():
                if rng.random() < 0.5 or not self._leave_in_plane(disc, last):
                    self._fork(disc)
        for section in self.crossings:
            lead = _NOTICE + 6
            if self.direction * (section - self.middle) > 0 and abs(section - self.section) == lead:
                self._cross(section)
        living = discs.living
        tips = living[(discs.peak[living] == self.section) & (discs.after[living] < 0) & (discs.before[living] >= 0)]
        for tip in tips[discs.dies[tips] == np.inf].tolist():
            if self._parent_of_chain(tip) >= 0 and rng.random() < 0.75:
                self._go_on(tip)

    def _parent_of_chain(self, tip: int) -> int:
        return int(self.discs.parent[self.discs.track[tip]])

    def _fork(self, disc: int) -> None:
        discs, rng = self.discs, self.rng
        radius = float(np.clip(discs.radius[disc] * rng.uniform(0.4, 0.8), _TWIG, 130))
        heading, speed = rng.uniform(0, 2 * np.pi), rng.uniform(18, 34)
        toward = np.array([np.cos(heading), np.sin(heading)])
        start = np.array([discs.x[disc], discs.y[disc]]) + toward * 0.6 * discs.width[disc]
        start = np.clip(start, 20, np.array(self.spec.extent) - 20)
        child = self._spawn(disc, start, radius, toward * speed)
        if radius < 55 and rng.random() < 0.4:
            discs.dies[child] = self.clock + rng.integers(9, 30)

    def _go_on(self, tip: int) -> None:
        discs = self.discs
        back = discs.before[tip]
        toward = np.array([discs.x[tip] - discs.x[back], discs.y[tip] - discs.y[back]])
        toward *= 20 / max(float(np.hypot(*toward)), 1e-6)
        self._spawn(tip, np.array([discs.x[tip], discs.y[tip]]), 0.9 * float(discs.radius[tip]), toward)

    def _spawn(self, parent: int, start: Floats, radius: float, tilt: Floats) -> Ints:
        neuron = np.array([self.neuron_of_disc[parent]])
        cell = int(self.discs.cell[parent])
        moving = {"tilt_x": float(tilt[0]), "tilt_y": float(tilt[1])}
        child = self._add(start[:1], start[1:], np.array([radius]), neuron, cell=cell, parent=parent, **moving)
        if self.rng.random() < 0.5:
            self._swell(child)
        return child

    def _leave_in_plane(self, disc: int, last: int) -> bool:
        """Plan a chain of links that leaves a neurite sideways; False if there is no room for it."""
        discs, rng = self.discs, self.rng
        radius = float(np.clip(discs.radius[disc] * rng.uniform(0.45, 0.85), 45, 120))
        spacing, onset = max(50.0, 1.2 * radius), int(np.ceil(radius / self.spec.thickness)) + _NOTICE
        if self.clock + onset >= last or radius > 0.1 * min(self.spec.extent):
            return False
        links = int(rng.uniform(350, 1500) / spacing) + 3
        for _ in range(6):
            heading = rng.uniform(0, 2 * np.pi) + np.cumsum(rng.normal(0, 0.16, links))
            x = discs.x[disc] + spacing * np.cumsum(np.cos(heading)) - spacing * np.cos(heading[0])
            y = discs.y[disc] + spacing * np.cumsum(np.sin(heading)) - spacing * np.sin(heading[0])
            if min(x[-1], y[-1]) > 60 and x[-1] < self.spec.extent[0] - 60 and y[-1] < self.spec.extent[1] - 60:
                break
        else:
            return False
        climb = np.floor(rng.uniform(0, 1.1) * np.arange(links))
        peak = self.section + self.direction * np.minimum(onset + climb, last - self.clock)
        self._chain(x, y, radius, peak, self.neuron_of_disc[disc], disc)
        return True

    def _cross(self, section: int) -> None:
        """Plan a neurite that runs through the section from border to border."""
        rng, (width, height) = self.rng, self.spec.extent
        radius = rng.uniform(80, min(210.0, 0.07 * min(width, height)))
        links = int(max(width, height) / (1.2 * radius)) + 2
        along = np.linspace(-0.02, 1.02, links)
        level = rng.uniform(0.15, 0.85) + 0.12 * np.sin(along * rng.uniform(2, 5) + rng.uniform(0, 6))
        x, y = (along * width, level * height) if rng.random() < 0.5 else (level * width, along * height)
        peak = section + self.direction * np.floor(rng.uniform(0, 5) * np.linspace(0, 1, links))
        self._chain(x, y, radius, np.clip(peak, 0, self.spec.depth - 1), self.neurons + 1, -1)

    def _chain(self, x: Floats, y: Floats, radius: float, peak: Floats, neuron: int, parent: int) -> None:
        """Add a chain of links whose first one sits on `parent`, or on nothing (-1)."""
        links, start = len(x), len(self.discs)
        order = np.arange(start, start + links)
        if parent >= 0:
            cell = int(self.discs.cell[parent])
        else:
            cell = len(self.neuron_of_cell)
            self.neuron_of_cell.append(neuron)
        self._add(
            x,
            y,
            radius * np.clip(1 + 0.15 * np.cumsum(self.rng.normal(0, 0.4, links)), 0.75, 1.35),
            np.full(links, neuron),
            cell=cell,
            track=start,
            peak=peak,
            before=np.where(order > start, order - 1, -1),
            after=np.where(order < start + links - 1, order + 1, -1),
            parent=np.where(order == start, parent, -1),
        )

    def _part_cells(self) -> None:
        """Give branches that have come away from their parent a membrane of their own."""
        discs, living = self.discs, self.discs.living
        young = living[(discs.parent[living] >= 0) & np.isnan(discs.peak[living])]
        young = young[discs.cell[young] == discs.cell[discs.parent[young]]]
        parents = discs.parent[young]
        apart = np.hypot(discs.x[young] - discs.x[parents], discs.y[young] - discs.y[parents])
        age = self.clock - discs.born[young]
        away = (age >= 3) & (apart > 1.15 * (discs.width[young] + discs.width[parents]))
        for disc in young[away | (age >= 10)].tolist():
            discs.cell[disc] = len(self.neuron_of_cell)
            self.neuron_of_cell.append(self.neuron_of_disc[disc])

    def _cut(self) -> Cuts:
        discs = self.discs
        seen = discs.living[discs.width[discs.living] > 8]
        chain = ~np.isnan(discs.peak[seen])
        half_x, half_y, narrowing = self._flattened(seen)
        width = discs.width[seen] * np.where(chain, 1, narrowing)
        links = seen[chain]
        ahead = np.where(discs.after[links] >= 0, discs.after[links], links)
        behind = np.where(discs.before[links] >= 0, discs.before[links], links)
        half_x[chain] = (discs.x[ahead] - discs.x[behind]) / 4
        half_y[chain] = (discs.y[ahead] - discs.y[behind]) / 4
        return Cuts(discs.x[seen], discs.y[seen], half_x, half_y, width, discs.cell[seen], seen)

    def _flattened(self, seen: Ints) -> tuple[Floats, Floats, Floats]:
        """Half axes by which profiles are longer than wide, as tubes are flat or tilted; and how much narrower."""
        discs = self.discs
        x, y = discs.tilt_x[seen] + discs.drift_x[seen], discs.tilt_y[seen] + discs.drift_y[seen]
        speed = np.maximum(np.hypot(x, y), 1e-9)
        stretch = np.minimum(np.hypot(1, speed / self.spec.thickness) - 1, 0.6)
        bearing = discs.bearing[seen] + 0.03 * self.section
        turned = np.sign(np.cos(bearing) * x + np.sin(bearing) * y)
        half_x = x / speed * stretch + turned * np.cos(bearing) * discs.flatness[seen]
        half_y = y / speed * stretch + turned * np.sin(bearing) * discs.flatness[seen]
        width = discs.width[seen] / np.sqrt(1 + 4 / np.pi * np.hypot(half_x, half_y))
        return half_x * width, half_y * width, width / discs.width[seen]
