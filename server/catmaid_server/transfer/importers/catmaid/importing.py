"""Import a file that CATMAID's `catmaid_export_data`, or our own export, wrote."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import projects
from catmaid_server.transfer import indexes
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.catmaid import checks, writing
from catmaid_server.transfer.importers.catmaid.reading import ModelRow, read_rows
from catmaid_server.transfer.importers.catmaid.staging import Staging
from catmaid_server.transfer.importers.catmaid.users import UserPolicy, Users
from catmaid_server.transfer.progress import Progress, silent
from catmaid_server.transfer.steps import Steps

staged = load("transfer/catmaid_staging")
site = load("transfer/catmaid_site")
sql = load("transfer/catmaid_import")
importing = load("transfer/importing")


@dataclass(frozen=True)
class ImportedProject:
    """One project of the file, and what became of it."""

    source_id: int
    """Id in the file."""
    project_id: int
    title: str
    created: bool
    counts: dict[str, int]
    """Rows made, by what they are."""

    def __str__(self) -> str:
        made = ", ".join(f"{number} {what}" for what, number in self.counts.items() if number)
        return f"Project {self.project_id} {self.title!r}: {made or 'nothing'}."


@dataclass(frozen=True)
class CatmaidSummary:
    """What an import of CATMAID's rows made."""

    projects: list[ImportedProject]
    created_users: list[str]
    left_out: dict[str, int]
    """Rows that nothing here stands for, by what they are."""
    seconds: dict[str, float] = field(default_factory=dict)
    """By step, in order."""

    def __str__(self) -> str:
        lines = [str(project) for project in self.projects]
        if self.created_users:
            lines.append(f"New inactive users: {', '.join(self.created_users)}.")
        if self.left_out:
            rows = ", ".join(f"{number} of {what}" for what, number in sorted(self.left_out.items()))
            lines.append(f"Left out, as nothing here stands for it: {rows}.")
        return "\n".join(lines)


@dataclass(frozen=True)
class _Candidate:
    """A project of the file."""

    id: int
    title: str | None
    has_rows: bool


@dataclass(frozen=True)
class _Passage:
    """One project on its way in: `into` is the project that receives it, None for a new one."""

    source: int
    title: str
    into: int | None


async def import_catmaid(
    store: Store,
    path: Path,
    *,
    user: str,
    project: str | None = None,
    source_project: str | None = None,
    map_users: bool = True,
    override_user: str | None = None,
    create_unknown_users: bool = True,
    preserve_ids: bool = False,
    progress: Progress = silent,
) -> CatmaidSummary:
    """Import an export file of CATMAID, gzipped or not: of each project all, in one transaction, or nothing.

    The file is read and checked as a whole before anything is written. It may be larger than the memory.

    Parameters
    ----------
    store, path
        Where to, and the file.
    user
        Name of the user who imports, and who may administer projects that are new.
    project
        Title or id of the project that receives; a title that is new makes one. None: for each project of the file a
        new one of the same title.
    source_project
        Title or id of the one project of the file that is wanted; None: all.
    map_users
        Give rows to the users of the same names here; else the users of the file come along as they are.
    override_user
        Give all rows to this user instead.
    create_unknown_users
        Make users who are not known here, inactive; else refuse.
    preserve_ids
        Keep all ids, if they are free; else rows get new ones.
    progress
        Counts bytes of the file, twice: read and written.

    Raises
    ------
    BadFile
        If the file is wrong in itself; names the object.
    InvalidInput
        If it cannot go where it should. `NotFound` for an unknown user or project.
    """
    steps = Steps(progress)
    size = await asyncio.to_thread(path.stat)
    steps.expect(2 * size.st_size)
    rows = read_rows(path, steps.advance)
    stem = path.name.removesuffix(".gz").removesuffix(".json")
    who = Who(user, map_users, override_user, create_unknown_users)
    return await import_rows(
        store,
        rows,
        path,
        who=who,
        project=project,
        source_project=source_project,
        preserve_ids=preserve_ids,
        title=stem,
        steps=steps,
    )


@dataclass(frozen=True)
class Who:
    """Who imports, and whose rows are whose: as `import_catmaid` is told."""

    user: str
    map_users: bool = True
    override_user: str | None = None
    create_unknown_users: bool = True


async def import_rows(
    store: Store,
    rows: Iterator[ModelRow],
    path: Path,
    *,
    who: Who,
    title: str,
    steps: Steps,
    project: str | None = None,
    source_project: str | None = None,
    preserve_ids: bool = False,
    origin_url: str | None = None,
) -> CatmaidSummary:
    """Import a stream of rows; see `import_catmaid`.

    `path` is where they came from, for messages; `title` is that of a project that the rows do not name. With
    `origin_url`, skeletons remember that they are from that server.
    """
    async with store.reading() as connection:
        importer = await users.require_user(connection, who.user)
        settled = await _policy(connection, who, keep_ids=preserve_ids)
        staging = Staging(connection, path)
        await staging.create()
        try:
            with steps.timed("read"):
                await staging.fill(rows)
            with steps.timed("check"):
                passages = await _passages(connection, path, project, source_project, title)
                sources = [passage.source for passage in passages]
                await checks.require_whole(connection, path, sources)
                if preserve_ids:
                    await checks.require_free_ids(connection, sources)
            bringing = _Bringing(store, connection, importer, settled, preserve_ids, steps, origin_url)
            imported = [await bringing.bring(passage, path) for passage in passages]
            left_out = staging.left_out + bringing.left_out
        finally:
            if not connection.closed:
                await staging.drop()
        with steps.timed("vacuum and analyze"):
            await connection.execute(importing.vacuum)
    steps.finish()
    return CatmaidSummary(imported, settled.created, dict(left_out), steps.seconds)


async def _policy(connection: Connection, who: Who, *, keep_ids: bool) -> Users:
    if who.override_user is not None:
        override = await users.require_user(connection, who.override_user)
        return Users(UserPolicy.OVERRIDE, override_id=override.id)
    return Users(
        UserPolicy.MAP if who.map_users else UserPolicy.TAKE, create_unknown=who.create_unknown_users, keep_ids=keep_ids
    )


async def _passages(
    connection: Connection, path: Path, project: str | None, source_project: str | None, title: str
) -> list[_Passage]:
    """Which projects of the file come in, and where they go."""
    cursor = await connection.execute(staged.projects)
    found = [_Candidate(*row) for row in await cursor.fetchall()]
    wanted = [c for c in found if c.has_rows or (c.title is not None and c.id > 0)]
    if source_project is not None:
        wanted = [c for c in wanted if source_project in (c.title, str(c.id))]
        if not wanted:
            names = ", ".join(f"{c.id} {c.title!r}" if c.title else str(c.id) for c in found)
            raise BadFile(path, f"it has no project {source_project!r}; it has {names or 'none'}")
    if project is not None and len(wanted) > 1:
        wanted = [c for c in wanted if c.has_rows] or wanted[:1]
    if not wanted:
        raise BadFile(path, "there is nothing to import in it")
    if project is not None and len(wanted) > 1:
        raise InvalidInput(
            f"{path.name} has {len(wanted)} projects with data ({_listed(wanted)}): choose one of them, "
            "or import without naming a project, then each becomes one of its own."
        )
    into = None if project is None else await projects.find_project(connection, project)
    if project is not None and into is None and project.isdecimal():
        await projects.require_project(connection, project)
    return [await _passage(connection, candidate, project, into, title) for candidate in wanted]


def _listed(candidates: list[_Candidate]) -> str:
    return ", ".join(str(c.id) if c.title is None else f"{c.id} {c.title!r}" for c in candidates)


async def _passage(
    connection: Connection, candidate: _Candidate, project: str | None, into: int | None, title: str
) -> _Passage:
    wanted = project or candidate.title or title
    if into is None and await projects.find_project(connection, wanted) is not None:
        raise InvalidInput(
            f"There is already a project {wanted!r} here. Name the project that is to receive the data; "
            "a new title makes a new one."
        )
    return _Passage(candidate.id, wanted, into)


@dataclass
class _Bringing:
    """Writes staged projects, each in a transaction of its own."""

    store: Store
    connection: Connection
    importer: users.User
    users: Users
    keep: bool
    steps: Steps
    origin_url: str | None
    left_out: Counter[str] = field(default_factory=Counter)
    whole: list[str] = field(default_factory=list)
    """Titles of the projects that are here by now."""
    _site_is_written: bool = False

    async def bring(self, passage: _Passage, path: Path) -> ImportedProject:
        """Write one project; what it shares with others comes with the first that needs it.

        Raises `BadFile` if the database refuses a row.
        """
        try:
            project = await self._bring(passage, path.name)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            whole = f" Here already, and whole: {', '.join(self.whole)}." if self.whole else ""
            reason = " ".join(str(error).split())
            raise BadFile(path, f"project {passage.title!r} cannot be written: {reason}.{whole}") from None
        self.whole.append(repr(passage.title))
        return project

    async def _bring(self, passage: _Passage, name: str) -> ImportedProject:
        share = max(self.steps.total - self.steps.done, 0) // 2
        async with self.store.writing(
            user_id=self.importer.id, project_id=passage.into, label="projects.import", note=name, on=self.connection
        ) as tx:
            if self.keep:
                await writing.raise_counters(tx)
            await self.users.settle(tx, [passage.source])
            if self.users.policy is UserPolicy.TAKE and not self._site_is_written:
                await writing.write_site(tx, keep=self.keep)
            project_id = await self._project(tx, passage)
            stacks = await writing.write_stacks(tx, [passage.source], keep=self.keep)
            nodes = await writing.staged_treenodes(tx, passage.source)
            aside = await indexes.set_aside(tx, nodes, self.steps)
            counts = await writing.write_project(tx, passage.source, project_id, keep=self.keep, steps=self.steps)
            if self.origin_url is not None:
                await writing.write_origins(
                    tx, passage.source, project_id, url=self.origin_url, name=passage.title, user_id=self.importer.id
                )
            self.steps.advance(share)
            if aside:
                await indexes.restore(tx, share, self.steps)
            if passage.into is None:
                await projects.complete_project(tx, project_id, owner_id=self.importer.id)
            if self.keep:
                await tx.execute(site.raise_counters)
            left_out = await writing.left_out(tx, passage.source)
        self._site_is_written = True
        self.left_out += left_out
        return ImportedProject(
            passage.source, project_id, passage.title, passage.into is None, {**counts, "stacks": stacks}
        )

    async def _project(self, tx: Connection, passage: _Passage) -> int:
        if passage.into is not None:
            return passage.into
        keep = self.keep and await projects.find_project(tx, passage.source) is None
        project_id = await writing.insert_project(tx, passage.source, passage.source if keep else None, passage.title)
        await tx.execute(sql.claim_version, {"project_id": project_id})
        return project_id
