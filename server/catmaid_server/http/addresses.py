"""Addresses of this service as the client of a request sees them."""

from __future__ import annotations

from aiohttp import web
from yarl import URL

from catmaid_server.domain.errors import InvalidInput


def external_url(request: web.Request) -> URL:
    """Address of the service as the client sees it, with a slash at the end.

    Raises `InvalidInput` if the request names a host that cannot be one.
    """
    try:
        return request.url.origin().with_path("/")
    except ValueError:
        raise InvalidInput("The header Host is malformed: it names a host, and a port after a colon.") from None


def external_host(request: web.Request) -> str:
    """Host of the service as the client sees it, with the port unless it is that of the scheme."""
    return external_url(request).host_port_subcomponent or ""
