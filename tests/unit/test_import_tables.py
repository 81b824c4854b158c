"""CSV tables: what is read, and how a wrong one is refused."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.tables import ColumnKind, read_table

COLUMNS = {"id": ColumnKind.ID, "x": ColumnKind.NUMBER, "name": ColumnKind.TEXT, "parent_id": ColumnKind.OPTIONAL_ID}


def test_columns_are_found_by_name_and_others_ignored(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text('name,colour,x,id,parent_id\nNA,red,1.5,7,\n"a, ""b""",blue,-2,8,7\n\n')
    table = read_table(path, COLUMNS)
    assert table.texts("name").tolist() == ["NA", 'a, "b"'], "names like NA are names"
    assert table.ids("id").tolist() == [7, 8]
    assert table.ids("parent_id").tolist() == [-1, 7]
    assert table.numbers("x").tolist() == [1.5, -2]


def test_gzipped_tables_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"id,x,name,parent_id\n1,2,n,\n"))
    assert read_table(path, COLUMNS).ids("id").tolist() == [1]


@pytest.mark.parametrize(("text", "line", "reason"), [
    ("", None, "is empty; the first line should be id,x,name,parent_id"),
    ("id;x;name;parent_id\n1;2;n;\n", 1, "no column id, x, name, parent_id"),
    ("id,x,name\n1,2,n\n", 1, "no column parent_id; the header should have id,x,name,parent_id"),
    ("id,id,x,name,parent_id\n1,1,2,n,\n", 1, "two columns have the same name"),
    ("id,x,name,parent_id\n1,2,n,\n2,nan,n,1\n", 3, "x is 'nan', should be a finite number"),
    ("id,x,name,parent_id\n1,2,n,\n\n2,inf,n,1\n", 4, "x is 'inf'"),
    ("id,x,name,parent_id\n1,,n,\n", 2, "x is empty, should be a finite number"),
    ("id,x,name,parent_id\n1,True,n,\n", 2, "x is 'True'"),
    ("id,x,name,parent_id\n1.5,2,n,\n", 2, "id is '1.5', should be an id"),
    ("id,x,name,parent_id\n0,2,n,\n", 2, "id is '0', should be an id"),
    ("id,x,name,parent_id\n3000000000,2,n,\n", 2, "id is '3000000000', should be an id"),
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
