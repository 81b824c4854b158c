"""Open a link: connect to its server, and show what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catmaid_jupyter.api.embedded import default_data_dir, running_service
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.connect import connect
from catmaid_jupyter.client.links import neuroglancer
from catmaid_jupyter.client.links.deep_link import CatmaidLink

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.workspace import Workspace


def open_link(link: str, token: str | None = None, *, password: str | None = None) -> Workspace:
    """Open a link of CATMAID or of this package as a workspace, as `Project.open` does, of whichever server it is.

    token : API token, as `connect` takes it. password : of a named link that has one.
    """
    server, project_id = _place_of(link)
    running = None if token is not None else running_service(default_data_dir())
    is_own = running is not None and str(running.url).rstrip("/") == server.rstrip("/")
    instance = connect() if is_own else connect(server, token)
    return instance.project(project_id).open(link, password=password)


def _place_of(link: str) -> tuple[str, int]:
    if not neuroglancer.is_link(link):
        deep = CatmaidLink.parsed(link)
        return deep.server, deep.project_id
    found = neuroglancer.project_of_link(link)
    if found is None:
        raise InvalidInput("This link of Neuroglancer says no project: connect to one, and take project.open(link).")
    return found
