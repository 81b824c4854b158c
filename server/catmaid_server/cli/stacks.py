"""The command that makes a stack of images."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from catmaid_server.cli.imports import app
from catmaid_server.cli.options import (
    AsJson,
    AsUser,
    DatabaseUrl,
    DataDir,
    ProjectTitle,
    Sources,
    numbers,
    settings_from,
)
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store

if TYPE_CHECKING:
    from catmaid_server.tiles.imports import ImportedStack


class OnBadOption(enum.StrEnum):
    """What to do when sections cannot be used."""

    REFUSE = "refuse"
    SKIP = "skip"


class TileFormat(enum.StrEnum):
    """How the service encodes tiles."""

    JPG = "jpg"
    PNG = "png"


Resolution = Annotated[
    str | None,
    typer.Option(metavar="X,Y,Z", show_default=False, help="Size of a voxel in nm; --tiles may find it itself."),
]
Translation = Annotated[str, typer.Option(metavar="X,Y,Z", help="Where the first voxel is, in nm.")]
StackTitle = Annotated[str | None, typer.Option(show_default=False, help="Title of the stack.")]
OnBadSections = Annotated[OnBadOption, typer.Option(help="Refuse the stack if sections cannot be used, or skip those.")]
Range16Bit = Annotated[
    str | None,
    typer.Option(
        "--range",
        metavar="BLACK,WHITE",
        show_default=False,
        help="Values of 16-bit sections that become black and white.",
    ),
]
TileSize = Annotated[int, typer.Option(min=64, max=4096, help="Edge of a tile in pixels.")]
ServedFormat = Annotated[TileFormat, typer.Option("--format", help="Format of the tiles that are served.")]
FromTiles = Annotated[bool, typer.Option("--tiles", help="FOLDER is a pyramid of tile files; it is used where it is.")]
TileSourceType = Annotated[int | None, typer.Option(show_default=False, help="With --tiles: 1, 4 or 5.")]


@app.command("stack")
def import_stack(
    sources: Sources,
    project: ProjectTitle,
    resolution: Resolution = None,
    translation: Translation = "0,0,0",
    title: StackTitle = None,
    on_bad: OnBadSections = OnBadOption.REFUSE,
    value_range: Range16Bit = None,
    tile_size: TileSize = 512,
    tile_format: ServedFormat = TileFormat.JPG,
    tiles: FromTiles = False,
    tile_source_type: TileSourceType = None,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a stack of TIFF, PNG or JPEG sections: a folder, or files in their natural order.

    An import that was ended goes on where it was when it is called again.
    """
    from catmaid_server.tiles import imports

    settings = settings_from(data_dir=data_dir, database_url=database_url)
    voxel, offset, limits = _stack_numbers(sources, resolution, translation, value_range, tiles=tiles)

    async def work() -> imports.ImportedStack:
        async with opened_store(settings) as store:
            if tiles:
                return await imports.import_tiles(
                    store,
                    sources[0],
                    project=project,
                    owner=user,
                    tile_source_type=tile_source_type,
                    resolution_nm=voxel,
                    translation_nm=None if translation == "0,0,0" else offset,
                    title=title,
                    on_bad=on_bad.value,
                )
            with progress("Sections", "section") as show:
                return await imports.import_stack(
                    store,
                    settings.folder,
                    sources[0] if len(sources) == 1 else sources,
                    project=project,
                    owner=user,
                    resolution_nm=voxel,
                    translation_nm=offset,
                    title=title,
                    on_bad=on_bad.value,
                    value_range=limits,
                    tile_size=tile_size,
                    file_extension=tile_format.value,
                    progress=show,
                )

    made = run(work())
    answer(made, as_json=as_json, text=_described(made, project))


def _stack_numbers(
    sources: list[Path], resolution: str | None, translation: str, value_range: str | None, *, tiles: bool
) -> tuple[Any, Any, Any]:
    """Voxel size, translation and value range as numbers; `typer.BadParameter` for wrong or missing options."""
    voxel = None if resolution is None else numbers(resolution, 3, "--resolution", positive=True)
    offset = numbers(translation, 3, "--translation")
    limits = None if value_range is None else numbers(value_range, 2, "--range")
    if voxel is None and not tiles:
        raise typer.BadParameter("--resolution X,Y,Z is needed: the size of a voxel in nm.")
    if tiles and len(sources) != 1:
        raise typer.BadParameter("--tiles takes one folder.")
    return voxel, offset, limits


def _described(made: ImportedStack, project: str) -> str:
    size = " x ".join(map(str, made.dimension))
    verb = "Imported" if made.created else "Already there:"
    lines = [f"{verb} stack {made.stack_id} {made.title!r} ({size} pixels) in project {project!r}."]
    lines += [f"  Section {z} is black: {reason}" for z, reason in made.broken.items()]
    return "\n".join(lines)
