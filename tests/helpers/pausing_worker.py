"""A worker of jobs that stands still where it is to be killed: `python -m tests.helpers.pausing_worker PLACE FOLDER`.

PLACE is `write` (within the transaction), `end` (after it, before the queue knows) or `nowhere`. The connection string
of the database is read from standard input. A file of the name of the place says that it stands still.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from procrastinate.manager import JobManager

from catmaid_server.db.store import Connection
from catmaid_server.domain.jobs.jobs import TASK
from catmaid_server.jobs.running import JobOutcome, RunningJob
from catmaid_server.jobs.worker import opened_means, run_worker
from catmaid_server.service.settings import Settings

QUICKLY_S = 1.0


def main() -> None:
    asyncio.run(_work(sys.stdin.readline().strip(), sys.argv[1], Path(sys.argv[2])))


async def _work(dsn: str, place: str, folder: Path) -> None:
    async def stand_still(where: str) -> None:
        if where == place:
            (folder / where).touch()
            await asyncio.sleep(3600)

    async def name_project(job: RunningJob) -> JobOutcome:
        async def write(tx: Connection) -> None:
            await tx.execute("UPDATE project SET title = title || '+' WHERE id = %s", (job.attempt.project_id,))
            await stand_still("write")

        return JobOutcome(text="named", write=write, label="projects.rename")

    finish = JobManager.finish_job

    async def finish_late(manager: JobManager, *args: Any, **options: Any) -> None:
        if options["job"].task_name == TASK:
            await stand_still("end")
        await finish(manager, *args, **options)

    JobManager.finish_job = finish_late  # type: ignore[method-assign, assignment]
    async with opened_means(dsn, Settings(data_dir=folder)) as means:
        await run_worker(means, asyncio.Event(), {"name": name_project}, gone_s=QUICKLY_S)


if __name__ == "__main__":
    main()
