"""Signing in with a JupyterHub: what the environment of a notebook's server says of it, and the service's answer."""

from __future__ import annotations

import os
from typing import Final

import msgspec

VARIABLE: Final = "CATMAID_SIGN_IN"
VALUE: Final = "jupyterhub"
TOKEN_VARIABLE: Final = "JUPYTERHUB_API_TOKEN"  # noqa: S105  the name of a variable
PATH: Final = "hub/token"


class SignedIn(msgspec.Struct, frozen=True):
    """What the service answers to a token of the hub."""

    token: str
    """An API token."""
    expiry: str
    """ISO 8601."""
    username: str
    browser_path: str = ""
    """Path at which browsers find the service on the hub's site, with a slash at the end."""


def hub_token() -> str | None:
    """The hub's token of this notebook's server, if the environment says that one signs in with it."""
    return os.environ.get(TOKEN_VARIABLE) if os.environ.get(VARIABLE) == VALUE else None
