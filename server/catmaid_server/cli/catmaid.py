"""Commands that bring data from CATMAID, and take it there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli import exports, imports
from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.service.opening import opened_store


@imports.app.command("catmaid")
def import_catmaid(
    source: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL",
            show_default=False,
            help="File that CATMAID's catmaid_export_data wrote, gzipped or not; or the address of a "
            "running CATMAID server.",
        ),
    ],
    project: Annotated[
        str | None,
        typer.Option(
            "--project",
            metavar="TITLE",
            show_default=False,
            help="FILE: title or id of the project that receives; a new title makes one; default: for each "
            "project of the file a new one of the same title. URL: title or id of the project there.",
        ),
    ] = None,
    source_project: Annotated[
        str | None,
        typer.Option(
            "--source-project",
            metavar="TITLE",
            show_default=False,
            help="FILE: only this project of the file, by title or id.",
        ),
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            show_default=False,
            envvar="CATMAID_TOKEN",
            help="URL: API token of an account that may browse the project.",
        ),
    ] = None,
    title: Annotated[
        str | None,
        typer.Option(
            "--title",
            metavar="TITLE",
            show_default=False,
            help="URL: title of the project that receives, which may exist; default: as there.",
        ),
    ] = None,
    connections: Annotated[
        int,
        typer.Option("--connections", min=1, max=32, help="URL: most requests at a time."),
    ] = 4,
    map_users: Annotated[
        bool | None,
        typer.Option(
            "--map-users/--no-map-users",
            show_default="--map-users",
            help="Rows belong to users of the same name here; or to the file's users, who come "
            "along with passwords, groups, messages and settings.",
        ),
    ] = None,
    override_user: Annotated[
        str | None,
        typer.Option(
            "--override-user", metavar="NAME", show_default=False, help="All rows belong to this user instead."
        ),
    ] = None,
    create_unknown_users: Annotated[
        bool,
        typer.Option(
            "--create-unknown-users/--no-create-unknown-users",
            help="Make users of names unknown here, inactive; or refuse.",
        ),
    ] = True,
    preserve_ids: Annotated[
        bool,
        typer.Option("--preserve-ids", help="Keep ids; they must be free. Else rows get new ones."),
    ] = False,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring projects from CATMAID, out of a file or from a running server.

    Each project comes whole, or not at all. A copy from a server that was ended goes on where it was when it is called
    again.
    """
    from catmaid_server.transfer.importers.catmaid import copying, importing

    remote = source.startswith(("http://", "https://"))
    if override_user is not None and map_users is not None:
        raise typer.BadParameter(
            "--override-user gives all rows to one user; leave out --map-users and --no-map-users."
        )
    if remote and (source_project is not None or map_users is False):
        raise typer.BadParameter("--source-project and --no-map-users go with a file, not with a server.")
    if title is not None and not remote:
        raise typer.BadParameter("--title goes with a server; for a file, --project names the project that receives.")

    async def work() -> importing.CatmaidSummary:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store:
            if remote:
                with progress("Copy", "part") as show:
                    return await copying.copy_project(
                        store,
                        settings.folder,
                        source,
                        user=user,
                        token=token,
                        project=project,
                        title=title,
                        override_user=override_user,
                        create_unknown_users=create_unknown_users,
                        preserve_ids=preserve_ids,
                        connections=connections,
                        progress=show,
                    )
            with progress("Import", "B") as show:
                return await importing.import_catmaid(
                    store,
                    Path(source),
                    user=user,
                    project=project,
                    source_project=source_project,
                    map_users=map_users is not False,
                    override_user=override_user,
                    create_unknown_users=create_unknown_users,
                    preserve_ids=preserve_ids,
                    progress=show,
                )

    summary = run(work())
    answer(summary, as_json=as_json, text=str(summary))


@exports.app.command("catmaid")
def export_catmaid(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.json", show_default=False, help="File to write; .json.gz is gzipped."),
    ],
    project: Annotated[
        str | None,
        typer.Option(
            "--project", metavar="TITLE", show_default=False, help="Title or id of the project; default: all."
        ),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write projects in the form of CATMAID's export files, which CATMAID and `import catmaid` read."""
    from catmaid_server.transfer.exporters import catmaid

    async def work() -> list[catmaid.ExportedModel]:
        async with opened_store(settings_from(data_dir=data_dir, database_url=database_url)) as store:
            with progress("Kinds of rows", "kind") as show:
                return await catmaid.export_catmaid(store, file, project=project, progress=show)

    models = run(work())
    rows = sum(model.rows for model in models)
    answer(
        {"file": file, "rows": {model.model: model.rows for model in models}},
        as_json=as_json,
        text=f"Wrote {rows} rows to {file}.",
    )
