"""What a specimen is asked to be, and the ground truth it comes with. Lengths are nm in project space."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import cable_length

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Reals = NDArray[np.floating]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
SectionPixels = NDArray[np.uint8]
"""One image section, (y, x) uint8."""


@dataclass(frozen=True, slots=True)
class SpecimenSpec:
    """Everything that decides a specimen: the same values always give the same voxels and skeletons.

    Parameters
    ----------
    seed
        Any integer of at least 0.
    size_px
        Extent in x, y, z; at least 64 x 64 x 4.
    resolution_nm
        Size of a voxel in x, y, z; pixels are square. Membranes, vesicles and the like are drawn for 2 to 10 nm.
    neurites
        Neurites that cross the middle section; None packs them as densely as insect neuropil.

    Raises
    ------
    ValueError
        If a value is out of range.
    """

    seed: int = 1
    size_px: tuple[int, int, int] = (1024, 1024, 60)
    resolution_nm: tuple[float, float, float] = (4.0, 4.0, 40.0)
    neurites: int | None = None

    def __post_init__(self) -> None:
        width, height, depth = self.size_px
        if width < 64 or height < 64 or depth < 4:
            raise ValueError(f"a specimen has at least 64 x 64 x 4 voxels, not {self.size_px}")
        x, y, z = self.resolution_nm
        if x != y:
            raise ValueError(f"pixels of a specimen are square, not {x} x {y} nm")
        if not (2 <= x <= 10 and 10 <= z <= 100):
            raise ValueError(f"a specimen has pixels of 2 to 10 nm and sections of 10 to 100 nm, not {x} and {z}")
        if self.seed < 0:
            raise ValueError("the seed is at least 0")
        if self.neurites is not None and self.neurites < 1:
            raise ValueError("a specimen has at least one neurite")

    @property
    def pixel(self) -> float:
        """Edge of a pixel in nm."""
        return self.resolution_nm[0]

    @property
    def thickness(self) -> float:
        """Thickness of a section in nm."""
        return self.resolution_nm[2]

    @property
    def extent(self) -> tuple[float, float]:
        """Width and height of a section in nm."""
        return self.size_px[0] * self.pixel, self.size_px[1] * self.pixel

    @property
    def depth(self) -> int:
        """How many sections there are."""
        return self.size_px[2]


@dataclass(frozen=True, slots=True)
class TracedSkeleton:
    """A tree of nodes inside one neurite. Node indices run from 0; a parent may come after its child."""

    neurite_id: int
    """The neurite's id in `Specimen.labels`; skeletons of one specimen differ in it."""
    name: str
    ids: Ints
    """(n,) node ids, unique in the specimen."""
    parents: Ints
    """(n,) index of each node's parent, -1 at the root."""
    xyz: Floats
    """(n, 3) nm; z is a multiple of the section thickness."""
    radius: Floats
    """(n,) nm."""
    labels: dict[str, list[int]] = field(default_factory=dict)
    """Node labels: indices of the nodes by label."""

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def cable_length(self) -> float:
        """Sum of all edges in nm."""
        return cable_length(self.parents, self.xyz)


@dataclass(frozen=True, slots=True)
class PlannedSynapse:
    """A connector at a T-bar. Sites are (index into the skeletons, node index)."""

    xyz: tuple[float, float, float]
    """Pedestal of the T-bar in nm, in the presynaptic neurite next to its membrane."""
    presynaptic: tuple[int, int]
    postsynaptic: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Tracing:
    """Skeletons with the connectors between them."""

    skeletons: list[TracedSkeleton]
    connectors: list[PlannedSynapse]

    @property
    def names(self) -> list[str]:
        """Name of each skeleton's neuron, in order."""
        return [skeleton.name for skeleton in self.skeletons]
