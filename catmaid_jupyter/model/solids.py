"""Closed surfaces of triangles around points: box, convex hull, alpha shape."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Surface: TypeAlias = tuple[NDArray[np.float64], NDArray[np.int64]]
"""Vertices (n, 3) and faces (m, 3), whose triangles turn outwards."""

_FACES_OF_TETRAHEDRON: Final = ((1, 2, 3), (0, 3, 2), (0, 1, 3), (0, 2, 1))
"""Opposite each corner of one whose corners turn to the right."""

_FLATNESS: Final = 1e-9
"""Points are in a plane if they extend across it by less than this part of their extent."""


class NoSolid(ValueError):
    """There is no solid body around these points."""


def box(low: NDArray[np.float64], high: NDArray[np.float64]) -> Surface:
    """The surface of a box between two corners, (3,) each."""
    ends = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = [(quad[0], *pair) for quad in quads for pair in (quad[1:3], quad[2:4])]
    return np.where(ends == 1, high, low).astype(np.float64), np.array(faces, dtype=np.int64)


def distinct_points(points: ArrayLike) -> NDArray[np.float64]:
    """(k, 3) points without repeats. `NoSolid` unless there are some in a list (n, 3) of finite numbers."""
    try:
        places = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise NoSolid("Points are (n, 3) numbers: x, y and z of each, nm.") from None
    if places.ndim != 2 or places.shape[1] != 3:
        raise NoSolid(f"Points are (n, 3) numbers: x, y and z of each, nm; not of shape {places.shape}.")
    wrong = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(wrong):
        raise NoSolid(f"Point {wrong[0]} is {places[wrong[0]].tolist()}: the numbers of points should be finite.")
    if not len(places):
        raise NoSolid("There are no points, so there is nothing around them.")
    return np.unique(places, axis=0)


def box_around(points: ArrayLike, margin: float = 0.0) -> Surface:
    """The surface of the smallest box around points, wider by a margin on each side.

    `NoSolid` if it has no extent along an axis.
    """
    places = distinct_points(points)
    low, high = places.min(axis=0) - margin, places.max(axis=0) + margin
    if (low >= high).any():
        axis = "xyz"[int(np.argmax(low >= high))]
        raise NoSolid(f"A box around these points has no extent along {axis}: give a margin (nm).")
    return box(low, high)


def convex_hull(points: ArrayLike) -> Surface:
    """The surface of the convex hull. `NoSolid` for fewer than 4 points, or if all are in a plane."""
    places = _spatial(points)
    hull: Any = _triangulated("ConvexHull", places)
    faces = hull.simplices.astype(np.int64)
    a, b, c = (places[corner] for corner in faces.T)
    inwards = np.einsum("ij,ij->i", np.cross(b - a, c - a), hull.equations[:, :3]) < 0
    faces[inwards] = faces[inwards][:, ::-1]
    return _compact(places, faces)


def alpha_shape(points: ArrayLike, alpha: float | None = None) -> Surface:
    """The surface of the alpha shape: what spheres of a radius leave if they may not hold points.

    Parameters
    ----------
    points : (n, 3) float64
        In any order; they may repeat.
    alpha
        The radius; by default the smallest with which the shape is one piece and has all points.

    Raises
    ------
    NoSolid
        For fewer than 4 points, if all are in a plane, or if the radius is too small for any body.
    """
    places = _spatial(points)
    triangulation: Any = _triangulated("Delaunay", places)
    tetrahedra = triangulation.simplices.astype(np.int64)
    radii = _circumradii(places[tetrahedra])
    if alpha is None:
        alpha = _smallest_alpha(tetrahedra, triangulation.neighbors, radii, len(places))
    kept = radii <= alpha
    if not kept.any():
        raise NoSolid(
            f"alpha is {alpha:g}, but no four of these points are on a sphere of so small a radius: it should be "
            f"{radii.min():.4g} or more."
        )
    return _compact(places, _boundary(places, tetrahedra, triangulation.neighbors, kept))


def _spatial(points: ArrayLike) -> NDArray[np.float64]:
    """Distinct points; `NoSolid` unless they span space."""
    places = distinct_points(points)
    if len(places) < 4:
        raise NoSolid(f"A body has 4 or more points at different places, but there are {len(places)}.")
    extents = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    if extents[2] <= _FLATNESS * extents[0]:
        shape = "on a line" if extents[1] <= _FLATNESS * extents[0] else "in a plane"
        raise NoSolid(f"All {len(places)} points are {shape}: there is no body around them.")
    return places


def _triangulated(kind: str, places: NDArray[np.float64]) -> Any:
    from scipy import spatial  # noqa: PLC0415  it takes long to import

    # Far from the origin, the numbers of a small body differ too little for Qhull.
    try:
        return getattr(spatial, kind)(places - places.mean(axis=0))
    except spatial.QhullError as error:
        first = str(error).splitlines()[0]
        raise NoSolid(
            f"These {len(places)} points are too close to a plane for a body around them ({first})."
        ) from None


def _circumradii(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """(m,) radius of the sphere through (m, 4, 3) corners; infinite where they are in a plane."""
    edges = corners[:, 1:] - corners[:, :1]
    volumes = np.linalg.det(edges)
    squares = (edges**2).sum(axis=2)
    normals = np.cross(edges[:, [1, 2, 0]], edges[:, [2, 0, 1]])
    centers = (squares[:, :, None] * normals).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        radii = np.linalg.norm(centers, axis=1) / np.abs(2 * volumes)
    return np.where(np.isfinite(radii), radii, np.inf)


def _smallest_alpha(
    tetrahedra: NDArray[np.int64], neighbors: NDArray[Any], radii: NDArray[np.float64], count: int
) -> float:
    steps = np.unique(radii[np.isfinite(radii)])
    low, high = 0, len(steps) - 1
    while low < high:
        middle = (low + high) // 2
        if _is_whole(tetrahedra, neighbors, radii <= steps[middle], count):
            high = middle
        else:
            low = middle + 1
    return float(steps[high])


def _is_whole(tetrahedra: NDArray[np.int64], neighbors: NDArray[Any], kept: NDArray[np.bool_], count: int) -> bool:
    """Whether tetrahedra hang together by faces and have all points."""
    from scipy.sparse import coo_array  # noqa: PLC0415  half a second that few need
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415  half a second that few need

    if len(np.unique(tetrahedra[kept])) < count:
        return False
    one, side = np.nonzero((neighbors >= 0) & kept[:, None] & kept[neighbors])
    pairs: Any = (np.ones(len(one), np.int8), (one, neighbors[one, side]))
    labels = connected_components(coo_array(pairs, shape=(len(tetrahedra),) * 2), directed=False)[1]
    return len(np.unique(labels[kept])) == 1


def _boundary(
    places: NDArray[np.float64], tetrahedra: NDArray[np.int64], neighbors: NDArray[Any], kept: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Faces of kept tetrahedra that no other kept one shares; they turn outwards."""
    edges = places[tetrahedra[:, 1:]] - places[tetrahedra[:, :1]]
    turned = np.linalg.det(edges) < 0
    faces = []
    for corner, face in enumerate(_FACES_OF_TETRAHEDRON):
        beyond = neighbors[:, corner]
        is_outer = kept & ((beyond < 0) | ~kept[beyond])
        found = tetrahedra[:, face]
        found[turned] = found[turned][:, ::-1]
        faces.append(found[is_outer])
    return np.concatenate(faces)


def _compact(places: NDArray[np.float64], faces: NDArray[np.int64]) -> Surface:
    """A surface with the vertices that its faces use."""
    used, rows = np.unique(faces, return_inverse=True)
    return places[used], rows.reshape(faces.shape).astype(np.int64)
