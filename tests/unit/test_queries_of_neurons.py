"""One search for neurons in its notations: text, form, Python expression and keyword arguments."""

from __future__ import annotations

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catmaid_jupyter.model import queries
from catmaid_jupyter.model.queries import (
    BadQuery,
    Query,
    all_of,
    annotated,
    any_of,
    expression_text,
    from_plain,
    named,
    none_of,
    parse_expression,
    parse_query,
    plain,
    query_text,
    tagged,
)
from catmaid_jupyter.model.query_keywords import cell_text, from_keywords, keywords_of, parse_cell
from catmaid_wire.neuron_query import RELATIONS

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
    lambda text: text.strip() != ""
)
regexes = texts.filter(lambda text: len(text) == len(text.rstrip("\\")) or text.endswith("\\\\")).filter(
    lambda text: "\\" not in text or text.count("\\") % 2 == 0
)
users = st.lists(texts, min_size=1, max_size=3, unique=True)
ids = st.lists(st.integers(1, 2**31 - 1), min_size=1, max_size=4, unique=True)
dates = st.one_of(
    st.dates(min_value=date(1901, 1, 1)).filter(lambda day: day.year < 9000),
    st.datetimes(min_value=datetime(1901, 1, 1)).filter(lambda time: time.year < 9000),
)


def ranges(number: st.SearchStrategy[float]) -> st.SearchStrategy[tuple[float | None, float | None]]:
    both = st.tuples(number, number).map(lambda pair: (min(pair), max(pair)))
    return st.one_of(both, number.map(lambda low: (low, None)), number.map(lambda high: (None, high)))


conditions = st.one_of(
    st.builds(annotated, texts, sub=st.booleans(), by=st.one_of(st.just(()), users), since=st.none() | dates),
    st.builds(named, regexes, case=st.booleans()),
    st.builds(lambda text, case: named(contains=text, case=case), texts, st.booleans()),
    st.builds(lambda text: named(exact=text), texts),
    ranges(st.integers(0, 2**31 - 1)).map(lambda ends: queries.nodes(*ends)),
    ranges(st.floats(0, 1e12)).map(lambda ends: queries.cable(*ends)),
    users.map(lambda names: queries.traced_by(*names)),
    users.map(lambda names: queries.edited_by(*names)),
    dates.map(queries.created),
    dates.map(lambda day: queries.edited(until=day)),
    texts.map(queries.in_volume),
    st.builds(queries.partner_of, ids, relation=st.sampled_from(RELATIONS), min_synapses=st.integers(1, 9)),
    st.builds(lambda ends, by: queries.reviewed(*ends, by=by), ranges(st.floats(0, 100)), st.just(()) | users),
    users.map(lambda names: queries.reviewed(by=names)),
    texts.map(tagged),
    ids.map(queries.skeletons),
)
any_query: st.SearchStrategy[Query] = st.recursive(
    conditions | st.just(queries.everything()),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(lambda some: all_of(*some)),
        st.lists(parts, min_size=1, max_size=3).map(lambda some: any_of(*some)),
        parts.map(none_of),
    ),
    max_leaves=8,
)


@given(any_query)
def test_every_notation_says_the_whole_query(query: Query) -> None:
    assert parse_query(query_text(query)) == query
    assert parse_expression(expression_text(query)) == query
    assert parse_cell(cell_text(query)) == query
    assert from_plain(json.loads(json.dumps(plain(query)))) == query
    keywords = keywords_of(query)
    if keywords is not None:
        assert from_keywords(**keywords) == query


def test_the_same_query_in_all_notations() -> None:
    text = "annotation:PN[sub] -annotation:fragment[sub] name:/^PN/ by:ana edited:2026-01-01.. nodes:100.."
    query = from_keywords(
        annotation="PN", without="fragment", sub=True, name=r"^PN", by="ana", edited_since="2026-01-01",
        nodes=(100, None),
    )  # fmt: skip
    assert query_text(query) == text
    assert cell_text(parse_query(text)) == (
        'project.search(annotation="PN", sub=True, without="fragment", name="^PN", by="ana",'
        ' edited_since="2026-01-01", nodes=(100, None))'
    )
    assert plain(parse_query("annotation:PN or -tag:soma")) == {
        "any": [{"condition": "annotation", "name": "PN"}, {"not": {"condition": "tag", "name": "soma"}}]
    }
    assert cell_text(parse_query("annotation:PN or -tag:soma")) == (
        "from catmaid_jupyter.model.queries import annotated, tagged\n\n"
        'project.search(annotated("PN") | ~tagged("soma"))'
    )


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("", "*"),
        ("a:1", None),
        ("NOT tag:soma AND name:a", "-tag:soma name:a"),
        ("tag:a | tag:b & tag:c", "tag:a or (tag:b tag:c)"),
        ("-(-name:a)", "name:a"),
        ("cable:10um..1mm", "cable:10000..1000000"),
        ("nodes:1_000..", "nodes:1000.."),
        ("reviewed:50%..", "reviewed:50.."),
        ('annotation:"a \\"b\\" \\\\ c"', 'annotation:"a \\"b\\" \\\\ c"'),
        ("name:/a\\/b\\.c/", "name:/a\\/b\\.c/"),
        ("annotation:PN[ sub by:ana , ]", None),
        ("annotation:or", 'annotation:"or"'),
    ],
)
def test_what_texts_mean(text: str, same: str | None) -> None:
    if same is None:
        with pytest.raises(BadQuery):
            parse_query(text)
    else:
        assert query_text(parse_query(text)) == same


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("annotation:a PN", "PN", "annotation:PN, name:PN or tag:PN"),
        ("anotation:PN", "anotation", "Did you mean annotation:?"),
        ("name:a nodes:1..x", "1..x", "'x' is not a whole number"),
        ("name:b (name:a", "(", "write ) where it ends"),
        ("name:a) name:b", ")", "closes nothing"),
        ("tag:b name:/a", "/", "write / where it ends"),
        ('name:"a', '"', 'write " where it ends'),
        ("annotation:PN[sup]", "sup", "It has: sub, by, on."),
        ("annotation:PN[sub sub]", "sub", "twice"),
        ("name:a or", "", "A condition is missing here"),
        ("nodes:..", "..", "at least one end"),
        ("nodes:9..1", "9..1", "put the lower first"),
        ("created:2026-02-30", "2026-02-30", "is not a date or time"),
        ("edited:2026-02-02..2026-01-01", "2026-02-02..2026-01-01", "put the earlier date first"),
        ("name: a", "", "A value is missing"),
        ("annotation:a,b", "a,b", "One value goes here"),
        ("partners:x", "x", "Ids of skeletons go here"),
        ("partners:1[relation:upstream]", "upstream", "One of out, in, gap"),
        ("reviewed:101..", "101..", "Numbers from 0 to 100"),
        ("tag:/a/b", None, "not found: / is an ordinary character here"),
        ("(" * 60, "(", "deep"),
        ("-" * 60 + "tag:a", "-", "deep"),
        ("tag:a " * 201, "", "at most 200 conditions"),
        ("name:/a\\\\\\/", "/", "write / where it ends"),
    ],
)
def test_errors_point_at_the_place(text: str, place: str | None, advice: str) -> None:
    if place is None:
        assert query_text(parse_query(text)) == 'tag:"/a/b"'
        return
    with pytest.raises(BadQuery) as caught:
        parse_query(text)
    assert advice in caught.value.message
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("  anotated('é') ", "anotated('é')", "Did you mean annotated?"),
        ("annotated('PN') and tagged('é')", "annotated('PN') and tagged('é')", "&, | and ~"),
        ("tagged('é') & annotated(open('x'))", "open('x')", "Values are texts"),
        ("annotated('PN', su=True)", "annotated('PN', su=True)", "unexpected keyword argument 'su'"),
        ("nodes()", "nodes()", "at least one end"),
        ("__import__('os').system('x')", "__import__('os').system('x')", "A condition goes here"),
        ("annotated('PN'", "", "not a Python expression"),
        ("", "", "not a Python expression"),
        ("import os", "import os", "not a Python expression"),
    ],
)
def test_expressions_call_nothing_but_conditions(text: str, place: str, advice: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_expression(text)
    assert advice in caught.value.message
    assert text[caught.value.start : caught.value.end] == place


@pytest.mark.parametrize(
    ("keywords", "advice"),
    [
        ({"anotation": "PN"}, "Did you mean annotation?"),
        ({"sub": True}, "sub= says nothing without annotation= or without=."),
        ({"nodes": "many"}, "range of numbers"),
        ({"nodes": (5, 1)}, "put the lower first"),
        ({"annotation": 5}, "A text goes here"),
        ({"query": 5}, "A query is a text"),
        ({"by": []}, "Names of users go here"),
        ({"edited_since": "soon"}, "is not a date or time"),
        ({"partners_of": "PN"}, "Ids of skeletons go here"),
        ({"name": "a\0"}, "no character 0"),
    ],
)
def test_bad_keywords_say_what_is_right(keywords: dict[str, object], advice: str) -> None:
    with pytest.raises(BadQuery) as caught:
        from_keywords(**keywords)  # type: ignore[arg-type]
    assert advice in caught.value.message


@pytest.mark.parametrize(
    "form",
    [
        None,
        [],
        {},
        {"all": {}},
        {"condition": "x"},
        {"condition": "tag"},
        {"not": 3},
        {"condition": "tag", "name": 5},
        {"condition": "tag", "name": "a", "sub": True},
    ],
)
def test_bad_forms_are_refused(form: object) -> None:
    with pytest.raises(BadQuery):
        from_plain(form)


@pytest.mark.parametrize(
    ("text", "place", "advice"),
    [
        ("project.search(anotation='PN')", "anotation='PN'", "Did you mean annotation?"),
        ("project.search(name='a', nodes=(5, 1))", "nodes=(5, 1)", "put the lower first"),
        ("project.search('tag:a', 'tag:b')", "project.search('tag:a', 'tag:b')", "takes one query"),
        ("project.search(name=open('x'))", "open('x')", "Values are texts"),
        ("project.search(**{})", "project.search(**{})", "takes one query"),
        ("import os\nproject.search()", "import os\nproject.search()", "One search goes here"),
    ],
)
def test_cells_are_read_and_not_run(text: str, place: str, advice: str) -> None:
    with pytest.raises(BadQuery) as caught:
        parse_cell(text)
    assert advice in caught.value.message
    assert text[caught.value.start : caught.value.end] == place


def test_cells_take_texts_and_expressions() -> None:
    assert parse_cell("tagged('a')") == tagged("a")
    assert parse_cell("p.search('tag:a', nodes=(2, None))") == parse_query("tag:a nodes:2..")
    assert parse_cell("p.search(~tagged('a'), by='ana')") == parse_query("-tag:a by:ana")
