"""A connection to one CATMAID server."""

from __future__ import annotations

import html
from collections.abc import Callable, Coroutine, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar
from weakref import WeakSet

import pandas as pd

from catmaid_jupyter.api import loop, manual
from catmaid_jupyter.api.connecting import open_http
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotAllowed, NotFound, Unreachable
from catmaid_jupyter.api.http import Http
from catmaid_jupyter.client import accounts, inactivity
from catmaid_jupyter.client.frames import PROJECTS, USERS, frame
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.spaces import invitations

if TYPE_CHECKING:
    from catmaid_jupyter.widgets import ProjectBrowser

T = TypeVar("T")


class Instance(Public):
    """A CATMAID server and the user of this connection. Made by `connect`.

    Two instances are equal if they have the same server and the same token. A pickle holds the server's address, or
    the folder of the embedded service, but no token: an unpickled instance connects again, with the token that
    `connect` would find there (`CATMAID_TOKEN`, or that of the embedded service). So do unpickled projects, neurons
    and skeletons.

    Attributes
    ----------
    http
        Requests to the server, to be awaited on the background loop (see `submit`).
    version
        The server's version, as it says.
    capabilities
        What the server can do beyond CATMAID's API: `columns`, `events`, `idempotency`, …; empty elsewhere.
    username
        The user's name there; `AnonymousUser` without a token.
    """

    _internal: ClassVar = frozenset(
        {"follow_projects", "forget_project", "http", "known_project", "open", "run", "submit", "tell_of_projects"}
    )

    def __init__(self, http: Http, *, version: str, capabilities: frozenset[str], username: str) -> None:
        self.http = http
        self.version = version
        self.capabilities = capabilities
        self.username = username
        self._projects: dict[int, Project] = {}
        self._followers: list[Callable[[], None]] = []

    @classmethod
    async def open(cls, http: Http) -> Instance:
        """Ask a server what it is. `InvalidInput` if it is not CATMAID's, `NotAllowed` if it refuses the token."""
        version, capabilities, http.database = _read_version(await http.read_json("GET", "version"))
        http.knows_columns = "columns" in capabilities
        http.honours_keys = "idempotency" in capabilities
        if manual.CAPABILITY in capabilities:
            manual.shown_at(http.url)
        who = await http.read_json("GET", "accounts/login")
        if http.has_token and not who.get("is_authenticated", True):
            raise NotAllowed(f"{http.url} does not accept the token.")
        http.username = username = str(who.get("username", "AnonymousUser"))
        return cls(http, version=version, capabilities=capabilities, username=username)

    def __repr__(self) -> str:
        return f"<CATMAID {self.url} as {self.username}>"

    def _repr_html_(self) -> str:
        version, url, username = (html.escape(text) for text in (self.version, self.url, self.username))
        return f"CATMAID {version} at <code>{url}</code>, as {username}"

    def __eq__(self, other: object) -> bool:
        return self.http.same_access(other.http) if isinstance(other, Instance) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.http.server)

    def __reduce__(self) -> tuple[Any, ...]:
        data_dir = self.http.data_dir
        return _reconnect, (self.url if data_dir is None else None, data_dir)

    @property
    def url(self) -> str:
        """Address of the server."""
        return self.http.url

    @property
    def projects(self) -> pd.DataFrame:
        """Projects that the user may see: id int64, title, comment str, stack_ids (lists of int), favorite bool.

        Those in the archive are in `project_browser().table` only.
        """
        return self._listed({})

    def _listed(self, asked: dict[str, str]) -> pd.DataFrame:
        found = self.run(self.http.read_json("GET", "projects/", params=asked))
        columns = {
            "id": [project["id"] for project in found],
            "title": [project["title"] for project in found],
            "comment": [project["comment"] or "" for project in found],
            "stack_ids": [[stack["id"] for stack in project["stacks"]] for project in found],
            "favorite": [bool(project.get("favorite", False)) for project in found],
        }
        return frame(columns, PROJECTS)

    @property
    def users(self) -> pd.DataFrame:
        """Users that the user may see: id int64, login str, full_name str."""
        found = self.run(self.http.read_json("GET", "user-list"))
        return frame({name: [user[name] or "" for user in found] for name in USERS}, USERS)

    def project(self, key: str | int) -> Project:
        """A project by title or id.

        The same object for the same project, so that all its viewers share one undo and one stream of changes.

        Raises `NotFound`, or `InvalidInput` if several projects have the title.
        """
        title = None if isinstance(key, str) else self.run(self._title(int(key)))
        if title is not None:
            return self.known_project(int(key), title)
        found = self._listed({"archived": "true"})
        match = found[found["title"] == key] if isinstance(key, str) else found[found["id"] == key]
        if match.empty:
            known = ", ".join(repr(title) for title in found["title"]) or "none"
            raise NotFound(f"There is no project {key!r} at {self.url}, or you may not see it. There are: {known}.")
        if len(match) > 1:
            ids = ", ".join(str(project_id) for project_id in match["id"])
            raise InvalidInput(f"Several projects are called {key!r}; choose one by its id: {ids}.")
        return self.known_project(int(match["id"].iloc[0]), str(match["title"].iloc[0]))

    def known_project(self, project_id: int, title: str) -> Project:
        """The object of a project whose id and title are known; sends nothing."""
        return self._projects.setdefault(project_id, Project(self, project_id, title))

    def forget_project(self, project_id: int) -> None:
        """Stop following the changes of a project that was deleted."""
        project = self._projects.pop(project_id, None)
        if project is not None:
            project.events.close()
        self.tell_of_projects()

    def follow_projects(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Call `changed()` when this connection changed which projects there are; returns a function that ends this."""
        self._followers.append(changed)
        return lambda: self._followers.remove(changed) if changed in self._followers else None

    def tell_of_projects(self) -> None:
        """Tell who follows that projects were made, changed or deleted."""
        for changed in list(self._followers):
            changed()

    def project_browser(self, **options: Any) -> ProjectBrowser:
        """The projects that one may see, with pictures, to filter and choose; its `project` is the chosen one.

        options : traits of `ProjectBrowser`, such as `show="favorites"` and `height=600`.
        """
        from catmaid_jupyter.widgets import ProjectBrowser  # noqa: PLC0415  scripts need no widgets

        return ProjectBrowser(self, **options)

    def create_project(self, title: str, *, comment: str | None = None) -> Project:
        """Make a project in which this user may do everything.

        Raises `NotAllowed` if the user may not, `InvalidInput` if the server cannot do this over HTTP.
        """
        if "create-project" not in self.capabilities:
            raise InvalidInput(f"{self.url} makes projects only through its administration pages.")
        made = self.run(self.http.request("POST", "projects/", form={"title": title, "comment": comment})).json()
        self.tell_of_projects()
        return self.known_project(int(made["id"]), str(made["title"]))

    def join(self, link: str) -> Project | None:
        """Use an invitation that somebody made by `project.invite`: its project, which is a favourite from then on.

        None if an administrator of the project has to approve first; then it is among `projects`.

        Raises `NotFound` for an invitation that was withdrawn, `NotAllowed` without a user.
        """
        project_id, title, waits = self.run(invitations.join(self.http, link))
        self.tell_of_projects()
        if waits and project_id not in set(self.projects["id"]):
            return None
        return self.known_project(project_id, title)

    def tokens(self) -> pd.DataFrame:
        """The user's API tokens, without the tokens themselves, which are not kept.

        id int64, name str, ending str (last characters; empty for old tokens); creation_time, expiry (NaT: none) and
        last_use (to a minute or so; NaT: never, or not known) datetime64[us, UTC].
        """
        return self.run(accounts.token_table(self._with_accounts()))

    def create_token(self, name: str, *, days: int | None = None) -> str:
        """Make an API token for the user and return it. It cannot be read again: keep it where nobody else can read it.

        name : what it is for, to tell it from others.
        days : how long it is valid; by default until it is revoked, or as long as the token of this connection.

        Raises `NotAllowed` for more days than the token of this connection has left.
        """
        return self.run(accounts.create_token(self._with_accounts(), name, days))

    def revoke_token(self, token: int | str) -> None:
        """Revoke an API token of the user, by its id or name.

        Raises `NotFound`, or `InvalidInput` if several have the name.
        """
        self.run(accounts.revoke_token(self._with_accounts(), token))

    def revoke_tokens(self) -> int:
        """Revoke all API tokens of the user, as after a password was stolen; returns their number.

        The token of this connection is one of them: connect again with a new one.
        """
        return self.run(accounts.revoke_tokens(self._with_accounts(), self.username))

    @property
    def groups(self) -> pd.DataFrame:
        """All groups of users: id int64, name str, members (lists of user names).

        Members of a group with the name of a user may edit the data of this user.
        """
        return self.run(accounts.group_table(self._with_accounts()))

    def create_group(self, name: str) -> int:
        """Make a group without members and return its id. For superusers."""
        return self.run(accounts.create_group(self._with_accounts(), name))

    def delete_group(self, name: str) -> None:
        """Delete a group and its permissions. For superusers."""
        self.run(accounts.delete_group(self._with_accounts(), name))

    def add_to_group(self, group: str, user: str) -> bool:
        """Add a user to a group; returns False if they were a member already. For superusers."""
        return self.run(accounts.set_member(self._with_accounts(), group, user, member=True))

    def remove_from_group(self, group: str, user: str) -> bool:
        """Remove a user from a group; returns False if they were not a member. For superusers."""
        return self.run(accounts.set_member(self._with_accounts(), group, user, member=False))

    @property
    def inactivity(self) -> pd.DataFrame:
        """How long members of groups may do nothing, for groups that say so. For superusers.

        group str, days int64, closes bool (accounts are closed then; else contacts are told, and no more), message str,
        contacts (lists of user names; superusers are told if empty).
        """
        return self.run(inactivity.periods(self._with_accounts()))

    @property
    def inactive_members(self) -> pd.DataFrame:
        """Members who did nothing for longer than their groups allow. For superusers.

        user, group str, days int64, closes, is_open bool (the account is closed at night), last_activity datetime64.
        """
        return self.run(inactivity.members(self._with_accounts()))

    def set_inactivity(
        self, group: str, days: int | None, *, closes: bool = True, message: str = "", contacts: Iterable[str] = ()
    ) -> None:
        """Say after how many days without activity members of a group are inactive. For superusers.

        Their accounts are closed in the night after that; those who log in then are told the message and the contacts.

        days : None lets members do nothing as long as they like.
        closes : False closes no account: the contacts are told, and no more.
        contacts : names of users who are told; superusers if there are none.
        """
        self.run(
            inactivity.set_period(
                self._with_accounts(), group, days, closes=closes, message=message, contacts=list(contacts)
            )
        )

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the background loop and wait for it."""
        return loop.run(coroutine)

    def submit(self, coro: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the background loop and return at once."""
        return loop.submit(coro)

    def close(self) -> None:
        """End all connections to the server."""
        for project in self._projects.values():
            project.events.close()
        self.run(self.http.close())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _with_accounts(self) -> Http:
        """Requests to a server with routes for tokens and groups; `InvalidInput` if it has none."""
        if accounts.CAPABILITY not in self.capabilities:
            raise InvalidInput(f"{self.url} has API tokens and groups only on its own pages.")
        return self.http

    async def _title(self, project_id: int) -> str | None:
        """Title of a project that the user may see, without the list of all; None if it cannot be read this way.

        Servers give the title of every project to everybody, but its stacks only to users who may see it.
        """
        try:
            described, _ = await loop.gather(
                self.http.read_json("GET", f"{project_id}/"), self.http.read_json("GET", f"{project_id}/stacks")
            )
        except Unreachable:
            raise
        except CatmaidError:  # there is no such project, or a server older than this request
            return None
        title = described.get("title") if isinstance(described, dict) else None
        return None if title is None else str(title)


_reconnected: WeakSet[Instance] = WeakSet()


def _reconnect(url: str | None, data_dir: Path | None) -> Instance:
    """The instance of a pickle; the same one for all pickles of one server."""
    http = open_http(url, data_dir)
    for instance in list(_reconnected):
        if instance.http.same_access(http):
            return instance
    instance = loop.run(Instance.open(http))
    _reconnected.add(instance)
    return instance


def _read_version(answer: Any) -> tuple[str, frozenset[str], str | None]:
    """Version, capabilities, and what tells the database from others, if that is told."""
    if not isinstance(answer, dict) or "SERVER_VERSION" not in answer:
        raise InvalidInput("This is not a CATMAID server.")
    ours = answer.get("CATMAID_JUPYTER") or {}
    return str(answer["SERVER_VERSION"]), frozenset(ours.get("capabilities", ())), ours.get("database")
