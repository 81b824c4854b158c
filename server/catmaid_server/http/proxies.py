"""Proxies in front of the service: which are trusted, and what they say of a request that they pass on."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass

from multidict import CIMultiDict, CIMultiDictProxy

from catmaid_server.domain.errors import InvalidInput

Headers = CIMultiDict[str] | CIMultiDictProxy[str]
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_SCHEMES = {"http": "http", "https": "https", "ws": "http", "wss": "https"}
_PREFIX = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.~-]+)+")
_PROJECT = re.compile(r"/-?[0-9]+(?:/|$)")


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What trusted proxies say of a request; None where they say nothing."""

    client: str
    """Address of the client; of the nearest proxy that is not trusted, if there is one."""
    scheme: str | None = None
    host: str | None = None
    prefix: str | None = None
    """Path of the service without a slash at the end."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """Trusted proxies, and the path under which clients reach the service."""

    trusted: tuple[_Network, ...] = ()
    root_path: str = ""
    """Without a slash at the end; empty if the service is at the top of its host."""

    @classmethod
    def parsed(cls, trusted: str = "", root_path: str = "") -> Proxies:
        """Read the settings `trusted_proxies` and `root_path`; raises `InvalidInput` if they are malformed."""
        return cls(trusted_networks(trusted), parsed_root_path(root_path))

    def forwarded(self, remote: str, headers: Headers) -> Forwarded:
        """What the proxies between a client and us say; `remote` is the address of the nearest.

        Each proxy that appends to the headers names whom it got the request from. What came from farther away than
        the last trusted proxy is hearsay. Raises `InvalidInput` if a trusted proxy sends what cannot be.
        """
        client, hops = remote, 0
        for sender in reversed(list(_values(headers, "X-Forwarded-For"))):
            address = _parsed_address(sender)
            if address is None or not self._trusts(client):
                break
            client, hops = address, hops + 1
        if not self._trusts(remote):
            return Forwarded(client)
        return Forwarded(
            client,
            _scheme(_said(headers, "X-Forwarded-Proto", hops)),
            _said(headers, "X-Forwarded-Host", hops),
            _prefix(_said(headers, "X-Forwarded-Prefix", hops)),
        )

    def without_root(self, path: str) -> str:
        """A path that was asked for, as the service's routes have it: some proxies leave the root path in place."""
        if self.root_path and (path == self.root_path or path.startswith(f"{self.root_path}/")):
            return path[len(self.root_path) :]
        return path

    def _trusts(self, address: str) -> bool:
        found = ipaddress.ip_address(address) if _parsed_address(address) else None
        mapped = getattr(found, "ipv4_mapped", None)
        return found is not None and any((mapped or found) in network for network in self.trusted)


def trusted_networks(text: str) -> tuple[_Network, ...]:
    """Addresses and networks with commas between. Raises `InvalidInput` if it is not that."""
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise InvalidInput(
            f"Trusted proxies are IP addresses or networks with commas between, such as 127.0.0.1,10.0.0.0/8: {error}."
        ) from None


def parsed_root_path(text: str) -> str:
    """A root path without a slash at the end. Raises `InvalidInput` if it cannot be one."""
    path = text.strip().rstrip("/")
    if path and not path.startswith("/"):
        path = f"/{path}"
    if path and not _PREFIX.fullmatch(path):
        raise InvalidInput(
            f"A root path is a path such as /catmaid, of ASCII letters, digits and the signs . _ ~ -, not {text!r}."
        )
    if _PROJECT.match(path):
        raise InvalidInput(f"A root path must not begin with a number, as addresses of projects do: {text!r}.")
    return path


def _values(headers: Headers, name: str) -> Iterator[str]:
    for header in headers.getall(name, ()):
        yield from filter(None, (part.strip() for part in header.split(",")))


def _said(headers: Headers, name: str, hops: int) -> str | None:
    """What the outermost trusted proxy said: some append to what comes in, as to the client's address, some replace."""
    values = list(_values(headers, name))
    return values[max(len(values) - max(hops, 1), 0)] if values else None


def _parsed_address(text: str) -> str | None:
    """An address without brackets, port and zone; None for `unknown` and the like."""
    host = text.removeprefix("[").partition("]")[0] if text.startswith("[") else text
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ipaddress.ip_address(host.partition("%")[0]))
    except ValueError:
        return None


def _scheme(said: str | None) -> str | None:
    if said is None:
        return None
    if said.lower() not in _SCHEMES:
        raise InvalidInput(f"The proxy sends a malformed X-Forwarded-Proto: it is http or https, not {said!r}.")
    return _SCHEMES[said.lower()]


def _prefix(said: str | None) -> str | None:
    if said is None:
        return None
    path = said.rstrip("/")
    if path and not _PREFIX.fullmatch(path):
        raise InvalidInput(
            f"The proxy sends a malformed X-Forwarded-Prefix: it is a path such as /catmaid, not {said!r}."
        )
    return path
