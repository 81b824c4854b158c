"""Sign-ins under way: each belongs to the browser that began it, and is over after ten minutes.

The browser keeps a random text in a cookie. With it and the service's secret, the state that goes to the provider and
back is checked, and the texts are made again that only this browser's sign-in can show: the PKCE verifier and the nonce
of the identity token. So no process has to remember anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass, field
from typing import Final

from catmaid_server.auth.signing import sign, verified

COOKIE: Final = "catmaid_sign_in"
LIFETIME_S: Final = 600
LONGEST_PATH: Final = 2_000
_PURPOSE: Final = "sign-in with a provider"
_NOBODY: Final = 0
_VALUE: Final = re.compile(
    r"(?P<provider>[a-z0-9]+):(?P<id>[0-9a-f]{32}):(?P<mark>[\w-]{43}):(?P<user>[0-9]{1,10}):(?P<path>/.*)", re.ASCII
)


@dataclass(frozen=True, slots=True)
class SignInAttempt:
    """A sign-in with a provider that was begun in a browser.

    browser
        What the browser keeps.
    state
        What the provider sends back unread.
    verifier
        Shows the provider that who redeems the code began the sign-in (PKCE, RFC 7636).
    nonce
        Is in the identity token of this sign-in and in no other.
    path
        Where to go afterwards, below the service's address.
    user_id
        Who wants to be known to the provider from now on; None for who wants to sign in.
    """

    provider: str
    browser: str = field(repr=False)
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)
    path: str
    user_id: int | None


def begin(secret: bytes, provider: str, *, browser: str, path: str, user_id: int | None = None) -> SignInAttempt:
    """A new attempt. `browser`: what its cookie has, if it has one from another tab."""
    browser = browser or secrets.token_urlsafe(32)
    attempt_id = secrets.token_hex(16)
    mark = _derived(secret, "mark", browser, attempt_id)
    value = f"{provider}:{attempt_id}:{mark}:{user_id or _NOBODY}:{own_path(path)}"
    state = sign(secret, _PURPOSE, value, expires=int(time.time()) + LIFETIME_S)
    return _attempt(secret, provider, browser, attempt_id, state, own_path(path), user_id)


def resumed(secret: bytes, provider: str, state: str, *, browser: str) -> SignInAttempt | None:
    """The attempt of a state that came back; None if this browser did not begin it with this provider, or long ago."""
    found = _VALUE.fullmatch(verified(secret, _PURPOSE, state) or "")
    if found is None or found["provider"] != provider:
        return None
    if not hmac.compare_digest(found["mark"], _derived(secret, "mark", browser, found["id"])):
        return None
    return _attempt(secret, provider, browser, found["id"], state, found["path"], int(found["user"]) or None)


def own_path(path: str) -> str:
    """A path below this service's address; the front page instead of what could lead elsewhere."""
    is_own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if is_own and len(path) <= LONGEST_PATH else "/"


def _attempt(
    secret: bytes, provider: str, browser: str, attempt_id: str, state: str, path: str, user_id: int | None
) -> SignInAttempt:
    return SignInAttempt(
        provider=provider,
        browser=browser,
        state=state,
        verifier=_derived(secret, "verifier", browser, attempt_id),
        nonce=_derived(secret, "nonce", browser, attempt_id),
        path=path,
        user_id=user_id,
    )


def _derived(secret: bytes, use: str, browser: str, attempt_id: str) -> str:
    """A text of 43 characters that nobody can tell who lacks the secret."""
    message = f"sign-in {use}:{attempt_id}:{browser}".encode(errors="replace")
    return base64.urlsafe_b64encode(hmac.digest(secret, message, hashlib.sha256)).decode().rstrip("=")
