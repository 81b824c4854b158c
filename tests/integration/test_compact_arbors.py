"""Arbors with both ends of their synapses."""

from __future__ import annotations

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


async def test_synapses_are_told_from_both_sides_and_gap_junctions_are_none(service: Service) -> None:
    tracer = Tracer.of(service)
    arbors = await tracer.chain(2), await tracer.chain(2, y=100)
    connectors = [(await tracer.post("connector/create", x=0, y=0, z=0))["connector_id"] for _ in range(2)]
    for connector, relations in zip(
        connectors, [("presynaptic_to", "postsynaptic_to"), ("gapjunction_with",) * 2], strict=True
    ):
        for arbor, relation in zip(arbors, relations, strict=True):
            await tracer.post("link/create", from_id=arbor[1], to_id=connector, link_type=relation, state=UNCHECKED)
    (synapse, *_), (other, *_) = arbors[0][1:], arbors[1][1:]
    skeletons = await tracer.get("skeletons/")
    for skeleton in skeletons:
        nodes, synapses, _ = await tracer.get(f"{skeleton}/1/1/0/compact-arbor", ordered="true")
        here, there = (synapse, other) if nodes[1][0] == synapse else (other, synapse)
        (partner,) = set(skeletons) - {skeleton}
        sides = [0, 1] if here == synapse else [1, 0]
        assert synapses == [[here, 5, connectors[0], 5, there, partner, *sides]]
        assert [node[0] for node in nodes] == sorted(node[0] for node in nodes)


async def test_a_connector_without_a_partner_is_told_on_request(service: Service) -> None:
    tracer = Tracer.of(service)
    node = await tracer.node()
    connector = await tracer.connector(node)
    skeleton = await tracer.skeleton_of(node)
    assert (await tracer.get(f"{skeleton}/0/1/0/compact-arbor"))[1] == []
    half = await tracer.get(f"{skeleton}/0/1/0/compact-arbor", with_halflinks="true")
    assert half[1] == [[node, 5, connector, None, None, None, 0, 1]]
