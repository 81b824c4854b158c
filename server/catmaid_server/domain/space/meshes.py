"""Surfaces of triangles: arrays of shape (triangles, 3 corners, 3 axes) in nm, and the formats they come in."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from catmaid_server.domain.errors import InvalidInput

Mesh = npt.NDArray[np.float64]

# Corners of a box by number, bit 0 for x, 1 for y, 2 for z; seen from outside they run counterclockwise.
_BOX = ((0, 2, 1), (1, 2, 3), (0, 1, 5), (0, 5, 4), (2, 6, 7), (2, 7, 3), (4, 7, 6), (4, 5, 7), (0, 6, 2), (0, 4, 6),
        (1, 3, 5), (3, 7, 5))  # fmt: skip
MOST_TRIANGLES = 1_000_000
MOST_VERTICES = 3 * MOST_TRIANGLES
_FARTHEST = 1e12
"""nm; beyond, measures have more than single precision can hold."""
_PIECE_BYTES = 2**20
_LONGEST_LINE = 1_000_000
_BLOCK = 100_000
_OBJ_LINE = re.compile(rb"(?<![^\r\n])[^\S\r\n]*[vf](?!\S)[^\r\n]*")
_STL_VERTEX = re.compile(rb"(?<!\S)vertex(?!\S)(?:\s+(\S{1,99})\s+(\S{1,99})\s+(\S{1,99})(?!\S))?")
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
        vertices, triangles = msgspec.json.decode(text, type=tuple[msgspec.Raw, msgspec.Raw])
        points = _triples(vertices, float, np.dtype(np.float64), MOST_VERTICES)
        index = _triples(triangles, int, np.dtype(np.int64), MOST_TRIANGLES)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidInput(f"A mesh is [vertices, triangles] in JSON: {error}") from None
    except OverflowError:
        raise InvalidInput("The mesh has a number that is out of range.") from None
    return _indexed(points, index)


def _triples(array: msgspec.Raw, number: type, dtype: np.dtype[Any], most: int) -> npt.NDArray[Any]:
    """The triples of numbers in a JSON array, piece by piece: as Python objects they take many times the memory."""
    text = bytes(array).strip()
    if not text.startswith(b"["):
        raise msgspec.DecodeError("it should be two arrays")
    decoder = msgspec.json.Decoder(list[tuple[number, number, number]])  # type: ignore[valid-type]
    pieces, count, begin, last = [np.empty((0, 3), dtype)], 0, 1, len(text) - 1
    while begin < last:
        end = text.find(b"]", min(begin + _PIECE_BYTES, last), last) + 1 or last
        piece = np.array(decoder.decode(b"[" + text[begin:end] + b"]"), dtype).reshape(-1, 3)
        pieces.append(piece)
        count += len(piece)
        if count > most:
            raise InvalidInput(f"A mesh has at most {MOST_VERTICES} vertices and {MOST_TRIANGLES} triangles.")
        begin = text.find(b",", end, last) + 1 or last  # what is there is JSON: one comma, and blanks
    return np.concatenate(pieces)


def from_obj(content: bytes) -> Mesh:
    """Of a Wavefront file; faces with more than three corners are cut into triangles, all but the shape is left out."""
    coordinates, triangles = array("d"), array("q")
    try:
        for line in _lines(content):
            kind, *words = line.split()
            if kind == b"v":
                _add_vertex(coordinates, words)
            else:
                numbers = [int(word.partition(b"/")[0]) for word in words]
                corners = [number - 1 if number > 0 else len(coordinates) // 3 + number for number in numbers]
                for b, c in pairwise(corners[1:]):
                    triangles.extend((corners[0], b, c))
                _require_few(len(triangles) // 3)
    except (ValueError, OverflowError):
        raise InvalidInput("The OBJ file is malformed.") from None
    return _indexed(_as_rows(coordinates), _as_rows(triangles))


def _lines(content: bytes) -> Iterator[bytes]:
    """The lines of an OBJ file that are vertices or faces, some at once: each of 60 million alone takes a minute."""
    begin = 0
    while begin < len(content):
        least = begin + _PIECE_BYTES
        ends = [content.find(end, least, least + _LONGEST_LINE) for end in (b"\n", b"\r")]
        end = min((found + 1 for found in ends if found >= 0), default=len(content))
        if end > least + _LONGEST_LINE:
            raise InvalidInput(f"A line of the OBJ file has more than {_LONGEST_LINE} characters.")
        yield from _OBJ_LINE.findall(content, begin, end)
        begin = end


def _add_vertex(coordinates: array[float], words: list[bytes]) -> None:
    if len(words) < 3:
        raise InvalidInput("A vertex of the OBJ file has fewer than three coordinates.")
    coordinates.extend(float(word) for word in words[:3])
    if len(coordinates) > 3 * MOST_VERTICES:
        raise InvalidInput(f"A mesh has at most {MOST_VERTICES} vertices.")


def _as_rows(numbers: array[Any]) -> npt.NDArray[Any]:
    return np.array(numbers).reshape(-1, 3)


def from_stl(content: bytes) -> Mesh:
    """Of an STL file, binary or text."""
    count = int.from_bytes(content[80:_STL_HEADER], "little") if len(content) >= _STL_HEADER else -1
    if len(content) == _STL_HEADER + count * _STL_FACET.itemsize:
        _require_few(count)
        facets = np.frombuffer(content, dtype=_STL_FACET, offset=_STL_HEADER)
        return _checked(facets["corners"].astype(np.float64))
    if not content.isascii():
        raise InvalidInput("The STL file is malformed.")
    coordinates = array("d")
    try:
        at = content.find(b"vertex")
        while at >= 0:
            if (match := _STL_VERTEX.match(content, at)) is not None:
                coordinates.extend(map(float, match.groups(default=b"")))
                _require_few(len(coordinates) // 9)
            at = content.find(b"vertex", at + 1)
        return _checked(np.array(coordinates).reshape(-1, 3, 3))
    except ValueError:
        raise InvalidInput("The STL file is malformed.") from None


def measured(mesh: Mesh) -> SurfaceMeasures:
    """Area, enclosed volume and whether each edge lies between two triangles."""
    origin = mesh.reshape(-1, 3).mean(axis=0)  # else the sum of a surface far off loses digits
    area = volume = 0.0
    for begin in range(0, len(mesh), _BLOCK):
        a, b, c = mesh[begin : begin + _BLOCK].transpose(1, 0, 2)
        normals = np.cross(b - a, c - a)
        area += float(np.linalg.norm(normals, axis=1).sum() / 2)
        volume += float(np.einsum("ij,ij->", a - origin, normals)) / 6
    return SurfaceMeasures(area, abs(volume), _is_watertight(mesh))


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
    corners = mesh.reshape(-1, 3)
    index, first = _shared_corners(corners)
    vertices = corners[first]
    lines = [f"v {_point(vertex)}" for vertex in vertices.tolist()]
    lines += [f"f {a} {b} {c}" for a, b, c in (index.reshape(-1, 3) + 1).tolist()]
    return "\n".join(lines) + "\n"


def _indexed(points: npt.NDArray[np.float64], index: npt.NDArray[np.int64]) -> Mesh:
    """Of vertices : (n, 3) and the triangles between them : (m, 3)."""
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
    index, _ = _shared_corners(mesh.reshape(-1, 3))
    a, b = index.reshape(-1, 3)[:, [0, 1, 2]].ravel(), index.reshape(-1, 3)[:, [1, 2, 0]].ravel()
    edges = np.minimum(a, b) * len(index) + np.maximum(a, b)
    edges.sort()
    twice = len(edges) % 2 == 0 and np.array_equal(edges[::2], edges[1::2])
    return bool(twice and (edges[1:-1:2] != edges[2::2]).all())


def _shared_corners(corners: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Numbers of the different places among corners : (n, 3), in their order, and where each comes first.

    As `np.unique` of rows, which keeps other threads from running, for many seconds if there are a million.
    """
    order = np.lexsort(corners.T[::-1])
    differs = np.zeros(len(corners), bool)
    differs[:1] = True
    for axis in range(3):
        values = corners[order, axis]
        differs[1:] |= values[1:] != values[:-1]
    index = np.empty(len(corners), np.int64)
    index[order] = np.cumsum(differs) - 1
    return index, order[differs]


def _point(values: list[float]) -> str:
    return " ".join(map(_number, values))


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
