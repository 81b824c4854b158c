"""Commands about API tokens: give, list and revoke them."""

from __future__ import annotations

from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.users import administering
from catmaid_server.domain.accounts import api_tokens, users
from catmaid_server.domain.accounts.api_tokens import ApiToken
from catmaid_server.service.opening import opened_store

app = typer.Typer(help="List and revoke API tokens.", no_args_is_help=True)
giving = typer.Typer()


@giving.command("token")
def issue_token(
    name: Annotated[str, typer.Argument(metavar="USER", show_default=False)],
    purpose: Annotated[
        str, typer.Option("--for", metavar="TEXT", help="What it is for, to tell it from others.", show_default=False)
    ] = "from the command line",
    days: Annotated[
        int | None,
        typer.Option("--days", metavar="N", help="How long it is valid.", show_default=False),
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Print a new API token for a user. Only its hash is kept, so it is shown this once."""

    async def work() -> str:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with administering(settings, "users.issue_token") as tx:
            user = await users.require_user(tx, name)
            expiry = None if days is None else api_tokens.expiry_in(days)
            return (await api_tokens.create_token(tx, user.id, purpose, expiry=expiry)).token

    token = run(work())
    answer({"user": name, "token": token}, as_json=as_json, text=token)


@app.command("list")
def list_tokens(
    name: Annotated[str | None, typer.Argument(metavar="[USER]", show_default=False)] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the API tokens of a user, or all."""

    async def work() -> list[ApiToken]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            user = None if name is None else await users.require_user(connection, name)
            return await api_tokens.list_tokens(connection, user_id=None if user is None else user.id)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (
            token.id,
            token.username,
            f"{token.creation_time:%Y-%m-%d %H:%M}",
            "" if token.expiry is None else f"{token.expiry:%Y-%m-%d %H:%M}",
            "" if token.last_use is None else f"{token.last_use:%Y-%m-%d %H:%M}",
            token.ending,
            token.name,
        )
        for token in found
    ]
    answer(
        found, as_json=as_json, text=table(rows, ("id", "user", "made (UTC)", "until", "last used", "ends with", "for"))
    )


@app.command("revoke")
def revoke_tokens(
    token_ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", show_default=False)] = None,
    of_user: Annotated[
        str | None, typer.Option("--all-of", metavar="USER", help="Every token of this user.", show_default=False)
    ] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Make API tokens worthless, by their ids or all of a user; running services refuse them at once."""
    ids = list(dict.fromkeys(token_ids or []))
    if bool(ids) == (of_user is not None):
        raise typer.BadParameter("Name the tokens by ID, or a user with --all-of.")

    async def work() -> int:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with administering(settings, "users.revoke_tokens") as tx:
            if of_user is not None:
                return await api_tokens.revoke_tokens_of(tx, (await users.require_user(tx, of_user)).id)
            await api_tokens.revoke_tokens(tx, ids)
            return len(ids)

    count = run(work())
    answer({"revoked": count}, as_json=as_json, text=f"Revoked {count} API token{'' if count == 1 else 's'}.")
