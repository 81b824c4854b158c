"""Signing in at the service of a JupyterHub, by the token that the hub gave this notebook's server."""

from __future__ import annotations

import os
import time
from datetime import datetime
from typing import Final, NoReturn

import aiohttp
import msgspec
from yarl import URL

from catmaid_jupyter.api.errors import InvalidInput, Unreachable, error_from_answer
from catmaid_jupyter.api.http import Origin
from catmaid_wire.environment_token import SERVER_VARIABLE
from catmaid_wire.http import FAILURES, same_server, server_url
from catmaid_wire.jupyterhub import PATH, SignedIn, hub_token

_TIMEOUT: Final = aiohttp.ClientTimeout(total=60, sock_connect=10)
_EARLY_S: Final = 300


class HubSignIn:
    """Gets API tokens of a service, each valid for a day, and knows when the last one runs out. Shows no token."""

    def __init__(self, url: URL, token: str) -> None:
        self._url = url
        self._token = token
        self._ends = 0.0
        self.browser_path = ""
        """Path at which browsers find the service on the hub's site, with a slash at the end; empty: not known."""

    def __repr__(self) -> str:
        return f"HubSignIn({str(self._url)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A sign-in is not pickled, so that its token is not written down.")

    @property
    def is_over(self) -> bool:
        """Whether the last token has run out, or will in minutes."""
        return time.time() > self._ends - _EARLY_S

    async def origin(self) -> Origin:
        """Sign in: the service with a new token. `NotAllowed` if it does not let the user in, or `Unreachable`."""
        form = {"hub_token": self._token}
        try:
            # No proxy and no redirect: the token is for this service alone.
            async with (
                aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as session,
                session.post(self._url.join(URL(PATH)), data=form, allow_redirects=False) as answer,
            ):
                status, text = answer.status, await answer.read()
        except FAILURES as error:
            raise Unreachable(f"No answer from {self._url}", detail=str(error) or type(error).__name__) from None
        if status >= 400:
            raise error_from_answer(status, text)
        try:
            found = msgspec.json.decode(text, type=SignedIn)
            self._ends = datetime.fromisoformat(found.expiry).timestamp()
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise InvalidInput(f"{self._url} signs nobody in with JupyterHub: is {SERVER_VARIABLE} right?") from None
        self.browser_path = found.browser_path
        return Origin(self._url, found.token)


def sign_in_at(url: URL) -> HubSignIn | None:
    """How to sign in at a server; None where that is not asked for, or the environment's hub is for another server."""
    token, own = hub_token(), os.environ.get(SERVER_VARIABLE)
    if token is None or not own:
        return None
    try:
        address = server_url(own if "://" in own else f"http://{own}")
    except ValueError as error:
        raise InvalidInput(f"{SERVER_VARIABLE}: {error}") from None
    return HubSignIn(url, token) if same_server(address, url) and address.path == url.path else None
