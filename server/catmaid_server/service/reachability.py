"""Who reaches the service: the names under which it answers, and its addresses for this machine and for others."""

from __future__ import annotations

import ipaddress
import socket

from catmaid_server.http.allowed_hosts import AllowedHosts
from catmaid_server.service.settings import Settings

_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def allowed_hosts(settings: Settings) -> AllowedHosts:
    """The names under which a service answers: those that were set, its address, or all names of this machine."""
    names = {*settings.allowed_host_names}
    everywhere = _listens_everywhere(settings.host)
    if everywhere:
        names |= _machine_names()
    else:
        names.add(settings.host.lower())
    return AllowedHosts(frozenset(names), any_address=everywhere)


def local_host(settings: Settings) -> str:
    """The host at which programs of this machine find the service, as it stands in an address."""
    return _in_address(_LOOPBACK.get(settings.host or "0.0.0.0", settings.host))


def _listens_everywhere(host: str) -> bool:
    try:
        return not host or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _machine_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name.partition('.')[0]}.local", socket.getfqdn().lower()} - {""}


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
