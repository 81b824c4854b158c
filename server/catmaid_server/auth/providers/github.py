"""GitHub, which speaks OAuth 2 without OpenID Connect: who signed in is told by its API."""

from __future__ import annotations

from typing import Final

import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from yarl import URL

from catmaid_server.auth.providers.asking import ProviderClient
from catmaid_server.auth.providers.attempts import SignInAttempt
from catmaid_server.auth.providers.openid import refusal_of_code
from catmaid_server.auth.providers.provider import ProviderSettings
from catmaid_server.domain.accounts.identities import Identity
from catmaid_server.domain.accounts.newcomers import SignedInPerson

PUBLIC: Final = "https://github.com"
_PUBLIC_API: Final = "https://api.github.com"
_SCOPE: Final = "user:email"


class _Grant(msgspec.Struct):
    access_token: str = ""
    error: str = ""
    error_description: str = ""


class _GitHubUser(msgspec.Struct):
    id: int
    login: str
    name: str | None = None


class _Email(msgspec.Struct):
    email: str
    primary: bool = False
    verified: bool = False


class GitHubProvider:
    """Signs people in with GitHub, or with a GitHub Enterprise server."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._client = ProviderClient(settings.title)
        self._site = settings.address.rstrip("/")
        self._api = _PUBLIC_API if self._site == PUBLIC else f"{self._site}/api/v3"

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def page(self, attempt: SignInAttempt, return_address: str) -> str:
        """Address of its page where people sign in."""
        return str(
            prepare_grant_uri(
                f"{self._site}/login/oauth/authorize",
                self.settings.client_id,
                "code",
                redirect_uri=return_address,
                scope=_SCOPE,
                state=attempt.state,
                code_challenge=create_s256_code_challenge(attempt.verifier),
                code_challenge_method="S256",
            )
        )

    async def person(self, code: str, attempt: SignInAttempt, return_address: str) -> SignedInPerson:
        """Who came back from there with a code. Raises `ProviderUnreachable` or `SignInRefused`."""
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=return_address,
            code=code,
            code_verifier=attempt.verifier,
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
        )
        _, answered = await self._client.ask("POST", f"{self._site}/login/oauth/access_token", body=body)
        granted = self._client.decoded(answered, _Grant)  # an error comes with status 200, too
        if not granted.access_token:
            raise refusal_of_code(self.settings.title, _standard(granted.error), granted.error_description)
        user = await self._client.read(f"{self._api}/user", _GitHubUser, token=granted.access_token)
        emails = await self._client.read(f"{self._api}/user/emails", list[_Email], token=granted.access_token)
        first, _, last = (user.name or "").partition(" ")
        return SignedInPerson(
            identity=Identity(self._site, str(user.id)),  # logins can be given to others
            wanted_name=user.login,
            first_name=first,
            last_name=last,
            email=next((one.email for one in emails if one.primary), ""),
            verified_emails=tuple(one.email for one in emails if one.verified),
        )


def _standard(error: str) -> str:
    """GitHub's name of an error as OAuth has it."""
    return {"bad_verification_code": "invalid_grant", "incorrect_client_credentials": "invalid_client"}.get(
        error, error
    )


def require_site(address: str) -> str:
    """The address of a GitHub site without a path, as it stands in identities."""
    return str(URL(address).origin())
