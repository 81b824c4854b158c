"""The version we answer to clients of CATMAID with, and our own beside it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

# Clients read features off this number; neuroglancer asks for at least 2026.05.06.dev11.
SERVER_VERSION = "2026.05.06.dev11+g0ca7aa1d"

CAPABILITIES = (
    "columns",
    "events",
    "idempotency",
    "tickets",
    "neurons-table",
    "neurons-at-once",
    "create-project",
    "accounts",
    "history",
    "search",
    "geometry",
    "names-of-splits",
    "stacks-by-address",
    "cutouts",
    "jobs",
    "viewer-states",
    "manual",
    "project-browser",
    "browser-sign-in",
    "invitations",
)


def own_version() -> str:
    """Version of this package."""
    try:
        return version("catmaid-jupyter")
    except PackageNotFoundError:
        return "unknown"
