"""Viewers may ask for some of the skeletons in a box only."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service

BOX = {"left": -100, "top": -100, "z1": -100, "right": 1000, "bottom": 1000, "z2": 100}


@pytest.fixture
async def arbors(service: Service) -> dict[str, list[int]]:
    """Three skeletons of 20, 40 and 10 nm of cable, the last of which the administrator edited."""
    tracer = Tracer.of(service)
    made = {
        "middle": await tracer.chain(3),
        "long": await tracer.chain(5, y=100),
        "short": await tracer.chain(2, y=200),
    }
    admin = Tracer.of(service, service.admin)
    await admin.post(
        "node/update", **{"t[0][0]": made["short"][0], "t[0][1]": 0, "t[0][2]": 200, "t[0][3]": 0.5, "state": UNCHECKED}
    )
    return made


async def shown(service: Service, arbors: dict[str, list[int]], **wanted: object) -> set[str]:
    nodes, *_ = await Tracer.of(service).post("node/list", **BOX, **wanted)
    ids = {node[0] for node in nodes}
    assert all(ids.issuperset(arbor) or ids.isdisjoint(arbor) for arbor in arbors.values())
    return {name for name, arbor in arbors.items() if ids.issuperset(arbor)}


async def test_skeletons_are_chosen(service: Service, arbors: dict[str, list[int]]) -> None:
    assert await shown(service, arbors) == {"middle", "long", "short"}
    assert await shown(service, arbors, min_skeleton_length=20) == {"long"}
    assert await shown(service, arbors, min_skeleton_nodes=2) == {"middle", "long"}
    assert await shown(service, arbors, min_skeleton_length=15, min_skeleton_nodes=4) == {"long"}
    assert await shown(service, arbors, n_largest_skeletons_limit=1) == {"long"}
    assert await shown(service, arbors, n_last_edited_skeletons_limit=1) == {"short"}
    assert await shown(service, arbors, n_largest_skeletons_limit=1, n_last_edited_skeletons_limit=1) == {
        "long",
        "short",
    }
    (user,) = {node[9] for node in (await Tracer.of(service).post("node/list", **BOX))[0]}
    assert await shown(service, arbors, hidden_last_editor_id=user) == {"short"}


async def test_names_of_relations_are_given_as_wanted(service: Service, arbors: dict[str, list[int]]) -> None:
    tracer = Tracer.of(service)

    async def named(**wanted: str) -> Any:
        return (await tracer.post("node/list", **BOX, **wanted))[4]

    assert await named() == await named(with_relation_map="used") == await named(with_relation_map="none") == {}
    assert "presynaptic_to" in (await named(with_relation_map="all")).values()
    connector_id = (await tracer.post("connector/create", x=5, y=5, z=0))["connector_id"]
    await tracer.post(
        "link/create", from_id=arbors["long"][0], to_id=connector_id, link_type="postsynaptic_to", state=UNCHECKED
    )
    assert list((await named()).values()) == ["postsynaptic_to"]
    assert await named(with_relation_map="none") == {}
    assert (await tracer.refused("node/list", **BOX, with_relation_map="some"))[0] == 400
