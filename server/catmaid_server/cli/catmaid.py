"""Commands that bring data from CATMAID, and take it there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli import exports, imports
from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store

_FILE = "FILE only: "


@imports.app.command("catmaid")
def import_catmaid(
    source: Annotated[
        str, typer.Argument(metavar="FILE.json|URL", show_default=False,
                            help="File that CATMAID's catmaid_export_data wrote, gzipped or not."),
    ],
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="TITLE", show_default=False,
                     help="Title or id of the project that receives; a new title makes one. Default: a new project "
                          "for each of the file, of the same title."),
    ] = None,
    source_project: Annotated[
        str | None, typer.Option("--source-project", metavar="TITLE", show_default=False,
                                 help="Only this project of the file, by title or id."),
    ] = None,
    map_users: Annotated[
        bool | None, typer.Option("--map-users/--no-map-users", show_default="--map-users",
                                  help="Rows belong to users of the same name here, or to the file's users, who come "
                                       "along with passwords, groups, messages and settings."),
    ] = None,
    override_user: Annotated[
        str | None, typer.Option("--override-user", metavar="NAME", show_default=False,
                                 help="All rows belong to this user instead."),
    ] = None,
    create_unknown_users: Annotated[
        bool, typer.Option("--create-unknown-users/--no-create-unknown-users",
                           help="Make users of names unknown here, inactive; or refuse."),
    ] = True,
    preserve_ids: Annotated[
        bool, typer.Option("--preserve-ids", help="Keep all ids, if they are free; else rows get new ones."),
    ] = False,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring projects from CATMAID: of each everything that stands for something here, or nothing."""
    from catmaid_server.importers.catmaid import importing

    if override_user is not None and map_users is not None:
        raise typer.BadParameter("--override-user gives all rows to one user; leave out --map-users and "
                                 "--no-map-users.")

    async def work() -> importing.CatmaidSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            with progress("Import", "B") as show:
                return await importing.import_catmaid(
                    store, Path(source), user=user, project=project, source_project=source_project,
                    map_users=map_users is not False, override_user=override_user,
                    create_unknown_users=create_unknown_users, preserve_ids=preserve_ids, progress=show)

    summary = run(work())
    answer(summary, as_json=as_json, text=str(summary))


@exports.app.command("catmaid")
def export_catmaid(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.json", show_default=False, help="File to write; .json.gz is gzipped."),
    ],
    project: Annotated[
        str | None, typer.Option("--project", metavar="TITLE", show_default=False,
                                 help="Title or id of the project; default: all."),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write projects in the form of CATMAID's export files, which CATMAID and `import catmaid` read."""
    from catmaid_server.exporters import catmaid

    async def work() -> list[catmaid.ExportedModel]:
        async with opened_store(settings_from(data_dir=data_dir, database_url=database_url)) as store:
            with progress("Kinds of rows", "kind") as show:
                return await catmaid.export_catmaid(store, file, project=project, progress=show)

    models = run(work())
    rows = sum(model.rows for model in models)
    answer({"file": file, "rows": {model.model: model.rows for model in models}}, as_json=as_json,
           text=f"Wrote {rows} rows to {file}.")
