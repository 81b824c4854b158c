"""A project at a server, as everything that reads or edits it needs to know it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.http import Answer, Http
from catmaid_wire.forms import Form

HISTORY = "history"
"""Capability of servers that answer as of a version, and take versions back."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One project of one server, as one user sees it.

    Two places are equal if project, server, user and version are the same, also through different connections.

    http : the connection to the server.
    project_id : the project's id.
    capabilities : what the server can do beyond CATMAID's API; empty for other servers.
    as_of : the version that is read; None reads the present, which alone can be edited.
    """

    http: Http
    project_id: int
    capabilities: frozenset[str]
    as_of: int | None = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Place):
            return NotImplemented
        same_project = (self.project_id, self.as_of) == (other.project_id, other.as_of)
        return same_project and self.http.same_access(other.http)

    def __hash__(self) -> int:
        return hash((self.http.server, self.project_id, self.as_of))

    @property
    def fingerprint(self) -> str:
        """Text that is the same for the same database, user and project, and does not say which they are."""
        identity = f"{self.http.database or self.http.server}\n{self.http.username}\n{self.project_id}"
        return hashlib.sha256(identity.encode()).hexdigest()[:32]

    def path(self, below: str) -> str:
        """A path below the project's."""
        return f"{self.project_id}/{below}"

    async def read_json(self, method: str, below: str, *, form: Form | None = None, params: Form | None = None) -> Any:
        """The JSON of a request below the project that only reads, whatever its method."""
        form, params = self._as_of(method, form, params)
        return await self.http.read_json(method, self.path(below), form=form, params=params)

    async def read(self, method: str, below: str, *, form: Form | None = None, params: Form | None = None) -> Answer:
        """The answer to a request below the project that only reads, whatever its method."""
        form, params = self._as_of(method, form, params)
        return await self.http.request(method, self.path(below), form=form, params=params, repeatable=True)

    async def columns_or_json(self, method: str, below: str, *, form: Form | None = None) -> Answer:
        """A read below the project that is answered in columns by servers that know them, in JSON by others."""
        dated = form if self.as_of is None else {**(form or {}), "as_of": self.as_of}
        return await self.http.columns_or_json(method, self.path(below), form=dated)

    def require_present(self) -> None:
        """Raise `InvalidInput` if this is the project as of a version, which nobody can change."""
        if self.as_of is not None:
            raise InvalidInput(
                f"This is the project as of version {self.as_of}, which cannot be changed. "
                "Edit the project of the present: project.instance.project(project.id)."
            )

    def require_history(self, what: str) -> None:
        """Raise `InvalidInput` if the server keeps no versions that can be asked for, as CATMAID's own."""
        if HISTORY not in self.capabilities:
            raise InvalidInput(f"{self.http.url} does not offer {what}: it is not served by catmaid_jupyter.")

    def _as_of(self, method: str, form: Form | None, params: Form | None) -> tuple[Form | None, Form | None]:
        if self.as_of is None:
            return form, params
        if method == "GET":
            return form, {**(params or {}), "as_of": self.as_of}
        return {**(form or {}), "as_of": self.as_of}, params
