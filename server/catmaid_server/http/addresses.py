"""Addresses of this service as the client of a request sees them."""

from __future__ import annotations

import ipaddress
import re

from aiohttp import web
from yarl import URL

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http import keys

_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._-]+)(?::[0-9]{0,5})?")


def external_url(request: web.Request) -> URL:
    """Address of the service as the client sees it, with a slash at the end.

    Raises `InvalidInput` if the request names a host that cannot be one.
    """
    try:
        # Not `request.host`: that lacks the port where the request's target is a whole address.
        url = request.url
        authorities = url.raw_authority, request.headers.get("Host", url.raw_authority)
        if all(map(is_authority, authorities)):
            own = url.origin().with_path("/")
            # Clients of this machine come over a socket that needs no TLS, and hand our addresses on to browsers.
            return own.with_scheme("https") if request.app[keys.OVER_TLS] else own
    except ValueError:
        pass
    raise InvalidInput("The header Host is malformed: it takes the name of a host, and a port after a colon.")


def external_host(request: web.Request) -> str:
    """Host of the service as the client sees it, with the port unless it is that of the scheme."""
    return external_url(request).host_port_subcomponent or ""


def is_authority(text: str) -> bool:
    """Whether a text is the name or address of a host, as it stands in a header, with or without a port."""
    match = _AUTHORITY.fullmatch(text)
    if match is None:
        return False
    if match[1] is not None:
        try:
            ipaddress.IPv6Address(match[1])
        except ValueError:
            return False
    return True
