"""Smaller answers for clients that can unpack them."""

from __future__ import annotations

import asyncio
import ipaddress
import zlib

from aiohttp import hdrs, web

_LEAST_BYTES = 4096
"""Below, there is little to gain."""
_MANY_BYTES = 2**18
"""From here on in a thread, so that others are answered meanwhile."""
_LEVEL = 1  # thrice as fast as the usual one, and hardly larger
_GZIP = 31  # zlib's number for gzip with the largest window
_OF_PROXIES = (hdrs.X_FORWARDED_FOR, hdrs.FORWARDED, hdrs.VIA)
_TYPES = frozenset({"application/octet-stream", "application/x-catmaid-columns+msgpack", "image/svg+xml"})


async def compress(request: web.Request, response: web.StreamResponse) -> None:
    """Compress the body of an answer, if it is worth it and the client reads gzip.

    On the way to a client on this machine, such as a notebook's kernel, packing would take longer than the way.
    """
    if not isinstance(response, web.Response) or response.prepared or hdrs.CONTENT_ENCODING in response.headers:
        return
    body = response.body
    if not isinstance(body, bytes) or len(body) < _LEAST_BYTES or not _packs_well(response.content_type):
        return
    response.headers.add(hdrs.VARY, hdrs.ACCEPT_ENCODING)
    if _stays_here(request) or not reads_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, "")):
        return
    packed = _packed(body) if len(body) < _MANY_BYTES else await asyncio.to_thread(_packed, body)
    response.body = packed
    response.headers[hdrs.CONTENT_ENCODING] = "gzip"


def reads_gzip(accepted: str) -> bool:
    """Whether an `Accept-Encoding` header names gzip, or anything, and does not refuse it."""
    weights: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = part.partition(";")
        name, _, weight = parameter.partition("=")
        weights[coding.strip()] = name.strip() != "q" or weight.strip().strip("0") not in ("", ".")
    return weights.get("gzip", weights.get("*", False))


def _stays_here(request: web.Request) -> bool:
    """Whether the client itself is on this machine, and not merely a proxy that stands before others."""
    if any(name in request.headers for name in _OF_PROXIES):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def _packs_well(content_type: str) -> bool:
    return (
        content_type.startswith("text/")
        or content_type in _TYPES
        or "json" in content_type
        or ("yaml" in content_type or "javascript" in content_type or content_type.startswith("model/"))
    )


def _packed(body: bytes) -> bytes:
    return zlib.compress(body, _LEVEL, _GZIP)
