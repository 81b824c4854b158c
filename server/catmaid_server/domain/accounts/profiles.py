"""Profiles of users: which tools and which front page they want."""

from __future__ import annotations

from typing import TypedDict, cast

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


class ToolProfile(TypedDict):
    """Which tools a user wants to see, and the id of the data view that is their front page."""

    independent_ontology_workspace_is_default: bool
    show_text_label_tool: bool
    show_tagging_tool: bool
    show_cropping_tool: bool
    show_tracing_tool: bool
    show_ontology_tool: bool
    show_roi_tool: bool
    home_view_id: int | None


async def profile(connection: Connection, user_id: int) -> ToolProfile:
    """Which tools a user wants to see, and their front page."""
    found = await fetch_one(connection, sql.profile, user_id=user_id)
    values = found or (*(False for _ in TOOLS), None)
    return cast("ToolProfile", dict(zip((*TOOLS, "home_view_id"), values, strict=True)))


async def update_profile(tx: Connection, user_id: int, **tools: bool | None) -> None:
    """Change which tools a user wants to see; None leaves one as it is."""
    await tx.execute(sql.ensure_profile, {"user_id": user_id})
    await tx.execute(sql.update_profile, {"user_id": user_id, **tools})
