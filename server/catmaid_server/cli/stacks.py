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
from catmaid_server.service.settings import Settings

if TYPE_CHECKING:
    from catmaid_server.tiles.imports.stacks import ImportedStack


_BLACK_SHOWN = 50


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
Translation = Annotated[
    str | None,
    typer.Option(metavar="X,Y,Z", show_default="0,0,0", help="Where the first voxel is, in nm."),
]
StackTitle = Annotated[str | None, typer.Option(show_default=False, help="Title of the stack.")]
OnBadSections = Annotated[OnBadOption, typer.Option(help="Refuse the stack if sections cannot be used, or skip those.")]
Range = Annotated[
    str | None,
    typer.Option(
        "--range",
        metavar="BLACK,WHITE",
        show_default="8 bits: all; else found",
        help="Values of the sections that become black and white.",
    ),
]
Channel = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, show_default="1; colours: luma", help="Which of several channels to import."),
]
TimePoint = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, show_default="1", help="Which of several time points to import."),
]
Renumber = Annotated[
    bool,
    typer.Option("--renumber", help="Take files as neighbouring sections although numbers between theirs are missing."),
]
Dataset = Annotated[
    str | None,
    typer.Option(metavar="PATH", show_default="the only one", help="Path of the array in a volume that has several."),
]
Labels = Annotated[
    bool | None,
    typer.Option(
        "--labels/--no-labels", show_default="what the volume says", help="Values are ids: they stay, in colours."
    ),
]
TileSize = Annotated[
    str | None,
    typer.Option(metavar="PIXELS", show_default="512", help="Edge of a tile; with --tiles WIDTH,HEIGHT, too."),
]
ServedFormat = Annotated[
    TileFormat | None,
    typer.Option("--format", show_default="jpg", help="Format of the tiles that are served."),
]
FromTiles = Annotated[bool, typer.Option("--tiles", help="FOLDER is a pyramid of tile files; it is used where it is.")]
TileSourceType = Annotated[
    int | None, typer.Option(metavar="1|4|5", show_default="found", help="With --tiles: how the files are laid out.")
]
Dimension = Annotated[
    str | None,
    typer.Option(metavar="X,Y,Z", show_default="found", help="With --tiles: size of the stack in pixels and sections."),
]
ZoomLevels = Annotated[
    int | None,
    typer.Option(metavar="N", min=1, show_default="found", help="With --tiles: how many zoom levels there are."),
]
FileExtension = Annotated[
    str | None, typer.Option(metavar="EXT", show_default="found", help="With --tiles: how the file names end.")
]


@app.command("stack")
def import_stack(
    sources: Sources,
    project: ProjectTitle,
    resolution: Resolution = None,
    translation: Translation = None,
    title: StackTitle = None,
    on_bad: OnBadSections = OnBadOption.REFUSE,
    value_range: Range = None,
    channel: Channel = None,
    time_point: TimePoint = None,
    renumber: Renumber = False,
    dataset: Dataset = None,
    labels: Labels = None,
    tile_size: TileSize = None,
    tile_format: ServedFormat = None,
    tiles: FromTiles = False,
    tile_source_type: TileSourceType = None,
    dimension: Dimension = None,
    zoom_levels: ZoomLevels = None,
    file_extension: FileExtension = None,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make a stack of TIFF, PNG or JPEG sections: a folder, or files. Their numbers give the order.

    Or of one volume: OME-Zarr, Zarr, N5, precomputed, HDF5, MRC or NRRD, whose size of voxels is found.

    An import that was ended goes on where it was when it is called again.
    """
    voxel = None if resolution is None else numbers(resolution, 3, "--resolution", positive=True)
    if tiles and len(sources) != 1:
        raise typer.BadParameter("--tiles takes one folder.")
    options: dict[str, Any] = {
        "project": project,
        "owner": user,
        "resolution_nm": voxel,
        "title": title,
        "on_bad": on_bad.value,
    }
    if translation is not None:
        options["translation_nm"] = numbers(translation, 3, "--translation")
    sections = _section_options(
        value_range, channel, time_point, tile_format, tile_size, renumber=renumber, use=not tiles
    )
    if tiles:
        _refuse_given("--tiles takes the files as they are; leave out", {"--dataset": dataset, "--labels": labels})
    else:
        sections |= {"dataset": dataset, "labels": labels}
    pyramid = _tile_options(tile_source_type, dimension, zoom_levels, file_extension, tile_size, use=tiles)
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    made = run(_imported(settings, sources, options | (pyramid if tiles else sections), tiles=tiles))
    answer(made, as_json=as_json, text=_described(made, project))


def _section_options(
    value_range: str | None,
    channel: int | None,
    time_point: int | None,
    tile_format: TileFormat | None,
    tile_size: str | None,
    *,
    renumber: bool,
    use: bool,
) -> dict[str, Any]:
    """Arguments for `tiles.imports.stacks.import_stack`; refuses these options where they are of no use."""
    from catmaid_server.tiles.imports.survey import SectionChoice

    if not use:
        _refuse_given(
            "--tiles takes the files as they are; leave out",
            {
                "--range": value_range,
                "--channel": channel,
                "--time-point": time_point,
                "--renumber": renumber or None,
                "--format": tile_format,
            },
        )
        return {}
    limits = None if value_range is None else numbers(value_range, 2, "--range")
    if limits is not None and limits[0] >= limits[1]:
        raise typer.BadParameter(f"--range takes the smaller value first, not {value_range!r}.")
    edge = (512,) if tile_size is None else _whole_numbers(tile_size, (1,), "--tile-size")
    if not 64 <= edge[0] <= 4096:
        raise typer.BadParameter(f"--tile-size takes 64 to 4096 pixels, not {tile_size!r}.")
    return {
        "choice": SectionChoice((limits[0], limits[1]) if limits else None, channel, time_point, renumber),
        "tile_size": edge[0],
        "file_extension": (tile_format or TileFormat.JPG).value,
    }


def _tile_options(
    tile_source_type: int | None,
    dimension: str | None,
    zoom_levels: int | None,
    file_extension: str | None,
    tile_size: str | None,
    *,
    use: bool,
) -> dict[str, Any]:
    """Arguments for `tiles.imports.stacks.import_tiles`; refuses these options where they are of no use."""
    if not use:
        _refuse_given(
            "Only --tiles has",
            {
                "--tile-source-type": tile_source_type,
                "--dimension": dimension,
                "--zoom-levels": zoom_levels,
                "--file-extension": file_extension,
            },
        )
        return {}
    size = None if tile_size is None else _whole_numbers(tile_size, (1, 2), "--tile-size")
    return {
        "tile_source_type": tile_source_type,
        "dimension": None if dimension is None else _whole_numbers(dimension, (3,), "--dimension"),
        "tile_size": None if size is None else (size[0], size[-1]),
        "zoom_levels": zoom_levels,
        "file_extension": None if file_extension is None else file_extension.removeprefix("."),
    }


def _refuse_given(reason: str, options: dict[str, Any]) -> None:
    given = [name for name, value in options.items() if value is not None]
    if given:
        raise typer.BadParameter(f"{reason} {', '.join(given)}.")


def _whole_numbers(text: str, counts: tuple[int, ...], option: str) -> tuple[int, ...]:
    """Whole numbers above 0 from text such as `1024,1024,20`; `typer.BadParameter` if it is not that."""
    parts = text.split(",")
    if len(parts) in counts and all(part.strip().isascii() and part.strip().isdecimal() for part in parts):
        values = tuple(int(part) for part in parts)
        if min(values) > 0:
            return values
    wanted = {(1,): "a whole number", (1, 2): "one or two whole numbers"}.get(counts, f"{counts[0]} whole numbers")
    between = "" if counts == (1,) else " with commas between"
    raise typer.BadParameter(f"{option} takes {wanted} above 0{between}, not {text!r}.")


async def _imported(settings: Settings, sources: list[Path], options: dict[str, Any], *, tiles: bool) -> ImportedStack:
    from catmaid_server.tiles.imports import stacks

    async with opened_store(settings) as store:
        if tiles:
            return await stacks.import_tiles(store, sources[0], **options)
        with progress("Sections", "section") as show:
            source = sources[0] if len(sources) == 1 else sources
            return await stacks.import_stack(store, settings.folder, source, progress=show, **options)


def _described(made: ImportedStack, project: str) -> str:
    size = " x ".join(map(str, made.dimension))
    verb = "Imported" if made.created else "Already there:"
    lines = [f"{verb} stack {made.stack_id} {made.title!r} ({size} pixels) in project {project!r}."]
    black = [f"  Section {z} is black: {reason}" for z, reason in made.broken.items()]
    lines += black[:_BLACK_SHOWN]
    if len(black) > _BLACK_SHOWN:
        lines.append(f"  and {len(black) - _BLACK_SHOWN} more sections are black (--json names all)")
    lines += [f"  {note}" for note in made.notes]
    return "\n".join(lines)
