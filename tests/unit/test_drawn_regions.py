"""Regions that are drawn in sections: what is inside, what they are as volumes, and how viewers have them."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pytest
import shapely
import traitlets

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.space.drawn_region import DrawnRegion
from catmaid_jupyter.client.stack import Plane
from catmaid_jupyter.widgets.stack_viewer.region_list import RegionsTrait, regions_from_json, regions_to_json

CORNERS = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (50.0, 20.0), (0.0, 100.0))
"""With a notch from below."""


class Holder(traitlets.HasTraits):
    regions = RegionsTrait()


@pytest.mark.parametrize("plane", ["xy", "xz", "zy"])
@pytest.mark.parametrize("corners", [CORNERS, CORNERS[::-1]])
def test_a_region_and_its_volume_have_the_same_inside(plane: Plane, corners: tuple[tuple[float, float], ...]) -> None:
    region = DrawnRegion("notched", corners, 200.0, 250.0, plane)
    volume = region.volume
    assert volume.is_closed
    assert volume.mesh.volume == pytest.approx(region.polygon.area * 50), "outside is outside"
    points = np.random.default_rng(1).uniform(-20, 270, (2000, 3))
    assert (region.contains(points) == volume.contains(points)).all()
    assert region.contains(points).any()
    low, high = region.box
    assert np.allclose(volume.box, [low, high])
    right, down = "xyz".index(plane[0]), "xyz".index(plane[1])
    place = [225.0, 225.0, 225.0]
    place[right], place[down] = 20.0, 20.0
    assert region.contains(place).tolist() == [True]


def test_regions_of_shapely_and_as_json() -> None:
    region = DrawnRegion.of(shapely.box(0, 0, 10, 20), "box", (5, 6))
    assert region.polygon.equals(shapely.box(0, 0, 10, 20))
    assert DrawnRegion.from_json(region.to_json()) == region
    assert repr(region) == "<DrawnRegion 'box': 4 corners along xy>"
    holed = shapely.Polygon(CORNERS, [[(10, 10), (20, 10), (20, 20)]])
    mistakes: list[tuple[Any, str]] = [
        (lambda: DrawnRegion.of(holed, "a", (0, 1)), "no holes"),
        (lambda: DrawnRegion.of([1, 2], "a", (0, 1)), "polygon of shapely"),
        (lambda: DrawnRegion.of(CORNERS[:2], "a", (0, 1)), "3 to 2000 corners, not 2"),
        (lambda: DrawnRegion.of(CORNERS, "", (0, 1)), "needs a name"),
        (lambda: DrawnRegion.of(CORNERS, "a", (1, 0)), "ends before it begins"),
        (lambda: DrawnRegion.of(CORNERS, "a", (0, np.inf)), "not finite"),
        (lambda: DrawnRegion.of(CORNERS, "a", (0, 1), cast("Any", "yx")), "along xy, xz or zy"),
        (lambda: DrawnRegion.of([(0, 0), (4, 4), (4, 0), (0, 4)], "a", (0, 1)), "cross or touch"),
        (lambda: DrawnRegion.from_json({"name": "a"}), "This is no region"),
    ]
    for make, message in mistakes:
        with pytest.raises(InvalidInput, match=message):
            make()


def test_regions_of_a_viewer_are_found_by_name() -> None:
    one, other = (DrawnRegion(name, CORNERS, 0.0, 50.0) for name in ("one", "other"))
    holder = Holder()
    assert holder.regions == []
    holder.regions = {"any": one, "name": other}
    assert holder.regions["other"] is holder.regions[1] is other
    with pytest.raises(NotFound, match="There are: 'one', 'other'"):
        holder.regions["none"]
    told = regions_to_json(holder.regions, holder)
    assert regions_from_json(told, holder) == [one, other]
    for wrong in ([one, one], [1], "one"):
        with pytest.raises(traitlets.TraitError, match="different names"):
            holder.regions = wrong
    with pytest.raises(traitlets.TraitError, match="This is no region"):
        regions_from_json([{"name": "x"}], holder)
