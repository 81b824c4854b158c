"""Addresses of this service and of its clients, as they are before any proxy."""

from __future__ import annotations

import ipaddress
import re

from aiohttp import web
from yarl import URL

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http import keys
from catmaid_server.http.proxies import Forwarded

_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|[A-Za-z0-9._-]+)(?::[0-9]{0,5})?")
_HOST_FORM = "it takes the name of a host, and a port after a colon."


def external_url(request: web.Request) -> URL:
    """Address of the service as the client sees it, with a slash at the end.

    Raises `InvalidInput` if the request names a host that cannot be one.
    """
    forwarded = _forwarded(request)
    origin = _own_origin(request)
    if forwarded.host is not None:
        origin = _forwarded_origin(origin.scheme, forwarded.host)
    if forwarded.scheme is not None:
        origin = origin.with_scheme(forwarded.scheme)
    prefix = request.app[keys.OPTIONS].proxies.root_path if forwarded.prefix is None else forwarded.prefix
    return origin.with_path(f"{prefix}/")


def client_address(request: web.Request) -> str:
    """IP address of the client; empty if it is unknown."""
    return _forwarded(request).client


def own_path(request: web.Request) -> str:
    """Path that the client asked for, below the service's address, with a slash at the beginning; still encoded."""
    return request.app[keys.OPTIONS].proxies.without_root(request.rel_url.raw_path)


def external_path(request: web.Request) -> str:
    """Path that the client asked for, as the client sees it; still encoded."""
    return external_url(request).raw_path.rstrip("/") + own_path(request)


def _forwarded(request: web.Request) -> Forwarded:
    return request.app[keys.OPTIONS].proxies.forwarded(request.remote or "", request.headers)


def _own_origin(request: web.Request) -> URL:
    """Scheme and host of the request as it came in, or as the proxy passed it on."""
    try:
        # Not `request.host`: that lacks the port where the request's target is a whole address.
        url = request.url
        authorities = url.raw_authority, request.headers.get("Host", url.raw_authority)
        if all(map(is_authority, authorities)):
            own = url.origin()
            # Clients of this machine come over a socket that needs no TLS, and hand our addresses on to browsers.
            return own.with_scheme("https") if request.app[keys.OPTIONS].over_tls else own
    except ValueError:
        pass
    raise InvalidInput(f"The header Host is malformed: {_HOST_FORM}")


def _forwarded_origin(scheme: str, host: str) -> URL:
    try:
        if is_authority(host):
            return URL(f"{scheme}://{host}").origin()
    except ValueError:
        pass
    raise InvalidInput(f"The header X-Forwarded-Host is malformed: {_HOST_FORM}")


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
