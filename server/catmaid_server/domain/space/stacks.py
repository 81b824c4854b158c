"""Image stacks of a project: registering them with their mirrors, and describing them to clients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString, NotRequired, TypedDict, cast

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import DomainError, InvalidInput, NotFound
from catmaid_wire import tile_layouts

sql = load("space/stacks")

Triple = tuple[float, float, float]


class NoSuchStack(NotFound):
    """There is no stack with this id at all."""


class NoSuchStackGroup(DomainError):
    """The project shows no stack group with this id; CATMAID calls that an error of its own."""


@dataclass(frozen=True, kw_only=True)
class Mirror:
    """A place with the images of a stack.

    source describes what this service reads itself (then image_base is made up when asked for); without one
    the tiles are at image_base, in the layout of tile_source_type.
    """

    tile_width: int
    tile_height: int
    title: str = ""
    file_extension: str = "jpg"
    tile_source_type: int = tile_layouts.SERVED
    image_base: str = ""
    source: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class NewStack:
    """A stack to register: dimension (pixels) and resolution (nm) as (x, y, z); zoom n is 1/2**n in x, y.

    downsample_factors: (x, y, z) for each zoom level, where they are others; `None` is what CATMAID has for not told.
    """

    title: str
    dimension: tuple[int, int, int]
    resolution: Triple
    zoom_levels: int
    mirrors: Sequence[Mirror]
    comment: str = ""
    description: str = ""
    attribution: str | None = None
    metadata: Any = None
    canary_location: tuple[int, int, int] = (0, 0, 0)
    placeholder_color: tuple[float, float, float, float] = (0, 0, 0, 1)
    downsample_factors: Sequence[Triple] | None = ()
    broken_sections: Sequence[int] = field(default_factory=tuple)

    @property
    def factors(self) -> list[list[float]] | None:
        """(x, y, z) for each zoom level."""
        if self.downsample_factors is None:
            return None
        return [list(factor) for factor in self.downsample_factors] or [
            [2**zoom, 2**zoom, 1] for zoom in range(self.zoom_levels)
        ]


@dataclass(frozen=True, slots=True)
class TileStore:
    """Where this service reads the tiles of a stack."""

    source: dict[str, Any]
    tile_width: int
    tile_height: int
    zoom_levels: int
    canary: tuple[int, int, int]
    """(x, y, z) of a pixel whose tile is there if any is."""


@dataclass(frozen=True)
class TiledExtent:
    """Size of a stack in pixels and sections, size of its tiles in pixels, and how many zoom levels there are."""

    width: int
    height: int
    sections: int
    tile_width: int
    tile_height: int
    zoom_levels: int


class Axes(TypedDict):
    """A value for each axis."""

    x: float
    y: float
    z: float


class Color(TypedDict):
    """Red, green, blue and opacity, 0 to 1."""

    r: float
    g: float
    b: float
    a: float


class ListedMirror(TypedDict):
    """A place with the images of a stack; tiles in px. `image_base` and `tile_source_type` say where tiles are."""

    id: int
    title: str
    image_base: str
    file_extension: str
    tile_width: int
    tile_height: int
    tile_source_type: int
    position: int
    revision: NotRequired[None]
    """Null; only of images elsewhere."""


class StackDescription(TypedDict):
    """A stack as viewers need it."""

    sid: int
    pid: int
    ptitle: str
    stitle: str
    dimension: Axes
    """px."""
    resolution: Axes
    """nm for each px."""
    translation: Axes
    """Of the first voxel in project space, nm."""
    orientation: int
    """0 xy, 1 xz, 2 zy."""
    num_zoom_levels: int
    """Beside the full resolution; -1 if `downsample_factors` do not say."""
    downsample_factors: list[Axes] | None
    broken_slices: dict[str, int]
    """Broken sections, as keys."""
    canary_location: Axes
    placeholder_color: Color
    comment: str
    description: str
    attribution: str | None
    metadata: Any
    """JSON of the person who registered the stack."""
    mirrors: list[ListedMirror]
    """Where the images are, the best first."""


class ListedStack(TypedDict):
    """A stack of a project (`pid`)."""

    id: int
    pid: int
    title: str
    comment: str | None


class StackGroupMember(TypedDict):
    """A stack of a stack group."""

    id: int
    relation: str
    position: int


class StackGroup(TypedDict):
    """A stack group; CATMAID gives the project id as text."""

    id: int
    project_id: int | str
    title: str
    stacks: list[StackGroupMember]


async def register_stack(
    tx: Connection, project_id: int, stack: NewStack, *, translation: Triple = (0, 0, 0), orientation: int = 0
) -> int:
    """Make a stack with its mirrors and broken sections, add it to a project, and return its id.

    `translation` is where the first voxel is in the project, in nm; `orientation` 0 xy, 1 xz, 2 zy. Raises
    `InvalidInput` for an empty title.
    """
    if not stack.title.strip():
        raise InvalidInput("A stack needs a title.")
    cursor = await tx.execute(
        sql.create_stack,
        {
            "title": stack.title,
            "comment": stack.comment,
            "description": stack.description,
            "attribution": stack.attribution,
            "metadata": None if stack.metadata is None else Jsonb(stack.metadata),
            "canary_location": list(stack.canary_location),
            "placeholder_color": list(stack.placeholder_color),
            **_axes("dimension", stack.dimension),
            **_axes("resolution", stack.resolution),
            "downsample_factors": None if stack.factors is None else Jsonb(stack.factors),
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    stack_id = int(row[0])
    await link_stack(tx, project_id, stack_id, translation=translation, orientation=orientation)
    for position, mirror in enumerate(stack.mirrors):
        await tx.execute(
            sql.create_mirror,
            {
                "stack_id": stack_id,
                "position": position,
                "title": mirror.title,
                "image_base": mirror.image_base,
                "file_extension": mirror.file_extension,
                "tile_width": mirror.tile_width,
                "tile_height": mirror.tile_height,
                "tile_source_type": mirror.tile_source_type,
                "source": None if mirror.source is None else Jsonb(dict(mirror.source)),
            },
        )
    await tx.execute(sql.mark_broken_sections, {"stack_id": stack_id, "sections": list(stack.broken_sections)})
    return stack_id


async def link_stack(
    tx: Connection, project_id: int, stack_id: int, *, translation: Triple = (0, 0, 0), orientation: int = 0
) -> None:
    """Show a stack in a project; as in `register_stack`."""
    place = {"orientation": orientation, **_axes("translation", translation)}
    await tx.execute(sql.link_stack, {"project_id": project_id, "stack_id": stack_id, **place})


async def stack_with_revision(connection: Connection, project_id: int, revision: str) -> int | None:
    """Id of a project's stack whose images have this revision."""
    cursor = await connection.execute(sql.stack_with_revision, {"project_id": project_id, "revision": revision})
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def stack_with_source(connection: Connection, project_id: int, source: Mapping[str, Any]) -> int | None:
    """Id of a project's stack that is read from the same path and revision."""
    cursor = await connection.execute(
        sql.stack_with_source, {"project_id": project_id, "path": source["path"], "revision": source["revision"]}
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def tile_stores(connection: Connection, project_id: int, stack_id: int, revision: str) -> list[TileStore]:
    """Where to read this revision of a project's stack, the best place first.

    Empty if the project has no such stack or the stack no such revision.
    """
    cursor = await connection.execute(
        sql.tile_sources, {"project_id": project_id, "stack_id": stack_id, "revision": revision}
    )
    return [
        TileStore(source, width, height, levels, (x, y, z))
        for source, width, height, levels, (x, y, z) in await cursor.fetchall()
    ]


async def tiled_extent(connection: Connection, project_id: int, stack_id: int, revision: str) -> TiledExtent:
    """The extent of this revision of a project's stack; `NotFound` if the project has no such stack or revision."""
    cursor = await connection.execute(
        sql.tiled_extent, {"project_id": project_id, "stack_id": stack_id, "revision": revision}
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound(f"Project {project_id} has no images {revision} of a stack {stack_id}.")
    return TiledExtent(*row)


async def list_stacks(connection: Connection, project_id: int) -> list[ListedStack]:
    """Id, title and comment of each stack of a project."""
    cursor = await connection.execute(sql.stacks_of_project, {"project_id": project_id})
    return [
        {"id": stack_id, "pid": project_id, "title": title, "comment": comment}
        for stack_id, title, comment in await cursor.fetchall()
    ]


async def list_places(connection: Connection, project_id: int) -> list[dict[str, Any]]:
    """Id, title, dimension (x, y, z) and addresses of the images of each stack of a project."""
    return await _all(connection, sql.places_of_stacks, {"project_id": project_id})


async def describe_stack(
    connection: Connection, project_id: int, stack_id: int, *, service_url: str
) -> StackDescription:
    """Describe a stack of a project to a viewer.

    service_url: where the client reaches this service, ending in a slash; own mirrors lie below it.

    Raises
    ------
    NoSuchStack
        If there is none with this id.
    InvalidInput
        If the project does not have it.
    """
    stack = await _one(connection, sql.stack, {"project_id": project_id, "stack_id": stack_id})
    if stack is None:
        raise NoSuchStack("No Stack matches the given query.")
    if stack["project_title"] is None:
        raise InvalidInput(f"There is no stack with ID {stack_id} linked to the project with ID {project_id}.")
    broken = await _all(connection, sql.broken_sections_of_stack, {"stack_id": stack_id})
    factors = stack["downsample_factors"]
    red, green, blue, alpha = stack["placeholder_color"]
    return {
        "sid": stack_id,
        "pid": project_id,
        "ptitle": stack["project_title"],
        "stitle": stack["title"],
        "dimension": _xyz([stack[f"dimension_{axis}"] for axis in "xyz"]),
        "resolution": _xyz([stack[f"resolution_{axis}"] for axis in "xyz"]),
        "translation": _xyz([stack[f"translation_{axis}"] for axis in "xyz"]),
        "orientation": stack["orientation"],
        "num_zoom_levels": -1 if factors is None else len(factors) - 1,
        "downsample_factors": None if factors is None else [_xyz(factor) for factor in factors],
        "broken_slices": {str(row["section"]): 1 for row in broken},
        "canary_location": _xyz(stack["canary_location"]),
        "placeholder_color": {"r": red, "g": green, "b": blue, "a": alpha},
        "comment": stack["comment"],
        "description": stack["description"],
        "attribution": stack["attribution"],
        "metadata": stack["metadata"],
        "mirrors": await mirrors(connection, project_id, stack_id, service_url=service_url),
    }


async def mirrors(connection: Connection, project_id: int, stack_id: int, *, service_url: str) -> list[ListedMirror]:
    """Where the images of a project's stack are, the best first; `service_url` as in `describe_stack`."""
    found = await _all(connection, sql.mirrors_of_stack, {"stack_id": stack_id})
    tiles_url = f"{service_url}{project_id}/stack/{stack_id}/tiles/"
    return [_public_mirror(row, tiles_url) for row in found]


async def groups_of_stack(connection: Connection, project_id: int, stack_id: int) -> list[int]:
    """Ids of the stack groups in which a project's stack is."""
    cursor = await connection.execute(sql.groups_of_stack, {"project_id": project_id, "stack_id": stack_id})
    return [group_id for (group_id,) in await cursor.fetchall()]


async def describe_stack_group(connection: Connection, project_id: int, stack_group_id: int) -> StackGroup:
    """Title and stacks of a stack group; raises `NoSuchStackGroup`."""
    group = await _one(connection, sql.stack_group, {"stack_group_id": stack_group_id, "project_id": project_id})
    if group is None:
        raise NoSuchStackGroup("StackGroup matching query does not exist.")
    members = await _all(connection, sql.stacks_of_group, {"stack_group_id": stack_group_id})
    return {
        "id": stack_group_id,
        "project_id": str(project_id),
        "title": group["title"],
        "stacks": [{"id": m["stack_id"], "relation": m["relation"], "position": m["position"]} for m in members],
    }


def _public_mirror(row: dict[str, Any], tiles_url: str) -> ListedMirror:
    """A mirror without what only this service needs to know."""
    revision = row.pop("revision")
    if revision is not None:
        row |= {"image_base": f"{tiles_url}{revision}/", "tile_source_type": tile_layouts.SERVED}
    return cast("ListedMirror", row)


def _axes(name: str, values: Sequence[float]) -> dict[str, float]:
    return {f"{name}_{axis}": value for axis, value in zip("xyz", values, strict=True)}


def _xyz(values: Sequence[float]) -> Axes:
    x, y, z = values
    return {"x": x, "y": y, "z": z}


async def _all(connection: Connection, query: LiteralString, values: dict[str, Any]) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        return await (await cursor.execute(query, values)).fetchall()


async def _one(connection: Connection, query: LiteralString, values: dict[str, Any]) -> dict[str, Any] | None:
    rows = await _all(connection, query, values)
    return rows[0] if rows else None
