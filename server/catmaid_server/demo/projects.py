"""The projects of the demo, made once: a synthetic specimen to trace in, its solution, and real data if at hand."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from psycopg.rows import class_row

from catmaid_server.db.queries import load
from catmaid_server.db.store import Store
from catmaid_server.demo.specimen.spec import SectionPixels, SpecimenSpec
from catmaid_server.demo.specimen.specimen import Specimen, grow
from catmaid_server.demo.tracing import import_tracing
from catmaid_server.domain.accounts import users
from catmaid_server.domain.progress import Progress
from catmaid_server.domain.projects import projects
from catmaid_server.tiles.imports.stacks import import_stack, import_volume
from catmaid_server.transfer.importers.connectors import import_connectors
from catmaid_server.transfer.importers.swc import import_swc

sql = load("demo/tracing")

DEMO: Final = "Demo"
SOLUTION: Final = "Demo (solution)"
REAL: Final = "VNC"
TEACHER: Final = "teacher"
STUDENT: Final = "student"
STUDENT_PERMISSIONS: Final = ("can_browse", "can_annotate", "can_annotate_with_token")

_REAL_RESOLUTION = (4.6, 4.6, 50.0)
_READ_AHEAD = 8

Bar = Callable[[str, str], AbstractContextManager[Progress]]
"""Makes a progress bar of a title and a unit."""


@dataclass(frozen=True)
class ProjectContents:
    """What a project has already."""

    stacks: bool
    skeletons: bool
    connectors: bool


def _untold(_sentence: str) -> None:
    """Nobody listens."""


async def make_projects(
    store: Store,
    data_dir: Path,
    bar: Bar,
    *,
    spec: SpecimenSpec | None = None,
    tell: Callable[[str], None] = _untold,
) -> list[str]:
    """Make what is missing of the demo's projects, and return the titles of all that are there.

    `tell` is told, as a sentence, what takes long.

    "Demo" has the images of a synthetic specimen with half of its neurites traced halfway, by `teacher`, for
    `student` to continue; "Demo (solution)" has all of it. "VNC" is real, and made where its files are at hand.
    """
    await _make_users(store)
    await _make_specimen(store, data_dir, bar, spec or SpecimenSpec(), tell)
    titles = [DEMO, SOLUTION]
    folder = real_data()
    if folder is not None:
        await _make_real(store, data_dir, folder, bar)
        titles.append(REAL)
    return titles


def real_data() -> Path | None:
    """Folder of the real sample data: below `CATMAID_SHARED`, or in `shared` beside where we are."""
    candidates = [Path(os.environ["CATMAID_SHARED"])] if os.environ.get("CATMAID_SHARED") else []
    candidates += [Path.cwd().parent / "shared", Path(__file__).resolve().parents[3].parent / "shared"]
    for candidate in candidates:
        folder = candidate / "data" / "vnc1"
        if (folder / "raw").is_dir():
            return folder
    return None


async def _make_users(store: Store) -> None:
    async with store.reading() as connection:
        missing = [name for name in (TEACHER, STUDENT) if await users.find_user(connection, name) is None]
        admin = await users.require_user(connection, "admin")
    if missing:
        async with store.writing(user_id=admin.id, project_id=None, label="users.create") as tx:
            for name in missing:
                await users.create_user(tx, name, first_name=name.capitalize())


async def _make_specimen(
    store: Store, data_dir: Path, bar: Bar, spec: SpecimenSpec, tell: Callable[[str], None]
) -> None:
    there = {title: await _project_contents(store, title) for title in (DEMO, SOLUTION)}
    if all(contents.stacks and contents.skeletons for contents in there.values()):
        return
    tell("Growing the specimen, which takes about a minute the first time …")
    specimen = grow(spec)
    width, height, depth = spec.size_px
    for title, contents in there.items():
        with bar(f"{title}: images", "section") as show:
            await import_volume(
                store,
                data_dir,
                (depth, height, width),
                PaintedInOrder(specimen),
                fingerprint=repr(spec),
                title="Synthetic neuropil",
                project=title,
                owner=TEACHER,
                resolution_nm=spec.resolution_nm,
                progress=show,
            )
        if not contents.skeletons:
            tracing = specimen.tracing if title == SOLUTION else specimen.partly_traced()
            with bar(f"{title}: neurons", "object") as show:
                await import_tracing(store, tracing, project=title, user=TEACHER, progress=show)
    async with store.reading() as connection:
        admin = await users.require_user(connection, "admin")
        project_id = await projects.require_project(connection, DEMO)
    async with store.writing(user_id=admin.id, project_id=project_id, label="permissions.grant") as tx:
        for permission in STUDENT_PERMISSIONS:
            await users.grant(tx, project_id, permission, to=STUDENT)


async def _make_real(store: Store, data_dir: Path, folder: Path, bar: Bar) -> None:
    there = await _project_contents(store, REAL)
    if not there.stacks:
        with bar(f"{REAL}: images", "section") as show:
            await import_stack(
                store,
                data_dir,
                folder / "raw",
                project=REAL,
                owner=TEACHER,
                title="vnc1",
                resolution_nm=_REAL_RESOLUTION,
                progress=show,
            )
    if not there.skeletons:
        with bar(f"{REAL}: neurons", "file") as show:
            await import_swc(store, folder / "skeletons", project=REAL, user=TEACHER, progress=show)
    if not there.connectors:
        await import_connectors(
            store, folder / "connectors.csv", folder / "connector_links.csv", project=REAL, user=TEACHER
        )


async def _project_contents(store: Store, title: str) -> ProjectContents:
    async with store.reading() as connection:
        project_id = await projects.find_project(connection, title)
        async with connection.cursor(row_factory=class_row(ProjectContents)) as cursor:
            await cursor.execute(sql.contents, {"project_id": project_id})
            found = await cursor.fetchone()
    assert found is not None
    return found


class PaintedInOrder:
    """Sections of a specimen, each painted once: in order that takes a third of the time of one at a time.

    For callers that ask for sections in about ascending order, also from several threads.
    """

    def __init__(self, specimen: Specimen) -> None:
        self._specimen = specimen
        self._sections = enumerate(specimen.sections())
        self._next = 0
        self._painted: dict[int, SectionPixels] = {}
        self._lock = Lock()

    def __call__(self, z: int) -> SectionPixels:
        """Section z, (y, x) uint8."""
        with self._lock:
            while self._next <= z <= self._next + _READ_AHEAD:
                index, image = next(self._sections)
                self._painted[index] = image
                self._next = index + 1
            if z in self._painted:
                return self._painted.pop(z)
        return self._specimen.section(z)
