"""A connection to one CATMAID server."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotAllowed, NotFound
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client.frames import PROJECTS, USERS, frame

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

T = TypeVar("T")


class Instance:
    """A CATMAID server and the user one is there. Made by `connect`.

    Attributes
    ----------
    http
        Requests to the server, to be awaited on the background loop (see `submit`).
    version
        The server's version, as it says.
    capabilities
        What the server can do beyond CATMAID's API: `columns`, `events`, `idempotency`, …; empty elsewhere.
    username
        Who one is there; `AnonymousUser` without a token.
    """

    def __init__(self, http: Http, *, version: str, capabilities: frozenset[str], username: str) -> None:
        self.http = http
        self.version = version
        self.capabilities = capabilities
        self.username = username
        self._projects: dict[int, Project] = {}
        self._logins: dict[int, str] = {}

    @classmethod
    async def open(cls, http: Http) -> Instance:
        """Get to know a server. `InvalidInput` if it is not CATMAID's, `NotAllowed` if it refuses the token."""
        version, capabilities = _read_version(await http.read_json("GET", "version"))
        http.knows_columns = "columns" in capabilities
        http.honours_keys = "idempotency" in capabilities
        who = await http.read_json("GET", "accounts/login")
        if http.has_token and not who.get("is_authenticated", True):
            raise NotAllowed(f"{http.url} does not accept the token.")
        username = str(who.get("username", "AnonymousUser"))
        return cls(http, version=version, capabilities=capabilities, username=username)

    def __repr__(self) -> str:
        return f"<CATMAID {self.url} as {self.username}>"

    def _repr_html_(self) -> str:
        version, url, username = (html.escape(text) for text in (self.version, self.url, self.username))
        return f"CATMAID {version} at <code>{url}</code>, as {username}"

    @property
    def url(self) -> str:
        """Address of the server."""
        return self.http.url

    @property
    def projects(self) -> pd.DataFrame:
        """Projects that one may see: id int64, title str, comment str, stack_ids (lists of int)."""
        found = self.run(self.http.read_json("GET", "projects/"))
        columns = {
            "id": [project["id"] for project in found],
            "title": [project["title"] for project in found],
            "comment": [project["comment"] or "" for project in found],
            "stack_ids": [[stack["id"] for stack in project["stacks"]] for project in found],
        }
        return frame(columns, PROJECTS)

    @property
    def users(self) -> pd.DataFrame:
        """Users that one may see: id int64, login str, full_name str."""
        found = self.run(self.http.read_json("GET", "user-list"))
        return frame({name: [user[name] or "" for user in found] for name in USERS}, USERS)

    def project(self, key: str | int) -> Project:
        """A project by title or id.

        The same object for the same project, so that all its viewers share one undo and one stream of changes.

        Raises `NotFound`, or `InvalidInput` if several projects have the title.
        """
        from catmaid_jupyter.client.project import Project  # noqa: PLC0415  which needs this module

        found = self.projects
        match = found[found["title"] == key] if isinstance(key, str) else found[found["id"] == key]
        if match.empty:
            known = ", ".join(repr(title) for title in found["title"]) or "none"
            raise NotFound(f"There is no project {key!r} at {self.url}, or you may not see it. There are: {known}.")
        if len(match) > 1:
            ids = ", ".join(str(project_id) for project_id in match["id"])
            raise InvalidInput(f"Several projects are called {key!r}; choose one by its id: {ids}.")
        project_id, title = int(match["id"].iloc[0]), str(match["title"].iloc[0])
        return self._projects.setdefault(project_id, Project(self, project_id, title))

    def create_project(self, title: str) -> Project:
        """Make a project in which this user may do everything.

        Raises `NotAllowed` if the user may not, `InvalidInput` if the server cannot do this over HTTP.
        """
        if "create-project" not in self.capabilities:
            raise InvalidInput(f"{self.url} makes projects only through its administration pages.")
        answer = self.run(self.http.request("POST", "projects/", form={"title": title}))
        return self.project(int(answer.json()["id"]))

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the background loop and wait for it."""
        return loop.run(coroutine)

    def submit(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the background loop and return at once."""
        return loop.submit(coro)

    async def logins(self, user_ids: set[int]) -> dict[int, str]:
        """User names by id, asked for when an unknown id appears; ids without a user are missing."""
        if not user_ids <= self._logins.keys():
            found = await self.http.read_json("GET", "user-list")
            self._logins = {user["id"]: user["login"] for user in found}
        return self._logins

    def close(self) -> None:
        """End all connections to the server."""
        for project in self._projects.values():
            project.events.close()
        self.run(self.http.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


async def gather(*coroutines: Coroutine[Any, Any, T]) -> list[T]:
    """Results of several requests that run at the same time."""
    return list(await asyncio.gather(*coroutines))


def _read_version(answer: Any) -> tuple[str, frozenset[str]]:
    if not isinstance(answer, dict) or "SERVER_VERSION" not in answer:
        raise InvalidInput("This is not a CATMAID server.")
    ours = answer.get("CATMAID_JUPYTER") or {}
    return str(answer["SERVER_VERSION"]), frozenset(ours.get("capabilities", ()))
