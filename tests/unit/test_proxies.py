"""What trusted proxies say of a request, and what others claim."""

from __future__ import annotations

import pytest
from multidict import CIMultiDict
from yarl import URL

from catmaid_server.auth import same_site
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.proxies import Forwarded, Proxies, parsed_root_path, trusted_networks
from catmaid_server.service.settings import Settings

CLIENT = "203.0.113.5"
PROXIES = Proxies.parsed("127.0.0.1, ::1, 10.0.0.0/8")


def headers(**given: str) -> CIMultiDict[str]:
    return CIMultiDict({f"X-Forwarded-{name.capitalize()}": value for name, value in given.items()})


@pytest.mark.parametrize(("remote", "given", "expected"), [
    ("127.0.0.1", {}, Forwarded("127.0.0.1")),
    ("127.0.0.1", {"for": CLIENT, "proto": "https", "host": "lab.example", "prefix": "/catmaid/"},
     Forwarded(CLIENT, "https", "lab.example", "/catmaid")),
    ("::ffff:10.1.2.3", {"for": CLIENT, "proto": "HTTPS"}, Forwarded(CLIENT, "https")),
    ("::1", {"for": f"[2001:db8::7]:4711, {CLIENT}:80", "proto": "wss"}, Forwarded(CLIENT, "https")),
    (CLIENT, {"for": "198.51.100.1", "proto": "https", "host": "evil.example", "prefix": "/x"}, Forwarded(CLIENT)),
    # Two proxies: the outer one appends, or replaces; what the client itself claims stands farther left.
    ("127.0.0.1", {"for": f"198.51.100.1, {CLIENT}, 10.0.0.2", "proto": "http, https, http", "host": "a, b, c"},
     Forwarded(CLIENT, "https", "b")),
    ("127.0.0.1", {"for": f"{CLIENT}, 10.0.0.2", "proto": "https"}, Forwarded(CLIENT, "https")),
    ("127.0.0.1", {"for": "10.0.0.3, 10.0.0.2", "prefix": "/"}, Forwarded("10.0.0.3", None, None, "")),
    ("127.0.0.1", {"for": "unknown, 10.0.0.2"}, Forwarded("10.0.0.2")),
    ("127.0.0.1", {"for": " , ", "proto": ""}, Forwarded("127.0.0.1")),
    ("", {"for": CLIENT, "proto": "https"}, Forwarded("")),
])  # fmt: skip
def test_what_trusted_proxies_say(remote: str, given: dict[str, str], expected: Forwarded) -> None:
    assert PROXIES.forwarded(remote, headers(**given)) == expected


def test_nobody_is_trusted_unless_named() -> None:
    given = headers(**{"for": CLIENT, "proto": "https", "host": "evil.example"})
    assert Proxies().forwarded("127.0.0.1", given) == Forwarded("127.0.0.1")


@pytest.mark.parametrize("given", [
    {"proto": "gopher"}, {"prefix": "catmaid"}, {"prefix": "//evil.example"}, {"prefix": "/a/../b"},
    {"prefix": "/a?b"}, {"prefix": '/"><script>'}, {"prefix": "/a\\b"},
])  # fmt: skip
def test_what_a_trusted_proxy_cannot_say(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="The proxy sends a malformed X-Forwarded-"):
        PROXIES.forwarded("127.0.0.1", headers(**given))


@pytest.mark.parametrize(("text", "path"), [
    ("", ""), ("/", ""), ("/catmaid", "/catmaid"), ("catmaid/", "/catmaid"), ("/labs/em", "/labs/em"),
])  # fmt: skip
def test_root_paths(text: str, path: str) -> None:
    assert parsed_root_path(text) == path
    assert Settings(root_path=text).root_path == path


@pytest.mark.parametrize("text", ["//x", "/a//b", "/..", "/a b", "/a?b", "/ä", "/7", "/-1/x", "https://x.example/y"])
def test_no_root_paths(text: str) -> None:
    with pytest.raises(InvalidInput, match="A root path"):
        parsed_root_path(text)


def test_what_is_below_a_root_path() -> None:
    proxies = Proxies.parsed(root_path="/catmaid")
    found = [proxies.without_root(path) for path in ("/catmaid", "/catmaid/1/stacks", "/catmaidx/", "/1/stacks")]
    assert found == ["", "/1/stacks", "/catmaidx/", "/1/stacks"]


@pytest.mark.parametrize("text", ["localhost", "10.0.0.1/8", "1.2.3.4;5.6.7.8", "*"])
def test_no_networks(text: str) -> None:
    with pytest.raises(InvalidInput, match="IP addresses or networks with commas between"):
        trusted_networks(text)
    with pytest.raises(ValueError, match="IP addresses or networks"):
        Settings(trusted_proxies=text)


@pytest.mark.parametrize(("service", "origin", "foreign"), [
    ("https://lab.example/catmaid/", "https://lab.example", False),
    ("https://lab.example/", "http://lab.example", True),
    ("http://lab.example/", "https://lab.example", False),  # a proxy that is not trusted has TLS
    ("https://lab.example:8443/", "https://lab.example:8443", False),
    ("https://lab.example:8443/", "https://lab.example", True),
    ("http://127.0.0.1:8000/", "http://127.0.0.1:8000", False),
    ("http://127.0.0.1:8000/", "http://127.0.0.1:8001", True),
    ("https://lab.example/", "https://evil.example", True),
    ("https://lab.example/", "https://lab.example.evil.example", True),
    ("https://lab.example/", "null", True),
    ("https://lab.example/", "https://lab.example:bad", True),
])  # fmt: skip
def test_pages_of_this_service(service: str, origin: str, foreign: bool) -> None:
    assert same_site.is_foreign({"Origin": origin}, URL(service)) == foreign
