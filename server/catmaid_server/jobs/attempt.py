"""One attempt at a job, from its beginning to its end, which is written once."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from typing import Final

import psycopg
import structlog

from catmaid_server.db.store import Connection, ProjectArchived
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.jobs import attempts
from catmaid_server.domain.jobs.attempts import MOST_ATTEMPTS, Attempt, JobCancelled, Superseded
from catmaid_server.domain.projects import messages
from catmaid_server.jobs.running import JobMeans, JobOutcome, RunningJob, TryLater, Work

log = structlog.get_logger("catmaid.jobs")

_END_LABEL: Final = "jobs.end"


async def do_job(job_id: int, means: JobMeans, kinds: Mapping[str, Work]) -> None:
    """Begin a job and do it; what comes of it stands in the job, also if it fails.

    Raises `asyncio.CancelledError` when the worker stops or somebody cancels the job: see `given_up`; and `TryLater`
    if what the job needs is not there now.
    """
    async with means.store.asking() as connection:
        attempt = await attempts.begin(connection, job_id)
    if attempt is None:
        return
    job = RunningJob(attempt, means)
    try:
        outcome = await _worked(job, kinds)
        await _end_well(job, outcome)
    except Superseded:
        _remove_files(job)
        log.info("job was taken over", job=job_id, attempt=attempt.attempt)
    except JobCancelled:
        await end_cancelled(job)
    except TryLater as later:
        await _put_off(job, later)
    except (DomainError, ProjectArchived) as error:
        await _end_badly(job, str(error))
    except OSError as error:
        await _end_badly(job, f"{error.strerror or type(error).__name__}: {error.filename or attempt.title}")
    except Exception as error:
        log.exception("job failed", job=job_id, kind=attempt.kind)
        # The words of the database may hold values of rows.
        told = type(error).__name__ if isinstance(error, psycopg.Error) else f"{type(error).__name__}: {error}"
        await _end_badly(job, f"It failed by a fault of the service ({told}). Its log has more.")
    except asyncio.CancelledError:
        await asyncio.shield(_given_up(job))
        raise


async def end_cancelled(job: RunningJob) -> None:
    """Note that somebody cancelled a job, and remove what it made."""
    _remove_files(job)
    async with job.means.store.asking() as connection:
        try:
            await attempts.end(connection, job.attempt, "cancelled", note="cancelled")
        except Superseded:
            return


async def _put_off(job: RunningJob, later: TryLater) -> None:
    """Let a later attempt do it, and raise `TryLater` for the queue; after the last attempt the job has failed."""
    if job.attempt.attempt >= MOST_ATTEMPTS:
        await _end_badly(job, f"{later.reason} It was tried {MOST_ATTEMPTS} times.")
        return
    told = f"{later.reason} It is tried again in {later.pause_in_words}."
    _remove_files(job)
    try:
        await job.log(told)
        async with job.means.store.asking() as connection:
            await attempts.tell(connection, job.attempt, 0, None, told)
            await attempts.wait_again(connection, job.attempt, told)
    except JobCancelled:
        await end_cancelled(job)
    except Superseded:
        log.info("job was taken over", job=job.attempt.id, attempt=job.attempt.attempt)
    else:
        raise later


async def _given_up(job: RunningJob) -> None:
    """The worker stops, or was told that somebody cancels this job."""
    try:
        async with job.means.store.asking() as connection:
            await attempts.tell(connection, job.attempt, 0, None, "waits for a worker")
            await attempts.wait_again(connection, job.attempt, "waits for a worker")
        _remove_files(job)
    except JobCancelled:
        await end_cancelled(job)
    except Superseded:
        _remove_files(job)


async def _worked(job: RunningJob, kinds: Mapping[str, Work]) -> JobOutcome:
    attempt = job.attempt
    if attempt.is_cancel_wanted:
        raise JobCancelled
    if attempt.attempt > MOST_ATTEMPTS:
        raise DomainError(
            f"Its worker ended {MOST_ATTEMPTS} times while it ran, as when memory is short: ask for less at once."
        )
    if attempt.attempt > 1:
        ended = "The worker that did this has ended; attempt" if attempt.was_left else "Attempt"
        await job.log(f"{ended} {attempt.attempt} begins anew.")
    work = kinds.get(attempt.kind)
    if work is None:
        raise DomainError(f"This release knows no jobs of the kind {attempt.kind!r}: update the worker.")
    return await work(job)


async def _end_well(job: RunningJob, outcome: JobOutcome) -> None:
    attempt, store = job.attempt, job.means.store
    file = None if outcome.file is None else str(outcome.file.relative_to(job.means.folder))
    file_bytes = None if outcome.file is None else outcome.file.stat().st_size
    project_id = None if outcome.write is None else attempt.project_id
    label = _END_LABEL if outcome.write is None else outcome.label
    async with store.writing(user_id=attempt.user_id, project_id=project_id, label=label) as tx:
        await attempts.hold(tx, attempt)
        result = outcome.result if outcome.write is None else await outcome.write(tx)
        await attempts.end(tx, attempt, "done", note=outcome.text, result=result, file=file, file_bytes=file_bytes)
        if not outcome.is_told:
            return
        await _tell_user(
            tx,
            attempt,
            f"{attempt.title}: done",
            outcome.text,
            action=outcome.address or ("" if file is None else f"/{attempt.project_id}/jobs/{attempt.id}/file"),
        )


async def _end_badly(job: RunningJob, problem: str) -> None:
    attempt = job.attempt
    _remove_files(job)
    try:
        async with job.means.store.writing(user_id=attempt.user_id, project_id=None, label=_END_LABEL) as tx:
            await attempts.note(tx, attempt.id, problem)
            await attempts.end(tx, attempt, "failed", note=problem)
            await _tell_user(tx, attempt, f"{attempt.title}: failed", problem)
    except Superseded:
        log.info("job was taken over", job=attempt.id, attempt=attempt.attempt)


async def _tell_user(tx: Connection, attempt: Attempt, title: str, text: str, action: str = "") -> None:
    await messages.send_message(tx, attempt.user_id, title=title, text=text, action=action)


def _remove_files(job: RunningJob) -> None:
    shutil.rmtree(job.folder, ignore_errors=True)
