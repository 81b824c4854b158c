"""Mail: invitations, and messages to users who have an address."""

from __future__ import annotations

from datetime import UTC
from typing import Final

from catmaid_server.domain.projects import mails
from catmaid_server.domain.projects.mails import MailedInvitation
from catmaid_server.jobs.mailing import MailServerAway, composed, send
from catmaid_server.jobs.running import JobOutcome, RunningJob, TryLater
from catmaid_server.service.mail_settings import MailServer

INVITATION: Final = mails.INVITATION
MESSAGE: Final = mails.MESSAGE
PAUSES_S: Final = (30, 120, 600, 1800)
"""Between attempts, where the mail server cannot be reached."""
_LONGEST_TITLE: Final = 80


async def work_invitation(job: RunningJob) -> JobOutcome:
    """Send an invitation to the address for which it was made."""
    async with job.means.store.reading() as connection:
        found = await mails.find_invitation(connection, job.attempt.project_id, int(job.arguments["token_id"]))
    if found is None:
        return JobOutcome(text="It was withdrawn before it was sent.", is_told=False)
    server = job.means.settings.mail_server()
    maker = found.full_name or found.user
    title = _short(found.project)
    await _send(job, server, found.address, f"{maker} invites you into the project {title}", _text(found, server))
    return JobOutcome(text="sent", is_told=False)


async def work_message(job: RunningJob) -> JobOutcome:
    """Send a message to its user's address."""
    async with job.means.store.reading() as connection:
        found = await mails.find_message(connection, int(job.arguments["message_id"]))
    if found is None:
        return JobOutcome(text="There is no address any more.", is_told=False)
    server = job.means.settings.mail_server()
    text = f"{found.title}\n\n{found.text}\n\n{server.public_url}/\n"
    await _send(job, server, found.address, found.title, text)
    return JobOutcome(text="sent", is_told=False)


async def _send(job: RunningJob, server: MailServer, address: str, subject: str, text: str) -> None:
    try:
        await send(server, composed(server, address, subject, text))
    except MailServerAway as error:
        pause = PAUSES_S[min(job.attempt.attempt, len(PAUSES_S)) - 1]
        raise TryLater(str(error), pause) from None


def _text(found: MailedInvitation, server: MailServer) -> str:
    maker = f"{found.full_name} ({found.user})" if found.full_name else found.user
    ends = []
    if found.most_uses is not None:
        ends.append("It is for one person." if found.most_uses == 1 else f"It is for {found.most_uses} people.")
    if found.expires is not None:
        ends.append(f"It ends on {found.expires.astimezone(UTC):%Y-%m-%d at %H:%M} UTC.")
    if found.needs_approval:
        ends.append("An administrator of the project approves of each person first.")
    return f"""{maker} invites you into the project "{_short(found.project)}" at {server.public_url}

Open this link to see what you may do there, and to join:

{server.public_url}/#join={found.token}

{" ".join([*ends, "Give it to nobody else."])}
If you do not know what this is about, do nothing.
"""


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[:_LONGEST_TITLE]}…"
