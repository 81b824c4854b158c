"""The treenode nearest to a point of a whole project, near and far, also of the past."""

from __future__ import annotations

import math
import random

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


@pytest.fixture
def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service, module_service.tracer)


async def test_it_is_the_nearest_of_all(tracer: Tracer) -> None:
    chance = random.Random(3)
    places = {}
    for scale in (100.0, 5_000.0, 1e7):
        for _ in range(12):
            x, y, z = (chance.uniform(-scale, scale) for _ in "xyz")
            made = await tracer.post("treenode/create", x=x, y=y, z=z, parent_id=-1, state=UNCHECKED)
            places[made["treenode_id"]] = (x, y, z)
    before = (await tracer.get("version"))["version"]
    first = min(places)
    await tracer.post("treenode/delete", treenode_id=first, state=UNCHECKED)
    left = {node: place for node, place in places.items() if node != first}
    points = [tuple(chance.uniform(-scale, scale) for _ in "xyz") for scale in (200.0, 9_000.0, 2e7) for _ in range(8)]
    for point in [*points, *places.values()]:
        at = dict(zip("xyz", point, strict=True))
        for known, more in ((left, {}), (places, {"as_of": before})):
            found = await tracer.post("nodes/nearest", **at, **more)
            nearest = min(known, key=lambda node: math.dist(known[node], point))
            assert found["treenode_id"] == nearest
            assert (found["x"], found["y"], found["z"]) == pytest.approx(known[nearest])
