"""A volume: a named surface of triangles, what is inside it, and what is made of it."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.space.surfaces import surface_of
from catmaid_jupyter.client.space.volume_files import read_surface, write_surface
from catmaid_jupyter.model.outlines import Outline, outline

_POINTS_AT_ONCE: Final = 50_000

NOT_SAVED: Final = -1
"""Id of a volume that no server has."""


@dataclass(frozen=True)
class Volume:
    """A surface of triangles in project space.

    Attributes
    ----------
    id, name, comment
        As at the server; the id is -1 of a volume that is not saved yet (see `Project.add_volume`).
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

    @classmethod
    def of(cls, source: Any, name: str = "") -> Volume:
        """A volume that is not saved.

        source : two corners (x, y, z) of a box; (vertices, faces); a mesh of trimesh or navis; a file (OBJ, STL, PLY,
            …), or a folder of Neuroglancer's precomputed meshes. In nm.
        name : by default that of the mesh or of the file.

        `NotFound` if there is no such file, `InvalidInput` for anything else.
        """
        if isinstance(source, str | os.PathLike):
            return cls(NOT_SAVED, name or Path(source).stem, "", *read_surface(source))
        return cls(NOT_SAVED, name or str(getattr(source, "name", "") or "volume"), "", *surface_of(source))

    def __repr__(self) -> str:
        known = "not saved" if self.id == NOT_SAVED else str(self.id)
        return f"<Volume {known} {self.name!r:.80}: {len(self.faces)} triangles>"

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

    @cached_property
    def is_closed(self) -> bool:
        """Whether there is an inside: at each edge, as many triangles turn one way as the other."""
        start, end = np.concatenate([self.mesh.faces[:, pair] for pair in ([0, 1], [1, 2], [2, 0])]).astype(np.int64).T
        count = len(self.mesh.vertices)
        there, back = start * count + end, end * count + start
        return np.array_equal(np.sort(there), np.sort(back))

    def outline(self, z: float) -> Any:
        """Where it is in the section at a depth, nm: a shapely Polygon or MultiPolygon, empty where it is not.

        A flat volume is the same at all depths if it is flat along z. Where the surface has holes, gaps of the outline
        are closed by straight lines, and a warning says so.
        """
        if not np.isfinite(z):
            raise InvalidInput(f"A section is at a finite depth (nm), not {z!r:.60}.")
        found = self.outline_rings(float(z))
        if found.gaps:
            warnings.warn(
                f"The surface of {self.name!r:.80} has holes: {found.gaps} gaps of its outline at {z:g} nm are closed "
                "by straight lines.",
                stacklevel=2,
            )
        return found.area

    def outline_rings(self, z: float) -> Outline:
        """The rings of the outline at a depth, nm, and how many gaps of them were closed by straight lines."""
        if self.is_flat:
            return self._flat_outline()
        return outline(self.vertices, self.faces, z)

    def union(self, *others: Volume, name: str = "") -> Volume:
        """What is inside any of these volumes, as one that is not saved; also `one | other`."""
        return self._combined("union", others, name)

    def intersection(self, *others: Volume, name: str = "") -> Volume:
        """What is inside all of these volumes, as one that is not saved; also `one & other`.

        `InvalidInput` if that is nothing.
        """
        return self._combined("intersection", others, name)

    def __or__(self, other: object) -> Volume:
        return self.union(other) if isinstance(other, Volume) else NotImplemented

    def __and__(self, other: object) -> Volume:
        return self.intersection(other) if isinstance(other, Volume) else NotImplemented

    def to_file(self, path: str | os.PathLike[str]) -> Path:
        """Write a file that ends with .obj, .stl, .ply, .off or .glb, or a folder ….precomputed; nm. Returns its path.

        The folder is one of Neuroglancer's precomputed meshes, with the volume as segment 1. STL, PLY and precomputed
        meshes hold numbers with seven digits.
        """
        return write_surface(path, self.vertices, self.faces)

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
        if not self.is_closed:
            warnings.warn(
                f"The surface of {self.name!r:.80} is not closed: what is inside is not certain.", stacklevel=2
            )
        for start in range(0, len(near), _POINTS_AT_ONCE):
            rows = near[start : start + _POINTS_AT_ONCE]
            inside[rows] = self.mesh.contains(places[rows])
        return inside

    def _combined(self, operation: str, others: tuple[Volume, ...], name: str) -> Volume:
        import trimesh  # noqa: PLC0415  it takes long to import

        volumes = (self, *others)
        for one in volumes:
            if not isinstance(one, Volume):
                raise InvalidInput(f"A volume is joined with volumes, not with {type(one).__name__}.")
            if not one.is_closed or one.is_flat:
                raise InvalidInput(f"The surface of {one.name!r:.80} is not closed: there is no {operation} with it.")
        meshes = [_in_pieces(one.mesh) for one in volumes]
        try:
            found = getattr(trimesh.boolean, operation)(meshes, engine="manifold", check_volume=False)
        except (ImportError, ValueError) as error:
            raise InvalidInput(
                f"The {operation} of volumes needs manifold3d: pip install manifold3d ({error})."
            ) from None
        called = name or f" {'|' if operation == 'union' else '&'} ".join(one.name for one in volumes)
        if not len(found.faces):
            raise InvalidInput(f"Nothing is inside all of {', '.join(repr(one.name) for one in volumes):.200}.")
        return Volume(NOT_SAVED, called, "", np.array(found.vertices, np.float64), np.array(found.faces, np.int64))

    def _flat_outline(self) -> Outline:
        import shapely  # noqa: PLC0415  it takes long to import

        low, high = self.box
        if low[2] != high[2]:  # seen from its edge, or no area
            return Outline([])
        area = shapely.union_all(shapely.polygons(self.vertices[self.faces][:, :, :2]))
        polygons = [part for part in shapely.get_parts(area) if part.geom_type == "Polygon"]
        rings = [ring for part in polygons for ring in (part.exterior, *part.interiors)]
        return Outline([np.asarray(ring.coords)[:-1] for ring in rings])

    def _covers(self, places: NDArray[np.float64], axes: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which points are on the triangles of a flat surface, seen along the axis across it."""
        import shapely  # noqa: PLC0415  it takes long to import

        if len(axes) < 2:
            raise InvalidInput(f"Volume {self.name!r:.80} has no area, so nothing is inside it.")
        area = shapely.union_all(shapely.polygons(self.vertices[self.faces][:, :, axes]))
        shapely.prepare(area)
        covered: NDArray[np.bool_] = shapely.covers(area, shapely.points(places[:, axes]))
        return covered


def _in_pieces(mesh: Any) -> Any:
    """A mesh in which pieces that only touch along edges or at corners have corners of their own.

    Else manifold3d would take a face of one piece for the neighbour of another's.
    """
    import trimesh  # noqa: PLC0415  it takes long to import
    from scipy.sparse import coo_array  # noqa: PLC0415  the same
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  the same

    # Faces are adjacent across an edge that no other face has.
    pairs: Any = (np.ones(len(mesh.face_adjacency), np.int8), mesh.face_adjacency.T)
    pieces = connected_components(coo_array(pairs, shape=(len(mesh.faces),) * 2), directed=False)[1]
    keys = pieces[:, None].astype(np.int64) * len(mesh.vertices) + mesh.faces
    distinct, faces = np.unique(keys, return_inverse=True)
    return trimesh.Trimesh(mesh.vertices[distinct % len(mesh.vertices)], faces.reshape(-1, 3), process=False)
