"""Profiles of users: which tools and which front page they want."""

from __future__ import annotations

from typing import Any

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_one
from catmaid_server.db.store import Connection

sql = load("accounts/profiles")

TOOLS = (
    "independent_ontology_workspace_is_default",
    "show_text_label_tool",
    "show_tagging_tool",
    "show_cropping_tool",
    "show_tracing_tool",
    "show_ontology_tool",
    "show_roi_tool",
)


async def profile(connection: Connection, user_id: int) -> dict[str, Any]:
    """Which tools a user wants to see, and their front page."""
    found = await fetch_one(connection, sql.profile, user_id=user_id)
    return dict(zip((*TOOLS, "home_view_id"), found or (*(False for _ in TOOLS), None), strict=True))


async def update_profile(tx: Connection, user_id: int, **tools: bool | None) -> None:
    """Change which tools a user wants to see; None leaves one as it is."""
    await tx.execute(sql.ensure_profile, {"user_id": user_id})
    await tx.execute(sql.update_profile, {"user_id": user_id, **tools})
