"""Commands of an administrator about a whole database: check and rebuild it."""

from __future__ import annotations

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run
from catmaid_server.operations import checks, databases, rebuilding
from catmaid_server.operations.checks import Outcome

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
