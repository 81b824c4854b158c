"""Who reaches the service: the names under which it answers, its addresses, and what protects them on the way."""

from __future__ import annotations

import ipaddress
import socket

from catmaid_server.http.allowed_hosts import ANY, AllowedHosts
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.settings import Settings

_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}
"""How programs of this machine call what listens everywhere."""


def require_protection(settings: Settings) -> None:
    """Raise `ServiceError` if others would reach the service without TLS and nobody said that they may."""
    if settings.tls_key is not None and settings.tls_cert is None:
        raise ServiceError("--tls-key is the key of a certificate: give that, too, as --tls-cert.")
    if settings.tls_cert is None and not settings.insecure and is_shared(settings):
        raise ServiceError(
            f"At {settings.host}, other machines reach the service, and on the way to it passwords and tokens can be "
            "read: give --tls-cert and --tls-key, or listen on 127.0.0.1 and put a proxy with TLS in front, or, where "
            "nobody else uses the network, say --insecure."
        )


def is_shared(settings: Settings) -> bool:
    """Whether other machines reach the service by themselves."""
    try:
        addresses = {str(found[4][0]) for found in socket.getaddrinfo(settings.host or None, None)}
    except OSError:
        return True  # and no name of this machine: nobody can listen there
    return _listens_everywhere(settings.host) or not all(ipaddress.ip_address(each).is_loopback for each in addresses)


def allowed_hosts(settings: Settings) -> AllowedHosts:
    """The names under which a service answers: those that were set, its address, or all names of this machine."""
    names = {*settings.allowed_host_names}
    everywhere = _listens_everywhere(settings.host)
    if everywhere:
        names |= _machine_names()
    else:
        names.add(settings.host.lower())
    return AllowedHosts(frozenset(names), any_address=everywhere)


def local_url(settings: Settings, port: int) -> str:
    """Where programs of this machine find the service; with TLS, where others find it, as its certificate says."""
    if settings.tls_cert is not None and is_shared(settings):
        return shared_url(settings, port)
    return _address(settings, _LOOPBACK.get(settings.host, settings.host), port)


def shared_url(settings: Settings, port: int) -> str:
    """Where others find the service: under the first name that was set, else its address or this machine's name."""
    if not is_shared(settings):
        return ""
    named = (name for name in settings.allowed_host_names if name != ANY and not name.startswith("."))
    own = socket.getfqdn() if _listens_everywhere(settings.host) else settings.host
    return _address(settings, next(named, own), port)


def _address(settings: Settings, host: str, port: int) -> str:
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{settings.root_path}"


def _listens_everywhere(host: str) -> bool:
    try:
        return not host or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _machine_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, f"{name.partition('.')[0]}.local", socket.getfqdn().lower()} - {""}
