"""The jobs of a project as a list, which follows them while they run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import traitlets

from catmaid_jupyter.client.jobs.downloads import download
from catmaid_jupyter.client.jobs.job import require_jobs
from catmaid_jupyter.widgets.base import Widget
from catmaid_jupyter.widgets.kept_views import keep_rows
from catmaid_jupyter.widgets.rpc import method

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project

_SHOWN: Final = (
    "id",
    "title",
    "user",
    "state",
    "is_cancel_wanted",
    "done",
    "total",
    "note",
    "file",
    "file_bytes",
    "created",
)
_KEPT: Final = 20


class JobsWidget(Widget):
    """Follow the jobs of a project: progress, logs, cancel, and files saved beside the notebook.

    Parameters
    ----------
    project
        The project. You see your own jobs, and those of all if you administer it.
    traits
        Any trait of this class, such as ``height=600``.

    Raises
    ------
    InvalidInput
        If the server does no jobs, or this is the project as of a version.
    TypeError
        For an argument that does not exist.
    """

    _entry = "jobs-widget"

    height = traitlets.Int(360, min=60, max=4000).tag(sync=True)
    """Most height of the list in CSS pixels."""

    jobs = traitlets.List(traitlets.Dict(), read_only=True).tag(sync=True)
    """The newest jobs as they were when the list was made or something ended, for pages without a kernel."""

    def __init__(self, project: Project, **traits: Any) -> None:
        require_jobs(project.place)
        self.project = project
        super().__init__(project.instance, **traits)

    @method
    async def _list(self, _params: dict[str, Any]) -> list[dict[str, Any]]:
        """The jobs as they are now, the newest first."""
        place = self.project.place
        found = await place.http.read_json("GET", place.path("jobs"))
        rows = [{name: row[name] for name in _SHOWN} for row in found]
        self._keep(rows[:_KEPT])
        return rows

    @method
    async def _log(self, params: dict[str, Any]) -> Any:
        """What a job noted: ``{job_id}``."""
        return await self.project.place.http.read_json("GET", self._path(params, "/log"))

    @method
    async def _cancel(self, params: dict[str, Any]) -> str:
        """Cancel a job: ``{job_id}``; what came of it, in a sentence."""
        answer = await self.project.place.http.request("POST", self._path(params, "/cancel"), form={}, repeatable=True)
        return "It ends as soon as it can." if answer.json()["cancelled"] else "It had ended already."

    @method
    async def _save(self, params: dict[str, Any]) -> str:
        """Save the file of a job in the current folder: ``{job_id}``; where it is."""
        http = self.project.place.http
        row = await http.read_json("GET", self._path(params, ""))
        target = Path.cwd() / str(row["file"])
        await download(http, self._path(params, "/file"), target, lambda _bytes: None)
        return str(target)

    def _keep(self, rows: list[dict[str, Any]]) -> None:
        """Keep what pages without a kernel show; not each step of what runs."""
        states = [(row["id"], row["state"]) for row in rows]
        if states == [(row["id"], row["state"]) for row in self.jobs]:
            return
        self.set_trait("jobs", rows)
        shown = {
            "titles": ["job", "what", "state", "note"],
            "rows": [[str(row["id"]), row["title"], row["state"], row["note"]] for row in rows],
            "total": len(rows),
        }
        keep_rows(self.model_id, shown)

    def _path(self, params: dict[str, Any], below: str) -> str:
        return self.project.place.path(f"jobs/{int(params['job_id'])}{below}")
