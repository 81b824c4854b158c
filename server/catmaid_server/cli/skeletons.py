"""Commands that import skeletons; they join the imports."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from catmaid_server.cli.imports import app
from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, ProjectTitle, Scale, settings_from
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store
from catmaid_server.transfer.file_names import readable_path

if TYPE_CHECKING:
    from catmaid_server.transfer.importers.skeletons import ImportSummary


class TreesOption(enum.StrEnum):
    """What to do with a file of several trees."""

    REFUSE = "refuse"
    FIRST = "first"
    ALL = "all"


Sources = Annotated[list[Path], typer.Argument(metavar="FOLDER|FILE...", show_default=False)]
Trees = Annotated[
    TreesOption,
    typer.Option("--trees", help="Refuse a file of several trees, take its first tree, or make a neuron of each."),
]
SomaLabel = Annotated[bool, typer.Option("--soma-label", help="Give nodes of type 1 (soma) the label soma.")]
NeuronName = Annotated[
    str,
    typer.Option(
        "--name", metavar="PATTERN", help="Name of the neurons; {name} is the name in the file, {n} counts from 1."
    ),
]
Annotations = Annotated[
    list[str] | None,
    typer.Option("--annotation", metavar="NAME", show_default=False, help="Annotate the neurons; may be repeated."),
]


@app.command("swc")
def import_swc(
    sources: Sources,
    project: ProjectTitle,
    scale: Scale = 1.0,
    trees: Trees = TreesOption.REFUSE,
    soma_label: SomaLabel = False,
    name: NeuronName = "{name}",
    annotations: Annotations = None,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make neurons of SWC or eSWC files, or of all such files of a folder.

    A file that is wrong is refused and the others are imported; then the exit code is 1.
    """
    from catmaid_server.transfer.importers import skeletons, swc

    async def work() -> ImportSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            with progress("Files", "file") as show:
                return await swc.import_swc(
                    store,
                    sources,
                    project=project,
                    user=user,
                    scale=scale,
                    trees=trees.value,
                    soma_label=soma_label,
                    neurons=skeletons.NewNeurons(name, tuple(annotations or ())),
                    progress=show,
                )

    _report(run(work()), as_json=as_json)


@app.command("skeletons")
def import_skeletons(
    sources: Sources,
    project: ProjectTitle,
    scale: Annotated[
        float | None,
        typer.Option(
            "--scale",
            metavar="NM",
            show_default=False,
            help="Unit of the files, in nm; default: what they say, else 1.",
        ),
    ] = None,
    trees: Trees = TreesOption.REFUSE,
    soma_label: SomaLabel = False,
    name: NeuronName = "{name}",
    annotations: Annotations = None,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make neurons of files whose format is found by their content, or of all such files of a folder.

    SWC, eSWC, NML (webKnossos), JSON (CATMAID, navis), traces (SNT). A file that is wrong is refused and the others are
    imported; then the exit code is 1.
    """
    from catmaid_server.transfer.importers import skeleton_files, skeletons

    async def work() -> ImportSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            with progress("Files", "file") as show:
                return await skeletons.import_skeletons(
                    store,
                    sources,
                    project=project,
                    user=user,
                    options=skeleton_files.ReadingOptions(scale, trees.value, soma_label),
                    neurons=skeletons.NewNeurons(name, tuple(annotations or ())),
                    progress=show,
                )

    _report(run(work()), as_json=as_json)


def _report(summary: ImportSummary, *, as_json: bool) -> None:
    """Print what was imported and refused; the exit code is 1 if a file was refused."""
    value = {
        "skeletons": len(summary.imported),
        "nodes": summary.nodes,
        "cable_length": summary.cable_length,
        "imported": [made._asdict() | {"path": readable_path(made.path)} for made in summary.imported],
        "refused": [refusal._asdict() | {"path": readable_path(refusal.path)} for refusal in summary.refused],
        "notes": [note._asdict() | {"path": readable_path(note.path)} for note in summary.notes],
    }
    answer(value, as_json=as_json, text=str(summary))
    if summary.refused:
        raise typer.Exit(1)
