"""Connect to a server: the first line of a notebook."""

from __future__ import annotations

import os

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.connecting import open_http
from catmaid_jupyter.client.imports_ahead import import_widgets_soon
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
        API token; without it `CATMAID_TOKEN`, which is for the server at `CATMAID_URL` only, if there is that. Without
        either, the user of the embedded service is its administrator, and the user of any other server is anonymous.
        On a JupyterHub with a service of its own none is needed: one is the user who signed in at the hub.
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
    instance = loop.run(Instance.open(open_http(url, data_dir, token)))
    import_widgets_soon()
    return instance
