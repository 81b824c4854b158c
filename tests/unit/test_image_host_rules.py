"""Which servers may be asked for images, by name and by address."""

from __future__ import annotations

import ipaddress
import socket

import pytest
from aiohttp.abc import ResolveResult
from yarl import URL

from catmaid_server.tiles.gateway import hosts
from catmaid_server.tiles.gateway.failures import HostRefused, ImagesUnavailable
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.gateway.hosts import CheckedResolver, ImageHosts
from tests.helpers.image_hosts import QUICK

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_refused_in_all_their_forms(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(HostRefused, match="private address"):
        ImageHosts().require(URL(f"http://{host}/info"))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:4700::1111", "64:ff9b::5db8:d822"])
def test_public_addresses_are_allowed(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    ImageHosts().require(URL(f"https://{host}/info"))


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/x", "gopher://x", "http:///x", "/etc/passwd"])
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(HostRefused, match="http"):
        ImageHosts().require(URL(url))


def test_hosts_are_those_of_the_list() -> None:
    allowed = ImageHosts.parsed("images.example.org, .lab.org", "")
    for host in ("images.example.org", "IMAGES.example.org.", "a.lab.org", "a.b.lab.org"):
        allowed.require(URL(f"https://{host}/x"))
    for host in ("example.org", "lab.org", "evil.org", "images.example.org.evil.org", "xlab.org"):
        with pytest.raises(HostRefused, match="CATMAID_IMAGE_HOSTS"):
            allowed.require(URL(f"https://{host}/x"))


def test_private_hosts_are_allowed_by_name_and_by_network() -> None:
    allowed = ImageHosts.parsed("*", "store.lab, 10.1.0.0/16")
    allowed.require_address("store.lab", ipaddress.ip_address("192.168.1.1"))
    allowed.require_address("other.lab", ipaddress.ip_address("10.1.200.1"))
    for host, address in (("other.lab", "10.2.0.1"), ("other.lab", "192.168.1.1"), ("other.lab", "127.0.0.1")):
        with pytest.raises(HostRefused, match="CATMAID_PRIVATE_IMAGE_HOSTS"):
            allowed.require_address(host, ipaddress.ip_address(address))


@pytest.mark.parametrize("text", ["https://example.org", "a b", "example.org:80"])
def test_a_setting_that_is_no_list_of_hosts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no name of a host"):
        ImageHosts.parsed(text, "")


class Names:
    """Answers for every name, each time with the next addresses."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    async def resolve(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0) for address in found
        ]


async def test_names_that_lead_to_private_addresses_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "ThreadedResolver", lambda: Names(["127.0.0.1", "10.0.0.1"]))
    with pytest.raises(HostRefused, match=r"rebinding\.example\.org is at a private address"):
        await CheckedResolver(ImageHosts()).resolve("rebinding.example.org", 80)


async def test_of_several_addresses_the_public_ones_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "ThreadedResolver", lambda: Names(["10.0.0.1", "93.184.216.34"]))
    found = await CheckedResolver(ImageHosts()).resolve("example.org", 80)
    assert [result["host"] for result in found] == ["93.184.216.34"]


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "127.0.0.1.nip.example"])
async def test_a_fetch_does_not_reach_this_machine_under_another_name(
    monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    if host.endswith("example"):
        monkeypatch.setattr(hosts, "ThreadedResolver", lambda: Names(["127.0.0.1"]))
    fetcher = ObjectFetcher(ImageHosts(), None, QUICK)
    with pytest.raises(ImagesUnavailable, match=r"private address|There is no host|not a canonical IPv4 address"):
        await fetcher.fetch(f"http://{host}:9/x")
    await fetcher.close()
