"""A worker: takes jobs out of the queue and does them, as well as what is to be done by the clock."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import procrastinate
import psycopg
import structlog
from procrastinate import retry
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.job_context import AbortReason, JobContext
from procrastinate.jobs import DeleteJobCondition, Job

from catmaid_server.db.store import Store
from catmaid_server.domain.jobs import attempts
from catmaid_server.domain.jobs.jobs import QUEUE, TASK
from catmaid_server.jobs import upkeep
from catmaid_server.jobs.attempt import do_job
from catmaid_server.jobs.kinds import KINDS
from catmaid_server.jobs.running import JobMeans, TryLater, Work
from catmaid_server.service.settings import Settings
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.service import TileService

log = structlog.get_logger("catmaid.jobs")

_CLOCK: Final = "upkeep"
GONE_S: Final = 10.0
_LOOK_S: Final = 2.0
_IDLE_BEAT_S: Final = 60.0
_CACHE_BYTES: Final = 32 * 1024**2


class AfterStop(retry.BaseRetryStrategy):
    """What a worker gave up because it stops is done by the next one, `TryLater` later; all else ends in the job."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> retry.RetryDecision | None:  # noqa: ARG002
        """Try again what was cancelled, and later what cannot be done now."""
        if isinstance(exception, TryLater):
            return retry.RetryDecision(retry_in={"seconds": exception.pause_s})
        return retry.RetryDecision() if isinstance(exception, asyncio.CancelledError) else None


@asynccontextmanager
async def opened_means(dsn: str, settings: Settings) -> AsyncIterator[JobMeans]:
    """Store and images for the jobs of one worker."""
    disk = settings.folder if settings.database_url is None else None
    async with Store.opened(dsn, pool_size=1 + settings.jobs_at_once, disk=disk) as store:
        tiles = TileService(
            store,
            settings.folder,
            cache_bytes=_CACHE_BYTES,
            hosts=ImageHosts.parsed(settings.image_hosts, settings.private_image_hosts),
            disk_cache_bytes=settings.image_cache_bytes,
        )
        try:
            yield JobMeans(store, tiles, settings)
        finally:
            await tiles.close()


async def run_worker(
    means: JobMeans, stopping: asyncio.Event, kinds: Mapping[str, Work] = KINDS, *, gone_s: float = GONE_S
) -> None:
    """Do jobs until `stopping` is set; jobs that take longer than the settings have patience are left to the next.

    A worker that was not heard of for `gone_s` seconds while it does something is taken for dead, and its jobs are
    begun anew. One that has nothing to do is seldom heard of: whatever is written ends what is remembered of answers.
    """
    app = _app(means, kinds, beat_s=gone_s / 5)
    async with app.open_async():
        working = asyncio.create_task(
            app.run_worker_async(
                queues=[QUEUE, _CLOCK],
                concurrency=means.settings.jobs_at_once + 1,
                fetch_job_polling_interval=_LOOK_S,
                shutdown_graceful_timeout=means.settings.shutdown_s,
                delete_jobs=DeleteJobCondition.ALWAYS,
                update_heartbeat_interval=_IDLE_BEAT_S,
                stalled_worker_timeout=5 * _IDLE_BEAT_S,
                install_signal_handlers=False,
            )
        )
        looking = asyncio.create_task(_look_after_others(means.store, gone_s))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait([working, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in (looking, stop, working):
            task.cancel()
        await asyncio.gather(looking, stop, return_exceptions=True)
        with contextlib.suppress(asyncio.CancelledError):
            await working


def _app(means: JobMeans, kinds: Mapping[str, Work], *, beat_s: float) -> procrastinate.App:
    connector = procrastinate.PsycopgConnector(conninfo=means.store.dsn, min_size=1, max_size=3)
    app = procrastinate.App(connector=connector)

    @app.task(name=TASK, queue=QUEUE, pass_context=True, retry=AfterStop())
    async def do(context: JobContext, job_id: int) -> None:
        try:
            async with _heard_of(context, beat_s):
                await do_job(job_id, means, kinds)
        except asyncio.CancelledError:
            if context.abort_reason() is AbortReason.USER_REQUEST:
                raise JobAborted from None  # or else it would be tried again
            raise

    @app.periodic(cron="17 * * * *")
    @app.task(name="tidy", queue=_CLOCK)
    async def tidy(timestamp: int) -> None:  # noqa: ARG001 -- all periodic tasks get it
        await upkeep.tidy(means)

    @app.periodic(cron="40 1 * * *")
    @app.task(name="refresh_statistics", queue=_CLOCK)
    async def refresh_statistics(timestamp: int) -> None:  # noqa: ARG001
        await upkeep.refresh_statistics(means)

    @app.periodic(cron="20 1 * * *")
    @app.task(name="close_inactive", queue=_CLOCK)
    async def close_inactive(timestamp: int) -> None:  # noqa: ARG001
        await upkeep.close_inactive(means)

    @app.periodic(cron="0 2 * * *")
    @app.task(name="take_backup", queue=_CLOCK)
    async def take_backup(timestamp: int) -> None:  # noqa: ARG001
        await upkeep.take_backup(means)

    return app


@asynccontextmanager
async def _heard_of(context: JobContext, beat_s: float) -> AsyncIterator[None]:
    """Tell every `beat_s` seconds that the worker of a job lives."""
    worker_id = context.job.worker_id
    assert worker_id is not None

    async def beat() -> None:
        while True:
            with contextlib.suppress(ConnectorException):
                await context.app.job_manager.update_heartbeat(worker_id)
            await asyncio.sleep(beat_s)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _look_after_others(store: Store, gone_s: float) -> None:
    """Put back into the queue what killed workers left, until cancelled."""
    while True:
        with contextlib.suppress(psycopg.Error):
            async with store.asking() as connection:
                if count := await attempts.requeue_left_behind(connection, gone_s):
                    log.warning("jobs of a worker that ended are begun anew", jobs=count)
        await asyncio.sleep(_LOOK_S)
