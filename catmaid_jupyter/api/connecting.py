"""Connections to servers as a user names them: by address, or as the embedded service of a data folder."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from yarl import URL

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.embedded import default_data_dir, require_service, running_service
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.api.hub_sign_in import sign_in_at
from catmaid_wire.environment_token import token_for


def open_http(url: str | None, data_dir: str | os.PathLike[str] | None, token: str | None = None) -> Http:
    """A connection to a server; nothing is sent to it yet.

    url : address of the server; None for the embedded service, which is started if it is not running.
    data_dir : folder of the embedded service; None for the default one.
    token : API token; None takes `CATMAID_TOKEN`, else that of the embedded service's administrator. If there is a
        `CATMAID_URL`, `CATMAID_TOKEN` is for that server, and no other web server gets it. Without a token, on a
        JupyterHub whose service is at `CATMAID_URL`, one signs in there by the hub (`CATMAID_SIGN_IN`).

    Raises `InvalidInput` for a wrong address, `Unreachable` if the embedded service does not start.
    """
    if url is not None:
        address = parse_url(url)
        token = token or _token_for(address)
        http = Http(Origin(address, token), sign_in=None if token else sign_in_at(address))
    else:
        token = token or os.environ.get("CATMAID_TOKEN")
        folder = (default_data_dir() if data_dir is None else Path(data_dir).expanduser()).absolute()
        http = Http(_as_user(require_service(folder), token), partial(_find_again, folder, token), data_dir=folder)
    loop.close_at_exit(http)
    return http


def _token_for(address: URL) -> str | None:
    """The token of the environment, if it is for this server."""
    try:
        return token_for(address)
    except ValueError as error:
        raise InvalidInput(str(error)) from None


def _find_again(folder: Path, token: str | None) -> Origin | None:
    found = running_service(folder)
    return None if found is None else _as_user(found, token)


def _as_user(origin: Origin, token: str | None) -> Origin:
    return origin if token is None else Origin(origin.url, token, origin.socket)
