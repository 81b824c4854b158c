"""A job: how far it is, waiting for it, its file."""

from __future__ import annotations

import asyncio
import html
import time
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Final

import pandas as pd
from tqdm.auto import tqdm

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import CatmaidError, InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.frames import JOB_LOG, frame
from catmaid_jupyter.client.jobs.downloads import download
from catmaid_jupyter.client.public import Public

CAPABILITY: Final = "jobs"
ENDED: Final = frozenset({"done", "failed", "cancelled"})
_SHORTEST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0


class JobFailed(CatmaidError):
    """A job ended without a result; the message says why. Its `log` may say more."""


class Job(Public):
    """Long work that a server does for somebody. Made by `stack.crop` and the like; `project.jobs[id]` finds it again.

    What it says of itself is from when it was last asked: `refresh` asks again, as `wait` does all the time.
    """

    _internal: ClassVar = frozenset({"place", "row"})

    def __init__(self, place: Place, row: dict[str, Any]) -> None:
        self.place = place
        self.row = row

    @property
    def id(self) -> int:
        """Its number."""
        return int(self.row["id"])

    @property
    def title(self) -> str:
        """What it does, in words."""
        return str(self.row["title"])

    @property
    def kind(self) -> str:
        """What it does, such as `crop`."""
        return str(self.row["kind"])

    @property
    def user(self) -> str:
        """Who asked for it."""
        return str(self.row["user"])

    @property
    def state(self) -> str:
        """`waiting`, `running`, `done`, `failed` or `cancelled`."""
        return str(self.row["state"])

    @property
    def progress(self) -> float | None:
        """How much of it is done, 0 to 1; None while that is unknown."""
        return progress_of(self.row)

    @property
    def note(self) -> str:
        """What it does now; when it has ended, what came of it, or why it failed."""
        return str(self.row["note"])

    @property
    def result(self) -> Any:
        """What it gave, besides its file; None before it is done."""
        return self.row["result"]

    @property
    def file(self) -> str | None:
        """Name of the file that it made, while the server keeps it."""
        return None if self.row["file"] is None else str(self.row["file"])

    @property
    def created(self) -> datetime:
        """When somebody asked for it."""
        return datetime.fromisoformat(self.row["created"])

    @property
    def log(self) -> pd.DataFrame:
        """What it noted: time, text str; as when it failed, or began anew since its worker ended."""
        lines = loop.run(self.place.http.read_json("GET", self._path("/log")))
        return frame({name: [line[name] for line in lines] for name in JOB_LOG}, JOB_LOG)

    def refresh(self) -> Job:
        """Ask the server how it is now; the same object."""
        loop.run(self._read())
        return self

    def wait(self, timeout: float | None = None) -> Job:
        """Wait until it has ended, with a progress bar; an interrupt ends the waiting only.

        timeout : most seconds to wait; None waits for as long as it takes.

        Raises `JobFailed` if it failed or was cancelled, `TimeoutError` if it takes longer.
        """
        self._follow(timeout)
        if self.state != "done":
            raise JobFailed(f"{self.title}: {self.state}. {self.note}".rstrip(". ") + ".")
        return self

    def cancel(self) -> bool:
        """Cancel it: one that runs ends as soon as it can; false if it had ended."""
        answer = loop.run(self.place.http.request("POST", self._path("/cancel"), form={}, repeatable=True))
        self.refresh()
        return bool(answer.json()["cancelled"])

    def download(self, path: str | Path | None = None, *, timeout: float | None = None) -> Path:
        """Wait until it is done, and save its file; what broke off is gone on with.

        path : a file, or a folder that exists; by default the current folder. A file that is there is replaced.
        timeout : as in `wait`.

        Returns the file's path. `InvalidInput` if the job makes no file, or the server has removed it.
        """
        self.wait(timeout)
        if self.file is None:
            raise InvalidInput(f"{self.title} has no file: {self.note}.")
        target = Path.cwd() if path is None else Path(path).expanduser()
        if target.is_dir():
            target /= self.file
        with tqdm(total=self.row["file_bytes"], unit="B", unit_scale=True, delay=1, leave=False) as bar:
            loop.run(download(self.place.http, self._path("/file"), target, bar.update))
        return target

    async def _read(self) -> None:
        self.row = await self.place.http.read_json("GET", self._path(""))

    def _follow(self, timeout: float | None) -> None:
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = _SHORTEST_PAUSE_S
        with tqdm(desc=self.title, delay=1, leave=False) as bar:
            while self.state not in ENDED:
                if deadline is not None and time.monotonic() > deadline:
                    raise TimeoutError(f"{self.title} is {self.state} after {timeout:g} s; it goes on.")
                loop.run(self._soon(pause))
                pause = min(1.5 * pause, _LONGEST_PAUSE_S)
                bar.total = self.row["total"]
                bar.set_postfix_str(self.note, refresh=False)
                bar.update(self.row["done"] - bar.n)

    async def _soon(self, pause: float) -> None:
        await asyncio.sleep(pause)
        await self._read()

    def _path(self, below: str) -> str:
        return self.place.path(f"jobs/{self.id}{below}")

    def __repr__(self) -> str:
        return f"<Job {self.id} {self.title!r}: {self._state()}>"

    def _repr_html_(self) -> str:
        note = f"<br>{html.escape(self.note)}" if self.note else ""
        return f"<b>{html.escape(self.title)}</b> (job {self.id}): {html.escape(self._state())}{note}"

    def _state(self) -> str:
        progress = self.progress
        if self.state == "running" and progress is not None:
            return f"running, {progress:.0%}"
        return self.state


def progress_of(row: dict[str, Any]) -> float | None:
    """How much of a job is done, 0 to 1; None while that is unknown."""
    if row["state"] == "done":
        return 1.0
    return float(row["done"] / row["total"]) if row["total"] else None


def require_jobs(place: Place) -> None:
    """Raise `InvalidInput` if the server does no jobs, or the project is that of the past."""
    place.require_present()
    if CAPABILITY not in place.capabilities:
        raise InvalidInput(
            f"{place.http.url} does no jobs: it is not served by catmaid_jupyter, or by an older release."
        )


def ask_job(place: Place, kind: str, wish: dict[str, Any]) -> Job:
    """Ask the server for a job. Raises `InvalidInput` where it does none."""
    return loop.run(new_job(place, kind, wish))


async def new_job(place: Place, kind: str, wish: dict[str, Any]) -> Job:
    """As `ask_job`, on the background loop."""
    require_jobs(place)
    answer = await place.http.request("POST", place.path(f"jobs/{kind}"), json=wish)
    return Job(place, answer.json())
