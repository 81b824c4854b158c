"""Connect to a server: the first line of a notebook."""

from __future__ import annotations

import os

from catmaid_jupyter.api import browser_sign_in, loop
from catmaid_jupyter.api.connecting import open_http
from catmaid_jupyter.api.errors import InvalidInput, NotAllowed
from catmaid_jupyter.api.http import parse_url
from catmaid_jupyter.client.imports_ahead import import_widgets_soon
from catmaid_jupyter.client.instance import Instance


def connect(
    url: str | None = None,
    token: str | None = None,
    *,
    data_dir: str | os.PathLike[str] | None = None,
    sign_in: bool = False,
) -> Instance:
    """Connect to a CATMAID server.

    Parameters
    ----------
    url
        Address of any CATMAID server from 2020 on. Without it: `CATMAID_URL`, else the embedded service of this
        machine, which is started if it is not running.
    token
        API token; without it `CATMAID_TOKEN`, which is for the server at `CATMAID_URL` only, if there is that. Without
        either, the user of the embedded service is its administrator, and the user of any other server is anonymous.
        On a JupyterHub with a service of its own none is needed: one is the user who signed in at the hub.
    data_dir
        Folder of the embedded service; by default `CATMAID_DATA_DIR`, else the user's data folder.
    sign_in
        Sign in by a browser instead of a token: this prints a link and waits until you allow it there, logged in in
        whatever way the service has. It holds for two weeks in this kernel, and is in no file. By default where
        `CATMAID_SIGN_IN=browser` and there is no token.

    Raises
    ------
    Unreachable
        If nothing answers, or the embedded service does not start.
    NotAllowed
        If the token is not accepted, or nobody allowed the sign-in.
    InvalidInput
        If the address is not that of a CATMAID server.
    """
    if url is None and data_dir is None:
        url = os.environ.get("CATMAID_URL")
    instance = _signed_in(url, token, data_dir, sign_in=sign_in)
    import_widgets_soon()
    return instance


def _signed_in(
    url: str | None, token: str | None, data_dir: str | os.PathLike[str] | None, *, sign_in: bool
) -> Instance:
    if sign_in and (url is None or token is not None):
        raise InvalidInput(
            "sign_in=True is for a server by its address, without a token: cj.connect(url, sign_in=True)."
        )
    http = open_http(url, data_dir, token)
    if url is None or not (sign_in or (browser_sign_in.is_wanted() and not http.has_token)):
        return loop.run(Instance.open(http))
    address = parse_url(url)
    try:
        return loop.run(Instance.open(open_http(url, data_dir, browser_sign_in.signed_in(address))))
    except NotAllowed:
        if not browser_sign_in.forget(address):
            raise
    return loop.run(Instance.open(open_http(url, data_dir, browser_sign_in.signed_in(address))))
