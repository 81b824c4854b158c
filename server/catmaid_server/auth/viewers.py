"""Viewers: pages that edit with an API token of their own, as neuroglancer does.

They keep what they have loaded and go on with the edition times that answers tell, so they are told more of these than
CATMAID tells, and they know nothing of links to connectors. Scripts name no origin, and CATMAID's own pages have a
session: for both, answers are exactly CATMAID's.
"""

from __future__ import annotations

from collections.abc import Mapping


def token_of(headers: Mapping[str, str]) -> str | None:
    """The API token of a request."""
    header = headers.get("X-Authorization") or headers.get("Authorization") or ""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() == "token" else None


def is_viewer(headers: Mapping[str, str]) -> bool:
    """Whether a page with an API token sent a request: of what pages send, browsers tell the origin."""
    return "Origin" in headers and token_of(headers) is not None
