"""The API token that the environment holds, and the server that it is for."""

from __future__ import annotations

import os
from typing import Final

from yarl import URL

from catmaid_wire.http import same_server, server_url

VARIABLE: Final = "CATMAID_TOKEN"
SERVER_VARIABLE: Final = "CATMAID_URL"


def token_for(address: URL) -> str | None:
    """`CATMAID_TOKEN`, unless `CATMAID_URL` names another server: a token is for its own server only.

    Raises `ValueError` if `CATMAID_URL` is not the address of a web server.
    """
    own = os.environ.get(SERVER_VARIABLE)
    if own and not same_server(_own_server(own), address):
        return None
    return os.environ.get(VARIABLE)


def _own_server(text: str) -> URL:
    try:
        return server_url(text if "://" in text else f"http://{text}")
    except ValueError as error:
        raise ValueError(f"{SERVER_VARIABLE}: {error}") from None
