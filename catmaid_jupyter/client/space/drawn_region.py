"""Regions that somebody draws in sections: polygons in a range of depths, as shapely knows them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.space.volume import NOT_SAVED, Volume
from catmaid_jupyter.client.stack import PLANES, Plane, turned

_LONGEST_NAME: Final = 200
_MOST_CORNERS: Final = 2_000

Corner = tuple[float, float]


@dataclass(frozen=True)
class DrawnRegion:
    """A polygon in the sections of some depths.

    Attributes
    ----------
    name
        What it is called: at most 200 characters.
    corners : ((right, down), …)
        In the order in which they are joined, nm, along the axes of the plane; the first is not repeated.
    lower, upper
        Depths between which it lies, nm, along the third axis of the plane.
    plane
        `xy`, `xz` or `zy`: the project's axes to the right and down.
    """

    name: str
    corners: tuple[Corner, ...]
    lower: float
    upper: float
    plane: Plane = "xy"

    def __post_init__(self) -> None:
        if not 0 < len(self.name.strip()) <= _LONGEST_NAME:
            raise InvalidInput(f"A region needs a name of at most {_LONGEST_NAME} characters.")
        if self.plane not in PLANES:
            raise InvalidInput(f"A region is drawn along xy, xz or zy, not {self.plane!r:.40}.")
        if not 3 <= len(self.corners) <= _MOST_CORNERS:
            raise InvalidInput(f"A region has 3 to {_MOST_CORNERS} corners, not {len(self.corners)}.")
        if not all(map(math.isfinite, (self.lower, self.upper, *(value for one in self.corners for value in one)))):
            raise InvalidInput(f"The region {self.name!r} has a place that is not finite.")
        if self.lower >= self.upper:
            raise InvalidInput(f"The region {self.name!r} ends before it begins: its depths are lower, then upper.")
        if not self.polygon.is_valid or not self.polygon.area:
            raise InvalidInput(f"The edges of the region {self.name!r} cross or touch each other.")

    @classmethod
    def of(cls, polygon: Any, name: str, depths: Sequence[float], plane: Plane = "xy") -> DrawnRegion:
        """A region of a polygon.

        polygon : a shapely.Polygon without holes, or its corners (right, down), nm.
        depths : the lower and the upper one, nm.
        """
        ring = getattr(polygon, "exterior", None)
        if ring is not None and len(polygon.interiors):
            raise InvalidInput("A region has no holes: give the outline alone, shapely.Polygon(polygon.exterior).")
        places = np.asarray(polygon if ring is None else ring.coords, np.float64)
        if places.ndim != 2 or places.shape[1] < 2:
            raise InvalidInput("A region is a polygon of shapely, or corners (right, down) in nm.")
        if len(places) > 1 and (places[0] == places[-1]).all():
            places = places[:-1]
        lower, upper = (float(depth) for depth in depths)
        return cls(name, tuple((float(x), float(y)) for x, y in places[:, :2]), lower, upper, plane)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> DrawnRegion:
        """A region of what `to_json` gave; `InvalidInput` for anything else."""
        try:
            corners = tuple((float(x), float(y)) for x, y in value["corners"])
            return cls(str(value["name"]), corners, float(value["lower"]), float(value["upper"]), value["plane"])
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"This is no region: {error!r:.200}") from None

    def to_json(self) -> dict[str, Any]:
        """Its attributes as JSON."""
        places = [list(one) for one in self.corners]
        return {"name": self.name, "corners": places, "lower": self.lower, "upper": self.upper, "plane": self.plane}

    def __repr__(self) -> str:
        return f"<DrawnRegion {self.name!r:.80}: {len(self.corners)} corners along {self.plane}>"

    @cached_property
    def polygon(self) -> Any:
        """Its outline as a shapely.Polygon of (right, down), nm."""
        import shapely  # noqa: PLC0415  it takes long to import

        return shapely.Polygon(self.corners)

    @property
    def box(self) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
        """The lower and the upper corner around it in project space, nm."""
        left, top, right, bottom = self.polygon.bounds
        return turned(self.plane, (left, top, self.lower)), turned(self.plane, (right, bottom, self.upper))

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Which points (n, 3), nm, are inside; (n,) bool."""
        import shapely  # noqa: PLC0415  it takes long to import

        places = np.asarray(points, np.float64).reshape(-1, 3)
        x, y, z = places.T
        right, down, depth = turned(self.plane, (x, y, z))
        is_inside: NDArray[np.bool_] = shapely.intersects_xy(self.polygon, right, down)
        found: NDArray[np.bool_] = is_inside & (depth >= self.lower) & (depth <= self.upper)
        return found

    @property
    def volume(self) -> Volume:
        """The same as a volume that is not saved; `project.add_volume(region.volume)` saves it."""
        import shapely  # noqa: PLC0415  it takes long to import

        ring = np.array(self.corners)
        if not shapely.is_ccw(shapely.linearrings(ring)):
            ring = ring[::-1]
        rows = {tuple(corner): row for row, corner in enumerate(ring.tolist())}
        parts = shapely.get_parts(shapely.constrained_delaunay_triangles(shapely.Polygon(ring)))
        triangles = [np.asarray(part.exterior.coords)[:3].tolist() for part in shapely.orient_polygons(parts)]
        lids = np.array([[rows[tuple(corner)] for corner in triangle] for triangle in triangles])
        count = len(ring)
        here = np.arange(count)
        there = (here + 1) % count
        sides = np.concatenate(
            [np.column_stack([here, there, there + count]), np.column_stack([here, there + count, here + count])]
        )
        faces = np.concatenate([lids[:, ::-1], lids + count, sides])
        flat = np.concatenate([np.column_stack([ring, np.full(count, depth)]) for depth in (self.lower, self.upper)])
        right, down, deep = flat.T
        places = np.column_stack(turned(self.plane, (right, down, deep)))
        # Exchanged axes turn what is outside in.
        return Volume(NOT_SAVED, self.name, "", places, faces if self.plane == "xy" else faces[:, ::-1])
