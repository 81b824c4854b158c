"""A block of artificial nervous tissue: its images, and everything that is known about it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from catmaid_server.demo.specimen.anatomy import CandidateNodes, centre_lines, plant, thin
from catmaid_server.demo.specimen.field import Profiles, TissueField
from catmaid_server.demo.specimen.growth import grow_tissue
from catmaid_server.demo.specimen.organelles import furnish
from catmaid_server.demo.specimen.painting import Painter
from catmaid_server.demo.specimen.spec import (
    Floats,
    Ints,
    PlannedSynapse,
    SectionPixels,
    SpecimenSpec,
    TracedSkeleton,
    Tracing,
)
from catmaid_server.demo.specimen.synapses import Contact, TBar, place_synapses
from catmaid_server.demo.specimen.truncation import truncate


class Specimen:
    """Serial sections of neuropil, with the neurites and synapses that they show. Made by `grow`."""

    def __init__(self, spec: SpecimenSpec, field: TissueField, painter: Painter, tracing: Tracing) -> None:
        self.spec = spec
        self.tracing = tracing
        """Every neurite traced, and every synapse."""
        self._field, self._painter = field, painter

    @property
    def skeletons(self) -> list[TracedSkeleton]:
        """One skeleton for each neurite that can be followed."""
        return self.tracing.skeletons

    @property
    def connectors(self) -> list[PlannedSynapse]:
        """One connector for each T-bar; its sites refer to `skeletons`."""
        return self.tracing.connectors

    @property
    def names(self) -> list[str]:
        """Name of the neuron of each skeleton."""
        return self.tracing.names

    @property
    def t_bars(self) -> list[TBar]:
        """Every T-bar in every section that shows it."""
        return [t_bar for section in self._painter.interior.t_bars.values() for t_bar in section]

    def sections(self) -> Iterator[SectionPixels]:
        """All sections in ascending z, each (y, x) uint8; three are held in memory at a time."""
        profiles = [self._profiles(section) for section in (0, 0, 1)]
        for section in range(self.spec.depth):
            yield self._painter.paint(section, *profiles)
            profiles = [*profiles[1:], self._profiles(min(section + 2, self.spec.depth - 1))]

    def section(self, z: int) -> SectionPixels:
        """One section, (y, x) uint8, the same as `sections` gives.

        Raises
        ------
        IndexError
            If there is no such section.
        """
        self._require(z)
        near = (max(z - 1, 0), z, min(z + 1, self.spec.depth - 1))
        return self._painter.paint(z, *(self._profiles(section) for section in near))

    def labels(self, z: int) -> NDArray[np.int32]:
        """Neurite id at each pixel of a section, (y, x) int32; 0 where there is none.

        Raises
        ------
        IndexError
            If there is no such section.
        """
        self._require(z)
        width, height = self.spec.size_px[:2]
        cell = self._field.profiles(z, 1).cell[:height, :width]
        return self._field.tissue.neuron_of_cell[cell].astype(np.int32)

    def label_at(self, xyz: Floats) -> Ints:
        """Neurite id at points in nm: (n, 3) to (n,); each point counts for the section nearest to it.

        Raises
        ------
        IndexError
            If a point lies above the first section or below the last.
        """
        points = np.atleast_2d(xyz)
        section = np.rint(points[:, 2] / self.spec.thickness).astype(np.int64)
        neurites = np.zeros(len(points), np.int64)
        for z in np.unique(section).tolist():
            self._require(z)
            there = section == z
            cell, _ = self._field.cells_at(points[there, 0], points[there, 1], z)
            neurites[there] = self._field.tissue.neuron_of_cell[cell]
        return neurites

    def partly_traced(self, fraction: float = 0.5) -> Tracing:
        """What somebody has traced who left off in the middle: see `truncation.truncate`."""
        return truncate(self.tracing, fraction, self.spec.seed)

    def _profiles(self, z: int) -> Profiles:
        return self._field.profiles(z, 2)

    def _require(self, z: int) -> None:
        if not 0 <= z < self.spec.depth:
            raise IndexError(f"the specimen has no section {z}")


def grow(spec: SpecimenSpec) -> Specimen:
    """Grow a specimen; its sections are painted only when they are asked for."""
    rng = np.random.default_rng(spec.seed)
    field = TissueField(spec, grow_tissue(spec, rng), rng)
    nodes = centre_lines(field)
    parents = plant(nodes, field.tissue)
    contacts = place_synapses(field, nodes, parents, rng)
    sites = [node for contact in contacts for node in (contact.presynaptic, *contact.postsynaptic)]
    sources = nodes.neuron[np.array([contact.presynaptic for contact in contacts], np.int64)]
    interior = furnish(field, contacts, sources, rng)
    tracing = _trace(nodes, thin(nodes, parents, np.array(sites, np.int64)), contacts)
    return Specimen(spec, field, Painter(field, interior, spec.seed), tracing)


def _trace(nodes: CandidateNodes, parents: Ints, contacts: list[Contact]) -> Tracing:
    """Number nodes and skeletons, name the neurons after their synapses."""
    sources = {int(nodes.neuron[contact.presynaptic]) for contact in contacts}
    targets = {int(nodes.neuron[site]) for contact in contacts for site in contact.postsynaptic}
    site_of: dict[int, tuple[int, int]] = {}
    skeletons: list[TracedSkeleton] = []
    for neuron in np.unique(nodes.neuron[parents != -2]).tolist():
        own = np.flatnonzero((nodes.neuron == neuron) & (parents != -2))
        position = np.full(len(parents), -1)
        position[own] = np.arange(len(own))
        kept = parents[own]
        kind = "Axon" if neuron in sources else "Dendrite" if neuron in targets else "Neurite"
        skeletons.append(
            TracedSkeleton(
                neurite_id=neuron,
                name=f"{kind} {neuron}",
                ids=own + 1,
                parents=np.where(kept < 0, -1, position[kept]),
                xyz=nodes.xyz[own],
                radius=nodes.radius[own],
            )
        )
        site_of |= {node: (len(skeletons) - 1, index) for index, node in enumerate(own.tolist())}
    connectors = [
        PlannedSynapse(contact.xyz, site_of[contact.presynaptic], [site_of[site] for site in contact.postsynaptic])
        for contact in contacts
    ]
    return Tracing(skeletons, connectors)
