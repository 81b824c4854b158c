"""Surfaces of triangles: arrays of shape (triangles, 3 corners, 3 axes) in nm, and the formats they come in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import msgspec
import numpy as np
import numpy.typing as npt

from catmaid_server.domain.errors import InvalidInput

Mesh = npt.NDArray[np.float64]

# Corners of a box by number, bit 0 for x, 1 for y, 2 for z; seen from outside they run counterclockwise.
_BOX = ((0, 2, 1), (1, 2, 3), (0, 1, 5), (0, 5, 4), (2, 6, 7), (2, 7, 3), (4, 7, 6), (4, 5, 7), (0, 6, 2), (0, 4, 6),
        (1, 3, 5), (3, 7, 5))  # fmt: skip
MOST_TRIANGLES = 1_000_000
_FARTHEST = 1e12
"""nm; beyond, measures have more than single precision can hold."""
_STL_HEADER = 84
_STL_FACET = np.dtype([("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")])


@dataclass(frozen=True, slots=True)
class SurfaceMeasures:
    """Of a surface: area in square nm, enclosed volume in cubic nm, and whether it is closed."""

    area: float
    volume: float
    watertight: bool


def box(low: Iterable[float], high: Iterable[float]) -> Mesh:
    """The surface of a box between two corners; `InvalidInput` if it has no extent in one of the axes."""
    ends = np.array([list(low), list(high)], dtype=np.float64)
    if not (ends[1] > ends[0]).all():
        raise InvalidInput("The upper corner of a box must be above the lower one in x, y and z.")
    corners: Mesh = np.array([[ends[number >> axis & 1, axis] for axis in range(3)] for number in range(8)])
    return _checked(corners[np.array(_BOX)])


def from_corners(corners: Iterable[Iterable[float]]) -> Mesh:
    """Of the corners of its triangles, three by three."""
    return _checked(np.array(list(corners), dtype=np.float64).reshape(-1, 3, 3))


def from_json(text: str) -> Mesh:
    """Of `[[[x, y, z], ...], [[i, j, k], ...]]`, vertices and the triangles between them."""
    try:
        vertices, triangles = msgspec.json.decode(
            text, type=tuple[list[tuple[float, float, float]], list[tuple[int, int, int]]]
        )
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"A mesh is [vertices, triangles] in JSON: {error}") from None
    return _indexed(vertices, triangles)


def from_obj(text: str) -> Mesh:
    """Of a Wavefront file; faces with more than three corners are cut into triangles, all but the shape is left out."""
    vertices: list[tuple[float, ...]] = []
    triangles: list[tuple[int, int, int]] = []
    try:
        for line in text.splitlines():
            kind, *words = line.split() or [""]
            if kind == "v":
                vertices.append(tuple(float(word) for word in words[:3]))
            elif kind == "f":
                numbers = [int(word.partition("/")[0]) for word in words]
                corners = [number - 1 if number > 0 else len(vertices) + number for number in numbers]
                _require_few(len(triangles))
                triangles.extend((corners[0], b, c) for b, c in pairwise(corners[1:]))
    except ValueError:
        raise InvalidInput("The OBJ file is malformed.") from None
    if any(len(vertex) != 3 for vertex in vertices):
        raise InvalidInput("A vertex of the OBJ file has fewer than three coordinates.")
    return _indexed(vertices, triangles)


def from_stl(content: bytes) -> Mesh:
    """Of an STL file, binary or text."""
    count = int.from_bytes(content[80:_STL_HEADER], "little") if len(content) >= _STL_HEADER else -1
    if len(content) == _STL_HEADER + count * _STL_FACET.itemsize:
        facets = np.frombuffer(content, dtype=_STL_FACET, offset=_STL_HEADER)
        return _checked(facets["corners"].astype(np.float64))
    try:
        words = content.decode("ascii").split()
        starts = [number for number, word in enumerate(words) if word == "vertex"]
        _require_few(len(starts) // 3)
        corners = [[float(word) for word in words[start + 1 : start + 4]] for start in starts]
        return _checked(np.array(corners, dtype=np.float64).reshape(-1, 3, 3))
    except ValueError:
        raise InvalidInput("The STL file is malformed.") from None


def measured(mesh: Mesh) -> SurfaceMeasures:
    """Area, enclosed volume and whether each edge lies between two triangles."""
    a, b, c = mesh[:, 0], mesh[:, 1], mesh[:, 2]
    normals = np.cross(b - a, c - a)
    area = float(np.linalg.norm(normals, axis=1).sum() / 2)
    origin = mesh.reshape(-1, 3).mean(axis=0)  # else the sum of a surface far off loses digits
    volume = abs(float(np.einsum("ij,ij->", a - origin, normals)) / 6)
    return SurfaceMeasures(area, volume, _is_watertight(mesh))


def as_x3d(mesh: Mesh) -> str:
    """As X3D text, each triangle with corners of its own."""
    corners = mesh.reshape(-1, 3)
    index = " ".join(map(str, range(len(corners))))
    return (
        f"<IndexedTriangleSet  index='{index}'><Coordinate point='"
        f"{' '.join(_number(value) for value in corners.ravel().tolist())}'/></IndexedTriangleSet>"
    )


def as_stl(mesh: Mesh) -> str:
    """As STL text, without normals."""
    facets = (
        "facet normal 0 0 0\nouter loop\n"
        + "".join(f"vertex {_point(corner)}\n" for corner in triangle)
        + "endloop\nendfacet\n"
        for triangle in mesh.tolist()
    )
    return f"solid\n{''.join(facets)}endsolid"


def as_obj(mesh: Mesh) -> str:
    """As a Wavefront file, corners shared."""
    vertices, index = np.unique(mesh.reshape(-1, 3), axis=0, return_inverse=True)
    lines = [f"v {_point(vertex)}" for vertex in vertices.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (index.reshape(-1, 3) + 1).tolist()]
    return "\n".join(lines) + "\n"


def _indexed(vertices: Iterable[Iterable[float]], triangles: Iterable[Iterable[int]]) -> Mesh:
    points = np.array(list(vertices), dtype=np.float64).reshape(-1, 3)
    triangles = list(triangles)
    _require_few(len(triangles))
    try:
        index = np.array(triangles, dtype=np.int64).reshape(-1, 3)
    except OverflowError:
        raise InvalidInput("The mesh has a number that is out of range.") from None
    if index.size and not (index.min() >= 0 and index.max() < len(points)):
        raise InvalidInput("A triangle of the mesh refers to a vertex that is not there.")
    return _checked(points[index])


def _checked(mesh: Mesh) -> Mesh:
    _require_few(len(mesh))
    if not len(mesh) or not (np.abs(mesh) <= _FARTHEST).all():
        raise InvalidInput(f"A mesh needs a triangle at least, and coordinates of at most {_FARTHEST:g} nm.")
    return mesh


def _require_few(triangles: int) -> None:
    if triangles > MOST_TRIANGLES:
        raise InvalidInput(f"A mesh has at most {MOST_TRIANGLES} triangles.")


def _is_watertight(mesh: Mesh) -> bool:
    _, corners = np.unique(mesh.reshape(-1, 3), axis=0, return_inverse=True)
    triangles = corners.reshape(-1, 3)
    edges = np.sort(triangles[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    _, uses = np.unique(edges, axis=0, return_counts=True)
    return bool((uses == 2).all())


def _point(values: list[float]) -> str:
    return " ".join(map(_number, values))


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
