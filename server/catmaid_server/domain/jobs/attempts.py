"""Attempts at a job. A worker can be killed, or be taken for dead: only the newest attempt writes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_records, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.jobs.jobs import enqueue

sql = load("jobs/running")

MOST_ATTEMPTS: Final = 5


class Superseded(Exception):
    """Another worker does this job by now, or it has ended."""


class JobCancelled(Exception):
    """Somebody asked for the job to end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A job that was begun, for the `attempt`th time."""

    id: int
    project_id: int
    user_id: int
    kind: str
    title: str
    arguments: dict[str, Any]
    attempt: int
    is_cancel_wanted: bool
    was_left: bool = False
    """Whether the worker of the attempt before has ended without a word."""


async def begin(connection: Connection, job_id: int) -> Attempt | None:
    """Begin a job, or begin it again; None if it has ended."""
    found = await fetch_records(connection, sql.begin, Attempt, job_id=job_id)
    return found[0] if found else None


async def tell(connection: Connection, attempt: Attempt, done: int, total: int | None, note: str) -> None:
    """Say how far an attempt is. Raises `Superseded` or `JobCancelled`."""
    is_cancel_wanted = await fetch_value(
        connection, sql.tell, job_id=attempt.id, attempt=attempt.attempt, done=done, total=total, note=note
    )
    if is_cancel_wanted is None:
        raise Superseded
    if is_cancel_wanted:
        raise JobCancelled


async def note(connection: Connection, job_id: int, text: str) -> None:
    """Write a line into the log of a job."""
    await connection.execute(sql.add_to_log, {"job_id": job_id, "text": text})


async def hold(tx: Connection, attempt: Attempt) -> None:
    """Hold the job until the transaction ends, so that it writes once. `Superseded` if it is too late."""
    if await fetch_value(tx, sql.hold, job_id=attempt.id, attempt=attempt.attempt) is None:
        raise Superseded


async def end(
    tx: Connection,
    attempt: Attempt,
    state: Literal["done", "failed", "cancelled"],
    *,
    note: str = "",
    result: Any = None,
    file: str | None = None,
    file_bytes: int | None = None,
) -> None:
    """End an attempt. Raises `Superseded` if it is not the newest."""
    ended = await fetch_value(
        tx,
        sql.end,
        job_id=attempt.id,
        attempt=attempt.attempt,
        state=state,
        note=note,
        result=None if result is None else Jsonb(result),
        file=file,
        file_bytes=file_bytes,
    )
    if ended is None:
        raise Superseded


async def wait_again(connection: Connection, attempt: Attempt, note: str) -> None:
    """Give an attempt up: its worker stops, or what it needs is not there now. The note says for what it waits."""
    await connection.execute(sql.wait_again, {"job_id": attempt.id, "attempt": attempt.attempt, "note": note})


async def requeue_left_behind(connection: Connection, seconds: float) -> int:
    """Let other workers begin the jobs of workers that were not heard of for some seconds, or are gone; how many."""
    async with connection.transaction():
        left = [queue_id for (queue_id,) in await fetch_all(connection, sql.left_behind, seconds=seconds)]
        if left:
            await connection.execute(sql.queue_again, {"queue_ids": left})
        lost = [job_id for (job_id,) in await fetch_all(connection, sql.without_entry)]
        for job_id in lost:
            await enqueue(connection, job_id)
    return len(left) + len(lost)
