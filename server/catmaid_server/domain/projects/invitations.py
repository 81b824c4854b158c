"""Project tokens as invitations: links that let people into a project until a date, or for a number of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.memberships import require_known
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("projects/invitations")

MOST_USES: Final = 10_000
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """A token of a project, as those see it who administer the project.

    most_uses : how many people it is for; None: any number.
    uses : how many have used it, also those who wait for approval.
    email : of the person for whom it was made; empty: for whoever has it.
    mail : what became of its mail; empty: none is sent, or that is long ago.
    """

    id: int
    name: str
    token: UUID
    permissions: list[str]
    needs_approval: bool
    enabled: bool
    created: datetime
    expires: datetime | None
    most_uses: int | None
    uses: int
    user_id: int
    user: str
    email: str
    mail: str

    @property
    def is_open(self) -> bool:
        """Whether it lets people in."""
        is_over = self.expires is not None and self.expires <= datetime.now(UTC)
        return self.enabled and not is_over and (self.most_uses is None or self.uses < self.most_uses)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundInvitation:
    """An invitation, as who has its token sees it.

    user, full_name : of who made it.
    by_superuser : whether that is a superuser.
    is_used : whether who asks has used it.
    is_in : whether who asks is in the project by it.
    """

    id: int
    name: str
    project_id: int
    project: str
    permissions: list[str]
    needs_approval: bool
    enabled: bool
    expires: datetime | None
    is_over: bool
    most_uses: int | None
    uses: int
    user: str
    full_name: str
    by_superuser: bool
    is_used: bool
    is_in: bool

    @property
    def maker(self) -> str:
        """Who made it, as people call them."""
        return f"{self.full_name} ({self.user})" if self.full_name else self.user

    @property
    def ends(self) -> bool:
        """Whether it ends by itself some day."""
        return self.expires is not None or self.most_uses is not None

    @property
    def why_ended(self) -> str:
        """Why it lets who asks not in, as a sentence; empty: it does. Whom it let in, it lets in again."""
        if not self.enabled:
            return f"This invitation into {self.project!r} was withdrawn."
        if self.is_used:
            return ""
        if self.is_over and self.expires is not None:
            ended = self.expires.astimezone(UTC)
            return f"This invitation into {self.project!r} ended on {ended:%Y-%m-%d at %H:%M} UTC. Ask for a new one."
        if self.most_uses is not None and self.uses >= self.most_uses:
            by = "somebody" if self.most_uses == 1 else f"the {self.most_uses} people for whom it was"
            return f"This invitation into {self.project!r} has been used by {by}. Ask for a new one."
        return ""


async def create(
    tx: Connection,
    project_id: int,
    user_id: int,
    *,
    name: str,
    permissions: Sequence[str],
    needs_approval: bool,
    expires: datetime | None,
    most_uses: int | None,
    email: str = "",
) -> Invitation:
    """Make an invitation. `InvalidInput` for unknown permissions, an end in the past, or a number of nobody."""
    require_known(permissions)
    if not permissions:
        raise InvalidInput("An invitation gives at least one permission, such as can_browse.")
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(f"The name of an invitation has at most {_LONGEST_NAME} characters, without line breaks.")
    if expires is not None and expires <= datetime.now(UTC):
        raise InvalidInput(
            f"An invitation ends in the future, and {expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC is past."
        )
    if most_uses is not None and not 1 <= most_uses <= MOST_USES:
        raise InvalidInput(f"An invitation is for 1 to {MOST_USES:,} people, or any number of them, not {most_uses}.")
    made = await fetch_value(
        tx,
        sql.create,
        project_id=project_id,
        user_id=user_id,
        name=name.strip(),
        permissions=list(permissions),
        needs_approval=needs_approval,
        expiry=expires,
        most_uses=most_uses,
        email=email,
    )
    return next(one for one in await list_invitations(tx, project_id) if one.id == made)


async def list_invitations(connection: Connection, project_id: int) -> list[Invitation]:
    """The invitations into a project, the oldest first."""
    return await fetch_records(connection, sql.listed, Invitation, project_id=project_id)


async def find(connection: Connection, token: str, user_id: int) -> FoundInvitation:
    """The invitation of a token, as a user sees it.

    Raises `InvalidInput` for a malformed token, `NotFound` for an unknown one.
    """
    if not token:
        raise NotFound("Which project token? Send token=...")
    found = await fetch_records(connection, sql.by_token, FoundInvitation, token=_key(token), user_id=user_id)
    if not found:
        raise NotFound("There is no such project token.")
    return found[0]


async def hold(tx: Connection, token: str) -> None:
    """Let others who use a token wait until the transaction ends, so that no more get in than it is for."""
    if token:
        await fetch_value(tx, sql.hold, token=_key(token))


async def maker_of(connection: Connection, project_id: int, token_id: int) -> int | None:
    """Id of the user who made a token; None if the project has no such token."""
    found: int | None = await fetch_value(connection, sql.maker, project_id=project_id, token_id=token_id)
    return found


def _key(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError:
        raise InvalidInput(f"{token!r} is not a project token.") from None
