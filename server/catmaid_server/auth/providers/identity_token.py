"""Identity tokens of OpenID Connect: who has signed in, signed by the provider for this service and this sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError, MissingClaimError
from joserfc.jwk import KeySet

from catmaid_server.auth.providers.provider import AGAIN, SignInRefused

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""None with a key that the service also knows: whoever reads its settings could sign."""
_CLOCKS_DIFFER_S: Final = 60
_WRONG: Final = {
    "aud": "was made for another program: is the client id in the settings right?",
    "azp": "was made for another program: is the client id in the settings right?",
    "iss": "names another provider: is the issuer in the settings right?",
    "nonce": "belongs to another sign-in.",
}


class UnknownKey(SignInRefused):
    """A token is signed with a key that is not among the provider's, as these are known here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedToken:
    """What an identity token has to say."""

    title: str
    issuer: str
    client_id: str
    nonce: str
    access_token: str


def claims_of(token: str, keys: KeySet, algorithms: list[str], expected: ExpectedToken) -> Mapping[str, Any]:
    """What a token says, if it is signed by one of the keys and meant for this sign-in.

    Raises `SignInRefused`, of which `UnknownKey` may be cured by reading the provider's keys anew.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=algorithms)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            options={
                "iss": {"essential": True, "value": expected.issuer},
                "aud": {"essential": True, "value": expected.client_id},
                "sub": {"essential": True},
            },
            params={
                "nonce": expected.nonce,
                "client_id": expected.client_id,
                "access_token": expected.access_token,
            },
        )
        claims.validate(leeway=_CLOCKS_DIFFER_S)
    except ExpiredTokenError:
        raise SignInRefused(f"The identity token of {expected.title} has expired. {AGAIN}") from None
    except (InvalidClaimError, MissingClaimError) as error:
        wrong = _WRONG.get(error.claim, f"has no right {error.claim!r}.")
        raise SignInRefused(f"The identity token of {expected.title} {wrong}") from None
    except InvalidKeyIdError:
        raise UnknownKey(f"The identity token of {expected.title} is signed with an unknown key. {AGAIN}") from None
    except (JoseError, ValueError, KeyError, TypeError):
        raise SignInRefused(f"The identity token of {expected.title} is not signed by it. {AGAIN}") from None
    found: Mapping[str, Any] = claims
    return found
