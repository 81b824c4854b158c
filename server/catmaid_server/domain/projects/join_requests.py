"""People who used an invitation that needs approval: who decides is told, and who waits hears what was decided."""

from __future__ import annotations

from typing import Final

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import mails, messages

sql = load("projects/join_requests")

_LONGEST_WORD: Final = 1_000


async def tell_maker(tx: Connection, token_id: int, user_id: int, *, limit: int) -> None:
    """Tell who made an invitation that a user asks to join by it: in a message and, up to a limit, by mail."""
    found = await fetch_one(tx, sql.request, token_id=token_id, user_id=user_id)
    assert found is not None
    project_id, project, maker_id, username, full_name = found
    who = f"{full_name} ({username})" if full_name else username
    text = (
        f"{who} used your invitation and waits until somebody lets them in: in the list of projects "
        f"(cj.connect().project_browser()), or by project.approve_join({username!r})."
    )
    await _tell(tx, project_id, maker_id, maker_id, f"{who} asks to join {project!r}", text, limit=limit)


async def tell_decision(
    tx: Connection, project_id: int, admin_id: int, user_id: int, *, approved: bool, word: str, limit: int
) -> None:
    """Tell a user whether they were let into a project, with a word of who decided.

    Raises `InvalidInput` for a word that is too long.
    """
    if len(word) > _LONGEST_WORD:
        raise InvalidInput(f"A word with a decision has at most {_LONGEST_WORD} characters, not {len(word)}.")
    found = await fetch_one(tx, sql.project, project_id=project_id)
    assert found is not None
    decided = "You are in" if approved else "You were not let into"
    await _tell(tx, project_id, admin_id, user_id, f"{decided} {found[0]!r}", word.strip(), limit=limit)


async def _tell(
    tx: Connection, project_id: int, sender_id: int, user_id: int, title: str, text: str, *, limit: int
) -> None:
    message_id = await messages.send_message(tx, user_id, title=title, text=text)
    await mails.mail_message(tx, project_id, sender_id, message_id, to=user_id, limit=limit)
