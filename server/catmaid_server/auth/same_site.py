"""Where a browser says a request comes from: a page of this service, or one of another site."""

from __future__ import annotations

from collections.abc import Mapping

from yarl import URL

_SCRIPT_HEADERS = ("X-Requested-With", "X-CSRFToken")
"""Only scripts can add these headers; scripts of other sites need CORS for that, which is not granted with cookies."""


def is_foreign(headers: Mapping[str, str], service_url: URL) -> bool:
    """Whether a page of another site sent a request; programs other than browsers say nothing of this.

    `service_url` is the service's address as the client sees it.
    """
    origin = headers.get("Origin")
    return headers.get("Sec-Fetch-Site") == "cross-site" or (origin is not None and not _is_of(origin, service_url))


def is_ours(headers: Mapping[str, str], service_url: URL) -> bool:
    """Whether a page of this service, or a program, certainly sent a request, and no link or picture elsewhere."""
    if is_foreign(headers, service_url):
        return False
    return (
        "Origin" in headers
        or headers.get("Sec-Fetch-Site") == "same-origin"
        or any(name in headers for name in _SCRIPT_HEADERS)
    )


def opens_socket(headers: Mapping[str, str]) -> bool:
    """Whether a request asks for a WebSocket, which browsers let every site open."""
    return headers.get("Upgrade", "").lower() == "websocket"


def is_over_https(headers: Mapping[str, str], service_url: URL) -> bool:
    """Whether a browser reached this service by HTTPS, be it through a proxy that is not trusted.

    A client that claims HTTPS wrongly harms only itself.
    """
    return service_url.scheme == "https" or headers.get("Origin", "").lower().startswith("https://")


def _is_of(origin: str, service_url: URL) -> bool:
    """A page without TLS may have been changed on its way, so it is not of a service with TLS.

    The other way round, a proxy that is not trusted has TLS, and the service does not know of it.
    """
    try:
        url = URL(origin).origin()
    except ValueError:  # `null`, of pages that have none
        return False
    is_host = url.host_port_subcomponent == service_url.host_port_subcomponent
    return is_host and (url.scheme == "https" or service_url.scheme == "http")
