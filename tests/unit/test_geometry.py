"""Geometry of skeletons on the wire: what is packed comes back, within half a step of the skeleton's box."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from catmaid_wire import geometry
from catmaid_wire.geometry import BadGeometry, GeometryAnswer
from tests.helpers.geometry_fixture import BODY, CONTENT, FIXTURE, content_of

Skeleton = tuple[NDArray[np.float64], NDArray[np.int64]]


@st.composite
def skeletons(draw: st.DrawFn) -> Skeleton:
    """Positions and parents of a tree, or of several, whose parents may stand after their children."""
    n = draw(st.integers(0, 30))
    parents = np.array([draw(st.integers(-1, index - 1)) for index in range(n)], dtype=np.int64)
    order = np.array(draw(st.permutations(range(n))), dtype=np.int64)
    shuffled = np.full(n, -1, dtype=np.int64)
    shuffled[order] = np.where(parents < 0, -1, order[parents]) if n else parents
    widest = draw(st.sampled_from([0.0, 1.0, 20_000.0, 150_000.0, 1e7, 1e9]))
    corner = draw(st.sampled_from([-1e9, 0.0, 12_345.678, 1e9]))
    numbers = st.floats(0, 1).map(lambda share: corner + share * widest)
    positions = np.array([[draw(numbers) for _ in range(3)] for _ in range(n)], dtype=np.float64).reshape(n, 3)
    return positions, shuffled


def assert_same(given_skeleton: Skeleton, packed: geometry.PackedSkeleton) -> None:
    positions, parents = given_skeleton
    got, got_parents = geometry.unpack(packed)
    assert got_parents.tolist() == parents.tolist()
    assert packed.rows == len(parents)
    if not packed.rows:
        return
    box = np.array(packed.box).reshape(2, 3)
    assert (box == [positions.min(axis=0), positions.max(axis=0)]).all()
    width = box[1] - box[0]
    widest = width.max()
    if widest > geometry.WIDEST_BOX_NM:
        assert packed.encoding == geometry.BY_FLOATS
    else:
        is_by_nm = geometry.SMALLEST_NM_BOX <= widest <= geometry.STEPS
        assert packed.encoding == (geometry.BY_NM if is_by_nm else geometry.BY_STEPS)
    step = {
        geometry.BY_FLOATS: width * 2**-23,
        geometry.BY_STEPS: width / geometry.STEPS,
        geometry.BY_NM: np.ones(3),
    }[packed.encoding]
    rounding = 8 * np.spacing(np.abs(box).max())
    assert (np.abs(got - positions) <= step / 2 + rounding).all()


@given(st.lists(skeletons(), max_size=4))
def test_many_skeletons_come_back(drawn: list[Skeleton]) -> None:
    positions = np.concatenate([np.empty((0, 3)), *(skeleton[0] for skeleton in drawn)])
    parents = np.concatenate([np.empty(0, np.int64), *(skeleton[1] for skeleton in drawn)])
    packed = list(geometry.pack_many(positions, parents, np.array([len(skeleton[1]) for skeleton in drawn], np.int64)))
    assert len(packed) == len(drawn)
    for skeleton, one in zip(drawn, packed, strict=True):
        assert one == geometry.pack(*skeleton)
        assert_same(skeleton, one)
    ids = np.arange(len(drawn), dtype=np.int32)
    answer = GeometryAnswer(
        ids, ids.astype(np.int64) + 2**40, packed, unchanged=np.array([7], np.int32), gone=np.array([8, 9], np.int32)
    )
    again = geometry.decode(geometry.encode(answer))
    assert again.skeletons == packed
    for name in ("skeleton_ids", "versions", "unchanged", "gone"):
        assert getattr(again, name).tolist() == getattr(answer, name).tolist()


@pytest.mark.parametrize(
    ("positions", "parents"),
    [
        pytest.param(np.empty((0, 3)), [], id="no node"),
        pytest.param([[3, 4, 5]], [-1], id="one node"),
        pytest.param([[3, 4, 5]] * 4, [-1, 0, 1, 0], id="all in one place"),
        pytest.param([[0, 0, 0], [1, 1, 1], [2, 9, 2]], [2, 0, -1], id="parents after children"),
        pytest.param([[1e9, -1e9, 1e9 + 0.25], [1e9 + 60_000, -1e9, 1e9]], [-1, 0], id="far from the origin"),
        pytest.param([[0, 0, 0], [1e9, 5, 0], [1e9, 5, 200_001]], [-1, 0, 1], id="a wide box"),
        pytest.param([[0, 0, 0], [200_000, 1, 1]], [-1, 0], id="the widest box of whole steps"),
        pytest.param([[0, 0, 0], [65_535, 0.4, 0.6]], [-1, 0], id="the widest box of whole nm"),
        pytest.param([[0, 0, 0], [1_999.9, 0.4, 0.6]], [-1, 0], id="a box that is too small for whole nm"),
    ],
)
def test_a_skeleton_comes_back(positions: Any, parents: Any) -> None:
    skeleton = np.asarray(positions, np.float64), np.asarray(parents, np.int64)
    assert_same(skeleton, geometry.pack(*skeleton))


def test_a_long_chain_takes_few_bytes() -> None:
    n = 300_000
    positions = np.cumsum(np.random.default_rng(1).integers(-40, 41, (n, 3)), axis=0).astype(np.float64)
    parents = np.arange(-1, n - 1)
    packed = geometry.pack(positions, parents)
    assert_same((positions, parents), packed)
    assert len(packed.blob) < 5 * n


@pytest.mark.parametrize(
    ("positions", "parents", "message"),
    [
        ([[0, 0, np.nan]], [-1], "finite"),
        ([[0, 0, 1e39]], [-1], "finite"),
        ([[0, 0, 0]], [0], "another row"),
        ([[0, 0, 0]], [1], "another row"),
        ([[0, 0, 0]], [-2], "another row"),
        ([[0, 0, 0]], [-1, 0], "as many"),
    ],
)
def test_what_is_no_skeleton_is_refused(positions: Any, parents: Any, message: str) -> None:
    with pytest.raises(BadGeometry, match=message):
        geometry.pack(np.asarray(positions, np.float64), np.asarray(parents, np.int64))


def test_damaged_answers_are_refused() -> None:
    packed = geometry.pack(np.zeros((2, 3)), np.array([-1, 0]))
    answer = GeometryAnswer(np.array([1], np.int32), np.array([1]), [packed])
    circle = zlib.compressobj(1, zlib.DEFLATED, -15)
    around = bytes([0] * 12 + [1, 2] + [0] * 6)
    for damaged, message in (
        (replace(packed, blob=packed.blob[:-3]), "unpacked|should be"),
        (replace(packed, blob=b"\xff\xff"), "unpacked"),
        (replace(packed, rows=3), "should be"),
        (replace(packed, encoding=7), "encoded as"),
        (replace(packed, blob=circle.compress(around) + circle.flush()), "own ancestors"),
    ):
        with pytest.raises(BadGeometry, match=message):
            geometry.unpack(damaged)
    body = geometry.encode(answer)
    for part, message in ((b"", "MessagePack"), (b"\x80", "format 1"), (body[:-1], "MessagePack")):
        with pytest.raises(BadGeometry, match=message):
            geometry.decode(part)
    short = geometry.encode(replace(answer, versions=np.array([1, 2])))
    with pytest.raises(BadGeometry, match="wrong length"):
        geometry.decode(short)


def test_what_the_front_end_reads_is_current() -> None:
    stored = geometry.decode(BODY.read_bytes())
    assert [geometry.unpack(one)[1].tolist() for one in stored.skeletons] == [
        geometry.unpack(one)[1].tolist() for one in FIXTURE.skeletons
    ]
    assert [replace(one, blob=b"") for one in stored.skeletons] == [replace(one, blob=b"") for one in FIXTURE.skeletons]
    assert content_of(stored) == content_of(FIXTURE) == json.loads(CONTENT.read_text())
