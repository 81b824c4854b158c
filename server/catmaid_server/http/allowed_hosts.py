"""The names under which the service answers.

A page of another site can make its own name lead to this machine (DNS rebinding); to the browser, what we answer is
then that site's own. Only the header Host tells, so names that are not ours get no answer.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from catmaid_server.domain.errors import NotAllowed

ANY = "*"
_NAME = re.compile(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*")


@dataclass(frozen=True)
class AllowedHosts:
    """Names of hosts. Those of this machine for itself (`localhost`, `127.0.0.1`, `::1`) are always among them.

    names
        In small letters, without ports; `.example.org` stands for all names below `example.org`, `*` for every name.
    any_address
        Whether IP addresses are allowed, too: they are no names that others could make lead here.
    """

    names: frozenset[str] = frozenset()
    any_address: bool = False

    def require(self, host: str) -> None:
        """Raise `NotAllowed`, with the way out, if a host without its port is none of these."""
        if not self._allow(host.lower().removesuffix(".")):
            raise NotAllowed(
                f"The service does not answer under the name {host}. If that is a name of its own, add it to the "
                "setting CATMAID_ALLOWED_HOSTS (names with commas between) and restart the service."
            )

    def _allow(self, host: str) -> bool:
        if host in self.names or ANY in self.names or host == "localhost" or host.endswith(".localhost"):
            return True
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return any(name.startswith(".") and host.endswith(name) for name in self.names)
        return address.is_loopback or self.any_address


def host_names(text: str) -> tuple[str, ...]:
    """Names of hosts from a setting, with commas between them. Raises `ValueError` with the first that is none."""
    names = [name for part in text.split(",") if (name := part.strip().lower().removesuffix("."))]
    return tuple(_checked(names))


def _checked(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        if name != ANY and not _NAME.fullmatch(name) and not _is_address(name):
            raise ValueError(f"{name!r} is no name of a host; write it without http:// and without a port")
        yield name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
