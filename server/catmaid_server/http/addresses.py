"""Addresses of clients."""

from __future__ import annotations

from aiohttp import web


def client_address(request: web.Request) -> str:
    """IP address of the client; empty if it is unknown."""
    return request.remote or ""
