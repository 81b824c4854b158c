"""Commands that write data out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, ProjectTitle, settings_from
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store

app = typer.Typer(help="Write data out.", no_args_is_help=True)

TargetFolder = Annotated[Path, typer.Argument(metavar="DIR", show_default=False, help="Folder; made if missing.")]


@app.command("swc")
def export_swc(
    folder: TargetFolder,
    project: ProjectTitle,
    skeleton_ids: Annotated[
        list[int] | None,
        typer.Option("--skeleton", metavar="ID", show_default=False, help="Only this skeleton; may be repeated."),
    ] = None,
    soma_markers: Annotated[
        list[str] | None,
        typer.Option(
            "--soma-marker",
            metavar="MARKER",
            show_default=False,
            help="What makes a node the soma (type 1): tag:soma, root or radius:NM; may be repeated. "
            "Default: each node with the label soma.",
        ),
    ] = None,
    eswc: Annotated[bool, typer.Option("--eswc", help="Write .eswc: with authors, times and confidences.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write each skeleton to DIR/<skeleton id>.swc, in nm."""
    from catmaid_server.transfer.exporters import swc

    async def work() -> list[Path]:
        async with opened_store(settings_from(data_dir=data_dir, database_url=database_url)) as store:
            with progress("Skeletons", "skeleton") as show:
                return await swc.export_swc(
                    store,
                    project,
                    folder,
                    skeleton_ids=skeleton_ids or None,
                    soma_markers=soma_markers or (),
                    authors=eswc,
                    progress=show,
                )

    paths = run(work())
    answer({"files": paths}, as_json=as_json, text=f"Wrote {len(paths)} SWC files to {folder}.")


@app.command("csv")
def export_csv(
    folder: TargetFolder,
    project: ProjectTitle,
    compress: Annotated[bool, typer.Option("--compress", help="Write .csv.gz.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write all tables of a project, with ids, in the form that `import bulk` reads."""
    from catmaid_server.transfer.exporters import bulk

    async def work() -> list[bulk.ExportedTable]:
        async with opened_store(settings_from(data_dir=data_dir, database_url=database_url)) as store:
            with progress("Tables", "table") as show:
                return await bulk.export_csv(store, project, folder, compress=compress, progress=show)

    tables = run(work())
    answer({"tables": tables}, as_json=as_json, text="\n".join(f"{table.path}: {table.rows} rows" for table in tables))
