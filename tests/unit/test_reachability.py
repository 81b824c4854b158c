"""Where a service may listen, under which names it answers, and what it is called."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catmaid_server.service.folder import ServiceError
from catmaid_server.service.reachability import allowed_hosts, local_url, require_protection, shared_url
from catmaid_server.service.settings import Settings
from catmaid_server.service.tls import tls_context
from tests.helpers.certificates import make_certificate

CERTIFICATE = Path("lab.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_this_machine_alone_needs_no_protection(host: str) -> None:
    settings = Settings(host=host)
    require_protection(settings)
    assert shared_url(settings, 80) == ""


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.7", "2001:db8::7", "name.invalid"])
def test_others_are_not_let_in_without(host: str) -> None:
    with pytest.raises(ServiceError, match=r"give --tls-cert and --tls-key, or listen on 127\.0\.0\.1 .* --insecure"):
        require_protection(Settings(host=host))
    require_protection(Settings(host=host, insecure=True))
    require_protection(Settings(host=host, tls_cert=CERTIFICATE))


def test_a_key_alone_is_refused() -> None:
    with pytest.raises(ServiceError, match="--tls-cert"):
        require_protection(Settings(tls_key=CERTIFICATE))


@pytest.mark.parametrize(("settings", "local", "shared"), [
    (Settings(), "http://127.0.0.1:80", ""),
    (Settings(host="::1"), "http://[::1]:80", ""),
    (Settings(tls_cert=CERTIFICATE), "https://127.0.0.1:80", ""),
    (Settings(host="192.0.2.7"), "http://192.0.2.7:80", "http://192.0.2.7:80"),
    (Settings(host="0.0.0.0", allowed_hosts="*,.x.example,lab.example"), "http://127.0.0.1:80", "http://lab.example:80"),
    (Settings(root_path="/catmaid"), "http://127.0.0.1:80/catmaid", ""),
    (Settings(host="::", allowed_hosts="Lab.example", tls_cert=CERTIFICATE), "https://lab.example:80", "https://lab.example:80"),
])  # fmt: skip
def test_addresses(settings: Settings, local: str, shared: str) -> None:
    assert (local_url(settings, 80), shared_url(settings, 80)) == (local, shared)


def test_without_a_name_it_is_called_as_its_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.getfqdn", lambda: "Trace.lab.example")
    monkeypatch.setattr("socket.gethostname", lambda: "Trace")
    settings = Settings(host="0.0.0.0")
    assert shared_url(settings, 80) == "http://Trace.lab.example:80"
    hosts = allowed_hosts(settings)
    assert hosts.names == {"trace", "trace.local", "trace.lab.example"}
    assert hosts.any_address
    alone = allowed_hosts(Settings(host="192.0.2.7", allowed_hosts="lab.example"))
    assert alone.names == {"192.0.2.7", "lab.example"}
    assert not alone.any_address


def test_files_that_are_no_certificate_are_named(tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path, "one")
    _, other = make_certificate(tmp_path, "other")
    tls_context(certificate, key)
    locked = tmp_path / "locked.key"
    subprocess.run(["openssl", "ec", "-in", key, "-aes256", "-passout", "pass:x", "-out", locked], check=True)
    for wrong, reason in [
        ((tmp_path / "none.pem", key), r"none\.pem .*No such file"),
        ((certificate, other), "do not belong together"),
        ((certificate, None), "do not hold both"),
        ((Path(__file__), key), "do not hold both"),
        ((certificate, locked), r"locked\.key has a password"),
    ]:
        with pytest.raises(ServiceError, match=reason):
            tls_context(*wrong)
