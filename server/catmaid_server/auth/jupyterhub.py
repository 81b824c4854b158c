"""Who somebody is on a JupyterHub, told by the hub itself: by a token of their server, or after they signed in there.

The service is one of the hub's services, and has its settings from the environment that the hub gives these.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import quote

import aiohttp
import msgspec
import structlog
from yarl import URL

from catmaid_server.domain.accounts.identities import JUPYTERHUB, Identity
from catmaid_server.domain.errors import DomainError, InvalidInput, NotAllowed

log = structlog.get_logger(__name__)

_TIMEOUT: Final = aiohttp.ClientTimeout(total=15)
_LONGEST_TOKEN: Final = 2_000
_NEEDED: Final = ("JUPYTERHUB_API_URL", "JUPYTERHUB_API_TOKEN", "JUPYTERHUB_SERVICE_NAME")


class HubUnreachable(DomainError):
    """The hub does not answer as it should."""


class NotOfTheHub(NotAllowed):
    """The hub does not know the token or code, or it does not let its user use this service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HubService:
    """The hub, and this service as the hub knows it.

    api_url
        Where the hub answers this service, without a slash at the end.
    authorize_path
        Where browsers sign in: a path, or an address if the hub has a domain of its own.
    callback_path
        Path on the hub's site to which the hub sends browsers back.
    """

    api_url: str
    token: str = field(repr=False)
    name: str
    client_id: str
    authorize_path: str
    callback_path: str

    @classmethod
    def of(cls, environment: Mapping[str, str] = os.environ) -> HubService:
        """The one that the environment tells of; `InvalidInput` if it does not."""
        missing = [name for name in _NEEDED if not environment.get(name)]
        if missing:
            raise InvalidInput(
                f"CATMAID_JUPYTERHUB is on, but {', '.join(missing)} is not set: JupyterHub gives these to its "
                "services. List this one under c.JupyterHub.services."
            )
        name = environment["JUPYTERHUB_SERVICE_NAME"]
        base = environment.get("JUPYTERHUB_BASE_URL", "/")
        prefix = environment.get("JUPYTERHUB_SERVICE_PREFIX", f"{base}services/{name}/")
        return cls(
            api_url=environment["JUPYTERHUB_API_URL"].rstrip("/"),
            token=environment["JUPYTERHUB_API_TOKEN"],
            name=name,
            client_id=environment.get("JUPYTERHUB_CLIENT_ID") or f"service-{name}",
            authorize_path=f"{environment.get('JUPYTERHUB_HOST', '')}{base}hub/api/oauth2/authorize",
            callback_path=environment.get("JUPYTERHUB_OAUTH_CALLBACK_URL") or f"{prefix}oauth_callback",
        )

    @property
    def browser_path(self) -> str:
        """Path at which browsers find this service on the hub's site, with a slash at the end."""
        return URL(self.callback_path).path.removesuffix("oauth_callback")

    @property
    def scopes(self) -> frozenset[str]:
        """What somebody needs one of to use this service."""
        return frozenset({"access:services", f"access:services!service={self.name}"})


T = TypeVar("T")


class _HubUser(msgspec.Struct):
    name: str
    kind: str = "user"
    scopes: list[str] = []
    groups: list[str] | None = None


class _Granted(msgspec.Struct):
    access_token: str


class Hub:
    """Asks the hub."""

    def __init__(self, service: HubService) -> None:
        self.service = service
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def sign_in_address(self, state: str) -> str:
        """Where a browser signs in; it comes back to `callback_path` with a code and the state."""
        service = self.service
        query = {
            "client_id": service.client_id,
            "redirect_uri": service.callback_path,
            "response_type": "code",
            "state": state,
        }
        return str(URL(service.authorize_path).with_query(query))

    async def identity_of_code(self, code: str) -> Identity:
        """Who came back from the hub with a code, with the errors of `identity_of_token`."""
        service = self.service
        form = {
            "client_id": service.client_id,
            "client_secret": service.token,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": service.callback_path,
        }
        body = await self._ask("POST", "/oauth2/token", form=form)
        return await self.identity_of_token(_read(body, _Granted).access_token)

    async def identity_of_token(self, token: str) -> Identity:
        """Whose token of the hub this is.

        Raises `NotOfTheHub` if the hub does not know it, or it does not let its user use this service, and
        `HubUnreachable`.
        """
        if not token or len(token) > _LONGEST_TOKEN or not token.isascii() or not token.isprintable():
            raise NotOfTheHub("This is no token of JupyterHub.")
        found = _read(await self._ask("GET", "/user", token=token), _HubUser)
        if found.kind != "user":
            raise NotOfTheHub("This token of JupyterHub is that of a service, not of a user.")
        if self.service.scopes.isdisjoint(found.scopes):
            raise NotOfTheHub(
                f"JupyterHub's user {found.name!r} may not use this service with this token: the roles `user` and "
                f"`server` need the scope access:services!service={self.service.name} (c.JupyterHub.load_roles)."
            )
        groups = found.groups if found.groups is not None else await self._groups_of(found.name)
        return Identity(JUPYTERHUB, found.name, None if groups is None else tuple(groups))

    async def _groups_of(self, name: str) -> list[str] | None:
        """The groups of a user, None if the hub does not tell this service."""
        with contextlib.suppress(NotOfTheHub):
            groups = _read(await self._ask("GET", f"/users/{quote(name, safe='')}"), _HubUser).groups
            if groups is not None:
                return groups
        log.warning("hub tells no groups", advice="give the service the scopes read:users:name and read:users:groups")
        return None

    async def _ask(
        self, method: str, path: str, *, token: str | None = None, form: dict[str, str] | None = None
    ) -> bytes:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        headers = {} if form is not None else {"Authorization": f"token {token or self.service.token}"}
        address = URL(self.service.api_url + path, encoded=True)
        try:
            async with self._session.request(
                method, address, headers=headers, data=form, allow_redirects=False
            ) as answer:
                body = await answer.read()
        except (TimeoutError, aiohttp.ClientError) as error:
            raise HubUnreachable(f"JupyterHub does not answer ({type(error).__name__}). Try again soon.") from None
        if answer.status in (400, 401, 403, 404):
            raise NotOfTheHub("JupyterHub does not accept this sign-in. Start the notebook's server again.")
        if answer.status != 200:
            raise HubUnreachable(f"JupyterHub answered {answer.status}. Try again soon.")
        return body


def _read(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, RecursionError):
        raise HubUnreachable("JupyterHub answered something else than was asked. Is its address right?") from None
