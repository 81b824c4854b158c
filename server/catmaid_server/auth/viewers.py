"""Viewers: pages that edit with an API token of their own, as neuroglancer does.

They keep what they have loaded and go on with the edition times that answers tell, so they are told more of these than
CATMAID tells, and they know nothing of links to connectors. They send `Authorization: Token`. Scripts (pymaid, catpy,
rcatmaid) send `X-Authorization`, and CATMAID's own pages have a session: for both, answers are exactly CATMAID's. The
origin says nothing: behind one host with the service, browsers do not tell it with every request.
"""

from __future__ import annotations

from collections.abc import Mapping


def token_of(headers: Mapping[str, str]) -> str | None:
    """The API token of a request. Prometheus and others send it as `Authorization: Bearer`."""
    header = headers.get("X-Authorization") or headers.get("Authorization") or ""
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.lower() in ("token", "bearer") else None


def is_viewer(headers: Mapping[str, str]) -> bool:
    """Whether a page with an API token sent a request: it uses HTTP's own header, scripts use CATMAID's."""
    return "X-Authorization" not in headers and headers.get("Authorization", "").lower().startswith("token ")
