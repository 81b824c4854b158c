"""A project at a server, as everything that reads or edits it needs to know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from catmaid_jupyter.api.http import Answer, Http
from catmaid_wire.forms import Form


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One project of one server, as one user sees it.

    Two places are equal if project, server and user are the same, also through different connections.

    http : the connection to the server.
    project_id : the project's id.
    capabilities : what the server can do beyond CATMAID's API; empty for other servers.
    """

    http: Http
    project_id: int
    capabilities: frozenset[str]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        return self.project_id == other.project_id and self.http.same_access(other.http)

    def __hash__(self) -> int:
        return hash((self.http.server, self.project_id))

    def path(self, below: str) -> str:
        """A path below the project's."""
        return f"{self.project_id}/{below}"

    async def read_json(self, method: str, below: str, *, form: Form | None = None, params: Form | None = None) -> Any:
        """The JSON of a request below the project that only reads, whatever its method."""
        return await self.http.read_json(method, self.path(below), form=form, params=params)

    async def columns_or_json(self, method: str, below: str, *, form: Form | None = None) -> Answer:
        """A read below the project that is answered in columns by servers that know them, in JSON by others."""
        return await self.http.columns_or_json(method, self.path(below), form=form)
