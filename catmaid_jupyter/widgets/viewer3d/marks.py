"""What a 3D viewer marks: somata and special treenodes of its neurons, clouds of points, and landmarks."""

from __future__ import annotations

from itertools import count
from typing import Any, Final, TypedDict

import numpy as np
import pandas as pd
import traitlets
from numpy.typing import NDArray

from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.client.selection.colors import in_turn, rgba_of, text_of
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.traits import FiniteFloat

SPECIAL_KINDS: Final = ("open_end", "low_confidence", "labelled")
"""Special treenodes, by name: ends that nobody closed, confidence below 5, with a label."""

LANDMARKS: Final = "landmarks"
_LANDMARK_COLOR: Final = "#f0e442"


class ShownPoints(TypedDict):
    """A cloud of points: `color` is `#rrggbb`; `radius` nm, 0: dots of one size on the screen."""

    id: int
    name: str
    color: str
    opacity: float
    radius: float


class SpaceMarks(traitlets.HasTraits):
    """What a viewer has to mark places; the widget has `project`."""

    project: Any

    somas = traitlets.Bool(False).tag(sync=True)
    """Whether somata are shown as spheres: treenodes with the label soma (see also `soma_radius`)."""

    soma_radius = FiniteFloat(None, min=0.0, allow_none=True).tag(sync=True)
    """If a neuron has no label soma, its thickest treenode is its soma if its radius is at least this, nm."""

    special_nodes: traitlets.List[Any] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    """Special treenodes that are shown as dots: any of `open_end`, `low_confidence` and `labelled`."""

    arrows = traitlets.Bool(False).tag(sync=True)
    """Whether arrows go from presynaptic treenodes to their connectors, and from connectors to the other ones."""

    point_clouds: traitlets.List[Any] = traitlets.List(read_only=True).tag(sync=True)
    """The clouds of points that are shown (see `show_points`); read only."""

    _places: dict[int, NDArray[np.float64]] | None = None
    _cloud_ids = count(1)

    @traitlets.validate("special_nodes")
    def _valid_special_nodes(self, proposal: traitlets.Bunch) -> list[str]:
        for kind in proposal.value:
            if kind not in SPECIAL_KINDS:
                like = did_you_mean(kind, SPECIAL_KINDS)
                raise InvalidInput(
                    f"There are no special nodes {kind!r:.60}.{like} There are {', '.join(SPECIAL_KINDS)}."
                )
        return list(dict.fromkeys(proposal.value))

    def show_points(
        self, points: Any, name: str = "points", *, color: Any = None, radius: float = 0.0, opacity: float = 1.0
    ) -> None:
        """Show a cloud of points.

        points : (n, 3) array, or a table with x, y, z; nm.
        name : of the cloud; one of that name is replaced.
        color : as CSS or matplotlib know it; by default the next one of the palette.
        radius : of spheres, nm; 0: dots of one size on the screen.
        opacity : 0 to 1.

        `InvalidInput` for points that are none: it says which.
        """
        places = _places_of(points)
        for what, value, most in (("radius", radius, np.inf), ("opacity", opacity, 1.0)):
            is_number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
            if not is_number or not 0 <= value <= most or not np.isfinite(value):
                limit = "a finite number from 0" if most == np.inf else "a number from 0 to 1"
                raise InvalidInput(f"The {what} of points is {limit}, not {value!r:.60}.")
        others = [one for one in self.point_clouds if one["name"] != name]
        turn = text_of(int(in_turn(len(others) + 1)[-1])) if color is None else text_of(rgba_of(color) | 0xFF)
        cloud: ShownPoints = {
            "id": next(self._cloud_ids),
            "name": str(name),
            "color": turn,
            "opacity": float(opacity),
            "radius": float(radius),
        }
        kept = {one["id"]: self._all_places[one["id"]] for one in others}
        self._places = {**kept, cloud["id"]: places}
        self.set_trait("point_clouds", [*others, cloud])

    def hide_points(self, name: str | None = None) -> None:
        """Show a cloud of points no more, by default none at all. `NotFound` if there is none of that name."""
        names = [one["name"] for one in self.point_clouds]
        if name is not None and name not in names:
            raise NotFound(f"There are no points {name!r:.100}.{did_you_mean(str(name), names)}")
        kept = [one for one in self.point_clouds if name is not None and one["name"] != name]
        self._places = {one["id"]: self._all_places[one["id"]] for one in kept}
        self.set_trait("point_clouds", kept)

    def show_landmarks(self, *, color: Any = _LANDMARK_COLOR, radius: float = 0.0) -> None:
        """Show the landmarks of the project as they are now, as the cloud of points `landmarks`."""
        table = self.project.landmarks
        places = table[["x", "y", "z"]].dropna()
        if not len(places):
            raise NotFound("This project has no landmarks with a place.")
        self.show_points(places, LANDMARKS, color=color, radius=radius)

    def places_of_cloud(self, cloud_id: int) -> NDArray[np.float64]:
        """The places of a cloud of `point_clouds`, (n, 3) nm."""
        return self._all_places[cloud_id]

    @property
    def _all_places(self) -> dict[int, NDArray[np.float64]]:
        return self._places or {}

    @method
    async def _points(self, params: dict[str, Any]) -> Buffers:
        """A cloud of points: ``{id}``; `{corner}` (nm), and float32 places relative to it."""
        places = self._all_places.get(int(params["id"]))
        if places is None:
            raise NotFound("These points are shown no more.")
        corner = places.min(axis=0) if len(places) else np.zeros(3)
        return Buffers({"corner": corner.tolist()}, [(places - corner).astype("<f4").tobytes()])


def _places_of(points: Any) -> NDArray[np.float64]:
    """(n, 3) places. `InvalidInput` if these are none, or not all are finite."""
    if isinstance(points, pd.DataFrame):
        missing = [axis for axis in "xyz" if axis not in points.columns]
        if missing:
            raise InvalidInput(f"A table of points has x, y and z (nm); this one has no {missing[0]}.")
        points = points[["x", "y", "z"]].to_numpy()
    try:
        places = np.array(points, np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(f"Points are an array (n, 3) of nm, or a table with x, y, z, not {points!r:.60}.") from None
    if places.shape == (3,):
        places = places[np.newaxis]
    if places.ndim != 2 or places.shape[1] != 3:
        raise InvalidInput(f"Points are an array of the shape (n, 3), nm, not {places.shape}.")
    bad = np.flatnonzero(~np.isfinite(places).all(axis=1))
    if len(bad):
        raise InvalidInput(
            f"Point {bad[0]} has no finite place: {places[bad[0]].tolist()}; {len(bad)} of them have none."
        )
    return places
