"""Mail that users have sent: invitations, and messages to others. It is asked for here, and sent by a job."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.jobs import jobs

sql = load("projects/mails")

INVITATION: Final = "invitation mail"
MESSAGE: Final = "message mail"
WAITING: Final = "waits"
_LONGEST: Final = 254
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE | re.ASCII
)


def require_address(text: str) -> str:
    """An e-mail address without blanks around it; `InvalidInput` for what is none, or several."""
    address = text.strip()
    if len(address) > _LONGEST or not _ADDRESS.fullmatch(address):
        raise InvalidInput(f"An e-mail address is written as ana@lab.example, one at a time, not {text!r:.100}.")
    return address


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedInvitation:
    """What the mail of an invitation tells."""

    address: str
    token: UUID
    project: str
    user: str
    full_name: str
    needs_approval: bool
    expires: datetime | None
    most_uses: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedMessage:
    """A message, and the address of who gets it."""

    address: str
    title: str
    text: str


async def mail_invitation(tx: Connection, project_id: int, user_id: int, token_id: int, *, limit: int) -> None:
    """Have an invitation sent to the address for which it was made; `limit`: how much mail a user may send in an hour.

    Raises `InvalidInput` if the user has had too much sent, or the limit is 0: then the service sends none.
    """
    if not limit:
        raise InvalidInput("This service sends no mail: its settings name no mail server.")
    if not await _may_send(tx, user_id, limit):
        raise InvalidInput(f"You have had {limit} mails sent in the last hour, as many as you may: try again later.")
    await _add(tx, project_id, user_id, INVITATION, "Invitation by mail", token_id=token_id)


async def mail_message(tx: Connection, project_id: int, user_id: int, message_id: int, *, to: int, limit: int) -> bool:
    """Have a message of a user to another one mailed, too; False where there is no address, or the limit is reached."""
    if not limit or not await fetch_value(tx, sql.has_address, user_id=to) or not await _may_send(tx, user_id, limit):
        return False
    await _add(tx, project_id, user_id, MESSAGE, "Message by mail", message_id=message_id)
    return True


async def find_invitation(connection: Connection, project_id: int, token_id: int) -> MailedInvitation | None:
    """An invitation to be sent; None if it was withdrawn meanwhile."""
    found = await fetch_records(connection, sql.invitation, MailedInvitation, project_id=project_id, token_id=token_id)
    return found[0] if found else None


async def find_message(connection: Connection, message_id: int) -> MailedMessage | None:
    """A message to be sent; None if who gets it has no address any more."""
    found = await fetch_records(connection, sql.message, MailedMessage, message_id=message_id)
    return found[0] if found else None


async def _may_send(tx: Connection, user_id: int, limit: int) -> bool:
    await fetch_value(tx, sql.one_at_a_time, user_id=user_id)
    sent: int = await fetch_value(tx, sql.in_last_hour, user_id=user_id, kinds=[INVITATION, MESSAGE])
    return sent < limit


async def _add(tx: Connection, project_id: int, user_id: int, kind: str, title: str, **arguments: int) -> None:
    await jobs.add_job(tx, project_id=project_id, user_id=user_id, kind=kind, title=title, arguments=arguments)
