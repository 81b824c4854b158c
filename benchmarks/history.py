"""What history costs: reads of the past beside those of the present, undo beside edits, edits with and without it.

All nodes of the data set are moved a few times first, so that there is a past to read through. The reads are asked for
by turns, now and as of a version of the middle: first made anew each time, then as the service answers who asks again.
"""

from __future__ import annotations

import asyncio
import json
import re
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.dataset import Dataset
from catmaid_server.db.store import Store
from catmaid_server.service import lifecycle
from catmaid_server.service.opening import opened_store
from catmaid_server.service.settings import Settings

_PARTS = 50
_TURNS = 15
_EDITS = 200
_CHAINS = 6
_MOVE = """
UPDATE treenode SET x = x + 8, edition_time = now()
 WHERE skeleton_id IN (SELECT id FROM skeleton WHERE id %% %(parts)s = %(part)s)
"""
_KEEPERS = """
SELECT format('ALTER TABLE %s {} TRIGGER %I', tgrelid::regclass, tgname)
  FROM pg_trigger WHERE tgname ~ '^record_(update|delete)$|edges' AND NOT tgisinternal
"""


def main(dataset: Dataset, folder: Path, rounds: int = 3, only: str = "") -> dict[str, Any]:
    """Print and return the figures; the data set is loaded in the data folder, and stays changed."""
    anew = Settings(data_dir=folder, workers=1, remember_bytes=0, cell_bytes=0)
    served = Settings(data_dir=folder, workers=1)
    version = asyncio.run(_move_all(served, rounds))
    results: dict[str, Any] = {}
    for name, settings in (("reads made anew", anew), ("reads as served", served)):
        with _running(settings) as (url, token):
            results[name] = asyncio.run(_reads(name, url, token, dataset, version, only))
    with _running(served) as (url, token):
        results["undo"] = asyncio.run(_undo(url, token))
        results["create"] = asyncio.run(_create(url, token, served))
    return results


@contextmanager
def _running(settings: Settings) -> Iterator[tuple[str, str]]:
    """A service's address and an administrator's token."""
    record = lifecycle.start(settings)
    try:
        yield record.url, (settings.folder / "admin.token").read_text().strip()
    finally:
        lifecycle.stop(settings)


async def _move_all(settings: Settings, rounds: int) -> int:
    """Move each node `rounds` times; returns a version of the middle."""
    began = time.perf_counter()
    versions: list[int] = []
    async with opened_store(settings) as store:
        for _ in range(rounds):
            for part in range(_PARTS):
                async with store.writing(user_id=None, project_id=1, label="benchmark", opened=versions.append) as tx:
                    await tx.execute(_MOVE, {"parts": _PARTS, "part": part})
        async with store.reading() as connection:
            await connection.execute("ANALYZE")
            kept = await (await connection.execute("SELECT count(*) FROM treenode__history")).fetchall()
    print(f"moved all nodes {rounds} times in {time.perf_counter() - began:.0f} s; {kept[0][0]:,} old states of nodes")
    return versions[len(versions) // 2] if versions else await _newest(settings)


async def _newest(settings: Settings) -> int:
    async with opened_store(settings) as store, store.reading() as connection:
        return int((await (await connection.execute("SELECT settled_version()")).fetchall())[0][0])


async def _switch_keepers(settings: Settings, *, on: bool) -> None:
    async with opened_store(settings) as store:
        await _run_made(store, _KEEPERS.format("ENABLE" if on else "DISABLE"))


async def _run_made(store: Store, query: str) -> None:
    async with store.reading() as connection:
        for (statement,) in await (await connection.execute(query)).fetchall():
            await connection.execute(statement)


def _session(url: str, token: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(url, headers={"X-Authorization": f"Token {token}"})


async def _reads(title: str, url: str, token: str, dataset: Dataset, version: int, only: str) -> dict[str, list[float]]:
    """Medians in ms of each read: now, and as of the version."""
    found: dict[str, list[float]] = {}
    print(f"{title:36} {'now ms':>10} {'past ms':>10} {'ratio':>7}")
    async with _session(url, token) as session:
        for name, request in dataset.requests.items():
            if not re.search(only, name):
                continue
            times: list[list[float]] = [[], []]
            for _ in range(_TURNS):
                for taken, as_of in zip(times, ({}, {"as_of": str(version)}), strict=True):
                    taken.append(await _timed(session, request, as_of))
            now, past = (1e3 * statistics.median(taken) for taken in times)
            found[name] = [now, past]
            print(f"{name:36} {now:10.2f} {past:10.2f} {past / now:7.2f}", flush=True)
    return found


async def _timed(session: aiohttp.ClientSession, request: dict[str, Any], as_of: dict[str, str]) -> float:
    began = time.perf_counter()
    query = {**(request.get("query") or {}), **as_of}
    async with session.request(request["method"], request["path"], data=request.get("form"), params=query) as response:
        body = await response.read()
        if response.status != 200:
            raise SystemExit(f"{request['path']}: {response.status} {body[:300]!r}")
    return time.perf_counter() - began


async def _undo(url: str, token: str) -> dict[str, float]:
    """Medians in ms of an edit, its undo and its redo."""
    times: dict[str, list[float]] = {"create": [], "undo": [], "redo": []}
    async with _session(url, token) as session:
        for turn in range(_EDITS // 10):
            form = {"x": str(turn), "y": "0", "z": "0", "parent_id": "-1"}
            for name, path, data in (
                ("create", "/1/treenode/create", form),
                ("undo", "/1/versions/undo", {}),
                ("redo", "/1/versions/redo", {}),
            ):
                request = {"method": "POST", "path": path, "form": data}
                times[name].append(await _timed(session, request, {}))
    medians = {name: 1e3 * statistics.median(taken) for name, taken in times.items()}
    print("  ".join(f"{name} {median:.1f} ms" for name, median in medians.items()))
    return medians


async def _create(url: str, token: str, settings: Settings) -> dict[str, float]:
    """Medians in ms of the creation of a node, with and without history, by turns."""
    kept: list[float] = []
    bare: list[float] = []
    await _chain(url, token)
    for _ in range(_CHAINS):
        kept += await _chain(url, token)
        await _switch_keepers(settings, on=False)
        bare += await _chain(url, token)
        await _switch_keepers(settings, on=True)
    medians = {"kept": 1e3 * statistics.median(kept), "bare": 1e3 * statistics.median(bare)}
    share = medians["kept"] / medians["bare"] - 1
    print(f"treenode/create: {medians['kept']:.2f} ms, without history {medians['bare']:.2f} ms: {share:+.0%}")
    return medians


async def _chain(url: str, token: str) -> list[float]:
    """Seconds that the creation of each node of a chain took."""
    times: list[float] = []
    parent = -1
    async with _session(url, token) as session:
        for step in range(_EDITS):
            form = {"x": str(10 * step), "y": "0", "z": "0", "parent_id": str(parent)}
            form["state"] = json.dumps({"nocheck": True})
            began = time.perf_counter()
            async with session.post("/1/treenode/create", data=form) as response:
                answer = await response.json()
            times.append(time.perf_counter() - began)
            parent = answer["treenode_id"]
    return times
