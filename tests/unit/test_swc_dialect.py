"""SWC as people and programs write it: what is read, what is said of it, and what is refused."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.source_trees import NodeAuthorship, SourceFile
from catmaid_server.transfer.importers.swc_file import swc_trees
from catmaid_wire.forest import TreeChoice
from catmaid_wire.swc import BadSwc
from catmaid_wire.swc_reading import decoded_swc, parse_swc

LINE = "1 1 0 0 0 1 -1\n2 3 10 0 0 1 1\n3 3 20 0 0 1 2\n"
TWO_TREES = LINE + "4 2 100 0 0 1 -1\n5 2 110 0 0 1 4\n"


def read(content: str | bytes, *, trees: TreeChoice = "refuse", soma_label: bool = False) -> SourceFile:
    data = content if isinstance(content, bytes) else content.encode()
    return swc_trees(Path("cell.swc"), data, trees=trees, soma_label=soma_label)


def cable_lengths(file: SourceFile) -> list[float]:
    return [tree.arbor.cable_length for tree in file.trees]


@pytest.mark.parametrize("content", [
    LINE.replace(" ", ","),
    LINE.replace(" ", ", "),
    LINE.replace(" ", ";"),
    LINE.replace(" ", " ;\t"),
    LINE.replace(" ", "\t").replace("\n", "\t\n"),
    LINE.replace(" ", ",").replace("\n", ",\n"),
    "1,1 0;0\t0 , 1 -1\n2 3,10, 0 0;1 1\n3\t3;20 0 0 1,2",
    LINE.replace("\n", "\r"),
    LINE.replace("\n", "\r\n\r\n"),
    "\n \n" + LINE + "\n\t\n# end\n",
    b"# traced by J. M\xfcller, 5 \xb5m\n" + LINE.encode(),
    LINE.encode().replace(b"-1\n", b"-1 # \xb5\n"),
    b"\xef\xbb\xbf" + LINE.encode(),
    LINE.encode("utf-16"),
    b"\xfe\xff" + LINE.encode("utf-16-be"),
    LINE.encode("utf-32"),
    b"\0 is nothing in a comment\n".replace(b"\0", b"# \0") + LINE.encode(),
    "".join(reversed(LINE.splitlines(keepends=True))),
    LINE.replace("1 1 0 0 0 1 -1", "1 1 0 0 0 1 -2"),
    LINE.replace("1 1 0 0 0 1 -1", "1 1 0 0 0 1 0"),
    "0 1 0 0 0 1 -1\n2 3 10 0 0 1 0\n3 3 20 0 0 1 2\n",
    LINE.replace("1 1 0", "1 1 +0.0").replace("20", "2.E+1"),
])  # fmt: skip
def test_one_line_of_three_nodes_in_many_spellings(content: str | bytes) -> None:
    file = read(content)
    assert cable_lengths(file) == [20]
    assert [note for note in file.notes if "type" not in note] == []


def test_all_given_cases_are_read(shared: Path) -> None:
    expected = {"36_parent_0_root.swc": 10, "39_nan_radius.swc": 10}
    for path in sorted((shared / "cases" / "swc").glob("*.swc")):
        file = swc_trees(path, path.read_bytes(), trees="first")
        assert cable_lengths(file) == [expected.get(path.name, 20)], path.name


@pytest.mark.parametrize("radius", ["NaN", "nan", "-nan", "inf", "-Infinity", "-1", "-0.5", "NA", "null"])
def test_a_radius_that_is_no_length_is_unset(radius: str) -> None:
    assert read(f"1 1 0 0 0 {radius} -1\n").trees[0].arbor.radii.tolist() == [-1]
    assert parse_swc(f"1 1 0 0 0 {radius} -1", name="", scale=8).trees[0].arbor.radii.tolist() == [-1]


def test_an_empty_radius_is_unset() -> None:
    assert read("1,1,0,0,0,,-1\n").trees[0].arbor.radii.tolist() == [-1]


def test_ids_of_64_bits_are_exact() -> None:
    ids = [720575940627895056, 720575940627895057, 2**63 - 1]
    text = f"{ids[0]} 0 0 0 0 1 -1\n{ids[1]} 0 1 0 0 1 {ids[0]}\n{ids[2]} 0 2 0 0 1 {ids[1]}\n"
    arbor = read(text).trees[0].arbor
    assert arbor.node_ids.tolist() == ids
    assert arbor.parents.tolist() == [-1, 0, 1]


def test_several_trees_are_refused_unless_wanted() -> None:
    with pytest.raises(BadFile) as caught:
        read(TWO_TREES)
    assert caught.value.line == 4
    for part in ("second root, node 4", "first is in line 1", "--trees first", "--trees all"):
        assert part in caught.value.reason
    first = read(TWO_TREES, trees="first")
    assert cable_lengths(first) == [20]
    assert "1 more trees left out" in first.notes
    assert cable_lengths(read(TWO_TREES, trees="all")) == [20, 10]
    assert cable_lengths(read(LINE, trees="all")) == [20]


def test_trees_may_be_mixed_in_a_file() -> None:
    mixed = read("9 0 5 0 0 1 8\n1 0 0 0 0 1 -1\n8 0 0 0 0 1 0\n2 0 3 0 0 1 1\n", trees="all")
    assert [tree.arbor.node_ids.tolist() for tree in mixed.trees] == [[1, 2], [9, 8]]
    assert [tree.arbor.parents.tolist() for tree in mixed.trees] == [[-1, 0], [1, -1]]


def test_what_is_skipped_is_said_once() -> None:
    more = read("##n,type,x,y,z,radius,parent,seg,level\n" + LINE.replace("\n", " 4 5\n"))
    assert "columns beyond the seventh ignored: seg, level" in more.notes
    assert "columns beyond the seventh ignored: 8, 9" in read(LINE.replace("\n", " 4 5\n")).notes
    header = read(b"<swcPlus>\xfc\n</swcPlus>\nid type x y z radius parent\n" + LINE.encode())
    assert "3 header lines skipped" in header.notes
    assert cable_lengths(header) == [20]
    assert read("1 0 0 0 0 1 -1\n").notes == ()


def test_the_type_is_kept_where_it_is_a_soma() -> None:
    assert read(LINE, soma_label=True).trees[0].labels["soma"].tolist() == [0]
    assert not read(LINE).trees[0].labels
    assert "the column type is not kept (here 1, 3); --soma-label keeps type 1 as the label soma" in read(LINE).notes
    assert read("1 1 0 0 0 1 -1\n", soma_label=True).notes == ()


def test_eswc_names_authors_and_vaa3d_does_not() -> None:
    line = "1 0 0 0 0 5 -1 ann lee 2020-01-01T00:00:00Z a#b 2020-01-01T00:00:00Z 0\n2 0 9 0 0 5 1\n"
    assert read(line).trees[0].authors == (NodeAuthorship("ann lee", "a#b", 0), None)
    assert read(line).notes == ()
    assert read("1 0 0 0 0 1 -1 0 1 0 0 1\n").trees[0].authors == ()
    comma = "1,0,0,0,0,5,-1,ann,2020-01-01T00:00:00Z,bo,2020-01-01T00:00:00Z,3\n"
    assert read(comma).trees[0].authors == (NodeAuthorship("ann", "bo", 3),)
    with pytest.raises(BadFile, match="confidence is 7, should be from 0 to 5"):
        read(comma.replace(",3", ",7"))
    with pytest.raises(BadFile, match="should be author, time, editor, time and confidence"):
        read("1 0 0 0 0 5 -1 a b c d high\n")


@pytest.mark.parametrize(("content", "line", "reason"), [
    ("\u0661 0 0 0 0 1 -1\n", 1, "id is '\u0661', should be a number in digits 0-9"),
    ("1_0 0 0 0 0 1 -1\n", 1, "id is '1_0', should be a number"),
    ("1 0 1_0 0 0 1 -1\n", 1, "x is '1_0', should be a number"),
    ("1 0 0 0 0 1 -1\n\0" + "2 0 0 0 0 1 1\n", 2, "a NUL byte"),
    (LINE.encode("utf-16-le"), 1, "a NUL byte in it; the file should be text in UTF-8"),
    (b"\xff\xfe\x00", None, "begins as UTF-16; save it as UTF-8"),
    (b"1 0 0 \xb5 0 1 -1\n", 1, "y is"),
    ("1;0;0,5;0;0;1;-1\n", 1, "'0,5' has a decimal comma"),
    ("1 0 0,5 0 0 1 -1\n", 1, "'0,5' has a decimal comma"),
    (f"{2**63} 0 0 0 0 1 -1\n", 1, f"id is '{2**63}', should be a whole number up to {2**63 - 1}"),
    (f"1 0 0 0 0 1 {2**64}\n", 1, "parent is"),
    ("1 0.5 0 0 0 1 -1\n", 1, "type is '0.5', should be a whole number"),
    ("1 0 0 0 0 1 -1\nthe end\n", 2, "2 columns, should be 7"),
    ("1 0 0 0 0 1 -1\nthe end of all that was traced here\n", 2, "id is 'the'"),
    ("1 0 0 0 0 wide -1\n", 1, "radius is 'wide', should be a number"),
    ("1 0 0 0 0 1e99 -1\n", 1, "radius is '1e99', should be a finite number"),
    ("1 0 0 0 0 1 0\n0 0 0 0 0 1 7\n", 2, "parent 7 of node 0 is not in the file"),
    ("no\nnodes\n", None, "none of its 2 lines begins with a number"),
])  # fmt: skip
def test_what_could_mean_something_else_is_refused(content: str | bytes, line: int | None, reason: str) -> None:
    with pytest.raises(BadFile) as caught:
        read(content)
    assert caught.value.line == line
    assert reason in caught.value.reason
    str(caught.value).encode()


def test_a_scale_does_not_lead_beyond_all_bounds() -> None:
    with pytest.raises(BadSwc, match="up to 1e\\+30 nm"):
        parse_swc("1 0 1e20 0 0 1 -1", name="", scale=1e20)


def test_undecoded_bytes_of_names_stay_text() -> None:
    assert decoded_swc(b"\xfc").encode("utf-8", "surrogateescape") == b"\xfc"
    assert np.array_equal(parse_swc(LINE, name="").trees[0].structures, [1, 3, 3])


@pytest.mark.parametrize("line", ["\n", "#\n", "1 0 0 0 0 1 -1\n", "1 " * 100_000, "1 0 0 0 0 1 -1 " + "a " * 100_000])
def test_memory_is_bounded_whatever_a_file_holds(line: str) -> None:
    text = line * (600_000 // len(line))
    tracemalloc.start()
    try:
        with pytest.raises(BadSwc):
            parse_swc(text, name="cell")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 12 * len(text)


def test_many_trees_take_no_more_than_their_nodes() -> None:
    text = "".join(f"{number} 0 {number} 0 0 1 -1\n{number + 1} 0 0 0 1 1 {number}\n" for number in range(1, 20_000, 2))
    file = parse_swc(text, name="cell", trees="all")
    assert len(file.trees) == 10_000
    assert {tuple(tree.arbor.parents.tolist()) for tree in file.trees} == {(-1, 0)}


@pytest.mark.parametrize(("content", "reason"), [
    ("l5 3 0 5 0 1 1\n" + LINE, "id is 'l5', should be a number in digits 0-9"),
    ("$1 1 0 0 0 1 -1\n1 1 9 9 9 1 -1\n", "id is '$1', should be a number in digits 0-9"),
    ("\u200b1 1 0 0 0 1 -1\n2 1 0 0 1 1 -1\n", "id is '\\u200b1', should be a number in digits 0-9"),
])  # fmt: skip
def test_a_node_with_a_wrong_id_is_no_header(content: str, reason: str) -> None:
    with pytest.raises(BadFile) as error:
        read(content)
    assert reason in str(error.value)
    assert "line 1" in str(error.value)


@pytest.mark.parametrize("header", [
    "# id type z y x radius parent",
    "# n x y z r T P",
    "id,parent,type,x,y,z,radius",
    "# id x y z radius parent",
    "id parent x y z radius type",
    "# columns: id, type, y, x, z, radius, parent",
])  # fmt: skip
def test_columns_named_in_another_order_are_refused(header: str) -> None:
    with pytest.raises(BadFile, match=r"its columns are .*, should be id type x y z radius parent"):
        read(f"# traced in 2020\n{header}\n{LINE}")


@pytest.mark.parametrize("header", [
    "# n T x y z R P",
    "#PointNo Label X Y Z Radius Parent",
    "id,type,x,y,z,radius,parent",
    "# nm, columns: id type x y z radius parent",
    "# x y z are in nm",
    "# the x axis is the long one, y and z are as in the atlas",
])  # fmt: skip
def test_headings_that_name_the_columns_as_they_are(header: str) -> None:
    assert cable_lengths(read(f"{header}\n{LINE}")) == [20]


@pytest.mark.parametrize("line", [
    "1, 1, 0,5, 0,5, 0,5, 1, -1",
    "1 1 1,000.5 2 3 1 -1",
    "1\t1\t12,000.5\t2\t3\t1\t-1\t7",
])  # fmt: skip
def test_commas_within_numbers_do_not_shift_columns(line: str) -> None:
    with pytest.raises(BadFile, match=r"has a (decimal )?comma"):
        read(line)


def test_an_empty_radius_between_tabs_is_unset_or_refused() -> None:
    assert read("1\t1\t0\t0\t0\t\t-1\n").trees[0].arbor.radii.tolist() == [-1]
    with pytest.raises(BadFile, match="write -1 for an unset radius"):
        read("1\t1\t0\t0\t0\t\t-1\t7\n")
    assert read("1\t\t1\t0\t0\t0\t1\t-1\n").trees[0].arbor.radii.tolist() == [1]


def test_the_line_of_a_heading_is_right_after_many() -> None:
    with pytest.raises(BadSwc) as error:
        parse_swc("# comment\n" * 5000 + "id type y x z radius parent\n" + LINE, name="cell")
    assert "its columns are id type y x z radius parent" in str(error.value)
    assert "line 5001" in str(error.value)
