"""Copy a project from a running CATMAID server: fetch its parts, then import them as if they were a file.

Fetched parts are kept on disk until the whole project is written here. A copy that was interrupted continues when it is
started again. Nobody sees a project here before all of it is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects
from catmaid_server.transfer.importers.catmaid import parts
from catmaid_server.transfer.importers.catmaid.assembly import FetchedProject, assembled
from catmaid_server.transfer.importers.catmaid.importing import CatmaidSummary, RowOwnership, import_rows
from catmaid_server.transfer.importers.catmaid.parts import ExportPart, SourceProject
from catmaid_server.transfer.importers.catmaid.server import CatmaidServer
from catmaid_server.transfer.importers.catmaid.spool import Spool, folder_of
from catmaid_server.transfer.steps import Steps

SKELETONS_AT_ONCE: Final = 25

Fetch = Callable[[], Awaitable[ExportPart]]


async def copy_project(
    store: Store,
    data_folder: Path,
    url: str,
    *,
    user: str,
    token: str | None = None,
    project: str | None = None,
    title: str | None = None,
    override_user: str | None = None,
    create_unknown_users: bool = True,
    preserve_ids: bool = False,
    connections: int = 4,
    progress: Progress = silent,
) -> CatmaidSummary:
    """Copy one project of a CATMAID server (2020 or later) that the account may browse, in one transaction.

    Stacks and their groups, neurons, skeletons with nodes, connectors and links, tags, annotations of neurons and of
    annotations, reviews, volumes, and users by name. A stack's images stay where they are. Skeletons remember their
    origin.

    Parameters
    ----------
    store, data_folder
        Where to; parts wait in `copies` of the data folder.
    url, token
        The server, and an API token of an account there; None reads what anybody may.
    project
        Id or title there; may be left out if the account sees one project only.
    title
        Title of the project here, which is made if it is new; None: as there, and new.
    user, override_user, create_unknown_users, preserve_ids
        As for `import_catmaid`; the API does not tell the ids of reviews, tags and annotations' links, which are new
        in any case.
    connections
        Most requests at a time.
    progress
        Counts parts, fetched and then written.

    Raises
    ------
    InvalidInput
        If there is no such server or project. `NotAllowed` if the account may not read it.
    SourceError
        If the server cannot be reached, or does not answer as it should.
    """
    steps = Steps(progress)
    async with CatmaidServer(url, token, connections=connections) as server:
        await server.require_catmaid()
        found = await parts.find_project(server, project)
        await _require_place(store, user, title, found["title"])
        with Spool(folder_of(data_folder, str(server.url), found["id"]), _plan(found)) as spool:
            with steps.timed("fetch"):
                copied = await _fetch(SourceProject(server, found["id"]), spool, steps, connections)
            ownership = RowOwnership(user, override_user=override_user, create_unknown_users=create_unknown_users)
            summary = await _import(store, server, copied, title, ownership, steps, preserve_ids=preserve_ids)
            spool.remove()
    return summary


async def _import(
    store: Store,
    server: CatmaidServer,
    copied: FetchedProject,
    title: str | None,
    ownership: RowOwnership,
    steps: Steps,
    *,
    preserve_ids: bool,
) -> CatmaidSummary:
    """Import a fetched project; `title` is that of the project here, None for the one that it has there."""
    return await import_rows(
        store,
        assembled(copied),
        Path(str(server.url.host)),
        ownership=ownership,
        project=title,
        title=copied.project["title"],
        preserve_ids=preserve_ids,
        steps=steps,
        origin_url=str(server.url),
    )


def _plan(project: dict[str, Any]) -> dict[str, Any]:
    """What a copy is of, and how it is fetched: kept with its parts, for a copy that continues."""
    return {
        "project": {name: project.get(name) for name in ("id", "title", "comment")},
        "time": datetime.now(UTC).isoformat(),
        "skeletons_at_once": SKELETONS_AT_ONCE,
    }


async def _require_place(store: Store, user: str, title: str | None, found: str) -> None:
    """Refuse an unknown user or a title that is taken before anything is fetched."""
    async with store.reading() as connection:
        await users.require_user(connection, user)
        if title is None and await projects.find_project(connection, found) is not None:
            raise InvalidInput(
                f"There is already a project {found!r} here. Give the project that is to receive the "
                "data; a new title makes a new one."
            )


async def _fetch(source: SourceProject, spool: Spool, steps: Steps, connections: int) -> FetchedProject:
    """Fetch the parts that are not there yet."""
    fetching = _PartFetcher(spool, steps, connections)
    await fetching.all({"site": partial(parts.fetch_site, source), "counts": partial(parts.count_things, source)})
    site, counts = spool.part("site"), spool.part("counts")
    pages = [(kind, start) for kind, count in counts.items() for start in range(0, count, parts.PAGE)]
    await fetching.all({f"{kind}-{start}": partial(parts.fetch_things, source, kind, start) for kind, start in pages})
    things = [spool.part(f"{kind}-{start}") for kind, start in pages]
    skeleton_ids = sorted(
        {
            skeleton_id
            for page in things
            for entity in page["entities"]
            for skeleton_id in entity.get("skeleton_ids") or []
        }
    )
    size = spool.plan["skeletons_at_once"]
    lots = {f"skeletons-{start}": skeleton_ids[start : start + size] for start in range(0, len(skeleton_ids), size)}
    volumes = {f"volume-{volume_id}": volume_id for volume_id in site["volumes"]}
    await fetching.all(
        {
            "connectors": partial(parts.fetch_lone_connectors, source, list(site["relations"])),
            **{name: partial(parts.fetch_volume, source, volume_id) for name, volume_id in volumes.items()},
            **{name: partial(parts.fetch_skeletons, source, lot) for name, lot in lots.items()},
        }
    )
    return FetchedProject(
        spool.plan["project"],
        spool.plan["time"],
        site,
        things,
        spool.part("connectors"),
        volumes=lambda: map(spool.part, volumes),
        skeletons=lambda: map(spool.part, lots),
    )


class _PartFetcher:
    """Fetches parts, several at a time, and keeps each in the spool."""

    def __init__(self, spool: Spool, steps: Steps, at_a_time: int) -> None:
        self._spool = spool
        self._steps = steps
        self._at_a_time = at_a_time

    async def all(self, fetches: dict[str, Fetch]) -> None:
        """Fetch each part, by its name, that is not kept yet."""
        self._steps.expect(2 * len(fetches))
        waiting = {name: fetch for name, fetch in fetches.items() if name not in self._spool}
        self._steps.advance(len(fetches) - len(waiting))
        queue = iter(waiting.items())
        workers = [asyncio.create_task(self._work(queue)) for _ in range(self._at_a_time)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _work(self, queue: Iterator[tuple[str, Fetch]]) -> None:
        for name, fetch in queue:
            await asyncio.to_thread(self._spool.keep, name, await fetch())
            self._steps.advance(1)
