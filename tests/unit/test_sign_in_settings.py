"""Settings of providers: what has to be there, and that secrets stay where they belong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from catmaid_server.domain.accounts.identities import Identity
from catmaid_server.domain.accounts.newcomers import Admission, SignedInPerson
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.service.settings import Settings

SECRET = "kept to ourselves"


def test_a_secret_comes_by_the_environment_or_a_file_and_is_in_no_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    monkeypatch.setenv("CATMAID_GITHUB_CLIENT_ID", "of GitHub")
    monkeypatch.setenv("CATMAID_GITHUB_CLIENT_SECRET", SECRET)
    settings = Settings(orcid_client_id="APP-1", orcid_client_secret_file=file, data_dir=tmp_path)
    found = settings.providers()
    assert [(one.key, one.address, one.client_secret) for one in found] == [
        ("orcid", "https://orcid.org", SECRET),
        ("github", "https://github.com", SECRET),
    ]
    assert SECRET not in f"{settings!r} {found!r}"
    # Workers and the service that goes on by itself get the same settings.
    for name, value in settings.as_environment().items():
        monkeypatch.setenv(name, value)
    assert Settings().providers() == found


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"orcid_client_id": "APP-1"}, "neither CATMAID_ORCID_CLIENT_SECRET nor CATMAID_ORCID_CLIENT_SECRET_FILE"),
        ({"oidc_issuer": "https://login.example.org"}, "not CATMAID_OIDC_CLIENT_ID"),
        ({"oidc_client_id": "x", "oidc_client_secret": "y"}, "CATMAID_OIDC_ISSUER is an address with https://"),
        ({"oidc_client_id": "x", "oidc_client_secret": "y", "oidc_issuer": "http://uni.example"}, "with https://"),
        ({"github_client_id": "x", "github_client_secret": "y", "github_url": "github.com"}, "CATMAID_GITHUB_URL is"),
        ({"registration_domains": "ana@uni.example"}, "write it as example.org, without @"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**given)


def test_a_file_without_a_secret_is_named(tmp_path: Path) -> None:
    missing = Settings(orcid_client_id="APP-1", orcid_client_secret_file=tmp_path / "none")
    with pytest.raises(InvalidInput, match=r"The client secret of ORCID cannot be read from .*none: No such file"):
        missing.providers()
    (tmp_path / "none").touch()
    with pytest.raises(InvalidInput, match="is empty"):
        missing.providers()


@pytest.mark.parametrize(
    ("domains", "address", "taken"),
    [
        ("uni.example", "ana@uni.example", True),
        ("uni.example", "ana@UNI.example", True),
        ("uni.example", "ana@evil-uni.example", False),
        ("uni.example", "ana@lab.uni.example", False),
        (".uni.example", "ana@lab.uni.example", True),
        (".uni.example", "ana@uni.example.evil.org", False),
        ("uni.example", "uni.example@evil.org", False),
    ],
)
def test_domains_of_addresses(domains: str, address: str, taken: bool) -> None:
    person = SignedInPerson(identity=Identity("https://login.example", "1"), email=address, verified_emails=(address,))
    assert Admission.parsed(True, domains).takes(person) is taken
    assert not Admission.parsed(False, domains).takes(person)
