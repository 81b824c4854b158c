"""The command that reads the database with SQL."""

from __future__ import annotations

from typing import Annotated

import typer

from catmaid_server import service
from catmaid_server.cli.options import DatabaseUrl, DataDir, settings_from
from catmaid_server.operations import analysts, databases

app = typer.Typer()


@app.command()
def psql(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENT...]", help="Arguments of PostgreSQL's psql.", show_default=False),
    ] = None,
    dsn: Annotated[
        bool, typer.Option("--dsn", help="Print a connection string for other programs instead, without a password.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Read the database with SQL, in a role that sees no passwords, tokens and messages, and writes nothing."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    with databases.running_database(settings) as known:
        if not dsn:
            raise typer.Exit(analysts.run_psql(known, settings, list(arguments or [])))
        if arguments:
            raise typer.BadParameter("--dsn takes no arguments of psql.")
        analysts.grant_reading(known)
        typer.echo(analysts.analyst_dsn(known))
    if settings.database_url is not None:
        typer.echo(
            f"Give {analysts.ROLE} a password once, as an administrator in psql: \\password {analysts.ROLE}", err=True
        )
    elif service.status(settings).service is None:
        typer.echo("It is good while the service runs, which it does not now: see serve.", err=True)
