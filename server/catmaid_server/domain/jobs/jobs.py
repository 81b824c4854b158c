"""Jobs of projects: asked for, listed, cancelled."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_one, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput, NotFound

sql = load("jobs/jobs")

QUEUE: Final = "jobs"
TASK: Final = "do_job"
MOST_OF_ONE_USER: Final = 50
"""Jobs that may wait or run: who asks for more waits for some to end."""
_LISTED: Final = 200

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as people see it."""

    id: int
    project_id: int
    user_id: int
    user: str
    kind: str
    title: str
    state: JobState
    is_cancel_wanted: bool
    attempt: int
    done: int
    total: int | None
    note: str
    result: Any
    file: str | None
    file_bytes: int | None
    created: datetime
    started: datetime | None
    ended: datetime | None


async def add_job(
    tx: Connection, *, project_id: int, user_id: int, kind: str, title: str, arguments: dict[str, Any]
) -> int:
    """Ask for a job; workers hear of it when the transaction is committed. Its id.

    Raises `InvalidInput` if the user has too many that have not ended.
    """
    if await fetch_value(tx, sql.unended, user_id=user_id) >= MOST_OF_ONE_USER:
        raise InvalidInput(f"You have {MOST_OF_ONE_USER} jobs that have not ended: wait for some, or cancel them.")
    job_id: int = await fetch_value(
        tx, sql.add, project_id=project_id, user_id=user_id, kind=kind, title=title, arguments=Jsonb(arguments)
    )
    await enqueue(tx, job_id)
    return job_id


async def enqueue(tx: Connection, job_id: int) -> None:
    """Let workers know of a job, when the transaction is committed."""
    await tx.execute(sql.enqueue, {"job_id": job_id, "queue": QUEUE, "task": TASK})


async def list_jobs(connection: Connection, project_id: int, user_id: int, *, of_all: bool) -> list[JobRow]:
    """The newest jobs of a project, the newest first: those of a user, or of all."""
    return await fetch_records(
        connection, sql.listed, JobRow, project_id=project_id, user_id=user_id, all=of_all, most=_LISTED
    )


async def one_job(connection: Connection, project_id: int, job_id: int, user_id: int, *, of_all: bool) -> JobRow:
    """A job of a project. `NotFound` if there is none, or it is another user's and `of_all` is false."""
    found = await fetch_records(connection, sql.one, JobRow, project_id=project_id, job_id=job_id)
    if not found or not (of_all or found[0].user_id == user_id):
        raise NotFound(f"There is no job {job_id} of yours in project {project_id}.")
    return found[0]


async def log_of(connection: Connection, job_id: int) -> list[tuple[datetime, str]]:
    """What a job noted, the oldest first."""
    return [(time, text) for time, text in await fetch_all(connection, sql.log, job_id=job_id)]


async def cancel_job(tx: Connection, job_id: int) -> bool:
    """End a job that waits, and ask one that runs to end; false if it had ended."""
    found = await fetch_one(tx, sql.cancel, job_id=job_id)
    if found is None:
        return False
    queue_id, _ = found
    await tx.execute(sql.cancel_in_queue, {"queue_id": queue_id})
    return True
