"""A volume: a named surface of triangles, and what is inside it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.api.errors import InvalidInput

_POINTS_AT_ONCE: Final = 50_000


@dataclass(frozen=True)
class Volume:
    """A surface of triangles in project space.

    Attributes
    ----------
    id, name, comment
        As at the server.
    vertices : (n, 3) float64
        nm.
    faces : (m, 3) int64
        Indices of the vertices of each triangle.
    """

    id: int
    name: str
    comment: str
    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]

    def __repr__(self) -> str:
        return f"<Volume {self.id} {self.name!r:.80}: {len(self.faces)} triangles>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Volume):
            return NotImplemented
        same = (self.id, self.name, self.comment) == (other.id, other.name, other.comment)
        return same and np.array_equal(self.vertices, other.vertices) and np.array_equal(self.faces, other.faces)

    def __hash__(self) -> int:
        return hash((Volume, self.id, self.name))

    @cached_property
    def mesh(self) -> Any:
        """The surface as a trimesh.Trimesh, nm; corners at the same place are one."""
        import trimesh  # noqa: PLC0415  it takes long to import

        return trimesh.Trimesh(self.vertices, self.faces, process=True)

    @property
    def box(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The lowest and the highest corner around it, (3,) float64 nm each."""
        return self.vertices.min(axis=0), self.vertices.max(axis=0)

    @property
    def is_flat(self) -> bool:
        """Whether it has no extent along an axis: it stands for all that lies before and behind it."""
        low, high = self.box
        return bool((low == high).any())

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """(n,) bool: which of (n, 3) points, nm, are inside.

        Of a flat volume: which are inside when seen along the axis across it. A surface that is not closed has no clear
        inside, and a warning says so.
        """
        places = np.asarray(points, dtype=np.float64).reshape(-1, 3)
        low, high = self.box
        across = low == high
        inside: NDArray[np.bool_] = (((places >= low) & (places <= high)) | across).all(axis=1)
        near = np.flatnonzero(inside)
        if across.any():
            inside[near] = self._covers(places[near], np.flatnonzero(~across))
            return inside
        if not self.mesh.is_watertight:
            warnings.warn(
                f"The surface of {self.name!r:.80} is not closed: what is inside is not certain.", stacklevel=2
            )
        for start in range(0, len(near), _POINTS_AT_ONCE):
            rows = near[start : start + _POINTS_AT_ONCE]
            inside[rows] = self.mesh.contains(places[rows])
        return inside

    def _covers(self, places: NDArray[np.float64], axes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which points are on the triangles of a flat surface, seen along the axis across it."""
        import shapely  # noqa: PLC0415  it takes long to import

        if len(axes) < 2:
            raise InvalidInput(f"Volume {self.name!r:.80} has no area, so nothing is inside it.")
        area = shapely.union_all(shapely.polygons(self.vertices[self.faces][:, :, axes]))
        shapely.prepare(area)
        covered: NDArray[np.bool_] = shapely.covers(area, shapely.points(places[:, axes]))
        return covered


def surface_of(source: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices (n, 3) and faces (m, 3) of what can be a volume (see `Project.add_volume`)."""
    if isinstance(source, tuple | list) and len(source) == 2:
        first, second = np.asarray(source[0], dtype=np.float64), np.asarray(source[1], dtype=np.float64)
        if first.shape == second.shape == (3,):
            return _box(np.minimum(first, second), np.maximum(first, second))
        return _checked(source[0], source[1])
    if hasattr(source, "vertices") and hasattr(source, "faces"):
        return _checked(source.vertices, source.faces)
    raise InvalidInput(
        "A volume is given as two corners (x, y, z), as (vertices, faces), as a mesh with vertices and faces "
        f"(of trimesh, navis, …), or as a file, not {type(source).__name__}."
    )


def surface_of_file(path: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices and faces of a file that trimesh reads (STL, OBJ, PLY, …); `InvalidInput` if it cannot."""
    import trimesh  # noqa: PLC0415  it takes long to import

    try:
        mesh = trimesh.load_mesh(path)
    except Exception as error:
        raise InvalidInput(f"{path} cannot be read as a mesh: {error}") from error
    return surface_of(mesh)


def _checked(vertices: Any, faces: Any) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    corners = np.asarray(vertices, dtype=np.float64)
    triangles = np.asarray(faces)
    if corners.ndim != 2 or corners.shape[1] != 3 or not np.isfinite(corners).all():
        raise InvalidInput("Vertices of a volume are (n, 3) finite numbers, nm.")
    if triangles.ndim != 2 or triangles.shape[1] != 3 or not len(triangles) or triangles.dtype.kind not in "iu":
        raise InvalidInput("Faces of a volume are (m, 3) whole numbers, at least one row.")
    if triangles.min() < 0 or triangles.max() >= len(corners):
        raise InvalidInput(f"Faces of a volume are indices of its {len(corners)} vertices, 0 to {len(corners) - 1}.")
    return corners, triangles.astype(np.int64)


def _box(low: NDArray[np.float64], high: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The surface of a box; triangles turn outwards."""
    ends = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [(quad[0], *pair) for quad in quads for pair in (quad[1:3], quad[2:4])]
    return np.where(ends == 1, high, low).astype(np.float64), np.array(faces, dtype=np.int64)
