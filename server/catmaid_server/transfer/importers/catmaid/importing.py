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
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.domain.projects import projects
from catmaid_server.domain.skeletons import packed_skeletons
from catmaid_server.transfer import indexes
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.catmaid import checks, writing
from catmaid_server.transfer.importers.catmaid.reading import ModelRow, read_rows
from catmaid_server.transfer.importers.catmaid.staging import Staging
from catmaid_server.transfer.importers.catmaid.users import UserMapping, UserPolicy
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
    """Rows that have no table here, by what they are."""
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
class _FileProject:
    """A project that rows of the file belong to."""

    id: int
    title: str | None
    has_rows: bool


@dataclass(frozen=True)
class _ProjectImport:
    """One project of the file to import, and the project that receives it; `into` is None for a new one."""

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
    """Import an export file of CATMAID, gzipped or not; each project in one transaction, completely or not at all.

    The whole file is read and checked before anything is written. It may be larger than memory.

    Parameters
    ----------
    store, path
        Where to, and the file.
    user
        Name of the user who imports, and who may administer new projects.
    project
        Title or id of the project that receives the rows; a new title makes a new project. None: a new project for
        each project of the file, with the same title.
    source_project
        Title or id of the one project of the file to import; None: all.
    map_users
        Give rows to the users with the same names here; else import the users of the file, too.
    override_user
        Give all rows to this user instead.
    create_unknown_users
        Make inactive users for names that are unknown here; else refuse the file.
    preserve_ids
        Keep all ids, which must be free; else rows get new ids.
    progress
        Counts the bytes of the file twice: as they are read, and as they are written.

    Raises
    ------
    BadFile
        If the file is not valid; names the object.
    InvalidInput
        If the rows cannot be imported into the project. `NotFound` for an unknown user or project.
    """
    steps = Steps(progress)
    size = await asyncio.to_thread(path.stat)
    steps.expect(2 * size.st_size)
    return await import_rows(
        store,
        read_rows(path, steps.advance),
        path,
        ownership=RowOwnership(user, map_users, override_user, create_unknown_users),
        project=project,
        source_project=source_project,
        preserve_ids=preserve_ids,
        title=path.name.removesuffix(".gz").removesuffix(".json"),
        steps=steps,
    )


@dataclass(frozen=True)
class RowOwnership:
    """Who imports, and which users here own the rows: parameters of `import_catmaid`."""

    user: str
    map_users: bool = True
    override_user: str | None = None
    create_unknown_users: bool = True


async def import_rows(
    store: Store,
    rows: Iterator[ModelRow],
    path: Path,
    *,
    ownership: RowOwnership,
    title: str,
    steps: Steps,
    project: str | None = None,
    source_project: str | None = None,
    preserve_ids: bool = False,
    origin_url: str | None = None,
) -> CatmaidSummary:
    """Import a stream of rows; see `import_catmaid`.

    `path` is the source that messages name; `title` is for a project whose title the rows do not give. With
    `origin_url`, skeletons get that server as their origin.
    """
    async with store.reading() as connection:
        importer = await users.require_user(connection, ownership.user)
        settled = await _policy(connection, ownership, keep_ids=preserve_ids)
        staging = Staging(connection, path)
        await staging.create()
        try:
            with steps.timed("read"):
                await staging.fill(rows)
            with steps.timed("check"):
                imports = await _project_imports(connection, path, project, source_project, title)
                sources = [planned.source for planned in imports]
                await checks.require_whole(connection, path, sources)
                if preserve_ids:
                    await checks.require_free_ids(connection, sources)
            writer = _ProjectWriter(store, connection, importer, settled, preserve_ids, steps, origin_url)
            imported = [await writer.write(planned, path) for planned in imports]
            left_out = staging.left_out + writer.left_out
        finally:
            if not connection.closed:
                await staging.drop()
        with steps.timed("vacuum and analyze"):
            await connection.execute(importing.vacuum)
    with steps.timed("pack for drawing"):
        for made in imported:
            await packed_skeletons.keep_project(store, made.project_id)
    steps.finish()
    return CatmaidSummary(imported, settled.created, dict(left_out), steps.seconds)


async def _policy(connection: Connection, ownership: RowOwnership, *, keep_ids: bool) -> UserMapping:
    if ownership.override_user is not None:
        override = await users.require_user(connection, ownership.override_user)
        return UserMapping(UserPolicy.OVERRIDE, override_id=override.id)
    return UserMapping(
        UserPolicy.MAP if ownership.map_users else UserPolicy.TAKE,
        create_unknown=ownership.create_unknown_users,
        keep_ids=keep_ids,
    )


async def _project_imports(
    connection: Connection, path: Path, project: str | None, source_project: str | None, title: str
) -> list[_ProjectImport]:
    """The projects of the file to import, and the projects that receive them."""
    cursor = await connection.execute(staged.projects)
    found = [_FileProject(*row) for row in await cursor.fetchall()]
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
    return [await _project_import(connection, candidate, project, into, title) for candidate in wanted]


def _listed(candidates: list[_FileProject]) -> str:
    return ", ".join(str(c.id) if c.title is None else f"{c.id} {c.title!r}" for c in candidates)


async def _project_import(
    connection: Connection, candidate: _FileProject, project: str | None, into: int | None, title: str
) -> _ProjectImport:
    wanted = project or candidate.title or title
    if into is None and await projects.find_project(connection, wanted) is not None:
        raise InvalidInput(
            f"There is already a project {wanted!r} here. Name the project that is to receive the data; "
            "a new title makes a new one."
        )
    return _ProjectImport(candidate.id, wanted, into)


@dataclass
class _ProjectWriter:
    """Writes staged projects, each in a transaction of its own."""

    store: Store
    connection: Connection
    importer: users.User
    users: UserMapping
    keep: bool
    steps: Steps
    origin_url: str | None
    left_out: Counter[str] = field(default_factory=Counter)
    whole: list[str] = field(default_factory=list)
    """Titles of the projects that are written."""
    _site_is_written: bool = False

    async def write(self, planned: _ProjectImport, path: Path) -> ImportedProject:
        """Write one project; stacks and users that several projects share are written with the first of them.

        Raises `BadFile` if the database refuses a row.
        """
        try:
            project = await self._write(planned, path.name)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            whole = f" Here already, and whole: {', '.join(self.whole)}." if self.whole else ""
            reason = " ".join(str(error).split())
            raise BadFile(path, f"project {planned.title!r} cannot be written: {reason}.{whole}") from None
        self.whole.append(repr(planned.title))
        return project

    async def _write(self, planned: _ProjectImport, name: str) -> ImportedProject:
        share = max(self.steps.total - self.steps.done, 0) // 2
        async with self.store.writing(
            user_id=self.importer.id, project_id=planned.into, label="projects.import", note=name, on=self.connection
        ) as tx:
            if self.keep:
                await writing.raise_counters(tx)
            await self.users.settle(tx, [planned.source])
            if self.users.policy is UserPolicy.TAKE and not self._site_is_written:
                await writing.write_site(tx, keep=self.keep)
            project_id = await self._project(tx, planned)
            stacks = await writing.write_stacks(tx, [planned.source], keep=self.keep)
            nodes = await writing.staged_treenodes(tx, planned.source)
            aside = await indexes.set_aside(tx, nodes, self.steps)
            counts = await writing.write_project(tx, planned.source, project_id, keep=self.keep, steps=self.steps)
            if self.origin_url is not None:
                await writing.write_origins(
                    tx, planned.source, project_id, url=self.origin_url, name=planned.title, user_id=self.importer.id
                )
            self.steps.advance(share)
            if aside:
                await indexes.restore(tx, share, self.steps)
            if planned.into is None:
                await projects.complete_project(tx, project_id, owner_id=self.importer.id)
            if self.keep:
                await writing.raise_counters(tx)  # of links, labels and reviews, whose rows are there now
                await tx.execute(site.raise_counters)
            left_out = await writing.left_out(tx, planned.source)
        self._site_is_written = True
        self.left_out += left_out
        return ImportedProject(
            planned.source, project_id, planned.title, planned.into is None, {**counts, "stacks": stacks}
        )

    async def _project(self, tx: Connection, planned: _ProjectImport) -> int:
        if planned.into is not None:
            return planned.into
        keep = self.keep and await projects.find_project(tx, planned.source) is None
        project_id = await writing.insert_project(tx, planned.source, planned.source if keep else None, planned.title)
        await tx.execute(sql.claim_version, {"project_id": project_id})
        return project_id
