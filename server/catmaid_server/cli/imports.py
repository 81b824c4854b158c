"""Commands that bring data in: skeletons, synapses, whole tables; `stacks` and `catmaid` add theirs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli.options import (
    AsJson,
    AsUser,
    DatabaseUrl,
    DataDir,
    ProjectTitle,
    Scale,
    settings_from,
)
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store

app = typer.Typer(help="Bring data in.", no_args_is_help=True)


@app.command("connectors")
def import_connectors(
    connectors: Annotated[Path, typer.Argument(metavar="CONNECTORS.csv", show_default=False)],
    links: Annotated[Path, typer.Argument(metavar="LINKS.csv", show_default=False)],
    project: ProjectTitle,
    nodes: Annotated[
        Path | None,
        typer.Option(show_default=False, help="Table of all nodes; default: skeletons.csv beside LINKS.csv."),
    ] = None,
    nearest: Annotated[
        float | None,
        typer.Option(
            metavar="NM", min=0, show_default=False, help="Link to the nearest node of the skeleton within so many nm."
        ),
    ] = None,
    scale: Scale = 1.0,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make synapses between imported skeletons: all of both tables, or nothing."""
    from catmaid_server.transfer.importers import connectors as importer

    async def work() -> importer.ConnectorSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            return await importer.import_connectors(
                store, connectors, links, project=project, user=user, nodes=nodes, nearest=nearest, scale=scale
            )

    summary = run(work())
    answer(summary, as_json=as_json, text=str(summary))


@app.command("bulk")
def import_bulk(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    project: Annotated[
        str | None,
        typer.Option(
            metavar="TITLE", show_default=False, help="Title of the project; default: the one of --project-id."
        ),
    ] = None,
    project_id: Annotated[int, typer.Option(min=1, help="Id for a new project.")] = 1,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Load whole CSV tables with their ids: everything, or nothing."""
    from catmaid_server.transfer.importers import bulk

    async def work() -> bulk.BulkSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            with progress("Rows", "row") as show:
                return await bulk.import_bulk(
                    store, folder, user=user, project=project, project_id=project_id, progress=show
                )

    summary = run(work())
    answer(summary, as_json=as_json, text=str(summary))
