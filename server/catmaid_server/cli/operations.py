"""Commands of an administrator about a whole database: check it, rebuild it, trim its history."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.operations import checks, databases, rebuilding, trimming
from catmaid_server.operations.checks import Outcome
from catmaid_server.operations.trimming import Trim

app = typer.Typer()

_NAMED_ROWS = 10


@app.command()
def check(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Say whether the database holds what it should: trees, links, edges, summaries, history.

    Prints the ids of what is wrong and the command that mends it. Exit code 1 if something is.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> list[Outcome]:
        async with databases.existing_store(settings) as store, databases.one_snapshot(store.dsn) as connection:
            return await checks.check(connection)

    outcomes = run(work())
    answer(outcomes, as_json=as_json, text="\n".join(_told(outcome) for outcome in outcomes))
    if not all(outcome.holds for outcome in outcomes):
        raise typer.Exit(1)


@app.command()
def rebuild(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """Make derived data anew where they are wrong: edges, summaries, skeletons of links and reviews, counters."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with databases.operating(settings, rebuilding.LABEL) as tx:
            await rebuilding.rebuild(tx)

    run(work())
    answer({"rebuilt": True}, as_json=as_json, text="Derived data are what the rows say. See also: check.")


@app.command()
def trim(
    before: Annotated[str, typer.Argument(metavar="VERSION|PIN|TIME", show_default=False)],
    project: Annotated[
        str | None,
        typer.Option("--project", metavar="TITLE", help="Title or id of the project of the pin.", show_default=False),
    ] = None,
    with_pins: Annotated[bool, typer.Option("--with-pins", help="Delete pins of versions before, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask for the version.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Delete the history of all projects before a version, after its number was typed. Nothing of the present goes.

    Versions before it cannot be read or taken back any more. Who made them, and when, stays in the log.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def found() -> Trim:
        async with databases.existing_store(settings) as store, store.reading() as connection:
            return await trimming.planned(connection, before, project)

    planned = run(found())
    if dry_run:
        answer(planned, as_json=as_json, text=f"This would be deleted: {_size(planned)}\n{_meaning(planned)}")
        return
    if planned.pins and not with_pins:
        raise InvalidInput(trimming.refusal(planned))
    if not sure:
        _ask_for_version(planned)

    async def work() -> Trim:
        async with databases.operating(settings, trimming.LABEL) as tx:
            return await trimming.trim(tx, planned.version, with_pins=with_pins)

    done = run(work())
    answer(done, as_json=as_json, text=f"Deleted: {_size(done)}\n{_meaning(done)} New rows take the room.")


def _size(found: Trim) -> str:
    tables = ", ".join(f"{table.name} {table.states:,}" for table in found.tables) or "none"
    pins = ", ".join(f"{pin.name!r} of {pin.project!r} (version {pin.version})" for pin in found.pins) or "none"
    return (
        f"the history of all projects before version {found.version}, {found.states:,} former states of rows.\n"
        f"By table: {tables}.\nPins of versions before: {pins}."
    )


def _meaning(found: Trim) -> str:
    return (
        f"Versions before {found.version} cannot be read any more, nor can they and {found.version} be taken back. "
        "What is there now stays, and the log of who did what and when."
    )


def _ask_for_version(planned: Trim) -> None:
    typer.echo(f"This will be deleted for ever: {_size(planned)}\n{_meaning(planned)}", err=True)
    if sys.stdin.isatty():
        typed: str = typer.prompt("Type the version to delete what is before it", err=True)
    else:
        typed = sys.stdin.readline().rstrip("\n")
    if typed != str(planned.version):
        raise typer.BadParameter(f"{typed!r} is not the version, so nothing was deleted. With --yes nothing is asked.")


def _told(outcome: Outcome) -> str:
    if outcome.holds:
        return f"ok     {outcome.name}: {outcome.statement}"
    number = f"{len(outcome.rows)}{' or more' if outcome.has_more else ''}"
    ids = ", ".join(f"{row_id} ({more})" for row_id, more in outcome.rows[:_NAMED_ROWS])
    rest = ", …" if len(outcome.rows) > _NAMED_ROWS else ""
    return (
        f"WRONG  {outcome.name}: {outcome.statement} Not so for {number}: {ids}{rest}.\n"
        f"       To mend: {outcome.remedy}"
    )
