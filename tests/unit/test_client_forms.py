"""CATMAID's spelling of forms, errors and states."""

from __future__ import annotations

import json

import pytest

from catmaid_jupyter.api.errors import (
    CatmaidError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unreachable,
    error_from_answer,
)
from catmaid_jupyter.edits.site import iso_time, neighbourhood_state, read_node_list
from catmaid_wire.forms import encode_form


def test_nested_lists_are_numbered() -> None:
    pairs = encode_form({"t": [(7, 1.5), (8, 2.0)], "ids": [3, 4], "none": None, "yes": True, "map": {"A": 3}})
    assert pairs == [
        ("t[0][0]", "7"),
        ("t[0][1]", "1.5"),
        ("t[1][0]", "8"),
        ("t[1][1]", "2.0"),
        ("ids[0]", "3"),
        ("ids[1]", "4"),
        ("yes", "true"),
        ("map", '{"A":3}'),
    ]


@pytest.mark.parametrize(
    ("status", "body", "kind", "message"),
    [
        (400, {"error": "stale", "type": "StateMatchingError"}, Conflict, "stale"),
        (403, {"error": "no", "type": "PermissionError"}, NotAllowed, "no"),
        (400, {"error": "", "type": "InvalidLoginError"}, NotAllowed, "The user name or password is wrong."),
        (404, {"detail": "Not found."}, NotFound, "Not found."),
        (500, {"error": "Treenode matching query does not exist.", "type": "DoesNotExist"}, NotFound, "Treenode"),
        (400, {"error": "bad", "type": "ValueError"}, InvalidInput, "bad"),
        (400, {"username": ["This field is required."]}, InvalidInput, "username"),
        (400, ["a", "b"], InvalidInput, "a; b"),
        (503, {"error": "later"}, Unreachable, "later"),
        (500, {"error": "boom", "type": "KeyError"}, CatmaidError, "boom"),
    ],
)
def test_errors_in_all_of_catmaids_shapes(status: int, body: object, kind: type[CatmaidError], message: str) -> None:
    error = error_from_answer(status, json.dumps(body).encode())
    assert type(error) is kind
    assert message in str(error)
    assert error.status == status


def test_an_error_page_is_no_text_for_people() -> None:
    error = error_from_answer(404, b"<html>...</html>")
    assert type(error) is NotFound
    assert error.message == "The server answered with status 404."


def test_epoch_seconds_become_the_time_of_edit_answers() -> None:
    assert iso_time(1323093096.955) == "2011-12-05T13:51:36.955Z"


def test_a_neighbourhood_state_names_parent_children_and_links() -> None:
    seen = read_node_list(
        [
            [
                [1, None, 0.0, 0.0, 0.0, 5, -1.0, 9, 100.0, 3],
                [2, 1, 0.0, 0.0, 1.0, 5, -1.0, 9, 200.0, 3],
                [3, 2, 0.0, 0.0, 2.0, 5, -1.0, 9, 300.0, 3],
            ],
            [[50, 5.0, 5.0, 5.0, 5, 400.0, 3, [[2, 1023, 5, 500.0, 77], [99, 1024, 5, 600.0, 78]]]],
            {},
            False,
            {"1023": "presynaptic_to"},
        ]
    )
    assert json.loads(neighbourhood_state(seen.treenode(2), seen)) == {
        "edition_time": iso_time(200),
        "parent": [1, iso_time(100)],
        "children": [[3, iso_time(300)]],
        "links": [[77, iso_time(500)]],
    }
