"""Are answers out of memory the same as those that are made anew, whoever writes, and through which worker?

    python -m benchmarks.exactness --minutes 20

Four writers send edits of all kinds to a service of two workers, while readers ask it for views, skeletons, partners
and names. Now and then the writers pause; then each answer is asked of both workers and compared with that of a
second service on the same database that keeps nothing in memory. The first difference ends it.
"""

from __future__ import annotations

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import numpy as np
import typer
from pydantic import SecretStr

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import embedded_cluster
from catmaid_server.service.settings import Settings
from catmaid_wire import columns
from tests.helpers.edit_kinds import EDITS, HISTORY_EDITS, ONE_REQUEST, Editor
from tests.helpers.service import Actor

COLUMNS = "application/x-catmaid-columns+msgpack"
WRITERS, READERS = 4, 4
_OFTEN = ("create", "create", "create", "move", "move", "insert", "link", "connector", "join", "delete", "undo", "redo")
_QUESTIONS, _TIMES, _OK = 8, 4, 200
_SPACE = 1000
"""Edits happen from 0 to so many nm."""


@dataclass
class Pace:
    """Writers go on while they may, and say when all have paused."""

    may_write: asyncio.Event = field(default_factory=asyncio.Event)
    is_quiet: asyncio.Event = field(default_factory=asyncio.Event)
    writing: int = 0
    edits: int = 0
    compared: int = 0
    is_over: bool = False

    async def paused(self) -> None:
        """Let the edits under way end."""
        self.may_write.clear()
        if self.writing:
            await self.is_quiet.wait()

    @asynccontextmanager
    async def edit(self) -> AsyncIterator[None]:
        """An edit that begins as soon as it may."""
        await self.may_write.wait()
        self.writing += 1
        self.is_quiet.clear()
        try:
            yield
        finally:
            self.writing -= 1
            if not self.writing:
                self.is_quiet.set()


def main(
    minutes: Annotated[float, typer.Option(help="How long.")] = 20.0,
    seed: Annotated[int, typer.Option(help="Which edits and questions.")] = 1,
    cell_bytes: Annotated[int, typer.Option(help="Memory of a worker for cells.")] = 2 * 1024**2,
) -> None:
    """Compare answers until the time is over."""
    with tempfile.TemporaryDirectory(prefix="catmaid-exact-") as scratch:
        settings = Settings(data_dir=Path(scratch) / "data", workers=2, cell_bytes=cell_bytes)
        record = lifecycle.start(settings)
        try:
            cluster = embedded_cluster(settings)
            assert cluster is not None
            dsn = cluster.start()
            plain = Settings(
                data_dir=Path(scratch) / "plain", database_url=SecretStr(dsn), workers=1, cell_bytes=0, remember_bytes=0
            )
            urls = record.url.rstrip("/"), lifecycle.start(plain).url.rstrip("/")
            try:
                pace = asyncio.run(_run(dsn, urls, minutes, seed))
            finally:
                lifecycle.stop(plain)
        finally:
            lifecycle.stop(settings)
    print(f"{pace.edits} edits, {pace.compared} answers compared, all the same")


async def _run(dsn: str, urls: tuple[str, str], minutes: float, seed: int) -> Pace:
    pace, until = Pace(), time.monotonic() + 60 * minutes
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(Store.opened(dsn))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        project_id, tokens = await _project(store)
        kept, _ = urls
        editors = [
            Editor(store, project_id, [Actor(session, kept, token)], random.Random(f"{seed} {number}"))
            for number, token in enumerate(tokens)
        ]
        await editors[0].set_up_ontology()
        tasks = [asyncio.create_task(_write(editor, pace)) for editor in editors]
        questions = [Questions(project_id, random.Random(f"{seed} reader {number}")) for number in range(READERS)]
        tasks += [asyncio.create_task(_read(one, editors[0].actors[0], pace)) for one in questions]
        compare = Questions(project_id, random.Random(f"{seed} compare"))
        while time.monotonic() < until:
            pace.may_write.set()
            await asyncio.sleep(compare.random.uniform(0.3, 3))
            for task in tasks:
                if task.done():
                    task.result()
            await pace.paused()
            await _compare(compare, store, session, tokens[0], urls, pace)
        pace.is_over = True
        pace.may_write.set()
        await asyncio.gather(*tasks)
    return pace


async def _project(store: Store) -> tuple[int, list[str]]:
    """A project, and tokens of writers who may do everything in it."""
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        project_id = await projects.create_project(tx, "Exactness", owner_id=admin.id)
        return project_id, [await users.issue_token(tx, admin.id) for _ in range(WRITERS)]


async def _write(editor: Editor, pace: Pace) -> None:
    kinds = [*EDITS, *HISTORY_EDITS]
    while not pace.is_over:
        async with pace.edit():
            kind = editor.random.choice(_OFTEN if editor.random.random() < 0.7 else kinds)
            pace.edits += await editor.edit(kind) is not None


async def _read(questions: Questions, actor: Actor, pace: Pace) -> None:
    """Ask while others write, so that things come into memory at any time."""
    while not pace.is_over:
        method, path, form, headers = questions.next()
        with suppress(aiohttp.ClientConnectionError):
            await actor.request(method, path, data=form, headers=headers)


class Questions:
    """What a reader asks: views of all sizes, skeletons, partners and names."""

    def __init__(self, project_id: int, chance: random.Random) -> None:
        self._project_id = project_id
        self.random = chance

    def next(self) -> tuple[str, str, dict[str, str] | None, dict[str, str]]:
        """Method, path, form and headers."""
        kind = self.random.random()
        path = f"/{self._project_id}"
        headers = {"Accept": COLUMNS} if self.random.random() < 0.3 else {}
        if kind < 0.7:
            return "POST", f"{path}/node/list", self._view(), headers
        skeleton = self.random.randrange(1, 400)
        if kind < 0.85:
            path += f"/skeletons/{skeleton}/compact-detail?with_connectors=true&with_tags=true"
            return "GET", path, None, headers
        if kind < 0.95:
            form = {f"source_skeleton_ids[{i}]": str(self.random.randrange(1, 400)) for i in range(20)}
            return "POST", f"{path}/skeletons/connectivity", form | {"boolean_op": "OR"}, {}
        return "POST", f"{path}/annotations/query-targets", {"types[0]": "neuron", "sort_by": "id"}, {}

    def _view(self) -> dict[str, str]:
        side, depth = self.random.choice([100, 300, 1000, 3000]), self.random.choice([1, 40, 400])
        low = [self.random.uniform(-100, _SPACE) for _ in range(3)]
        high = [value + more for value, more in zip(low, (side, side, depth), strict=True)]
        box = dict(zip(("left", "top", "z1", "right", "bottom", "z2"), (*low, *high), strict=True))
        return {name: f"{value:.1f}" for name, value in box.items()} | {"labels": self.random.choice(["true", "false"])}


async def _compare(
    questions: Questions, store: Store, session: aiohttp.ClientSession, token: str, urls: tuple[str, str], pace: Pace
) -> None:
    """Each answer of both workers is the one that is made anew, of one state of the database."""
    kept, plain = (Actor(session, url, token) for url in urls)
    before = await _state(store)
    for _ in range(_QUESTIONS):
        method, path, form, headers = questions.next()
        headers |= ONE_REQUEST  # as either worker may take a new connection
        expected = await _answer(plain, method, path, form, headers)
        for _ in range(_TIMES):
            found = await _answer(kept, method, path, form, headers)
            if found != expected:
                raise SystemExit(
                    f"After {pace.edits} edits and {pace.compared} answers, {method} {path} {form} {headers} gave\n"
                    f"{found}\ninstead of\n{expected}"
                )
            pace.compared += 1
    if await _state(store) != before:
        raise SystemExit("Something was written although the writers paused: there is nothing to compare with.")


async def _state(store: Store) -> Any:
    async with store.reading() as connection:
        return await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchone()


async def _answer(actor: Actor, method: str, path: str, form: Any, headers: dict[str, str]) -> Any:
    status, body = await actor.request(method, path, data=form, headers=headers)
    return status, _ordered(columns.decode(body) if isinstance(body, bytes) and status == _OK else body)


def _ordered(value: Any) -> Any:
    """An answer in one order: rows of tables that are given by column, and lists, which have the rows of tables."""
    if isinstance(value, dict):
        columns_of = [column.tolist() for column in value.values() if isinstance(column, np.ndarray)]
        if columns_of and len(columns_of) == len(value):
            return [sorted(value), sorted(zip(*columns_of, strict=True))]
        return {key: _ordered(part) for key, part in value.items()}
    if isinstance(value, list):
        return sorted((_ordered(part) for part in value), key=repr)
    return value


if __name__ == "__main__":
    typer.run(main)
