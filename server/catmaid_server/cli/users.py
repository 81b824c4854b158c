"""Commands about users: accounts and passwords."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import typer

from catmaid_server.cli.options import AsJson, DatabaseUrl, DataDir, settings_from
from catmaid_server.cli.output import answer, run, table
from catmaid_server.cli.secret_input import asked_secret
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import api_tokens, identities, login_sessions, members, users
from catmaid_server.domain.accounts.identities import JUPYTERHUB, LinkedIdentity
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

app = typer.Typer(help="Add, list and change users.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", show_default=False)]


@app.command("add")
def add_user(
    name: Name,
    password: Annotated[
        bool, typer.Option("--password", help="Ask for a password, or read it from standard input.")
    ] = False,
    superuser: Annotated[bool, typer.Option("--superuser", help="May do everything.")] = False,
    first_name: Annotated[str, typer.Option(show_default=False)] = "",
    last_name: Annotated[str, typer.Option(show_default=False)] = "",
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Add a user, who without a password can only use API tokens."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    chosen = asked_secret("password", twice=True) if password else None

    async def work() -> int:
        async with administering(settings, "users.create") as tx:
            return await users.create_user(
                tx, name, password=chosen, is_superuser=superuser, first_name=first_name, last_name=last_name
            )

    user_id = run(work())
    answer({"id": user_id, "username": name}, as_json=as_json, text=f"Added user {name!r} with id {user_id}.")


@app.command("list")
def list_users(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List all users."""

    async def work() -> list[members.Member]:
        async with (
            opened_store(settings_from(data_dir=data_dir, database_url=database_url)) as store,
            store.reading() as connection,
        ):
            return await members.list_members(connection)

    found = run(work())
    rows: list[tuple[object, ...]] = [
        (
            member.id,
            member.username,
            member.full_name,
            "yes" if member.is_superuser else "",
            "" if member.is_active else "no",
            ", ".join(member.groups),
        )
        for member in found
    ]
    answer(found, as_json=as_json, text=table(rows, ("id", "user", "name", "superuser", "active", "groups")))


@app.command("password")
def set_password(
    name: Name,
    revoke_tokens: Annotated[
        bool, typer.Option("--revoke-tokens", help="Make the user's API tokens worthless, too.")
    ] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Set a user's password: asked for, or read from standard input. Ends the user's sessions."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)
    chosen = asked_secret("password", twice=True)

    async def work() -> None:
        async with administering(settings, "users.set_password") as tx:
            user = await users.require_user(tx, name)
            await users.set_password(tx, user.id, chosen)
            if revoke_tokens:
                await api_tokens.revoke_tokens_of(tx, user.id)

    run(work())
    also = " and revoked their API tokens" if revoke_tokens else ""
    answer(None, as_json=False, text=f"Set the password of {name!r}{also}.")


@app.command("deactivate")
def deactivate(name: Name, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Close a user's account: their sessions and API tokens do nothing any more. What they made stays."""
    _set_active(name, settings_from(data_dir=data_dir, database_url=database_url), active=False)
    answer(None, as_json=False, text=f"Closed the account of {name!r}.")


@app.command("activate")
def activate(name: Name, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Open a user's account again."""
    _set_active(name, settings_from(data_dir=data_dir, database_url=database_url), active=True)
    answer(None, as_json=False, text=f"Opened the account of {name!r}.")


ProviderKey = Annotated[
    str, typer.Option("--with", help="jupyterhub, or a provider of the settings: oidc, orcid, github.")
]


@app.command("link")
def link(
    name: Name,
    subject: Annotated[
        str, typer.Argument(metavar="NAME_THERE", help="What the user is called there.", show_default=False)
    ],
    provider: ProviderKey = JUPYTERHUB,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Let who is NAME_THERE elsewhere sign in as the user NAME.

    That is the name on the JupyterHub, the ORCID iD, the number (not the name) of the GitHub account, or the subject
    that an OpenID provider has.
    """
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> None:
        async with administering(settings, "users.link") as tx:
            user = await users.require_user(tx, name)
            await identities.link(tx, user.id, _issuer(settings, provider), subject)

    run(work())
    answer(None, as_json=False, text=f"{subject!r} {_where(provider)} signs in as {name!r} from now on.")


@app.command("unlink")
def unlink(
    name: Name, provider: ProviderKey = JUPYTERHUB, data_dir: DataDir = None, database_url: DatabaseUrl = None
) -> None:
    """Let nobody sign in as a user from elsewhere any more, and end what they had begun that way."""
    settings = settings_from(data_dir=data_dir, database_url=database_url)

    async def work() -> str:
        async with administering(settings, "users.unlink") as tx:
            user = await users.require_user(tx, name)
            subject = await identities.unlink(tx, user.id, _issuer(settings, provider))
            await login_sessions.end_sessions_of(tx, user.id)
            return subject

    subject = run(work())
    answer(None, as_json=False, text=f"{subject!r} {_where(provider)} signs in as {name!r} no more.")


@app.command("sign-ins")
def list_sign_ins(data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False) -> None:
    """List who signs in from elsewhere: the JupyterHub, or a provider."""

    async def work() -> list[LinkedIdentity]:
        settings = settings_from(data_dir=data_dir, database_url=database_url)
        async with opened_store(settings) as store, store.reading() as connection:
            return await identities.list_identities(connection)

    found = run(work())
    rows: list[tuple[object, ...]] = [(one.username, one.issuer, one.subject) for one in found]
    answer(found, as_json=as_json, text=table(rows, ("user", "with", "known there as")))


def _issuer(settings: Settings, provider: str) -> str:
    return JUPYTERHUB if provider == JUPYTERHUB else settings.issuer_of(provider)


def _where(provider: str) -> str:
    return "on the hub" if provider == JUPYTERHUB else f"of {provider}"


def _set_active(name: str, settings: Settings, *, active: bool) -> None:
    async def work() -> None:
        async with administering(settings, "users.activate" if active else "users.deactivate") as tx:
            user = await users.require_user(tx, name)
            await users.set_active(tx, user.id, active=active)

    run(work())


@asynccontextmanager
async def administering(settings: Settings, label: str, *, project_id: int | None = None) -> AsyncIterator[Connection]:
    """A transaction in the name of the superuser: the owner of the data folder may act as superuser."""
    async with opened_store(settings) as store:
        async with store.reading() as connection:
            admin = await users.require_user(connection, "admin")
        async with store.writing(user_id=admin.id, project_id=project_id, label=label) as tx:
            yield tx
