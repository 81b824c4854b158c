"""Forms are read as they were written, in bounded memory."""

from __future__ import annotations

import tracemalloc
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catmaid_server.http.catmaid import bodies

texts = st.text(st.characters(codec="utf-8"), max_size=50)


def fields(body: bytes) -> list[tuple[str, str]]:
    return list(bodies.fields(body, len(body)))


@given(st.lists(st.tuples(texts, texts)))
def test_what_was_written_is_read(pairs: list[tuple[str, str]]) -> None:
    assert fields(urlencode(pairs).encode()) == pairs


@given(st.text("a%4é=&+ C39", max_size=40))
@example("a=%&b=%4&%41=%zz&&=&c")
def test_what_nobody_should_write_is_read_as_python_does(text: str) -> None:
    try:
        expected = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        with pytest.raises(UnicodeDecodeError):
            fields(text.encode())
    else:
        assert fields(text.encode()) == expected


@pytest.mark.parametrize("before", range(4))
def test_pieces_are_not_cut_within_a_character(before: int) -> None:
    value = "x" * before + "é%" * 20_000
    assert fields(urlencode({"name": value}).encode()) == [("name", value)]


def test_escapes_take_no_more_memory_than_a_few_times_their_length() -> None:
    body = b"name=" + b"%41" * 1_000_000
    tracemalloc.start()
    try:
        fields(body)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5 * len(body)
