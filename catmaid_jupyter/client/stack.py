"""An image stack as a project sees it."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeVar, get_args

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.jobs.job import Job, ask_job
from catmaid_jupyter.client.neuron_choice import Neurons
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.stack_picture import picture
from catmaid_jupyter.client.stack_values import corners, cutout
from catmaid_jupyter.model.units import format_length
from catmaid_wire.voxels import Box, VoxelGrid

Plane = Literal["xy", "xz", "zy"]
"""The plane of a stack's sections: the project's axes to the right and down."""

PLANES: tuple[Plane, ...] = get_args(Plane)
"""By CATMAID's number for the orientation."""

GRID_ID: Final = 0
"""Of sections without images that no server has."""
"""Of stacks that no server has."""

_T = TypeVar("_T")

Triple = tuple[float, float, float]


def turned(plane: Plane, place: tuple[_T, _T, _T]) -> tuple[_T, _T, _T]:
    """From coordinates of the project, or columns of them, to those of a plane (right, down, depth), or back."""
    x, y, z = place
    return {"xy": (x, y, z), "xz": (x, z, y), "zy": (z, y, x)}[plane]


if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from xarray import DataArray

_LARGEST_PICTURE_PX: Final = 3000


@dataclass(frozen=True, slots=True, repr=False)
class Stack(Public):
    """An image stack, placed in a project.

    dimension : (x, y, z) pixels at full resolution, to the right and down; z counts sections.
    resolution : (x, y, z) nm for each pixel and section, in the same order.
    translation : (x, y, z) nm, where pixel (0, 0, 0) lies in the project.
    broken_sections : sections along z, from 0, whose image is missing.
    info : all that the server says, mirrors included, in CATMAID's shape.
    notes : what `project.add_stack` found, and decided because nobody asked for it.
    """

    _internal: ClassVar = frozenset({"from_info", "place", "with_notes"})

    id: int
    title: str
    dimension: tuple[int, int, int]
    resolution: tuple[float, float, float]
    translation: tuple[float, float, float]
    broken_sections: tuple[int, ...]
    info: dict[str, Any] = field(compare=False)
    place: Place | None = field(default=None, compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def from_info(cls, info: dict[str, Any], place: Place | None = None) -> Stack:
        """Read the answer of `stack/{id}/info`; `InvalidInput` if it is incomplete."""
        try:
            dimension, resolution, translation = (
                tuple(info[name][axis] for axis in "xyz") for name in ("dimension", "resolution", "translation")
            )
            broken = tuple(sorted(int(section) for section in info.get("broken_slices") or ()))
            return cls(int(info["sid"]), str(info["stitle"]), dimension, resolution, translation, broken, info, place)
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInput(f"The server's description of the stack lacks {error}.") from None

    def with_notes(self, notes: Sequence[str]) -> Stack:
        """The same stack, with what was found when it was registered."""
        return replace(self, notes=tuple(notes))

    @classmethod
    def grid(
        cls, size: Triple, resolution: Triple = (8, 8, 40), translation: Triple = (0, 0, 0), plane: Plane = "xy"
    ) -> Stack:
        """Sections without images, which viewers show as a grid.

        size : (x, y, z) nm in the project. resolution : nm to the right, down and between sections.
        translation : (x, y, z) nm, where it begins in the project. plane : `xy`, `xz` or `zy`.
        """
        _require_plane(plane)
        pixels = [max(1, round(nm / step)) for nm, step in zip(turned(plane, size), resolution, strict=True)]
        values = {"dimension": pixels, "resolution": resolution, "translation": translation}
        described = {name: dict(zip("xyz", value, strict=True)) for name, value in values.items()}
        about = {"sid": GRID_ID, "stitle": f"Grid along {plane}", "mirrors": [], "orientation": PLANES.index(plane)}
        return cls.from_info({**about, **described})

    def seen_along(self, plane: Plane) -> Stack:
        """The same place along a plane: the stack itself along its own, and a grid without images along another.

        A grid shows tracing from another side. `InvalidInput` for a plane that is not `xy`, `xz` or `zy`.
        """
        _require_plane(plane)
        if plane == self.plane:
            return self
        right, down, deep = turned(self.plane, self.resolution)
        return Stack.grid(self.extent, turned(plane, (right, down, deep)), self.translation, plane)

    @property
    def plane(self) -> Plane:
        """The plane of its sections: `xy`, `xz` or `zy`."""
        return PLANES[int(self.info.get("orientation") or 0)]

    @property
    def is_labels(self) -> bool:
        """Whether its values are ids, shown in a colour each."""
        metadata = self.info.get("metadata")
        return isinstance(metadata, dict) and bool(metadata.get("labels"))

    @property
    def extent(self) -> tuple[float, float, float]:
        """(x, y, z) size in nm, in the project."""
        x, y, z = (pixels * nm for pixels, nm in zip(self.dimension, self.resolution, strict=True))
        return turned(self.plane, (x, y, z))

    @property
    def center(self) -> tuple[float, float, float]:
        """(x, y, z) of the middle, nm in project space."""
        x, y, z = (start + size / 2 for start, size in zip(self.translation, self.extent, strict=True))
        return x, y, z

    def cutout(self, box: Box, zoom: int = 0, *, lazy: bool | None = None) -> DataArray:
        """The values of a box, with coordinates in nm.

        box : lower and upper corner, ((x, y, z), (x, y, z)), nm in project space. Voxels count whose centres lie in it;
            an extent of 0 is the nearest voxel.
        zoom : 0 for full resolution; each level halves x and y.
        lazy : read when it is computed, as a dask array; by default from 268 million voxels on.

        An xarray DataArray with the dimensions z, y, x, of the type that the images have; 0 where there are none.
        `InvalidInput` for a box outside of the stack, or where the server or an optional package is missing.
        """
        return cutout(self._place(), self._grid(zoom), box, lazy=lazy)

    def crop(
        self,
        box: Box,
        zoom: int = 0,
        *,
        format: Literal["tiff", "zarr"] = "tiff",  # noqa: A002  as numpy and pandas call it
        stacks: Sequence[Stack] = (),
    ) -> Job:
        """Have the server make a file of a box, while you go on: `stack.crop(box).download()` waits and fetches it.

        box, zoom : as in `cutout`, which gives small boxes at once.
        format : `tiff`, a page for each section, with sizes as ImageJ and OME-TIFF have them, up to 4 GB; `zarr`,
            OME-Zarr in a zip archive, up to 34 GB.
        stacks : other stacks of the project, in the same file: channels of a TIFF, which need the same voxels, or
            images of a Zarr.

        A message says when it is there; the server keeps the file for some days. `InvalidInput` for a box outside of
        the stack, or one that is too large.
        """
        place = self._place()
        self._grid(zoom)  # says what is wrong with the zoom level or the plane
        if format not in ("tiff", "zarr"):
            raise InvalidInput(f"The format of a crop is 'tiff' or 'zarr', not {format!r}.")
        lower, upper = corners(box)
        wish = {
            "stack_ids": [self.id, *(stack.id for stack in stacks)],
            "lower": lower,
            "upper": upper,
            "zoom": zoom,
            "format": format,
        }
        return ask_job(place, "crop", wish)

    def picture(
        self,
        box: Box,
        overlay: Neurons | None = None,
        *,
        zoom: int | None = None,
        width: float = 6.0,
        line_width: float = 1.5,
        scale_bar: bool = True,
    ) -> Figure:
        """A figure of the section in the middle of a box, with a scale bar: `figure.savefig("fig1.svg", dpi=300)`.

        box : as in `cutout`.
        overlay : neurons whose edges in the box are drawn on it, in the colours of a selection.
        zoom : by default the finest level at which the picture has at most 3,000 pixels along x and y.
        width : of the figure, in inches; its height follows.
        line_width : of edges, in points.
        """
        if zoom is None:
            extents = [(b - a) / nm for a, b, nm in zip(*box, self.resolution, strict=True)][:2]
            zoom = max(0, math.ceil(math.log2(max(1.0, *extents) / _LARGEST_PICTURE_PX)))
            zoom = min(zoom, max(0, len(self.info.get("downsample_factors") or [0]) - 1))
        return picture(
            self._place(),
            self._grid(zoom),
            box,
            overlay=overlay,
            width=width,
            line_width=line_width,
            bar=scale_bar,
        )

    def _place(self) -> Place:
        if self.place is None:
            raise InvalidInput("This stack came without its project: take it anew with project.stack(...).")
        return self.place

    def _grid(self, zoom: int) -> VoxelGrid:
        """The voxels of a zoom level. `InvalidInput` if the server does not give values."""
        place = self._place()
        base = next((str(mirror["image_base"]) for mirror in self.info["mirrors"]), "")
        if "cutouts" not in place.capabilities or not base.startswith(place.http.url):
            raise InvalidInput(
                f"The images of {self.title!r} do not come from a service of catmaid_jupyter, which alone gives "
                "values. Register them there with project.add_stack."
            )
        if self.info.get("orientation"):
            raise InvalidInput(f"{self.title!r} is not cut along xy: values are given of stacks along xy only.")
        levels = len(self.info.get("downsample_factors") or [0])
        if not 0 <= zoom < levels:
            raise InvalidInput(f"{self.title!r} has the zoom levels 0 to {levels - 1}, not {zoom}.")
        path = f"{base.removeprefix(place.http.url)}cutout"
        return VoxelGrid.at(self.title, self.dimension, self.resolution, self.translation, zoom, path)

    def __reduce__(self) -> tuple[Any, ...]:
        return Stack.from_info, (self.info,)  # without the connection

    def __repr__(self) -> str:
        return f"<Stack {self.id} {self.title!r}: {self._size()}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.title)}</b> (stack {self.id})<br>{html.escape(self._size())}"

    def _size(self) -> str:
        x, y, z = self.dimension
        rx, ry, rz = self.resolution
        width, height, depth = (format_length(size) for size in self.extent)
        return f"{x} x {y} px, {z} sections at {rx:g} x {ry:g} x {rz:g} nm = {width} x {height} x {depth}"


def _require_plane(plane: str) -> None:
    if plane not in PLANES:
        raise InvalidInput(f"There is no plane {plane!r}: take one of {', '.join(PLANES)}.")
