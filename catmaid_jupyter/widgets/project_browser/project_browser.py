"""All projects of a server as a list with pictures, to choose one, open it, and count it among one's favourites."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import traitlets
from IPython import get_ipython
from ipywidgets import widget_serialization

from catmaid_jupyter.api.errors import CatmaidError, InvalidInput, NotFound
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.spaces.browsed_projects import CAPABILITY, ToldProject, browsed_table, read_browsed
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.kept_views import KeepsRows
from catmaid_jupyter.widgets.lifetime import weakly
from catmaid_jupyter.widgets.project_browser.project_pictures import project_picture
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_wire.forms import Form

if TYPE_CHECKING:
    from catmaid_jupyter.client.instance import Instance

SHOWN: Final = ("all", "mine", "public", "favorites", "archived")
_FIRST_ROWS: Final = 20


class ProjectBrowser(KeepsRows, Widget):
    """All projects of a server that the user may see: look, filter, choose and open one, mark favourites.

    Parameters
    ----------
    instance
        The connection.
    traits
        Any trait of this class, such as ``height=600``.

    Raises
    ------
    TypeError
        For an argument that does not exist.
    """

    _entry = "project-browser"
    _not_kept = frozenset({"viewer"})

    height = traitlets.Int(420, min=120, max=4000).tag(sync=True)
    """Height of the list in CSS pixels."""

    filter = traitlets.Unicode("").tag(sync=True)
    """Words that a project's title, comment, stacks or owners have."""

    show = traitlets.Enum(SHOWN, default_value="all").tag(sync=True)
    """Which projects are shown: `all` that are not archived, `mine`, `public`, `favorites` or `archived`."""

    project_id = traitlets.Int(None, allow_none=True).tag(sync=True)
    """Id of the chosen project; None if none is chosen."""

    viewer = traitlets.Instance(
        "catmaid_jupyter.widgets.stack_viewer.StackViewer", allow_none=True, read_only=True
    ).tag(sync=True, **widget_serialization)
    """The viewer of the project that was opened here last; None before."""

    username = traitlets.Unicode("", read_only=True).tag(sync=True)
    """Name of the user of the connection."""

    connection = traitlets.Unicode("", read_only=True).tag(sync=True)
    """Python for the connection, for lines to be copied."""

    is_told = traitlets.Bool(False, read_only=True).tag(sync=True)
    """Whether the server tells how much is in its projects, and whose they are."""

    def __init__(self, instance: Instance, **traits: Any) -> None:
        self._refuse_unknown(traits)
        self.instance = instance
        super().__init__(instance, **traits)
        self.set_trait("username", instance.username)
        self.set_trait("connection", _name_of(instance))
        self.set_trait("is_told", CAPABILITY in instance.capabilities)
        self._stop = instance.follow_projects(weakly(self.refresh))

    def __repr__(self) -> str:
        return f"<ProjectBrowser of {self.instance.url}>"

    @property
    def project(self) -> Project | None:
        """The chosen project; None if none is chosen. Set it to choose one: a project, its title or id, or None."""
        return None if self.project_id is None else self.instance.project(self.project_id)

    @project.setter
    def project(self, project: Project | str | int | None) -> None:
        if isinstance(project, str | int):
            project = self.instance.project(project)
        if project is not None and project.instance != self.instance:
            raise InvalidInput(f"{project.title!r} is at {project.instance.url}, and this shows {self.instance.url}.")
        self.project_id = None if project is None else project.id

    @property
    def table(self) -> pd.DataFrame:
        """All projects, read now, whatever is filtered.

        id int64, title, comment str, stacks (lists of titles), neurons, nodes int64 (-1: the server does not tell),
        last_edit datetime64[us, UTC] (NaT: nothing is traced, or not told), owners, permissions (lists of names),
        favorite, is_public bool, archived datetime64[us, UTC] (NaT: it is not), requests int64 (how many people ask to
        join it, for its administrators; -1: the server does not tell).
        """
        return browsed_table(self.instance.run(self._read()))

    def refresh(self) -> None:
        """Let the pages read the projects anew, as after somebody else made one."""
        self.emit("changed")

    def close(self) -> None:
        """Remove the widget from all pages."""
        # Widgets are also closed when their constructor failed.
        if hasattr(self, "_stop"):
            self._stop()
        super().close()

    async def _read(self) -> list[ToldProject]:
        return await read_browsed(self.instance.http, self.instance.capabilities)

    @method
    async def _list(self, _params: dict[str, Any]) -> list[ToldProject]:
        """The projects as they are now."""
        found = await self._read()
        self.set_trait("first_rows", _first_rows(found))
        return found

    @method
    async def _picture(self, params: dict[str, Any]) -> Buffers:
        """A picture of ``{project_id, stack_id}`` as JPEG; where there is none, why."""
        try:
            picture = await project_picture(self.instance.http, int(params["project_id"]), int(params["stack_id"]))
        except CatmaidError as error:
            return Buffers({"why": str(error)}, [])
        return Buffers({"why": ""}, [picture])

    @method
    async def _favor(self, params: dict[str, Any]) -> str:
        """Count a project among the favourites, or not: ``{project_id, favorite}``; says what was done."""
        project, favorite = await self._known(params), bool(params["favorite"])
        await asyncio.to_thread(project.favor, favorite)
        return f"{project.title} is {'a favourite now' if favorite else 'no favourite any more'}."

    @method
    async def _archive(self, params: dict[str, Any]) -> str:
        """Archive a project, or bring it back: ``{project_id, archived}``; says what was done."""
        project = await self._known(params)
        if params["archived"]:
            await asyncio.to_thread(project.archive)
            return f"{project.title} is archived: it can be read, and nobody edits it."
        await asyncio.to_thread(project.restore)
        return f"{project.title} is back from the archive."

    @method
    async def _requests(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        """Who asks to join ``{project_id}``, as the service tells it."""
        project = await self._known(params)
        rows: list[dict[str, Any]] = await project.place.read_json("GET", "project-tokens/requests")
        return rows

    @method
    async def _decide(self, params: dict[str, Any]) -> str:
        """Let ``who`` in or not: ``{project_id, token_id, user_id, who, approve, word}``; says what was done."""
        project = await self._known(params)
        form: Form = {"token_id": int(params["token_id"]), "user_id": int(params["user_id"]), "word": params["word"]}
        what, done = ("approve", "is in") if params["approve"] else ("refuse", "was not let into")
        await project.place.http.request("POST", project.place.path(f"project-tokens/{what}"), form=form)
        self.instance.tell_of_projects()
        return f"{params['who']} {done} {project.title}{' now' if params['approve'] else ''}, and gets a message."

    @method
    async def _open(self, params: dict[str, Any]) -> str:
        """Open a project in a viewer below the list: ``{project_id}``; says what was done."""
        project = await self._known(params)
        self.project_id = project.id
        self.set_trait("viewer", await asyncio.to_thread(project.viewer))
        return f"{project.title} is open below; in Python it is the browser's `project`."

    @method
    async def _close_viewer(self, _params: dict[str, Any]) -> None:
        """Show no viewer any more."""
        self.set_trait("viewer", None)

    async def _known(self, params: dict[str, Any]) -> Project:
        project_id = int(params["project_id"])
        for one in await self._read():
            if one["id"] == project_id:
                return self.instance.known_project(project_id, one["title"])
        raise NotFound("This project is not there any more, or you may not see it any more.")


def _name_of(instance: Instance) -> str:
    """A variable of the notebook that holds the connection; else how to connect."""
    shell = get_ipython()
    names = {} if shell is None else shell.user_ns
    for name, value in list(names.items()):
        if value is instance and not name.startswith("_"):
            return str(name)
    return "cj.connect()" if instance.http.data_dir is not None else f"cj.connect({instance.url!r})"


def _first_rows(projects: Sequence[ToldProject]) -> dict[str, Any]:
    """The first projects for pages without a kernel; see `KeepsRows.first_rows`."""
    rows = [
        [
            one["title"],
            "" if one["neurons"] is None else f"{one['neurons']:,}",
            ", ".join(one["owners"]),
            one["comment"],
        ]
        for one in itertools.islice(projects, _FIRST_ROWS)
    ]
    return {"titles": ["Project", "Neurons", "Owners", "Comment"], "rows": rows, "total": len(projects)}
