"""A class that traces at once in one project: how long edits and views take, and whether nothing is lost.

`python -m benchmarks.classroom`: 30 students at 2 edits a second each for 2 minutes, three of them in browsers.
"""

from __future__ import annotations

import asyncio
import json
import random
import tempfile
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import typer

from benchmarks.classroom_browsers import BrowserDesk, click, open_desks
from benchmarks.load import Figures
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

EDITS_PER_S = 2.0
EDITS_OF_A_VIEW = 4
"""After so many edits a student has moved on, and asks what there is to see."""
_STEP_NM = 40
_VIEW_NM = 2000
_TO_TRACE = ("can_browse", "can_annotate", "can_annotate_with_token")


@dataclass
class ClassFigures:
    """What a class found: waits for edits and views over HTTP, and from clicks in browsers until nodes are drawn and
    confirmed; how many edits were asked for and are there.
    """

    edits: Figures
    views: Figures
    drawn: Figures | None
    confirmed: Figures | None
    sent: int
    kept: int


@dataclass
class Desk:
    """A student, with what was waited for, in seconds."""

    token: str
    row: int
    edits: list[float] = field(default_factory=list)
    views: list[float] = field(default_factory=list)


def main(
    students: Annotated[int, typer.Option(min=1, help="Who traces at once.")] = 30,
    browsers: Annotated[int, typer.Option(min=0, help="How many of them do so in a browser.")] = 3,
    seconds: Annotated[float, typer.Option(min=1, help="How long.")] = 120.0,
    workers: Annotated[int, typer.Option(min=1, help="Processes of the service.")] = 2,
) -> dict[str, Any]:
    """Have students trace at 2 edits a second each, and print how long they waited."""
    with tempfile.TemporaryDirectory(prefix="catmaid-bench-") as scratch:
        settings = Settings(data_dir=Path(scratch) / "data", workers=workers)
        project_id, tokens = asyncio.run(_make(settings, students))
        record = lifecycle.start(settings)
        by_mouse = min(browsers, students - 1)
        try:
            desks = [Desk(token, row) for row, token in enumerate(tokens[by_mouse:])]
            lab = Path(scratch) / "lab"
            lab.mkdir()
            url = record.url.rstrip("/")
            wall_s, clicking = asyncio.run(_trace(url, project_id, desks, tokens[:by_mouse], settings, lab, seconds))
        finally:
            lifecycle.stop(settings)
        kept = asyncio.run(_kept(settings, project_id))
    found = _figures(desks, clicking, wall_s, kept)
    load = Path("/proc/loadavg").read_text().strip()
    print(f"{students} students, {by_mouse} of them in browsers, {wall_s:.0f} s; load {load}")
    for name in ("edits", "views", "drawn", "confirmed"):
        figures = getattr(found, name)
        if figures is not None:
            shown = {key: round(value, 1) for key, value in asdict(figures).items()}
            print(f"{name:9} median {shown['median_ms']} ms, p95 {shown['p95_ms']} ms, {shown['rps']} in a second")
    print(f"{found.sent} edits were asked for, {found.kept} are there")
    return asdict(found)


def _figures(desks: list[Desk], clicking: list[BrowserDesk], wall_s: float, kept: int) -> ClassFigures:
    edits = [wait for desk in desks for wait in desk.edits]
    views = [wait for desk in desks for wait in desk.views]
    drawn = [ms / 1e3 for desk in clicking for ms in desk.drawn]
    confirmed = [ms / 1e3 for desk in clicking for ms in desk.confirmed]
    return ClassFigures(
        Figures.of(edits, wall_s),
        Figures.of(views, wall_s),
        Figures.of(drawn, wall_s) if drawn else None,
        Figures.of(confirmed, wall_s) if confirmed else None,
        len(edits) + sum(desk.clicks for desk in clicking),
        kept,
    )


async def _make(settings: Settings, students: int) -> tuple[int, list[str]]:
    async with opened_store(settings) as store, store.writing(user_id=1, project_id=None, label="benchmark") as tx:
        project_id = await projects.create_project(tx, "Class", owner_id=1)
        tokens = []
        for number in range(students):
            name = f"student{number}"
            tokens.append(await users.issue_token(tx, await users.create_user(tx, name)))
            for permission in _TO_TRACE:
                await users.grant(tx, project_id, permission, to=name)
        return project_id, tokens


async def _trace(
    url: str,
    project_id: int,
    desks: list[Desk],
    by_mouse: list[str],
    settings: Settings,
    folder: Path,
    seconds: float,
) -> tuple[float, list[BrowserDesk]]:
    """All students trace; returns how long that took, and what those at browsers waited for."""
    async with AsyncExitStack() as at_end:
        clicking = await open_desks(at_end, folder, settings.folder, url, project_id, by_mouse)
        session = aiohttp.ClientSession(f"{url}/", connector=aiohttp.TCPConnector(limit=0))
        await at_end.enter_async_context(session)
        began = time.perf_counter()
        await asyncio.gather(
            *(_work(session, project_id, desk, seconds) for desk in desks),
            *(click(desk, seconds, EDITS_PER_S) for desk in clicking),
        )
        return time.perf_counter() - began, clicking


async def _work(session: aiohttp.ClientSession, project_id: int, desk: Desk, seconds: float) -> None:
    """Append nodes at a student's pace: a slow answer delays the next edit, and is not made up for."""
    pace = random.Random(desk.row)
    headers = {"X-Authorization": f"Token {desk.token}"}
    parent, state, number = -1, json.dumps({"nocheck": True}), 0
    await asyncio.sleep(pace.random() / EDITS_PER_S)
    ends = time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        x, y = 1000 + _STEP_NM * number, 1000 + 300 * desk.row
        form = {"x": x, "y": y, "z": 40 * (number % 50), "radius": -1, "confidence": 5}
        answer = await _asked(
            session, f"{project_id}/treenode/create", headers, desk.edits, form | {"parent_id": parent, "state": state}
        )
        parent = answer["treenode_id"]
        state = json.dumps({"parent": [parent, answer["edition_time"]]})
        number += 1
        if number % EDITS_OF_A_VIEW == 0:
            box = {"left": x - _VIEW_NM, "top": y - _VIEW_NM, "right": x + _VIEW_NM, "bottom": y + _VIEW_NM}
            await _asked(session, f"{project_id}/node/list", headers, desk.views, box | {"z1": 0, "z2": 2000})
        await asyncio.sleep(max(0.0, pace.uniform(0.8, 1.2) / EDITS_PER_S - (time.perf_counter() - began)))


async def _asked(
    session: aiohttp.ClientSession, path: str, headers: dict[str, str], waits: list[float], form: Mapping[str, object]
) -> dict[str, int]:
    began = time.perf_counter()
    async with session.post(path, data=form, headers=headers) as response:
        body = await response.read()
        if response.status != 200:
            raise SystemExit(f"{path}: {response.status} {body[:300]!r}")
    waits.append(time.perf_counter() - began)
    answer = json.loads(body)
    return answer if isinstance(answer, dict) else {}


async def _kept(settings: Settings, project_id: int) -> int:
    async with opened_store(settings) as store, store.reading() as connection:
        cursor = await connection.execute("SELECT count(*) FROM treenode WHERE project_id = %s", (project_id,))
        row = await cursor.fetchone()
    return 0 if row is None else int(row[0])


if __name__ == "__main__":
    typer.run(main)
