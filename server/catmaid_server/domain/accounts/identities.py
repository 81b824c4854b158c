"""Users who sign in elsewhere: another service, such as JupyterHub, vouches for who they are and for their groups.

A user is known to it by an identity. Nobody gets the account of a user because they are called the same there: an
administrator links the two, or the account was made for the identity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts import api_tokens, inactivity, registration, users
from catmaid_server.domain.accounts.api_tokens import NewApiToken
from catmaid_server.domain.accounts.groups import LONGEST_NAME
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import InvalidInput, NotAllowed, NotFound

sql = load("accounts/identities")

JUPYTERHUB: Final = "jupyterhub"
TOKEN_LIFETIME: Final = timedelta(days=1)
_LONGEST_USERNAME: Final = 150


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is for a service that vouches for them.

    issuer
        Short name of that service, such as `jupyterhub`, or its address, as OpenID providers have one.
    subject
        What the person is called there; never given to another person.
    groups
        Names of the groups that they are in there; None if it does not tell.
    """

    issuer: str
    subject: str
    groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """An identity and the name of its user."""

    issuer: str
    subject: str
    username: str


async def signed_in(tx: Connection, identity: Identity) -> User:
    """The user of an identity, who is made if there is none yet, in the groups that the issuer tells of.

    Groups that are missing are made; they may do nothing until somebody grants them something. Memberships that the
    issuer gave and no longer tells of end, and all others stay. A group that is called like a user is left out: its
    members may edit that user's data.

    Raises `NotAllowed` if the account is closed, or if another account has the name of a new user.
    """
    await fetch_value(tx, sql.one_at_a_time, issuer=identity.issuer, subject=identity.subject)
    user_id = await user_id_of(tx, identity)
    if user_id is None:
        user_id = await _new_user(tx, identity)
    user = await open_account(tx, user_id)
    if identity.groups is not None:
        await _follow_groups(tx, user_id, identity.issuer, identity.groups)
    return user


async def user_id_of(connection: Connection, identity: Identity) -> int | None:
    """Whose identity this is; None: nobody's."""
    user_id: int | None = await fetch_value(
        connection, sql.user_of_identity, issuer=identity.issuer, subject=identity.subject
    )
    return user_id


async def open_account(tx: Connection, user_id: int) -> User:
    """The user who signs in; `NotAllowed` if the account is closed. Notes the time of the login."""
    user = await users.user_by_id(tx, user_id)
    assert user is not None
    if not user.is_active:
        why = await inactivity.why_closed(tx, user_id)
        raise NotAllowed(f"The account {user.username!r} is closed.{f' {why}' if why else ''}")
    await tx.execute(sql.note_sign_in, {"user_id": user_id})
    return user


async def _new_user(tx: Connection, identity: Identity) -> int:
    name = identity.subject
    if not name.strip() or len(name) > _LONGEST_USERNAME or not name.isprintable():
        raise NotAllowed(f"{name!r:.200} cannot be the name of a user: it takes 1 to {_LONGEST_USERNAME} characters.")
    try:
        user_id = await registration.register(tx, name, password_hash=None, first_name="", last_name="", email="")
    except InvalidInput:
        raise NotAllowed(
            f"There is already a user or a group {name!r} here that {identity.issuer} did not make. If that is the "
            f"same person, an administrator links both: catmaid-jupyter user link {name!r} {name!r}"
        ) from None
    await link(tx, user_id, identity.issuer, identity.subject)
    return user_id


async def _follow_groups(tx: Connection, user_id: int, issuer: str, told: Sequence[str]) -> None:
    fit = {name for name in told if name.strip() and len(name) <= LONGEST_NAME and name.isprintable()}
    taken = {name for (name,) in await fetch_all(tx, sql.names_of_users, names=sorted(fit))}
    names = sorted(fit - taken)
    values = {"issuer": issuer, "user_id": user_id, "names": names}
    for statement in (sql.make_groups, sql.leave_groups, sql.join_groups):
        await tx.execute(statement, values)


async def token_for(tx: Connection, user: User, issuer: str) -> NewApiToken:
    """Make an API token for who has just signed in, valid for a day; delete those before it that have run out."""
    name = _token_name(issuer)
    await tx.execute(sql.forget_expired_tokens, {"user_id": user.id, "name": name})
    return await api_tokens.create_token(tx, user.id, name, expiry=datetime.now(UTC) + TOKEN_LIFETIME)


async def link(tx: Connection, user_id: int, issuer: str, subject: str) -> None:
    """Let an issuer vouch for a user under a name; `InvalidInput` if that is another user's identity."""
    owner = await fetch_value(tx, sql.user_of_identity, issuer=issuer, subject=subject)
    if owner not in (None, user_id):
        raise InvalidInput(f"{subject!r} of {issuer} is another user already.")
    await tx.execute(sql.link, {"issuer": issuer, "subject": subject, "user_id": user_id})


async def unlink(tx: Connection, user_id: int, issuer: str) -> str:
    """Take a user's identity and the API tokens made for it away; return its name, `NotFound` if they have none."""
    subject: str | None = await fetch_value(tx, sql.unlink, issuer=issuer, user_id=user_id)
    if subject is None:
        raise NotFound(f"This user has no identity of {issuer}.")
    await tx.execute(sql.forget_tokens, {"user_id": user_id, "name": _token_name(issuer)})
    return subject


def _token_name(issuer: str) -> str:
    return f"signed in with {issuer}"


async def list_identities(connection: Connection, *, user_id: int | None = None) -> list[LinkedIdentity]:
    """All identities, or those of a user, by issuer and name."""
    return await fetch_records(connection, sql.list_identities, LinkedIdentity, user_id=user_id)
