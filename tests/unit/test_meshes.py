"""Surfaces of triangles: measures, and the formats they come in and go out."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space import meshes

BOX = meshes.box((100, 200, 300), (110, 220, 330))


def test_a_box_has_its_measures_anywhere() -> None:
    measures = meshes.measured(BOX + 1e6)
    assert measures.area == pytest.approx(2 * (10 * 20 + 20 * 30 + 30 * 10))
    assert measures.volume == pytest.approx(10 * 20 * 30)
    assert measures.watertight


def test_a_box_with_a_hole_is_not_watertight() -> None:
    assert not meshes.measured(BOX[1:]).watertight


def test_a_box_turned_inside_out_has_the_same_volume() -> None:
    assert meshes.measured(BOX[:, ::-1]).volume == pytest.approx(6000)


def test_text_formats_give_back_what_was_written() -> None:
    assert np.array_equal(meshes.from_stl(meshes.as_stl(BOX).encode()), BOX)
    assert np.array_equal(meshes.from_obj(meshes.as_obj(BOX).encode()), BOX)


def test_binary_stl_is_read() -> None:
    facet = b"".join(np.array(part, "<f4").tobytes() for part in ([0, 0, 0], [1, 2, 3], [4, 5, 6], [7, 8, 0]))
    content = b"solid in name only".ljust(80) + (1).to_bytes(4, "little") + facet + b"\0\0"
    assert meshes.from_stl(content).tolist() == [[[1, 2, 3], [4, 5, 6], [7, 8, 0]]]


def test_obj_faces_of_four_corners_and_relative_ones_become_triangles() -> None:
    square = b"v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"
    expected = meshes.from_obj(square + b"f 1 2 3 4").tolist()
    assert len(expected) == 2
    assert meshes.from_obj(square + b"f -4/1/2 -3/1 -2 -1").tolist() == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "[[], []]",
        "[[[0,0,0]],[[0,0,1]]]",
        "[[[0,0,0]],[[0,0,-1]]]",
        "[[[0,0]],[[0,0,0]]]",
        "[[[0,0,0]],[[0,0,99999999999999999999]]]",
        "{}",
    ],
)
def test_malformed_meshes_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        meshes.from_json(text)


@pytest.mark.parametrize("text", ["v 1 2\nf 1 1 1", "v a b c", "v 0 0 0\nf 1 2 3", "hello"])
def test_malformed_obj_files_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        meshes.from_obj(text.encode())


@pytest.mark.parametrize("content", [b"", b"hello", b"vertex 1 2 3", b"vertex a b c", b"\xff" * 200])
def test_malformed_stl_files_are_refused(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        meshes.from_stl(content)


def test_a_mesh_in_json_is_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "[ [[0, 0,0] , [1,0,0],\n[1,1,0],[0,1,0]] , [[0,1,2],[0,2,3],[3,2,1]]\n]"
    expected = meshes.from_json(text).tolist()
    assert len(expected) == 3
    monkeypatch.setattr(meshes, "_PIECE_BYTES", 1)
    assert meshes.from_json(text).tolist() == expected


@pytest.mark.parametrize("read", [
    lambda: meshes.from_json("[[" + "[1,2,3]," * 30 + "[0,0,0]],[[0,0,0]]]"),
    lambda: meshes.from_json("[[[0,0,0]],[" + "[0,0,0]," * 30 + "[0,0,0]]]"),
    lambda: meshes.from_json("[" * 100_000),
    lambda: meshes.from_obj(b"v 1 2 3\n" * 31),
    lambda: meshes.from_obj(b"v 1 2 3\nf" + b" 1" * 30),
    lambda: meshes.from_obj(b"x" * 2_000_000),
    lambda: meshes.from_stl(b"vertex 0 0 0 " * 33),
    lambda: meshes.from_stl(bytes(80) + (11).to_bytes(4, "little") + bytes(50 * 11)),
])  # fmt: skip
def test_more_than_a_mesh_may_have_is_refused(read: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meshes, "MOST_TRIANGLES", 10)
    monkeypatch.setattr(meshes, "MOST_VERTICES", 30)
    with pytest.raises(InvalidInput, match=r"at most|has more than|recursion"):
        read()


LARGE = 1_000_000


@pytest.mark.parametrize(("read", "line"), [
    (lambda content: meshes.from_json(f"[[[0,0,0]],[{content.decode()}[0,0,1]]]"), b"[0,0,0],"),
    (meshes.from_obj, b"\n"),
    (meshes.from_obj, b"# x\n"),
    (meshes.from_stl, b"a "),
])  # fmt: skip
def test_memory_is_bounded_whatever_a_file_holds(read: Callable[[bytes], object], line: bytes) -> None:
    content = line * (LARGE // len(line))
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            read(content)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 6 * LARGE + 2**24


def test_lines_of_an_obj_file() -> None:
    """Blanks before, ends of all kinds, and what begins as vertices and faces do without being one."""
    text = b"  v 0 0 0\r\nvn 1 1 1\rv 1 0 0\n\n# v 9 9 9\n\tv\t0 1 0\nfoo 1\nf 1 2 3\n\n"
    assert meshes.from_obj(text).tolist() == [[[0, 0, 0], [1, 0, 0], [0, 1, 0]]]
