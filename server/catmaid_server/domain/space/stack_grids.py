"""The voxels of stacks that this service reads: where they lie in a project."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_wire.voxels import VoxelGrid

sql = load("space/stack_grids")


@dataclass(frozen=True, slots=True)
class StackGrid:
    """The voxels of a stack at full resolution; lengths in nm."""

    id: int
    title: str
    dimension_x: int
    dimension_y: int
    dimension_z: int
    resolution_x: float
    resolution_y: float
    resolution_z: float
    translation_x: float
    translation_y: float
    translation_z: float
    orientation: int
    levels: int
    revision: str

    def at(self, zoom: int) -> VoxelGrid:
        """The voxels of a zoom level. Raises `InvalidInput` if there is none, or the sections are not along xy."""
        if self.orientation:
            raise InvalidInput(f"{self.title!r} is not cut along xy: values are given of stacks along xy only.")
        if not 0 <= zoom < self.levels:
            raise InvalidInput(f"{self.title!r} has the zoom levels 0 to {self.levels - 1}, not {zoom}.")
        return VoxelGrid.at(
            self.title,
            (self.dimension_x, self.dimension_y, self.dimension_z),
            (self.resolution_x, self.resolution_y, self.resolution_z),
            (self.translation_x, self.translation_y, self.translation_z),
            zoom,
            "",
        )


async def stack_grid(connection: Connection, project_id: int, stack_id: int) -> StackGrid:
    """The voxels of a stack. `NotFound` if the project has no such stack whose images this service reads."""
    found = await fetch_records(connection, sql.stack_grid, StackGrid, project_id=project_id, stack_id=stack_id)
    if not found:
        raise NotFound(
            f"Project {project_id} has no stack {stack_id} whose images this service reads: register it with "
            "project.add_stack, or with 'catmaid-jupyter stack add'."
        )
    return found[0]
