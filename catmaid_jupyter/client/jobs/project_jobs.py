"""The jobs of a project, in people's hands."""

from __future__ import annotations

import contextlib
import html
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import JOBS, frame
from catmaid_jupyter.client.jobs.job import Job, progress_of, require_jobs
from catmaid_jupyter.client.public import Public

if TYPE_CHECKING:
    from catmaid_jupyter.widgets import JobsWidget

_ROWS_OF_HTML = 20


class Jobs(Public):
    """The jobs of a project, the newest first: your own, and for administrators of the project those of all.

    `project.jobs` shows them as a widget, `project.jobs.table` is a DataFrame, `project.jobs[12]` one of them.
    """

    _internal: ClassVar = frozenset({"project"})

    def __init__(self, project: Any) -> None:
        self.project = project

    @property
    def table(self) -> pd.DataFrame:
        """The 200 newest.

        id int64, title, state str, progress float64 (0 to 1, NaN while unknown), note, user, file str (empty for none),
        created, ended datetime64[us, UTC].
        """
        rows = self._rows()
        columns: dict[str, Any] = {name: [row.get(name) for row in rows] for name in JOBS if name != "progress"}
        columns["progress"] = [progress_of(row) for row in rows]
        columns["file"] = [row["file"] or "" for row in rows]
        return frame(columns, JOBS)

    @property
    def widget(self) -> JobsWidget:
        """The list as which they show themselves, with progress, logs, and buttons to cancel and to save files."""
        from catmaid_jupyter.widgets import JobsWidget  # noqa: PLC0415  scripts need no widgets

        return JobsWidget(self.project)

    def __getitem__(self, job_id: int) -> Job:
        require_jobs(self._place)
        return Job(self._place, loop.run(self._place.http.read_json("GET", self._place.path(f"jobs/{int(job_id)}"))))

    def __iter__(self) -> Iterator[Job]:
        return iter([Job(self._place, row) for row in self._rows()])

    def __len__(self) -> int:
        return len(self._rows())

    @property
    def _place(self) -> Place:
        place: Place = self.project.place
        return place

    def _rows(self) -> list[dict[str, Any]]:
        require_jobs(self._place)
        rows: list[dict[str, Any]] = loop.run(self._place.http.read_json("GET", self._place.path("jobs")))
        return rows

    def __repr__(self) -> str:
        return f"<Jobs of {self.project.title!r}>"

    def _repr_html_(self) -> str:
        rows = self._rows()
        cells = "".join(
            f'<tr><td>{row["id"]}</td><td style="text-align:left">{html.escape(row["title"])}</td>'
            f'<td>{row["state"]}</td><td style="text-align:left">{html.escape(row["note"])}</td></tr>'
            for row in rows[:_ROWS_OF_HTML]
        )
        head = "<tr><th>job</th><th>what</th><th>state</th><th>note</th></tr>"
        return f"<p>{html.escape(repr(self)[1:-1])}</p><table><thead>{head}</thead><tbody>{cells}</tbody></table>"

    def _repr_mimebundle_(self, **_options: Any) -> dict[str, Any]:
        shown: dict[str, Any] = {}
        with contextlib.suppress(ImportError):  # an installation may have no front end
            shown = (self.widget._repr_mimebundle_() or ({}, {}))[0]
        return {**shown, "text/plain": repr(self), "text/html": self._repr_html_()}


class ProjectJobs(Public):
    """What `Project` does with jobs."""

    @property
    def jobs(self) -> Jobs:
        """The jobs of the project, as a widget or a table (see `Jobs`)."""
        return Jobs(self)
