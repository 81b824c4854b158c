"""Commands about stacks by their addresses: add, list and remove them."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, ProjectTitle, numbers, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.domain.space import stack_removal, stacks
from catmaid_server.domain.space.stack_removal import RemovedStack
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

if TYPE_CHECKING:
    from catmaid_server.tiles.registration.adding import AddedStack, StackLooker
    from catmaid_server.tiles.registration.request import StackRequest

app = typer.Typer(help="Show images by their address, list stacks and take them out.", no_args_is_help=True)

Address = Annotated[str, typer.Argument(metavar="URL|PATH", show_default=False)]


Title = Annotated[str | None, typer.Option(show_default="from the address", help="Title of the stack.")]
Mirrors = Annotated[
    list[str] | None, typer.Option(metavar="URL|PATH", help="Another address of the same images; repeatable.")
]
Pixels = Annotated[
    str | None, typer.Option(metavar="X,Y,Z", show_default="found", help="Pixels and sections; tiles need it.")
]
Nanometers = Annotated[
    str | None, typer.Option(metavar="X,Y,Z", show_default="found", help="Size of a voxel in nm; tiles need it.")
]
Corner = Annotated[
    str | None, typer.Option(metavar="X,Y,Z", show_default="found", help="Where the first voxel is, in nm.")
]
Plane = Annotated[str, typer.Option(metavar="xy|xz|zy", help="Plane of the sections.")]
SourceType = Annotated[int | None, typer.Option(metavar="1-14", show_default="found", help="CATMAID's number.")]
Ending = Annotated[str | None, typer.Option(metavar="EXT", show_default="found", help="How files of tiles end.")]
Size = Annotated[
    str | None, typer.Option(metavar="W,H", show_default="512,512; of tiles found", help="Of a tile in pixels.")
]
Levels = Annotated[int | None, typer.Option(metavar="N", min=1, max=30, show_default="found")]
Dataset = Annotated[str | None, typer.Option(metavar="PATH", show_default="found", help="An array below the address.")]
Channel = Annotated[int | None, typer.Option(metavar="N", min=1, show_default="1")]
Window = Annotated[
    str | None, typer.Option(metavar="BLACK,WHITE", show_default="found", help="Values of black and white.")
]
Gamma = Annotated[float | None, typer.Option(min=0.01, max=100, show_default="1")]
Labels = Annotated[
    bool | None, typer.Option("--labels/--grey", show_default="found", help="Whether values are ids, for colours.")
]


@app.command("add")
def add(
    address: Address,
    project: ProjectTitle,
    title: Title = None,
    mirror: Mirrors = None,
    dimension: Pixels = None,
    resolution: Nanometers = None,
    translation: Corner = None,
    orientation: Plane = "xy",
    tile_source_type: SourceType = None,
    file_extension: Ending = None,
    tile_size: Size = None,
    zoom_levels: Levels = None,
    dataset: Dataset = None,
    channel: Channel = None,
    window: Window = None,
    gamma: Gamma = None,
    labels: Labels = None,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Show a volume or tiles where they are: precomputed, Zarr, N5, HDF5, or tiles of CATMAID's types 1 to 14.

    A token for the server of the images is taken from $CATMAID_IMAGE_TOKEN.
    """
    from catmaid_server.tiles.look import parsed_window
    from catmaid_server.tiles.registration.request import StackRequest

    size = _triple(dimension, "--dimension", positive=True)
    request = StackRequest(
        address=address,
        mirrors=tuple(mirror or ()),
        title=title,
        dimension=None if size is None else (int(size[0]), int(size[1]), int(size[2])),
        resolution=_triple(resolution, "--resolution", positive=True),
        translation=_triple(translation, "--translation"),
        orientation=orientation,
        tile_source_type=tile_source_type,
        file_extension=file_extension,
        tile_size=_pair(tile_size),
        zoom_levels=zoom_levels,
        dataset=dataset,
        channel=channel,
        window=None if window is None else parsed_window(window),
        gamma=gamma,
        labels=labels,
        token=os.environ.get("CATMAID_IMAGE_TOKEN"),
    )
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    added = run(_added(settings, project, user, request))
    answer(added, as_json=as_json, text=_described(added, project))


@app.command("list")
def list_stacks(
    project: ProjectTitle, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """List the stacks of a project, and where their images are."""

    async def work() -> list[dict[str, Any]]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            project_id = await projects.require_project(connection, project)
            return await stacks.list_places(connection, project_id)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (row["id"], row["title"], " x ".join(map(str, row["dimension"])), ", ".join(row["addresses"])) for row in found
    ]
    answer(found, as_json=as_json, text=table(rows, ("id", "title", "pixels", "images")))


@app.command("remove")
def remove(
    stack_id: Annotated[int, typer.Argument(metavar="ID", show_default=False)],
    project: ProjectTitle,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Take a stack out of a project; its images stay where they are."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> RemovedStack:
        async with opened_store(settings) as store, store.reading() as connection:
            project_id = await projects.require_project(connection, project)
        async with administering(settings, "stacks.remove", project_id=project_id) as tx:
            return await stack_removal.remove_stack(tx, project_id, stack_id)

    removed = run(work())
    rest = "No project shows it any more." if removed["deleted"] else "Other projects or groups still have it."
    text = f"Took stack {stack_id}, {removed['title']!r}, out of project {project!r}. {rest}"
    answer(removed, as_json=as_json, text=text)


async def _added(settings: Settings, project: str, user: str, request: StackRequest) -> AddedStack:
    from catmaid_server.tiles.registration.adding import add_stack

    async with opened_store(settings) as store, stack_looker(settings) as looker:
        async with store.reading() as connection:
            owner = await users.require_user(connection, user)
            project_id = await projects.find_project(connection, project)
        if project_id is None:
            await looker.look(request)  # no project is made for what cannot be shown
            async with store.writing(user_id=owner.id, project_id=None, label="projects.create") as tx:
                project_id = await projects.ensure_project(tx, project, owner_id=owner.id)
        return await add_stack(store, looker, project_id, request, user_id=owner.id)


@asynccontextmanager
async def stack_looker(settings: Settings) -> AsyncIterator[StackLooker]:
    """What looks at addresses, with the settings of the service; paths may be anywhere on this machine."""
    from catmaid_server.tiles.gateway.bridge import VolumeBridge
    from catmaid_server.tiles.gateway.fetching import ObjectFetcher
    from catmaid_server.tiles.gateway.hosts import ImageHosts
    from catmaid_server.tiles.limits import CHUNK_CACHE_BYTES
    from catmaid_server.tiles.omezarr import cache_context
    from catmaid_server.tiles.registration.adding import StackLooker
    from catmaid_server.tiles.sources.opening import SourceMeans

    fetcher = ObjectFetcher(ImageHosts.parsed(settings.image_hosts, settings.private_image_hosts))
    bridge = VolumeBridge(fetcher)
    context = cache_context(CHUNK_CACHE_BYTES)
    with ThreadPoolExecutor(2) as pool:
        try:
            means = SourceMeans(folder=settings.folder, context=context, pool=pool, fetcher=fetcher, bridge=bridge)
            yield StackLooker(means, None)
        finally:
            await bridge.close()
            await fetcher.close()


def _triple(text: str | None, option: str, *, positive: bool = False) -> tuple[float, float, float] | None:
    if text is None:
        return None
    x, y, z = numbers(text, 3, option, positive=positive)
    return x, y, z


def _pair(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    width, height = numbers(text, 2, "--tile-size", positive=True)
    return int(width), int(height)


def _described(added: AddedStack, project: str) -> str:
    size, nm = (" x ".join(f"{value:g}" for value in added[name]) for name in ("dimension", "resolution"))
    verb = "Added" if added["created"] else "Already there:"
    first = f"{verb} stack {added['stack_id']} {added['title']!r} ({size} pixels of {nm} nm) in project {project!r}."
    return "\n".join([first, *(f"  {note}" for note in added["notes"])])
