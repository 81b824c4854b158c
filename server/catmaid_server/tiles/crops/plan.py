"""What a crop is of: a box in nm becomes voxels of each stack, and is refused if it is too large."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import msgspec

from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.space.stack_grids import StackGrid, stack_grid
from catmaid_server.tiles.cutouts import VoxelBox
from catmaid_server.tiles.service import StackRevision
from catmaid_wire.voxels import NoSuchBox, VoxelGrid

MOST_STACKS: Final = 8
MOST_TIFF_BYTES: Final = 4_000_000_000
"""What ImageJ reads of a TIFF."""
MOST_ZARR_BYTES: Final = 32 * 1024**3

Coordinate = Annotated[float, msgspec.Meta(ge=-1e12, le=1e12)]
Corner = tuple[Coordinate, Coordinate, Coordinate]
CropFormat = Literal["tiff", "zarr"]


class CropRequest(msgspec.Struct, kw_only=True):
    """A box of one or several stacks, to be made into a file."""

    stack_ids: list[int] = []
    """Ids of the stacks, at most 8; each is a channel of a TIFF, or an image of a Zarr."""
    lower: Corner | None = None
    """Lowest x, y, z in project space, nm."""
    upper: Corner | None = None
    """Highest x, y, z in project space, nm."""
    zoom: Annotated[int, msgspec.Meta(ge=0, le=30)] = 0
    """0 is full resolution; each level halves x and y."""
    format: CropFormat = "tiff"
    """`tiff`: one file for ImageJ; `zarr`: OME-Zarr in a zip archive."""


@dataclass(frozen=True, slots=True)
class StackCrop:
    """The voxels of one stack that a crop is of."""

    stack: StackRevision
    grid: VoxelGrid
    box: VoxelBox

    @property
    def origin(self) -> tuple[float, float, float]:
        """(x, y, z) of the centre of the first voxel, in nm."""
        first = (self.box.x[0], self.box.y[0], self.box.z[0])
        x, y, z = (
            start + index * nm
            for start, index, nm in zip(self.grid.translation, first, self.grid.resolution, strict=True)
        )
        return x, y, z


async def planned(connection: Connection, project_id: int, wish: CropRequest) -> list[StackCrop]:
    """The voxels of each stack. Raises `NotFound`, or `InvalidInput` for what cannot be made into such a file."""
    if not 1 <= len(set(wish.stack_ids)) == len(wish.stack_ids) <= MOST_STACKS:
        raise InvalidInput(f"A crop is of 1 to {MOST_STACKS} different stacks.")
    crops = [_crop(project_id, await stack_grid(connection, project_id, stack_id), wish) for stack_id in wish.stack_ids]
    if wish.format == "tiff":
        _require_same_voxels(crops)
    require_size(crops, wish.format, [1] * len(crops))
    return crops


def title_of(crops: Sequence[StackCrop]) -> str:
    """What a crop is called in lists."""
    z, y, x = crops[0].box.shape
    more = f" and {len(crops) - 1} more" if len(crops) > 1 else ""
    return f"Crop {x} x {y} x {z} of {crops[0].grid.title}{more}"


def require_size(crops: Sequence[StackCrop], kind: CropFormat, bytes_per_voxel: Sequence[int]) -> None:
    """Raise `InvalidInput` if a file would be too large."""
    size = sum(math.prod(crop.box.shape) * each for crop, each in zip(crops, bytes_per_voxel, strict=True))
    shape = " x ".join(str(extent) for extent in reversed(crops[0].box.shape))
    if kind == "tiff" and size > MOST_TIFF_BYTES:
        raise InvalidInput(
            f"{shape} voxels are {size / 1e9:.1f} GB, and ImageJ reads TIFFs up to {MOST_TIFF_BYTES / 1e9:.0f} GB: "
            "take format='zarr', a smaller box or a coarser zoom."
        )
    if size > MOST_ZARR_BYTES:
        raise InvalidInput(
            f"{shape} voxels are {size / 1e9:.1f} GB, and a crop has at most {MOST_ZARR_BYTES / 1e9:.0f} GB: "
            "take a smaller box or a coarser zoom."
        )


def _crop(project_id: int, found: StackGrid, wish: CropRequest) -> StackCrop:
    grid = found.at(wish.zoom)
    if wish.lower is None or wish.upper is None:
        raise InvalidInput("A crop is of a box: give its lower and upper corner, each x, y, z in nm.")
    try:
        x, y, z = grid.spans((wish.lower, wish.upper))
    except NoSuchBox as error:
        raise InvalidInput(str(error)) from None
    return StackCrop(StackRevision(project_id, found.id, found.revision), grid, VoxelBox(wish.zoom, x, y, z))


def _require_same_voxels(crops: Sequence[StackCrop]) -> None:
    first = crops[0]
    for other in crops[1:]:
        if other.box.shape != first.box.shape or other.grid.resolution != first.grid.resolution:
            raise InvalidInput(
                f"The box has {_voxels(first)}, and {_voxels(other)}: stacks in one TIFF need the same voxels. Crop "
                "each on its own, or take format='zarr', which has an image for each."
            )


def _voxels(crop: StackCrop) -> str:
    z, y, x = crop.box.shape
    size = " x ".join(f"{nm:g}" for nm in crop.grid.resolution)
    return f"{x} x {y} x {z} voxels of {size} nm of {crop.grid.title!r}"
