"""Which servers may be asked for images.

Whoever registers a stack makes this service send requests, which reach more than they do: the machine itself, its
network, and what clouds tell their machines. So only hosts on a list are asked, and none at a private address unless
it is named. Names are looked up once, and the connection goes to the very address that was checked.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import Final, TypeAlias

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from catmaid_server.tiles.gateway.failures import HostRefused

ANY: Final = "*"
_NAME: Final = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class ImageHosts:
    """The servers that may be asked for images.

    names
        Of hosts, in small letters; `.example.org` stands for all below `example.org`, `*` for every name.
    private_names, private_networks
        Those that may be asked although their addresses are private.
    """

    names: tuple[str, ...] = (ANY,)
    private_names: tuple[str, ...] = ()
    private_networks: tuple[_Network, ...] = ()

    @classmethod
    def parsed(cls, hosts: str, private: str) -> ImageHosts:
        """From the settings, with commas between. Raises `ValueError` with the first part that is wrong."""
        names, networks = [], []
        for part in _parts(private):
            network = _network(part)
            if network is None:
                names.append(_checked(part))
            else:
                networks.append(network)
        return cls(tuple(_checked(part) for part in _parts(hosts)), tuple(names), tuple(networks))

    def require(self, url: URL) -> None:
        """Raise `HostRefused` if an address may not be asked, as far as it says so itself."""
        if url.scheme not in ("http", "https") or not url.host:
            raise HostRefused(f"Images come from addresses with http:// or https://, not from {url.human_repr()!r}.")
        if url.user is not None or url.password is not None:
            raise HostRefused(f"The address of images at {url.host} must not hold a user name or a password.")
        if not _named(url.host, self.names):
            raise HostRefused(
                f"This service fetches no images from {url.host}. Whoever runs it can allow that: add the host to the "
                "setting CATMAID_IMAGE_HOSTS."
            )
        address = _address(url.host)
        if address is not None:
            self.require_address(url.host, address)

    def require_address(self, host: str, address: _Address) -> None:
        """Raise `HostRefused` if a host's address is private and neither of them is named."""
        plain = _embedded(address)
        if plain.is_global and not plain.is_multicast:
            return
        if _named(host, self.private_names) or any(
            plain.version == network.version and plain in network for network in self.private_networks
        ):
            return
        raise HostRefused(
            f"{host} is at a private address, which this service does not ask for images. Whoever runs it can allow "
            "that: add the host to the setting CATMAID_PRIVATE_IMAGE_HOSTS."
        )


class CheckedResolver(AbstractResolver):
    """Looks names up and gives only addresses that may be asked."""

    def __init__(self, hosts: ImageHosts) -> None:
        self._hosts = hosts

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of a host. Raises `HostRefused` if there are only private ones."""
        found = await ThreadedResolver().resolve(host, port, family)
        allowed, refusal = [], None
        for result in found:
            address = _address(result["host"])
            if address is None:
                continue
            try:
                self._hosts.require_address(host, address)
                allowed.append(result)
            except HostRefused as error:
                refusal = error
        if not allowed and refusal is not None:
            raise refusal
        return allowed

    async def close(self) -> None:
        """Nothing is kept open."""


def _parts(text: str) -> list[str]:
    return [name for part in text.split(",") if (name := part.strip().lower().removesuffix("."))]


def _checked(name: str) -> str:
    if name != ANY and not _NAME.fullmatch(name) and _address(name) is None:
        raise ValueError(f"{name!r} is no name of a host; write it without https:// and without a port")
    return name


def _named(host: str, names: tuple[str, ...]) -> bool:
    host = host.lower().removesuffix(".")
    return ANY in names or host in names or any(name.startswith(".") and host.endswith(name) for name in names)


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> _Address | None:
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _embedded(address: _Address) -> _Address:
    """The IPv4 address that an IPv6 address stands for, if it does."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address.sixtofour is not None:
            return address.sixtofour
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
