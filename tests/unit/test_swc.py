"""SWC files: what is read, what is refused and how, and that writing and reading are inverse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catmaid_jupyter.model.swc import write_swc
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.exporters.swc import text_of
from catmaid_server.transfer.importers.swc_file import read_swc
from catmaid_wire.arbor import Arbor, from_root, nodes_on_cycles
from catmaid_wire.swc import SMALLEST

GOOD = "# a comment\n1 0 10 20 30 5 -1\n\n2 0 11.5 20 30 -1 1  # the end\n"

coordinates = st.floats(-1e7, 1e7, allow_nan=False).map(lambda value: value if abs(value) >= SMALLEST else 0.0)
radii = st.one_of(st.just(-1.0), st.floats(0, 1e5))


@st.composite
def arbors(draw: st.DrawFn) -> Arbor:
    """A tree in any order, with any ids."""
    count = draw(st.integers(1, 30))
    ids = draw(st.lists(st.integers(0, 2**40), min_size=count, max_size=count, unique=True))
    earlier = [-1] + [draw(st.integers(0, row - 1)) for row in range(1, count)]
    order = draw(st.permutations(range(count)))
    place = np.argsort(order)
    parents = np.array([-1 if earlier[row] < 0 else place[earlier[row]] for row in order])
    positions = draw(st.lists(st.tuples(coordinates, coordinates, coordinates), min_size=count, max_size=count))
    widths = draw(st.lists(radii, min_size=count, max_size=count))
    return Arbor("neuron", np.array(ids), parents, np.array(positions), np.array(widths))


def by_id(arbor: Arbor) -> dict[int, tuple[float, ...]]:
    parent_ids = np.where(arbor.parents < 0, -1, arbor.node_ids[arbor.parents])
    rows = zip(
        arbor.node_ids.tolist(), parent_ids.tolist(), arbor.positions.tolist(), arbor.radii.tolist(), strict=True
    )
    return {node_id: (parent_id, *position, radius) for node_id, parent_id, position, radius in rows}


@settings(deadline=None)
@given(arbor=arbors())
def test_reading_what_was_written_gives_the_same_arbor(arbor: Arbor, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "neuron.swc"
    path.write_text(text_of(arbor))
    again = read_swc(path)
    assert by_id(again) == by_id(arbor)
    assert (again.parents < np.arange(len(again))).all(), "parents come before their children"
    assert text_of(again) == path.read_text()


@settings(deadline=None)
@given(arbor=arbors())
def test_from_root_orders_every_node_once(arbor: Arbor) -> None:
    order = from_root(arbor.parents)
    assert sorted(order.tolist()) == list(range(len(arbor)))
    seen = {-1}
    for row in order.tolist():
        assert arbor.parents[row] in seen
        seen.add(row)


@settings(deadline=None)
@given(st.integers(1, 40).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
def test_cycles_are_the_nodes_that_come_back_to_themselves(parents: list[int]) -> None:
    def comes_back(start: int) -> bool:
        node = parents[start]
        for _ in parents:
            if node in (-1, start):
                return node == start
            node = parents[node]
        return False

    assert nodes_on_cycles(np.array(parents)).tolist() == [n for n in range(len(parents)) if comes_back(n)]


def test_scale_turns_voxels_into_nm(tmp_path: Path) -> None:
    path = tmp_path / "37.swc"
    path.write_text(GOOD)
    arbor = read_swc(path, scale=8)
    assert arbor.name == "37"
    assert arbor.positions.tolist() == [[80, 160, 240], [92, 160, 240]]
    assert arbor.radii.tolist() == [40, -1], "an unset radius stays unset"
    assert arbor.cable_length == 12


def test_node_tables_are_written_with_unset_radii(tmp_path: Path) -> None:
    nodes = pd.DataFrame(
        {"id": [5, 4], "parent_id": [4, -1], "x": [1.5, 0], "y": [0, 0], "z": [0, 0], "radius": [-1.0, 20.0]}
    )
    path = write_swc(tmp_path / "nodes.swc", nodes, title="two\nnodes")
    assert path.read_text().splitlines() == [
        "# two nodes",
        "# id type x y z radius parent; nm",
        "4 0 0.0 0.0 0.0 20.0 -1",
        "5 0 1.5 0.0 0.0 -1 4",
    ]


def test_a_long_neurite_listed_from_its_tip_is_ordered_quickly() -> None:
    parents = np.append(np.arange(1, 200_000), -1)
    assert from_root(parents).tolist() == list(range(199_999, -1, -1))


@pytest.mark.parametrize(
    "text", [GOOD.replace("\n", "\r\n"), "\ufeff" + GOOD, GOOD.replace(" ", "\t"), GOOD.replace("1 0 10", "1.0 0 1e1")]
)
def test_harmless_variants_are_read(tmp_path: Path, text: str) -> None:
    path = tmp_path / "variant.swc"
    path.write_bytes(text.encode())
    assert read_swc(path).positions.tolist() == [[10, 20, 30], [11.5, 20, 30]]


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("", None, "there is no node in it; each line should be `id type x y z radius parent`"),
    ("# only a comment\n", None, "there is no node in it"),
    ("1 0 1 2 3 5 -1\n2 0 1 2 3 5\n", 2, "6 columns, should be 7: id type x y z radius parent"),
    ("1 0 1 2 3 5 -1\n2 0 one 2 3 5 1\n", 2, "x is 'one', should be a number"),
    ("1 0 1 nan 3 5 -1\n", 1, "y is 'nan', should be a finite number"),
    ("1 0 1 2 1e300 5 -1\n", 1, "z is '1e300', should be a finite number up to 1e+30"),
    ("1 0 1 2 -inf 5 -1\n", 1, "z is '-inf', should be a finite number"),
    ("1.5 0 1 2 3 5 -1\n", 1, "id is '1.5', should be a whole number"),
    ("-3 0 1 2 3 5 -1\n", 1, "id is -3, should be 0 or more"),
    ("1 0 1 2 3 5 -1\n\n1 0 4 5 6 5 1\n", 3, "node 1 is already in line 1; ids should differ"),
    ("1 0 1 2 3 5 -1\n2 0 4 5 6 5 7\n", 2, "parent 7 of node 2 is not in the file"),
    ("1 0 1 2 3 5 -1\n2 0 4 5 6 5 -1\n", 2, "a second root, node 2 (the first is in line 1)"),
    ("1 0 1 2 3 5 -1\n2 0 4 5 6 5 4\n3 0 1 1 1 1 2\n4 0 1 1 1 1 3\n", 2, "node 2 is its own ancestor"),
    ("1 0 1 2 3 5 1\n", 1, "node 1 is its own ancestor"),
])  # fmt: skip
def test_bad_files_are_refused_with_line_and_remedy(tmp_path: Path, text: str, line: int | None, reason: str) -> None:
    path = tmp_path / "bad.swc"
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        read_swc(path)
    assert caught.value.line == line
    assert reason in caught.value.reason
    assert str(caught.value).startswith("bad.swc" if line is None else f"bad.swc, line {line}: ")


def test_a_picture_is_no_swc_file(tmp_path: Path) -> None:
    path = tmp_path / "picture.swc"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(BadFile, match="this is not text"):
        read_swc(path)


def test_real_files_give_the_expected_numbers(shared: Path) -> None:
    arbors_read = [read_swc(path) for path in (shared / "data" / "vnc1" / "skeletons").iterdir()]
    assert len(arbors_read) == 178
    assert sum(map(len, arbors_read)) == 5064
    assert sum(a.cable_length for a in arbors_read) == pytest.approx(284234.792, rel=1e-6)


def test_a_file_of_two_trees_is_refused(shared: Path) -> None:
    with pytest.raises(BadFile, match="a second root"):
        read_swc(shared / "data" / "hemibrain" / "swc" / "754538881.swc")
