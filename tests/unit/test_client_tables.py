"""Tables of a project, however little a server gives at once."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import tables

AT_ONCE = 3


class SparingServer:
    """A project of 40 treenodes on a line, of which a server gives three at once."""

    async def columns_or_json(self, _method: str, _path: str, *, form: Any) -> Answer:
        limit = min(form["limit"] or AT_ONCE, AT_ONCE)
        found = [
            [n, None, 10.0 * n, 0.0, 0.0, 5, -1.0, 9, 1.0, 2]
            for n in range(40)
            if form["left"] <= 10 * n <= form["right"] and form["top"] <= 0 <= form["bottom"]
        ]
        return Answer(200, "application/json", json.dumps([found[:limit], [], {}, len(found) > limit, {}]).encode())

    async def read_json(self, _method: str, path: str, **_: Any) -> Any:
        assert path == "connectors/types/", "nothing else is asked where the relation is unknown"
        return [{"relation_id": 1, "relation": "presynaptic_to"}, {"relation_id": 2, "relation": "postsynaptic_to"}]


PLACE = cast("Place", SparingServer())


@pytest.mark.parametrize(
    ("limit", "count", "more"), [(None, 3, True), (10, 10, True), (40, 40, False), (999, 40, False)]
)
def test_a_box_gives_as_many_nodes_as_are_wanted(limit: int | None, count: int, more: bool) -> None:
    found, limit_reached = loop.run(tables.nodes_in_box(PLACE, (-5, -5, -5), (1000, 5, 5), limit))
    assert found["id"].is_unique
    assert (len(found), limit_reached) == (count, more)


def test_an_unknown_relation_is_named_with_those_there_are() -> None:
    with pytest.raises(InvalidInput, match=r"no relation 'presyn' .* postsynaptic_to, presynaptic_to"):
        loop.run(tables.connector_tables(PLACE, None, "presyn", links=False))
