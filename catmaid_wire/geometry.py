"""Positions and parents of many skeletons in few bytes: how the 3D viewer's geometry goes over the wire.

An answer is one MessagePack map. It names, for each of its skeletons, the edition (`version`), the number of nodes and
a box in project space, and holds one raw deflate stream per skeleton. Nodes stand in ascending order of their ids,
which are not sent: a skeleton and a row name a node. Positions are whole steps from the parent's: of 1 nm if the
widest side of the box has 2,000 to 65,535 nm, else of 1/65535 of the box. Boxes wider than `WIDEST_BOX_NM` have
float32 positions.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import msgpack
import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import UNKNOWN_PARENT, parent_rows
from catmaid_wire.raw_deflate import RAW_DEFLATE, deflate

MEDIA_TYPE: Final = "application/x-catmaid-geometry+msgpack"

FORMAT: Final = 1

STEPS: Final = 65535
"""Steps along each side of a skeleton's box."""

WIDEST_BOX_NM: Final = 200_000.0
"""Width of a box, along any axis, above which steps would be coarser than about 3 nm."""

SMALLEST_NM_BOX: Final = 2_000.0
"""Width of a box, along its widest axis, from which whole nm are fine enough; up to `STEPS` of them."""

BY_STEPS, BY_FLOATS, BY_NM = 0, 1, 2
"""Encodings: uint16 steps in the box, float32 nm from the box's low corner, or uint16 nm from there."""

OVERVIEW: Final = -1
"""Version of what is only an overview of a skeleton: some of its nodes, whose rows name no treenodes."""


_BYTES_PER_NODE: Final = {BY_STEPS: 3 * 2 + 4, BY_FLOATS: 3 * 4 + 4, BY_NM: 3 * 2 + 4}

Positions = NDArray[np.float64]


class BadGeometry(ValueError):
    """An answer, or what should become one, is not geometry of skeletons."""


@dataclass(frozen=True, slots=True)
class PackedSkeleton:
    """Positions and parents of one skeleton's nodes, in ascending order of the treenode ids.

    Attributes
    ----------
    rows
        Number of nodes.
    encoding
        `BY_STEPS`, `BY_FLOATS` or `BY_NM`.
    box
        x0, y0, z0, x1, y1, z1 in nm, project space; all 0 without nodes.
    blob
        Raw deflate of positions, then parents.
    """

    rows: int
    encoding: int
    box: tuple[float, ...]
    blob: bytes


@dataclass(frozen=True)
class GeometryAnswer:
    """Geometry of several skeletons.

    Attributes
    ----------
    skeleton_ids : (n,) int32
        The skeletons that are sent.
    versions : (n,) int64
        Edition of each one's geometry, from 0 to 2^53, to be compared for equality only; or `OVERVIEW`.
    skeletons
        n packed skeletons.
    unchanged, gone : (m,) int32
        Skeletons whose edition is the one that was known; skeletons that do not exist.
    """

    skeleton_ids: NDArray[np.int32]
    versions: NDArray[np.int64]
    skeletons: Sequence[PackedSkeleton]
    unchanged: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))
    gone: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))


def in_order(
    node_ids: NDArray[np.integer[Any]], parent_ids: NDArray[np.integer[Any]], positions: Positions
) -> tuple[NDArray[np.int64], NDArray[np.int64], Positions]:
    """Nodes of one skeleton in ascending order of their ids.

    Parameters
    ----------
    node_ids : (n,) int
        All different, none below 0, in any order.
    parent_ids : (n,) int
        Id of each node's parent, below 0 at roots.
    positions : (n, 3) float64
        nm.

    Returns
    -------
    The ids, (n,) rows of the parents, -1 at roots, and the positions.

    Raises
    ------
    BadGeometry
        If a parent is not among the nodes.
    """
    ids, above = node_ids.astype(np.int64), parent_ids.astype(np.int64)
    if (ids[1:] < ids[:-1]).any():
        order = np.argsort(ids, kind="stable")
        ids, above, positions = ids[order], above[order], positions[order]
    parents = parent_rows(ids, above)
    if (unknown := np.flatnonzero(parents == UNKNOWN_PARENT)).size:
        node = unknown[0]
        raise BadGeometry(f"The parent of treenode {ids[node]} is {above[node]}, which is not in its skeleton.")
    return ids, parents, positions


def pack(positions: Positions, parents: NDArray[np.integer[Any]]) -> PackedSkeleton:
    """Pack one skeleton: (n, 3) nm and (n,) rows of parents, -1 at roots; see `pack_many`."""
    return next(pack_many(positions, parents, np.array([len(parents)])))


def pack_many(
    positions: Positions,
    parents: NDArray[np.integer[Any]],
    rows: NDArray[np.integer[Any]],
    *,
    is_deflated: bool = True,
) -> Iterator[PackedSkeleton]:
    """Pack the nodes of many skeletons that stand one skeleton after the other.

    Parameters
    ----------
    positions : (n, 3) float64
        nm.
    parents : (n,) int
        Row of each node's parent within its own skeleton, -1 at roots.
    rows : (m,) int
        Number of nodes of each skeleton.
    is_deflated
        Otherwise they are to be `deflated` before they are sent, which is most of the work.

    Raises
    ------
    BadGeometry
        If a position is not finite, a parent is the node itself or no node of the skeleton, or the lengths differ.
    """
    ends = np.cumsum(rows, dtype=np.int64)
    starts = ends - rows
    own_start = np.repeat(starts, rows)
    _require_nodes(positions, parents, np.repeat(rows, rows), own_start)
    boxes = _boxes(positions, starts, np.asarray(rows) > 0)
    encodings = _encodings(boxes)
    above = np.where(parents < 0, -1, parents + own_start)
    planes = np.empty((10, len(parents)), np.uint8)
    _write_steps(
        planes[:6], positions, above, *(np.repeat(part, rows, axis=0) for part in (boxes, _scales(boxes, encodings)))
    )
    _write_parents(planes[6:], parents, own_start)
    for index, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
        raw = planes[:, start:end].tobytes()
        if encodings[index] == BY_FLOATS:
            offsets = (positions[start:end] - boxes[index, :3]).astype("<f4")
            raw = offsets.T.tobytes() + planes[6:, start:end].tobytes()
        yield PackedSkeleton(
            rows=end - start,
            encoding=int(encodings[index]),
            box=tuple(boxes[index].tolist()),
            blob=deflate(raw) if is_deflated else raw,
        )


def deflated(skeleton: PackedSkeleton) -> PackedSkeleton:
    """A skeleton as it is sent, of one that is packed but not deflated."""
    return replace(skeleton, blob=deflate(skeleton.blob))


def unpack(skeleton: PackedSkeleton) -> tuple[Positions, NDArray[np.int64]]:
    """Positions and parents of a packed skeleton.

    Returns
    -------
    positions : (n, 3) float64
        nm.
    parents : (n,) int64
        Row of each node's parent, -1 at roots.

    Raises
    ------
    BadGeometry
        If the bytes are not those of so many nodes, or parents lead in a circle.
    """
    if skeleton.encoding not in _BYTES_PER_NODE:
        raise BadGeometry(f"Geometry is encoded as one of {list(_BYTES_PER_NODE)}, not {skeleton.encoding}.")
    n, expected = skeleton.rows, skeleton.rows * _BYTES_PER_NODE[skeleton.encoding]
    raw = _inflate(skeleton.blob, expected)
    planes = np.frombuffer(raw, np.uint8)
    parents = _read_parents(planes[expected - 4 * n :].reshape(4, n))
    low, high = np.array(skeleton.box[:3]), np.array(skeleton.box[3:])
    if skeleton.encoding == BY_FLOATS:
        return np.frombuffer(raw, "<f4", 3 * n).reshape(3, n).T + low, parents
    steps = _read_steps(planes[: 6 * n].reshape(3, 2, n), parents)
    return low + steps * (1.0 if skeleton.encoding == BY_NM else (high - low) / STEPS), parents


def encode(answer: GeometryAnswer) -> bytes:
    """The body that carries an answer."""
    skeletons = answer.skeletons
    boxes = np.array([skeleton.box for skeleton in skeletons if skeleton.rows], "<f8").reshape(-1, 6)
    origin = (boxes[:, :3].min(axis=0) + boxes[:, 3:].max(axis=0)) / 2 if len(boxes) else np.zeros(3)
    return bytes(
        msgpack.packb(
            {
                "format": FORMAT,
                "origin": origin.tolist(),
                "skeleton_id": _bytes(answer.skeleton_ids, "<i4"),
                "rows": _bytes([skeleton.rows for skeleton in skeletons], "<i4"),
                "version": _bytes(answer.versions, "<i8"),
                "encoding": _bytes([skeleton.encoding for skeleton in skeletons], "u1"),
                "box": _bytes([skeleton.box for skeleton in skeletons], "<f8"),
                "size": _bytes([len(skeleton.blob) for skeleton in skeletons], "<i4"),
                "blobs": b"".join(skeleton.blob for skeleton in skeletons),
                "unchanged": _bytes(answer.unchanged, "<i4"),
                "gone": _bytes(answer.gone, "<i4"),
            }
        )
    )


def decode(body: bytes) -> GeometryAnswer:
    """Read the body of an answer, without unpacking its skeletons.

    Raises
    ------
    BadGeometry
        If the body is no answer in this format.
    """
    try:
        content = msgpack.unpackb(body)
    except (ValueError, msgpack.UnpackException) as error:
        raise BadGeometry(f"This is not MessagePack: {error}") from None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise BadGeometry(f"This is not geometry of skeletons in format {FORMAT}.")
    try:
        return _read_answer(content)
    except (KeyError, TypeError, ValueError) as error:
        raise BadGeometry(f"A part of the geometry is missing or has a wrong length: {error}") from None


def _read_answer(content: dict[str, Any]) -> GeometryAnswer:
    ids = np.frombuffer(content["skeleton_id"], "<i4").astype(np.int32)
    versions = np.frombuffer(content["version"], "<i8").astype(np.int64)
    boxes = np.frombuffer(content["box"], "<f8").reshape(len(ids), 6)
    sizes = np.frombuffer(content["size"], "<i4").astype(np.int64)
    ends = np.cumsum(sizes)
    blobs = content["blobs"]
    if len(blobs) != (ends[-1] if len(ends) else 0):
        raise BadGeometry(f"{len(blobs)} bytes of skeletons are not as many as their sizes say.")
    columns = zip(
        np.frombuffer(content["rows"], "<i4").tolist(),
        np.frombuffer(content["encoding"], "u1").tolist(),
        boxes.tolist(),
        (ends - sizes).tolist(),
        ends.tolist(),
        versions,
        strict=True,
    )
    return GeometryAnswer(
        skeleton_ids=ids,
        versions=versions,
        skeletons=[
            PackedSkeleton(rows, encoding, tuple(box), blobs[start:end])
            for rows, encoding, box, start, end, _ in columns
        ],
        unchanged=np.frombuffer(content["unchanged"], "<i4").astype(np.int32),
        gone=np.frombuffer(content["gone"], "<i4").astype(np.int32),
    )


def _require_nodes(
    positions: Positions,
    parents: NDArray[np.integer[Any]],
    own_rows: NDArray[np.integer[Any]],
    own_start: NDArray[np.int64],
) -> None:
    if positions.shape != (len(parents), 3) or len(own_start) != len(parents):
        raise BadGeometry(
            f"{len(parents)} parents, positions of shape {positions.shape} and {len(own_start)} nodes in all skeletons "
            "should be as many."
        )
    with np.errstate(over="ignore"):
        offsets = positions.astype(np.float32)
    if not np.isfinite(offsets).all():
        raise BadGeometry("Every position should be a finite number of nm, below 1e38.")
    own_row = np.arange(len(parents)) - own_start
    if ((parents < -1) | (parents >= own_rows) | (parents == own_row)).any():
        raise BadGeometry("Every parent should be another row of the skeleton, or -1 at a root.")


def _boxes(positions: Positions, starts: NDArray[np.int64], inhabited: NDArray[np.bool_]) -> Positions:
    """(m, 6) lowest and highest x, y, z of each skeleton; 0 without nodes."""
    boxes = np.zeros((len(starts), 6))
    if inhabited.any():
        boxes[inhabited, :3] = np.minimum.reduceat(positions, starts[inhabited])
        boxes[inhabited, 3:] = np.maximum.reduceat(positions, starts[inhabited])
    return boxes


def _encodings(boxes: Positions) -> NDArray[np.uint8]:
    """(m,) how each skeleton is encoded."""
    widest = (boxes[:, 3:] - boxes[:, :3]).max(axis=1)
    by_nm = (widest >= SMALLEST_NM_BOX) & (widest <= STEPS)
    return np.select([widest > WIDEST_BOX_NM, by_nm], [BY_FLOATS, BY_NM], BY_STEPS).astype(np.uint8)


def _scales(boxes: Positions, encodings: NDArray[np.uint8]) -> Positions:
    """(m, 3) steps for each nm along each axis; 0 along one without width."""
    width = boxes[:, 3:] - boxes[:, :3]
    scales = np.divide(STEPS, width, out=np.zeros(width.shape), where=width > 0)
    scales[encodings == BY_NM] = 1
    return scales


def _write_steps(
    planes: NDArray[np.uint8], positions: Positions, above: NDArray[np.int64], boxes: Positions, scales: Positions
) -> None:
    """Steps as differences to the parent's, modulo 2^16: per axis the low bytes, then the high bytes.

    boxes, scales : of each node's skeleton.
    """
    root = above < 0
    for axis in range(3):
        steps = np.rint((positions[:, axis] - boxes[:, axis]) * scales[:, axis]).astype(np.uint16)
        differences = steps - np.where(root, np.uint16(0), steps[above])
        planes[2 * axis] = differences & 0xFF
        planes[2 * axis + 1] = differences >> 8


def _write_parents(planes: NDArray[np.uint8], parents: NDArray[np.integer[Any]], own_start: NDArray[np.int64]) -> None:
    """Rows up to the parent, 0 at a root, in zigzag order (0, -1, 1, -2, ...): four bytes, lowest first."""
    distance = np.where(parents < 0, 0, np.arange(len(parents)) - own_start - parents).astype(np.int32)
    zigzag = ((distance << 1) ^ (distance >> 31)).view(np.uint32)
    for byte in range(4):
        planes[byte] = (zigzag >> (8 * byte)) & 0xFF


def _read_parents(planes: NDArray[np.uint8]) -> NDArray[np.int64]:
    zigzag = np.ascontiguousarray(planes.T).view("<u4")[:, 0].astype(np.int64)
    distance = (zigzag >> 1) ^ -(zigzag & 1)
    parents = np.where(distance == 0, -1, np.arange(len(distance)) - distance)
    if ((parents < -1) | (parents >= len(parents)) | ((parents == -1) & (distance != 0))).any():
        raise BadGeometry("A parent is no node of its skeleton.")
    return parents


def _read_steps(planes: NDArray[np.uint8], parents: NDArray[np.int64]) -> NDArray[np.uint16]:
    """(n, 3) steps: the differences added up from each node to its root."""
    n = len(parents)
    # After k rounds a sum covers up to 2**k nodes, and `above` is the one above those; row n stands above all roots.
    sums = np.zeros((n + 1, 3), np.uint16)
    sums[:n] = (planes[:, 0] + (planes[:, 1].astype(np.uint16) << 8)).T
    above = np.append(np.where(parents < 0, n, parents), n)
    for _ in range(n.bit_length()):
        if (above == n).all():
            break
        sums += sums[above]
        above = above[above]
    if (above != n).any():
        raise BadGeometry("Nodes of a skeleton are their own ancestors.")
    return sums[:n]


def _inflate(blob: bytes, expected: int) -> bytes:
    unpacker = zlib.decompressobj(RAW_DEFLATE)
    try:
        raw = unpacker.decompress(blob, expected + 1)
    except zlib.error as error:
        raise BadGeometry(f"The bytes of a skeleton cannot be unpacked: {error}") from None
    if len(raw) != expected:
        raise BadGeometry(f"{len(raw)} bytes of a skeleton should be {expected}.")
    return raw


def _bytes(values: Any, dtype: str) -> bytes:
    return np.asarray(values, dtype).tobytes()
