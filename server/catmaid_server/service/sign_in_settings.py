"""Settings of signing in with OpenID Connect, ORCID and GitHub, and of who may make an account by it."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from catmaid_server.auth.providers.asking import require_safe
from catmaid_server.auth.providers.github import PUBLIC, require_site
from catmaid_server.auth.providers.provider import ProviderKind, ProviderSettings
from catmaid_server.domain.accounts.newcomers import Admission, InvitedBy
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.service.rules import as_value_error


class _Registered(NamedTuple):
    """What the settings say of this service as one provider knows it; empty: nothing."""

    key: str
    title: str
    kind: ProviderKind
    address: str
    client_id: str
    secret: SecretStr | None
    file: Path | None


_ORCID: Final = "https://orcid.org"


class SignInSettings(BaseSettings):
    """With whom people sign in, besides names and passwords of the service."""

    registration: bool = False
    """Whether people may make themselves accounts; they may do nothing until somebody grants them something."""

    registration_domains: str = ""
    """Only people with a verified e-mail address of one of these domains, with commas between; `.example.org` is all
    below it. They make their accounts by signing in with a provider, which tells the address."""

    invited_accounts: InvitedBy = "superusers"
    """Whose invitations let people make themselves an account, also where registration is off: of `superusers`, of all
    `administrators` of projects, or of `nobody`. The invitation has to end, by a date or by how many use it."""

    oidc_issuer: str = ""
    """Issuer of an OpenID provider, as its discovery document has it: `https://login.example.org/realms/lab`."""

    oidc_name: str = "your institution"
    """What people call it, on the button that signs them in."""

    oidc_client_id: str = ""
    """What it calls this service."""

    oidc_client_secret: SecretStr | None = None
    """The secret that goes with that."""

    oidc_client_secret_file: Path | None = None
    """A file that has the secret, instead."""

    orcid_issuer: str = _ORCID
    """ORCID, or `https://sandbox.orcid.org` to try it out."""

    orcid_client_id: str = ""
    """What ORCID calls this service."""

    orcid_client_secret: SecretStr | None = None
    """The secret that goes with that."""

    orcid_client_secret_file: Path | None = None
    """A file that has the secret, instead."""

    github_url: str = PUBLIC
    """GitHub, or the address of a GitHub Enterprise server."""

    github_client_id: str = ""
    """What GitHub calls this service."""

    github_client_secret: SecretStr | None = None
    """The secret that goes with that."""

    github_client_secret_file: Path | None = None
    """A file that has the secret, instead."""

    @field_validator("registration_domains")
    @classmethod
    def _check_domains(cls, text: str) -> str:
        with as_value_error():
            Admission.parsed(True, text)
        return text

    @model_validator(mode="after")
    def _check_providers(self) -> Self:
        for one in self._registered():
            names = f"CATMAID_{one.key.upper()}"
            if one.client_id and one.secret is None and one.file is None:
                raise ValueError(
                    f"{names}_CLIENT_ID is set, but neither {names}_CLIENT_SECRET nor {names}_CLIENT_SECRET_FILE."
                )
            if one.client_id:
                with as_value_error():
                    require_safe(one.address, f"{names}_{'URL' if one.kind == 'github' else 'ISSUER'}")
        if self.oidc_issuer and not self.oidc_client_id:
            raise ValueError("CATMAID_OIDC_ISSUER is set, but not CATMAID_OIDC_CLIENT_ID.")
        return self

    @property
    def admission(self) -> Admission:
        """Who may make an account by signing in with a provider."""
        return Admission.parsed(self.registration, self.registration_domains, self.invited_accounts)

    @property
    def password_registration(self) -> bool:
        """Whether people may make accounts with passwords, of whom nobody tells a verified address."""
        return self.registration and not self.admission.domains

    def issuer_of(self, key: str) -> str:
        """What identities have as issuer of a provider, by its short name; `InvalidInput` if it is not set."""
        for one in self._registered():
            if one.key == key and one.client_id:
                return _issuer(one)
        known = [one.key for one in self._registered() if one.client_id]
        raise InvalidInput(
            f"Nobody signs in with {key!r} here: "
            + (f"the settings have {', '.join(known)}." if known else "the settings have no provider.")
        )

    def providers(self) -> tuple[ProviderSettings, ...]:
        """The providers, with their secrets; `InvalidInput` if a file with one cannot be read."""
        return tuple(
            ProviderSettings(
                key=one.key,
                title=one.title,
                kind=one.kind,
                address=_issuer(one),
                client_id=one.client_id,
                client_secret=_secret(one),
            )
            for one in self._registered()
            if one.client_id
        )

    def _registered(self) -> tuple[_Registered, ...]:
        return (
            _Registered(
                "oidc", self.oidc_name, "openid", self.oidc_issuer,
                self.oidc_client_id, self.oidc_client_secret, self.oidc_client_secret_file,
            ),
            _Registered(
                "orcid", "ORCID", "openid", self.orcid_issuer,
                self.orcid_client_id, self.orcid_client_secret, self.orcid_client_secret_file,
            ),
            _Registered(
                "github", "GitHub", "github", self.github_url,
                self.github_client_id, self.github_client_secret, self.github_client_secret_file,
            ),
        )  # fmt: skip


def _issuer(one: _Registered) -> str:
    return require_site(one.address) if one.kind == "github" else one.address


def _secret(one: _Registered) -> str:
    if one.secret is not None:
        return one.secret.get_secret_value()
    assert one.file is not None
    try:
        found = one.file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise InvalidInput(f"The client secret of {one.title} cannot be read from {one.file}: {reason}.") from None
    if not found:
        raise InvalidInput(f"The client secret of {one.title} is empty: {one.file} has none.")
    return found
