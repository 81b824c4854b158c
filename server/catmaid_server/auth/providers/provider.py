"""What a provider is, whichever it is, and how a sign-in with it can fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, Protocol, TypeAlias

from catmaid_server.auth.providers.attempts import SignInAttempt
from catmaid_server.domain.accounts.newcomers import SignedInPerson
from catmaid_server.domain.errors import DomainError, NotAllowed

ProviderKind: TypeAlias = Literal["openid", "github"]
AGAIN: Final = "Begin the sign-in again."


class ProviderUnreachable(DomainError):
    """A provider does not answer, or not as it should."""


class SignInRefused(NotAllowed):
    """Nobody is signed in: the provider says so, or what came from it does not prove who somebody is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """A provider, and this service as the provider knows it.

    key
        Short name, as in addresses of this service: `orcid`.
    title
        What people call it.
    address
        Of an OpenID provider its issuer; of GitHub that of its site.
    """

    key: str
    title: str
    kind: ProviderKind
    address: str
    client_id: str
    client_secret: str = field(repr=False)


class Provider(Protocol):
    """Signs people in."""

    settings: ProviderSettings

    async def page(self, attempt: SignInAttempt, return_address: str) -> str:
        """Address of its page where people sign in. Raises `ProviderUnreachable`."""

    async def person(self, code: str, attempt: SignInAttempt, return_address: str) -> SignedInPerson:
        """Who came back from there with a code. Raises `ProviderUnreachable` or `SignInRefused`."""

    async def close(self) -> None:
        """Close the connections."""
