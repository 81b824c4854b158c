"""The first line of a notebook."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.embedded import default_data_dir, require_service, running_service
from catmaid_jupyter.api.http import Http, Origin, parse_url
from catmaid_jupyter.client.instance import Instance


def connect(
    url: str | None = None, token: str | None = None, *, data_dir: str | os.PathLike[str] | None = None
) -> Instance:
    """Connect to a CATMAID server.

    Parameters
    ----------
    url
        Address of any CATMAID server from 2020 on. Without it: `CATMAID_URL`, else the embedded service of this
        machine, which is started if it is not running.
    token
        API token; without it `CATMAID_TOKEN`. The embedded service is entered as its administrator. Without a
        token one is the anonymous visitor of a server.
    data_dir
        Folder of the embedded service; by default `CATMAID_DATA_DIR`, else the user's data folder.

    Raises
    ------
    Unreachable
        If nothing answers, or the embedded service does not start.
    NotAllowed
        If the token is not accepted.
    InvalidInput
        If the address is not that of a CATMAID server.
    """
    if url is None and data_dir is None:
        url = os.environ.get("CATMAID_URL")
    token = token or os.environ.get("CATMAID_TOKEN")
    if url is not None:
        return _open(Origin(parse_url(url), token))
    folder = default_data_dir() if data_dir is None else Path(data_dir).expanduser()
    folder = folder.absolute()
    return _open(_as_user(require_service(folder), token), partial(_find_again, folder, token))


def _open(origin: Origin, relocate: Callable[[], Origin | None] | None = None) -> Instance:
    http = Http(origin, relocate)
    loop.close_at_exit(http)
    return loop.run(Instance.open(http))


def _find_again(folder: Path, token: str | None) -> Origin | None:
    found = running_service(folder)
    return None if found is None else _as_user(found, token)


def _as_user(origin: Origin, token: str | None) -> Origin:
    return origin if token is None else Origin(origin.url, token)
