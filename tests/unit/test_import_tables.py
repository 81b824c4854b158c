"""CSV tables: what is read, and how a wrong one is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers import csv_files
from catmaid_server.transfer.importers.tables import ColumnKind, find_table, read_table

COLUMNS = {"id": ColumnKind.ID, "x": ColumnKind.NUMBER, "name": ColumnKind.TEXT, "parent_id": ColumnKind.OPTIONAL_ID}


def test_columns_are_found_by_name_and_others_ignored(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('name,colour,x,id,parent_id\nNA,red,1.5,7,\n"a, ""b""",blue,-2,8,7\n\n')
    table = read_table(path, COLUMNS)
    assert table.texts("name").tolist() == ["NA", 'a, "b"'], "names like NA are names"
    assert table.ids("id").tolist() == [7, 8]
    assert table.ids("parent_id").tolist() == [-1, 7]
    assert table.numbers("x").tolist() == [1.5, -2]


@pytest.mark.parametrize("name", ["t.csv.gz", "t.csv.GZ", "t.csv"])
def test_gzipped_tables_are_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"id,x,name,parent_id\n1,2,n,\n"))
    assert read_table(path, COLUMNS).ids("id").tolist() == [1]


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("", None, "is empty; the first line should be id,x,name,parent_id"),
    ("\nid,x,name,parent_id\n1,2,n,\n", None, "its first line is blank; the first line should be id,x,name,parent_id"),
    ("id|x|name|parent_id\n1|2|n|\n", 1, "no column id, x, name, parent_id"),
    ("id,x,name\n1,2,n\n", 1, "no column parent_id; the header should have id,x,name,parent_id"),
    ("id,id,x,name,parent_id\n1,1,2,n,\n", 1, "two columns have the same name"),
    ("id,x,name,parent_id\n1,2,n,\n2,nan,n,1\n", 3, "x is 'nan', should be a finite number"),
    ("id,x,name,parent_id\n1,2,n,\n\n2,inf,n,1\n", 4, "x is 'inf'"),
    ("id,x,name,parent_id\n1,,n,\n", 2, "x is empty, should be a finite number"),
    ("id,x,name,parent_id\n1,True,n,\n", 2, "x is 'True'"),
    ("id,x,name,parent_id\n1.5,2,n,\n", 2, "id is '1.5', should be an id"),
    ("id,x,name,parent_id\n0,2,n,\n", 2, "id is '0', should be an id"),
    ("id,x,name,parent_id\n9223372036854775808,2,n,\n", 2, "id is '9223372036854775808', should be an id"),
    ("id,x,name,parent_id\n9223372036854775807,2,n,9.3e18\n", 2, "parent_id is '9.3e18', should be an id"),
    ("id,x,name,parent_id\n1,2,n,\n\xb5,2,n,\n", 3, "id is '\xb5', should be an id"),
    ("id,x,name,parent_id\n=cmd|calc,2,n,\n", 2, "id is '=cmd|calc', should be an id"),
    ('id,x,name,parent_id\n1,2,n,\n"1,2,n,\n', 3, "a quote is opened here and not closed"),
    ("id,x,name,parent_id\n1,2,n\0m,\n", None, "there is a NUL byte in it"),
    ("ID,x,name,id,parent_id\n1,2,n,1,\n", 1, "two columns have the same name, id"),
    ("id;x;name;parent_id\n1;0,5;n;\n", 2, "x is '0,5', should be a finite number"),
    ("id,x,name,parent_id\n1_0,2,n,\n", 2, "id is '1_0', should be an id"),
    ("id,x,name,parent_id\n\u0661,2,n,\n", 2, "should be an id"),
    ("id,x,name,parent_id\n1,2,n,none\n", 2, "parent_id is 'none', should be an id or nothing"),
    ("id,x,name,parent_id\n1,2,n,,9\n", 2, "more than 4 fields"),
    ("id,x,name,parent_id\n1,2,n,\n1,2,n,,9\n", 3, "5 fields, the header has 4"),
    ("id,x,name,parent_id\n1\n", 2, "x is empty"),
])  # fmt: skip
def test_bad_tables_are_refused_with_line_and_remedy(tmp_path: Path, text: str, line: int | None, reason: str) -> None:
    path = tmp_path / "t.csv"
    path.write_text(text)
    with pytest.raises(BadFile) as caught:
        read_table(path, COLUMNS)
    assert caught.value.line == line
    assert reason in caught.value.reason


def test_a_truncated_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"id,x,name,parent_id\n" + b"1,2,n,\n" * 1000)[:-20])
    with pytest.raises(BadFile, match="cannot be read as CSV"):
        read_table(path, COLUMNS)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be read"):
        read_table(tmp_path / "none.csv", COLUMNS)


@pytest.mark.parametrize("content", [
    b"id,x,name,parent_id\n7,1.5,n,\n8,2,m,7\n",
    b"id;x;name;parent_id\n7;1.5;n;\n8;2;m;7\n",
    b"id\tx\tname\tparent_id\n7\t1.5\tn\t\n8\t2\tm\t7\n",
    b'id, x, name, parent_id\n7, 1.5, "n", \n8, 2, m, 7\n',
    b"ID,X,Name,Parent_ID\n7,1.5,n,\n8,2,m,7\n",
    b"id,x,name,parent_id\r\n7, 1.5 ,n,\r\n8,2,m, 7\r\n",
    b"id,x,name,parent_id\r7,1.5,n,\r8,2,m,7\r",
    b"id,x,name,comment,comment,parent_id\n7,1.5,n,\xb5m,,\n8,2,m,,\xff,7\n",
    b"id,x,name,\xb5m,parent_id\n7,1.5,n,,\n8,2,m,,7\n",
    "id;x;name;parent_id\n7;1.5;n;\n8;2;m;7\n".encode("utf-16"),
    b"\xef\xbb\xbfid,x,name,parent_id\n7,1.5,n,\n8,2,m,7\n",
])  # fmt: skip
def test_one_table_in_many_spellings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    table = read_table(path, COLUMNS)
    assert table.ids("id").tolist() == [7, 8]
    assert table.ids("parent_id").tolist() == [-1, 7]
    assert table.numbers("x").tolist() == [1.5, 2]
    assert table.texts("name").tolist() == ["n", "m"]
    assert table.lines.tolist() == [2, 3]


def test_ids_of_64_bits_are_exact(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    large = [720575940627895056, 720575940627895057, 2**63 - 1]
    path.write_text(
        "id,x,name,parent_id\n" + "".join(f"{a},1,,{b}\n" for a, b in zip(large, ["", *large], strict=False))
    )
    table = read_table(path, COLUMNS)
    assert table.ids("id").tolist() == large
    assert table.ids("parent_id").tolist() == [-1, *large[:2]]


def test_names_keep_their_blanks(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('id,x,name,parent_id\n1,1, a ,\n2,1,"",\n3,1,  ,\n4,1,"b\r\nc",\n')
    assert read_table(path, COLUMNS).texts("name").tolist() == [" a ", "", "  ", "b\r\nc"]


def test_text_that_is_read_must_be_decoded(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"id,x,name,parent_id\n1,1,n,\n2,1,caf\xe9,\n")
    with pytest.raises(BadFile, match=r"line 3: name is 'caf\\udce9', should be UTF-8"):
        read_table(path, COLUMNS)


@pytest.mark.parametrize(("radius", "read"), [("", -1), ("nan", -1), ("inf", -1), ("0", 0), ("-2", -2), ("3.5", 3.5)])
def test_a_radius_may_be_unset(tmp_path: Path, radius: str, read: float) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"radius,confidence\n{radius},0\n1,5\n")
    table = read_table(path, {"radius": ColumnKind.RADIUS, "confidence": ColumnKind.CONFIDENCE})
    assert table.numbers("radius").tolist() == [read, 1]
    assert table.columns["confidence"].tolist() == [0, 5]


@pytest.mark.parametrize("start", ["", "id,x,name,parent_id\n1,2,"])
def test_a_line_without_an_end_is_refused(tmp_path: Path, start: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A small compressed file may hold one of any length."""
    monkeypatch.setattr(csv_files, "_LONGEST_LINE", 100_000)
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(start.encode() + b"n" * 1_000_000))
    with pytest.raises(BadFile, match="a line has more than 100000 characters"):
        read_table(path, COLUMNS)


def test_a_table_that_is_there_both_gzipped_and_not_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv.gz").touch()
    assert find_table(tmp_path, "t") == tmp_path / "t.csv.gz"
    (tmp_path / "t.csv").touch()
    with pytest.raises(BadFile, match=r"holds both t\.csv and t\.csv\.gz"):
        find_table(tmp_path, "t")


def test_files_that_are_not_there_are_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"t\.csv: cannot be read: No such file or directory$"):
        read_table(tmp_path / "t.csv", COLUMNS)
    with pytest.raises(BadFile, match=r"cannot be read: Is a directory$"):
        read_table(tmp_path, COLUMNS)
