"""OpenID Connect: any provider that describes itself by a discovery document, as ORCID and universities do."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from catmaid_server.auth.providers.asking import ProviderClient, require_safe
from catmaid_server.auth.providers.attempts import SignInAttempt
from catmaid_server.auth.providers.identity_token import ALGORITHMS, ExpectedToken, UnknownKey, claims_of
from catmaid_server.auth.providers.provider import AGAIN, ProviderSettings, ProviderUnreachable, SignInRefused
from catmaid_server.domain.accounts.identities import Identity
from catmaid_server.domain.accounts.newcomers import SignedInPerson
from catmaid_server.domain.errors import InvalidInput

_SCOPES: Final = ("openid", "profile", "email")
_KEEP_S: Final = 3600.0
_LONGEST_SUBJECT: Final = 255


class _Description(msgspec.Struct):
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    scopes_supported: tuple[str, ...] = _SCOPES
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Granted(msgspec.Struct):
    id_token: str = ""
    access_token: str = ""
    error: str = ""
    error_description: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """A provider's description and keys, and when they were read."""

    description: _Description
    keys: KeySet
    time: float


class OpenIdProvider:
    """Signs people in by the authorization code flow, with PKCE.

    now : seconds, for what is kept of the provider for an hour.
    """

    def __init__(self, settings: ProviderSettings, *, now: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self._client = ProviderClient(settings.title)
        self._now = now
        self._known: _Known | None = None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def page(self, attempt: SignInAttempt, return_address: str) -> str:
        """Address of its page where people sign in. Raises `ProviderUnreachable`."""
        described = (await self._described()).description
        return str(
            prepare_grant_uri(
                described.authorization_endpoint,
                self.settings.client_id,
                "code",
                redirect_uri=return_address,
                scope=[scope for scope in _SCOPES if scope == "openid" or scope in described.scopes_supported],
                state=attempt.state,
                nonce=attempt.nonce,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    async def person(self, code: str, attempt: SignInAttempt, return_address: str) -> SignedInPerson:
        """Who came back from there with a code. Raises `ProviderUnreachable` or `SignInRefused`."""
        known = await self._described()
        granted = await self._redeem(known.description, code, attempt, return_address)
        expected = ExpectedToken(
            title=self.settings.title,
            issuer=self.settings.address,
            client_id=self.settings.client_id,
            nonce=attempt.nonce,
            access_token=granted.access_token,
        )
        algorithms = [one for one in known.description.id_token_signing_alg_values_supported if one in ALGORITHMS]
        try:
            claims = claims_of(granted.id_token, known.keys, algorithms, expected)
        except UnknownKey:  # providers change their keys from time to time
            known = await self._described(anew=True)
            claims = claims_of(granted.id_token, known.keys, algorithms, expected)
        return self._person({**await self._more(known.description, claims, granted.access_token), **claims})

    async def _described(self, *, anew: bool = False) -> _Known:
        known = self._known
        if known is not None and not anew and self._now() - known.time < _KEEP_S:
            return known
        issuer = self.settings.address
        found = await self._client.read(get_well_known_url(issuer, external=True), _Description)
        if found.issuer != issuer:
            raise ProviderUnreachable(
                f"The provider at {issuer} calls itself {found.issuer!r:.200}: set that as the issuer, if it is right."
            )
        try:
            for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                require_safe(address, f"What {self.settings.title} describes")
            keys = KeySet.import_key_set(await self._client.read(found.jwks_uri, dict[str, Any]))  # type: ignore[arg-type]
        except (InvalidInput, JoseError, KeyError, ValueError, TypeError) as error:
            raise ProviderUnreachable(f"{self.settings.title} describes itself wrongly: {error}") from None
        self._known = _Known(found, keys, self._now())
        return self._known

    async def _redeem(
        self, described: _Description, code: str, attempt: SignInAttempt, return_address: str
    ) -> _Granted:
        body = prepare_token_request(
            "authorization_code", redirect_uri=return_address, code=code, code_verifier=attempt.verifier
        )
        method = _how_to_authenticate(described.token_endpoint_auth_methods_supported)
        client = ClientAuth(self.settings.client_id, self.settings.client_secret, method)
        address, headers, body = client.prepare("POST", described.token_endpoint, {}, body)
        status, answered = await self._client.ask("POST", address, headers=headers, body=body)
        granted = self._client.decoded(answered, _Granted)
        if status != 200 or granted.error or not granted.id_token:
            raise refusal_of_code(self.settings.title, granted.error or f"status {status}", granted.error_description)
        return granted

    async def _more(self, described: _Description, claims: Mapping[str, Any], access_token: str) -> Mapping[str, Any]:
        """What the provider tells of a person when asked, where the identity token does not have it."""
        if not described.userinfo_endpoint or {"email", "name"} <= claims.keys():
            return {}
        try:
            require_safe(described.userinfo_endpoint, f"What {self.settings.title} describes")
        except InvalidInput as error:
            raise ProviderUnreachable(str(error)) from None
        found = await self._client.read(described.userinfo_endpoint, dict[str, Any], token=access_token)
        if found.get("sub") != claims["sub"]:
            raise SignInRefused(f"{self.settings.title} tells of another person than the one who signed in. {AGAIN}")
        return found

    def _person(self, claims: Mapping[str, Any]) -> SignedInPerson:
        subject = claims["sub"]
        if not isinstance(subject, str) or len(subject) > _LONGEST_SUBJECT:
            raise SignInRefused(f"The identity token of {self.settings.title} has no right 'sub'.")
        texts = {name: value for name, value in claims.items() if isinstance(value, str)}
        email = texts.get("email", "")
        names = (texts.get("given_name", ""), texts.get("family_name", ""))
        return SignedInPerson(
            identity=Identity(self.settings.address, subject),
            wanted_name=texts.get("preferred_username", ""),
            first_name=names[0] if any(names) else texts.get("name", ""),
            last_name=names[1],
            email=email,
            verified_emails=(email,) if email and claims.get("email_verified") is True else (),
        )


def refusal_of_code(title: str, error: str, description: str) -> SignInRefused:
    """That a provider does not take a code, with its reason."""
    if error == "invalid_grant":
        return SignInRefused(f"{title} does not take the code of this sign-in: it was used, or is too old. {AGAIN}")
    if error == "invalid_client":
        return SignInRefused(f"{title} does not know this service: an administrator checks client id and secret.")
    return SignInRefused(f"{title} signs nobody in: {description or error:.300}")


def _how_to_authenticate(methods: tuple[str, ...]) -> str:
    for method in ("client_secret_basic", "client_secret_post"):
        if method in methods:
            return method
    raise ProviderUnreachable(f"The provider takes client secrets in no way that is known here: {methods!r:.200}.")
