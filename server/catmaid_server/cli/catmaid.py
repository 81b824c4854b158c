"""Commands that bring data from CATMAID, and take it there."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catmaid_server.cli import exports, imports
from catmaid_server.cli.catmaid_options import (
    CatmaidProject,
    CatmaidToken,
    CatmaidTokenFile,
    CopyTitle,
    CreateUnknownUsers,
    FileOrAddress,
    MapUsers,
    MostConnections,
    OverrideUser,
    PreserveIds,
    SourceTitle,
)
from catmaid_server.cli.options import AsJson, AsUser, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, progress, run
from catmaid_server.cli.secret_input import secret_from
from catmaid_server.service.opening import opened_store


@imports.app.command("catmaid")
def import_catmaid(
    source: FileOrAddress,
    project: CatmaidProject = None,
    source_project: SourceTitle = None,
    token: CatmaidToken = None,
    token_file: CatmaidTokenFile = None,
    title: CopyTitle = None,
    connections: MostConnections = 4,
    map_users: MapUsers = None,
    override_user: OverrideUser = None,
    create_unknown_users: CreateUnknownUsers = True,
    preserve_ids: PreserveIds = False,
    user: AsUser = "admin",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Bring projects from CATMAID, out of a file or from a running server.

    Each project comes whole, or not at all. A copy from a server that was ended goes on where it was if called again.
    """
    from catmaid_server.transfer.importers.catmaid import copying, importing

    remote = _is_remote(source, source_project, title, map_users, override_user)
    token = _token(token, token_file, source if remote else None)

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

    answer(summary := run(work()), as_json=as_json, text=str(summary))


def _token(token: str | None, token_file: Path | None, server: str | None) -> str | None:
    """The token for a server; for a file, whose `server` is None, there is none."""
    if server is None:
        if token_file is not None:
            raise typer.BadParameter("--token-file goes with a server, not with a file.")
        return None
    if token_file is not None:
        return secret_from(token_file, "API token")
    if token is not None:
        return token
    from catmaid_wire.environment_token import token_for
    from catmaid_wire.http import server_url

    try:
        address = server_url(server)
    except ValueError:
        return None  # The copy says what is wrong with the address.
    try:
        return token_for(address)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def _is_remote(
    source: str, source_project: str | None, title: str | None, map_users: bool | None, override_user: str | None
) -> bool:
    """Whether the source is a server, not a file; `typer.BadParameter` for options that exclude each other."""
    remote = source.startswith(("http://", "https://"))
    if override_user is not None and map_users is not None:
        raise typer.BadParameter(
            "--override-user gives all rows to one user; leave out --map-users and --no-map-users."
        )
    if remote and (source_project is not None or map_users is False):
        raise typer.BadParameter("--source-project and --no-map-users go with a file, not with a server.")
    if title is not None and not remote:
        raise typer.BadParameter("--title goes with a server; for a file, --project names the project that receives.")
    return remote


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
