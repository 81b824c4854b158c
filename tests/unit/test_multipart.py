"""Forms with files come apart as aiohttp's client put them together, and what is none is refused."""

from __future__ import annotations

import base64
import mmap
import tempfile
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_server.http.catmaid import multipart
from catmaid_server.http.catmaid.multipart import Part, UploadedFile

names = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1, max_size=20)


def written(fields: Iterable[tuple[str, str]]) -> bytes:
    """As browsers write a form without files."""
    lines = []
    for name, value in fields:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'--edge\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{value}\r\n')
    return ("".join(lines) + "--edge--\r\n").encode()


def read(content: bytes, boundary: bytes = b"edge") -> list[Part]:
    return list(multipart.parts(content, boundary))


@given(st.lists(st.tuples(st.from_regex(r"[a-z_]+(\[[0-9]*\])*", fullmatch=True), st.text(max_size=40))))
def test_fields_are_read_as_they_were_written(fields: list[tuple[str, str]]) -> None:
    assert read(written(fields)) == fields


@given(st.binary(max_size=200), st.sampled_from(["cell.swc", "a b.obj", "ä.stl", 'quo"te.swc', "semi;colon.swc"]))
def test_a_file_is_what_was_sent(content: bytes, filename: str) -> None:
    quoted = filename.replace('"', '\\"')
    head = f'Content-Disposition: form-data; name="file"; filename="{quoted}"\r\nContent-Type: model/obj\r\n\r\n'
    body = b"--a-longer-edge\r\n" + head.encode() + content + b"\r\n--a-longer-edge--"
    assert read(body, b"a-longer-edge") == [("file", UploadedFile(filename, content))]


def test_a_name_in_another_charset() -> None:
    body = b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename*=UTF-8''%C3%A4.swc\r\n\r\nx\r\n--edge--"
    assert read(body) == [("file", UploadedFile("ä.swc", b"x"))]


@pytest.mark.parametrize(("encoding", "sent"), [
    ("base64", base64.b64encode("grün".encode())), ("quoted-printable", b"gr=C3=BCn"), ("8bit", "grün".encode()),
])  # fmt: skip
def test_transfer_encodings(encoding: str, sent: bytes) -> None:
    head = f'--edge\r\nContent-Disposition: form-data; name="x"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    assert read(head.encode() + sent + b"\r\n--edge--") == [("x", "grün")]


def test_charsets() -> None:
    field = b'--edge\r\nContent-Disposition: form-data; name="x"\r\n'
    own = field + b"Content-Type: text/plain; charset=latin-1\r\n\r\n\xfc\r\n--edge--"
    assert read(own) == [("x", "ü")]
    for_all = (
        b'--edge\r\nContent-Disposition: form-data; name="_charset_"\r\n\r\nlatin-1\r\n'
        + field
        + b"\r\n\xfc\r\n--edge--"
    )
    assert read(for_all) == [("x", "ü")]


@pytest.mark.parametrize("part", [
    b'name="x"\r\nContent-Type: text/plain; charset=punycode\r\n\r\na-b',
    b'name="_charset_"\r\n\r\npunycode\r\n--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\na-b',
    b"name=\"x\"; filename*=punycode''a-b\r\n\r\nx",
    b"name=\"x\"; filename*0*=IDNA''a-b\r\n\r\nx",
    b"name*=punycode''a-b\r\n\r\nx",
])  # fmt: skip
def test_charsets_that_take_long_to_read_are_refused(part: bytes) -> None:
    """Python reads `punycode` in a time that grows with the square of the length: 64 kB take seconds."""
    with pytest.raises(LookupError, match="is no charset of forms; send UTF-8"):
        read(b"--edge\r\nContent-Disposition: form-data; " + part + b"\r\n--edge--")


@pytest.mark.parametrize("body", [
    b"", b"x", b"--edge", b"--edge\r\n", b"--edges\r\n\r\n\r\n--edge--",
    b'--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\n1',
    b'--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n--edge',
    b'--edge\r\nContent-Disposition: attachment; name="x"\r\n\r\n1\r\n--edge--',
    b"--edge\r\nContent-Disposition: form-data\r\n\r\n1\r\n--edge--",
    b"--edge\r\nno header\r\n\r\n1\r\n--edge--",
    b'--edge\r\nContent-Disposition: form-data; name="x"\r\nA: ' + b"a" * 20_000 + b"\r\n\r\n1\r\n--edge--",
    b'--edge\r\nContent-Disposition: form-data; name="x"\r\n\r\n\xff\r\n--edge--',
])  # fmt: skip
def test_what_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 -- whatever it says
        read(body)


@pytest.mark.parametrize("content_type", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 71])
def test_a_boundary_is_needed(content_type: str) -> None:
    with pytest.raises(ValueError, match="boundary"):
        multipart.boundary_of(content_type)


def test_parts_are_counted_no_further_than_needed() -> None:
    body = written([("x", "1")] * 1000)
    assert multipart.count_parts(body, b"edge", 2000) == 1000
    assert multipart.count_parts(body, b"edge", 10) == 11


def test_a_form_in_a_file() -> None:
    body = written([("x", "1"), ("y", "2")])
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            assert list(multipart.parts(content, b"edge")) == [("x", "1"), ("y", "2")]
            assert multipart.count_parts(content, b"edge", 9) == 2
