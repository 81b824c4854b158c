"""Jobs: asked for, done by a worker, watched, cancelled; what fails says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.jobs import attempts, jobs
from catmaid_server.domain.jobs.jobs import MOST_OF_ONE_USER
from catmaid_server.jobs.running import JobMeans, JobOutcome, RunningJob
from catmaid_server.jobs.upkeep import refresh_statistics, take_backup, tidy
from tests.helpers.job_workers import ask, ended, job_of, until, working
from tests.helpers.service import Actor, Service

STARTED = asyncio.Event()


async def count(job: RunningJob) -> JobOutcome:
    for number in range(int(job.arguments["to"])):
        await job.tell(number, int(job.arguments["to"]), "counts")
    path = job.folder / "counted.txt"
    path.write_text("counted")
    return JobOutcome(text="counted", result={"last": job.arguments["to"]}, file=path)


async def wait_for_ever(job: RunningJob) -> JobOutcome:
    (job.folder / "half.txt").write_text("half")
    await job.tell(1, 2, "waits")
    STARTED.set()
    await asyncio.sleep(3600)
    raise AssertionError("unreachable")


async def refuse(job: RunningJob) -> JobOutcome:
    raise InvalidInput("There is nothing to do.")


async def break_down(job: RunningJob) -> JobOutcome:
    raise ZeroDivisionError("a fault")


async def name_project(job: RunningJob) -> JobOutcome:
    async def write(tx: Connection) -> int:
        await tx.execute("UPDATE project SET title = title || '+' WHERE id = %s", (job.attempt.project_id,))
        return 7

    return JobOutcome(text="named", write=write, label="projects.rename")


KINDS = {"count": count, "wait": wait_for_ever, "refuse": refuse, "break": break_down, "name": name_project}


@pytest.fixture
async def means(service: Service, tmp_path: Path) -> AsyncIterator[JobMeans]:
    STARTED.clear()
    async with working(service.store.dsn, tmp_path, KINDS) as means:
        yield means


async def id_of(store: Store, name: str) -> int:
    async with store.reading() as connection:
        return (await users.require_user(connection, name)).id


async def messages_of(actor: Actor) -> list[dict[str, object]]:
    listed = await actor.get("/messages/list")
    return [listed[key] for key in sorted(listed, key=int) if listed[key]["id"] != -1]


async def test_a_job_is_done_and_its_user_gets_a_message_and_a_file(service: Service, means: JobMeans) -> None:
    tracer, project = await id_of(service.store, "tracer"), service.project_id
    job_id = await ask(service.store, project, "count", user_id=tracer, to=5)
    await ended(service.store, project, job_id)
    (job,) = await service.tracer.get(f"/{project}/jobs")
    assert (job["state"], job["note"], job["done"], job["total"]) == ("done", "counted", 5, 5)
    assert (job["result"], job["file"], job["file_bytes"], job["user"]) == ({"last": 5}, "counted.txt", 7, "tracer")
    (message,) = await messages_of(service.tracer)
    assert (message["title"], message["text"]) == ("A count: done", "counted")
    status, content = await service.tracer.request("GET", f"/messages/{message['id']}/mark_read")
    assert (status, content) == (200, b"counted"), "the message leads to the file"


async def test_what_a_job_writes_is_one_version_of_the_project(service: Service, means: JobMeans) -> None:
    project = service.project_id
    job_id = await ask(service.store, project, "name", user_id=await id_of(service.store, "tracer"))
    assert (await ended(service.store, project, job_id)).result == 7
    async with service.store.reading() as connection:
        cursor = await connection.execute(
            "SELECT p.title, t.label FROM project p JOIN transaction_info t ON t.id = p.version WHERE p.id = %s",
            (project,),
        )
        assert await cursor.fetchall() == [("Test+", "projects.rename")]


async def test_others_see_a_job_only_if_they_administer_the_project(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        other = await users.create_user(tx, "other")
        await users.grant(tx, project, "can_browse", to="other")
        token = await users.issue_token(tx, other)
    job_id = await ask(store, project, "count", user_id=await id_of(store, "tracer"), to=1)
    await ended(store, project, job_id)
    stranger = Actor(service.tracer.session, service.url, token)
    assert await stranger.get(f"/{project}/jobs") == []
    for path in ("", "/log", "/file"):
        status, _ = await stranger.request("GET", f"/{project}/jobs/{job_id}{path}")
        assert status == 404, path
    assert (await stranger.refused(f"/{project}/jobs/{job_id}/cancel"))[0] == 404
    assert [job["id"] for job in await service.admin.get(f"/{project}/jobs")] == [job_id]
    assert (await service.admin.request("GET", f"/{project}/jobs/{job_id}/file"))[1] == b"counted"


async def test_a_job_that_runs_is_cancelled_and_leaves_nothing(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    job_id = await ask(store, project, "wait", user_id=await id_of(store, "tracer"))
    async with asyncio.timeout(30):
        await STARTED.wait()
    assert await service.tracer.post(f"/{project}/jobs/{job_id}/cancel") == {"cancelled": True}
    job = await ended(store, project, job_id)
    assert (job.state, job.note, job.attempt) == ("cancelled", "cancelled", 1)
    assert list(means.folder.iterdir()) == []
    assert await service.tracer.post(f"/{project}/jobs/{job_id}/cancel") == {"cancelled": False}
    assert await messages_of(service.tracer) == []


async def test_a_job_that_waits_is_cancelled_before_it_begins(service: Service, tmp_path: Path) -> None:
    store, project = service.store, service.project_id
    job_id = await ask(store, project, "count", user_id=await id_of(store, "tracer"), to=1)
    assert await service.tracer.post(f"/{project}/jobs/{job_id}/cancel") == {"cancelled": True}
    later = await ask(store, project, "count", user_id=await id_of(store, "tracer"), to=1)
    async with working(store.dsn, tmp_path, KINDS):
        await ended(store, project, later)
    job = await job_of(store, project, job_id)
    assert (job.state, job.attempt, job.note) == ("cancelled", 0, "cancelled before it began")


@pytest.mark.parametrize(
    ("kind", "note"),
    [
        ("refuse", "There is nothing to do."),
        ("break", "It failed by a fault of the service (ZeroDivisionError: a fault). Its log has more."),
        ("unheard", "This release knows no jobs of the kind 'unheard': update the worker."),
    ],
)
async def test_what_fails_says_why(service: Service, means: JobMeans, kind: str, note: str) -> None:
    store, project = service.store, service.project_id
    job = await ended(store, project, await ask(store, project, kind, user_id=await id_of(store, "tracer")))
    assert (job.state, job.note) == ("failed", note)
    assert [line["text"] for line in await service.tracer.get(f"/{project}/jobs/{job.id}/log")] == [note]
    assert [message["text"] for message in await messages_of(service.tracer)] == [note]
    status, answer = await service.tracer.request("GET", f"/{project}/jobs/{job.id}/file")
    assert (status, answer["error"]) == (404, f"Job {job.id} has no file: {note}.")


async def test_a_worker_that_stops_leaves_its_job_to_the_next(service: Service, tmp_path: Path) -> None:
    store, project = service.store, service.project_id
    STARTED.clear()
    async with working(store.dsn, tmp_path, KINDS):
        job_id = await ask(store, project, "wait", user_id=await id_of(store, "tracer"))
        await STARTED.wait()
    assert (await job_of(store, project, job_id)).state == "waiting"
    async with working(store.dsn, tmp_path, {"wait": count}):
        async with store.reading() as connection:
            await connection.execute("UPDATE job SET arguments = '{\"to\": 2}' WHERE id = %s", (job_id,))
        job = await ended(store, project, job_id)
    assert (job.state, job.attempt) == ("done", 2)


async def test_an_attempt_that_was_overtaken_writes_nothing(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    job_id = await ask(store, project, "wait", user_id=await id_of(store, "tracer"))
    await STARTED.wait()
    job = await until(store, project, job_id, {"running"})
    async with store.reading() as connection:
        late = attempts.Attempt(
            id=job.id,
            project_id=project,
            user_id=job.user_id,
            kind=job.kind,
            title=job.title,
            arguments={},
            attempt=job.attempt - 1,
            is_cancel_wanted=False,
        )
        with pytest.raises(attempts.Superseded):
            await attempts.tell(connection, late, 9, 9, "late")
        with pytest.raises(attempts.Superseded):
            await attempts.hold(connection, late)
        with pytest.raises(attempts.Superseded):
            await attempts.end(connection, late, "done")
    assert (await job_of(store, project, job_id)).note == "waits"


async def test_what_kills_each_worker_fails_at_last(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    async with store.reading() as connection, connection.transaction():
        tracer = (await users.require_user(connection, "tracer")).id
        job_id = await jobs.add_job(
            connection, project_id=project, user_id=tracer, kind="name", title="A name", arguments={}
        )
        await connection.execute("UPDATE job SET attempt = %s WHERE id = %s", (attempts.MOST_ATTEMPTS, job_id))
    job = await ended(store, project, job_id)
    assert job.state == "failed"
    assert job.note == "Its worker ended 5 times while it ran, as when memory is short: ask for less at once."


async def test_a_job_that_no_queue_has_is_queued_again(service: Service, tmp_path: Path) -> None:
    store, project = service.store, service.project_id
    job_id = await ask(store, project, "count", user_id=await id_of(store, "tracer"), to=1)
    async with store.reading() as connection:
        await connection.execute("DELETE FROM procrastinate_jobs")
    async with working(store.dsn, tmp_path, KINDS):
        assert (await ended(store, project, job_id)).state == "done"


async def test_nobody_has_too_many(service: Service) -> None:
    store, project, tracer = service.store, service.project_id, await id_of(service.store, "tracer")
    for _ in range(MOST_OF_ONE_USER):
        await ask(store, project, "count", user_id=tracer, to=1)
    with pytest.raises(InvalidInput, match="50 jobs that have not ended"):
        await ask(store, project, "count", user_id=tracer, to=1)


async def test_old_files_go_and_older_jobs_are_forgotten(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    tracer = await id_of(store, "tracer")
    old, new = [await ask(store, project, "count", user_id=tracer, to=1) for _ in range(2)]
    for job_id in (old, new):
        await ended(store, project, job_id)
    async with store.reading() as connection:
        await connection.execute("UPDATE job SET ended = ended - interval '15 days' WHERE id = %s", (old,))
    await tidy(means)
    job = await job_of(store, project, old)
    assert (job.file, job.note) == (None, "its file was removed because of its age")
    assert [path.name for path in means.folder.iterdir()] == [f"{new}-1"]
    async with store.reading() as connection:
        await connection.execute("UPDATE job SET ended = ended - interval '90 days' WHERE id = %s", (old,))
    await tidy(means)
    assert [job["id"] for job in await service.tracer.get(f"/{project}/jobs")] == [new]


async def test_statistics_are_refreshed_by_the_clock(service: Service, means: JobMeans) -> None:
    await refresh_statistics(means)
    async with service.store.reading() as connection:
        cursor = await connection.execute(
            "SELECT last_analyze IS NOT NULL FROM pg_stat_user_tables WHERE relname='job'"
        )
        assert await cursor.fetchall() == [(True,)]
    assert await take_backup(means) is None, "no folder is named"


async def test_a_project_goes_with_its_jobs(service: Service, means: JobMeans) -> None:
    store, project = service.store, service.project_id
    await ended(store, project, await ask(store, project, "count", user_id=await id_of(store, "tracer"), to=1))
    status, _ = await service.admin.request("DELETE", f"/{project}/", params={"confirm": "Test"})
    assert status == 200
    async with store.reading() as connection:
        assert (await (await connection.execute("SELECT count(*) FROM job")).fetchall()) == [(0,)]
