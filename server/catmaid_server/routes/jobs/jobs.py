"""Jobs of a project: listed, watched, cancelled; their logs and files. Users see their own, administrators all."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, TypedDict
from urllib.parse import quote

from aiohttp import web

from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.jobs import jobs
from catmaid_server.domain.jobs.jobs import JobRow, JobState
from catmaid_server.http import keys
from catmaid_server.http.call import Call
from catmaid_server.http.routing import Content, NoParameters, Permission, Routes

routes = Routes()

FOLDER = "jobs"
"""In the data folder."""


class ListedJob(TypedDict):
    """A job: long work that a worker does for somebody."""

    id: int
    project_id: int
    user_id: int
    user: str
    kind: str
    """What is done, such as `crop`."""
    title: str
    state: JobState
    is_cancel_wanted: bool
    """Somebody cancelled it; it ends as soon as it can."""
    attempt: int
    """How often it was begun: more than once if its worker ended."""
    done: int
    total: int | None
    """How much there is to do, in the same unit as `done`; null while that is unknown."""
    note: str
    """What it does now; when it has ended, what came of it, or why it failed."""
    result: Any
    file: str | None
    """Name of the file that it made, while that is kept."""
    file_bytes: int | None
    created: datetime
    started: datetime | None
    ended: datetime | None


class JobLogLine(TypedDict):
    """What a job noted."""

    time: datetime
    text: str


class CancelledJob(TypedDict):
    """Whether a job was cancelled: false if it had ended."""

    cancelled: bool


@routes.get("/{project_id}/jobs", needs=Permission.BROWSE)
async def list_jobs(call: Call, form: NoParameters) -> list[ListedJob]:
    """List the 200 newest jobs, the newest first: the user's own, for administrators of the project those of all."""
    async with call.reading() as connection:
        found = await jobs.list_jobs(connection, call.project_id, call.user.id, of_all=await _sees_all(call))
    return [listed(job) for job in found]


@routes.get("/{project_id}/jobs/{job_id}", needs=Permission.BROWSE)
async def one_job(call: Call, form: NoParameters) -> ListedJob:
    """Give one job."""
    return listed(await find(call, call.path["job_id"]))


@routes.get("/{project_id}/jobs/{job_id}/log", needs=Permission.BROWSE)
async def job_log(call: Call, form: NoParameters) -> list[JobLogLine]:
    """Give what a job noted, the oldest first."""
    job = await find(call, call.path["job_id"])
    async with call.reading() as connection:
        return [{"time": time, "text": text} for time, text in await jobs.log_of(connection, job.id)]


@routes.post("/{project_id}/jobs/{job_id}/cancel", needs=Permission.BROWSE)
async def cancel_job(call: Call, form: NoParameters) -> CancelledJob:
    """Cancel a job: one that waits ends, one that runs does as soon as it can. What it made goes."""
    job = await find(call, call.path["job_id"])
    async with call.store.reading() as connection, connection.transaction():
        return {"cancelled": await jobs.cancel_job(connection, job.id)}


@routes.get("/{project_id}/jobs/{job_id}/file", needs=Permission.BROWSE)
async def job_file(
    call: Call, form: NoParameters
) -> Annotated[web.StreamResponse, Content(bytes, "application/octet-stream")]:
    """Give the file that a job made; parts of it with the header `Range`."""
    return file_answer(call, await find(call, call.path["job_id"]))


async def find(call: Call, job_id: int) -> JobRow:
    """A job of the project that this user may see. Raises `NotFound`."""
    async with call.reading() as connection:
        return await jobs.one_job(connection, call.project_id, job_id, call.user.id, of_all=await _sees_all(call))


def file_answer(call: Call, job: JobRow) -> web.FileResponse:
    """The file of a job. Raises `NotFound` if it has none, or none any more."""
    if job.file is None:
        raise NotFound(f"Job {job.id} has no file: {job.note or job.state}.")
    path = call.request.app[keys.OPTIONS].data_dir / FOLDER / job.file
    if not path.is_file():
        raise NotFound(f"The file of job {job.id} is not on this machine: its worker needs the service's data folder.")
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(path.name)}",
        "Cache-Control": "private, no-store",
    }
    return web.FileResponse(path, headers=headers)


async def _sees_all(call: Call) -> bool:
    return await call.access.allows(call.user, call.project_id, Permission.ADMINISTER)


def listed(job: JobRow) -> ListedJob:
    """A job as the API has it."""
    return {
        "id": job.id,
        "project_id": job.project_id,
        "user_id": job.user_id,
        "user": job.user,
        "kind": job.kind,
        "title": job.title,
        "state": job.state,
        "is_cancel_wanted": job.is_cancel_wanted,
        "attempt": job.attempt,
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "result": job.result,
        "file": None if job.file is None else job.file.rpartition("/")[2],
        "file_bytes": job.file_bytes,
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
    }
