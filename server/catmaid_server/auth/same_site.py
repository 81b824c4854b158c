"""Where a browser says a request comes from: a page of this service, or one of another site."""

from __future__ import annotations

from collections.abc import Mapping

_SCRIPT_HEADERS = ("X-Requested-With", "X-CSRFToken")
"""Only scripts can add these; on other sites they would have to ask first, and are not let in with cookies."""


def is_foreign(headers: Mapping[str, str], host: str) -> bool:
    """Whether a page of another site sent a request; programs other than browsers say nothing of this."""
    origin = headers.get("Origin")
    return headers.get("Sec-Fetch-Site") == "cross-site" or (origin is not None and not _is_of(origin, host))


def is_ours(headers: Mapping[str, str], host: str) -> bool:
    """Whether it is certain that a page of this service, or a program, sent a request: no link or picture elsewhere."""
    if is_foreign(headers, host):
        return False
    return (
        "Origin" in headers
        or headers.get("Sec-Fetch-Site") == "same-origin"
        or any(name in headers for name in _SCRIPT_HEADERS)
    )


def opens_socket(headers: Mapping[str, str]) -> bool:
    """Whether a request asks for a WebSocket, which browsers let every site open."""
    return headers.get("Upgrade", "").lower() == "websocket"


def is_over_https(headers: Mapping[str, str], scheme: str) -> bool:
    """Whether a browser reached this service by HTTPS, be it that a proxy took it off on the way.

    `scheme` is that of the request as it came in. Who claims HTTPS without having it harms only themselves.
    """
    forwarded = headers.get("X-Forwarded-Proto", "").partition(",")[0].strip()
    return "https" in (scheme, forwarded.lower(), headers.get("Origin", "").partition("://")[0].lower())


def _is_of(origin: str, host: str) -> bool:
    return origin.partition("://")[2] == host
