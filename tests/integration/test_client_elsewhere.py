"""The client with servers that know only CATMAID's own API, and with the service it starts itself."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

import catmaid_jupyter as cj
from catmaid_jupyter.api import events, loop
from catmaid_jupyter.api.embedded import running_service
from catmaid_jupyter.api.http import Http, Origin, parse_url
from tests.helpers.patience import PATIENCE_S
from tests.helpers.service import Service, serving


@pytest.fixture
async def plain(service: Service) -> AsyncIterator[cj.Instance]:
    """A connection that is told of none of the service's own abilities."""
    http = Http(Origin(parse_url(service.url), service.tracer.token))
    instance = cj.Instance(http, version="2021.12.21", capabilities=frozenset(), username="tracer")
    yield instance
    await asyncio.to_thread(instance.close)


async def test_tables_are_the_same_without_columns(service: Service, plain: cj.Instance) -> None:
    def story() -> None:
        with cj.connect(service.url, service.tracer.token) as instance:
            full, other = instance.project("Test"), plain.project("Test")
            root = full.edit.create_treenode(0, 0, 0, neuron_name="one")
            end = full.edit.create_treenode(0, 0, 50, parent_id=root, radius=7)
            full.edit.create_treenode(90, 0, 0, neuron_name="two")
            full.edit.create_connector(10, 0, 0, treenode_id=end)
            full.edit.set_labels(end, ["ends"])
            skeleton_id = full.neurons["skeleton_ids"].iloc[0][0]
            box = (-10, -10, -10), (100, 100, 100)
            for mine, theirs in [
                (full.neurons, other.neurons),
                (full.skeletons, other.skeletons),
                (full.skeleton(skeleton_id).nodes, other.skeleton(skeleton_id).nodes),
                (full.skeleton(skeleton_id).connectors, other.skeleton(skeleton_id).connectors),
                (full.skeleton(skeleton_id).tags, other.skeleton(skeleton_id).tags),
                (full.nodes_in_box(*box), other.nodes_in_box(*box)),
                (full.connectors(), other.connectors()),
            ]:
                assert_frame_equal(in_order(mine), in_order(theirs))

    await asyncio.to_thread(story)


def in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sorted, without the creator, whom a plain server does not tell, and times as exact as both know them."""
    columns = frame.drop(columns=["creator"], errors="ignore")
    for name in ("creation_time", "edition_time"):
        if name in columns:
            columns[name] = columns[name].dt.round("10ms")
    return columns.sort_values(columns.columns[0]).reset_index(drop=True)


async def test_edits_work_without_keys(plain: cj.Instance) -> None:
    def story() -> None:
        project = plain.project("Test")
        node = project.edit.create_treenode(1, 2, 3)
        project.edit.move_nodes({node: (4, 5, 6)})
        assert project.undo() == "move 1 node"
        assert project.locate(node) == (1, 2, 3)
        with pytest.raises(cj.InvalidInput, match="administration"):
            plain.create_project("New")

    await asyncio.to_thread(story)


async def test_changes_are_polled_for(plain: cj.Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_S", 0.05)
    heard: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    here = asyncio.get_running_loop()
    project = await asyncio.to_thread(plain.project, "Test")

    def hear(change: dict[str, Any]) -> None:
        here.call_soon_threadsafe(heard.put_nowait, change)

    stop = project.on_change(hear)
    async with asyncio.timeout(PATIENCE_S):
        while heard.empty():  # what happened before the first look is not news
            await asyncio.to_thread(project.edit.create_treenode, 0, 0, 0)
            await asyncio.sleep(0.1)
    assert (await heard.get())["label"] == "treenodes.create"
    stop()


def trace_elsewhere(service: Service) -> None:
    """Another connection adds a node."""
    with cj.connect(service.url, service.tracer.token) as instance:
        instance.project("Test").edit.create_treenode(1, 1, 1)


async def test_a_service_that_goes_away_and_comes_back_is_told(service: Service, tmp_path: Path) -> None:
    """One word when it goes, one when it is back, and then each change that happened meanwhile, once."""
    told: asyncio.Queue[object] = asyncio.Queue()
    here = asyncio.get_running_loop()
    where: list[str] = []

    def relocate() -> Origin:
        return Origin(parse_url(where[-1]), service.tracer.token)

    def tell(news: object) -> None:
        here.call_soon_threadsafe(told.put_nowait, news)

    def watch() -> tuple[cj.Instance, cj.Project]:
        instance = loop.run(cj.Instance.open(Http(relocate(), relocate)))
        project = instance.project("Test")
        project.on_change(lambda change: tell(change["version"]), lambda up, _: tell(up))
        return instance, project

    async with serving(service.store, tmp_path / "first") as (url, _):
        where.append(url)
        instance, project = await asyncio.to_thread(watch)
        async with asyncio.timeout(PATIENCE_S):
            while told.empty():
                await asyncio.to_thread(project.edit.create_treenode, 0, 0, 0)
                await asyncio.sleep(0.05)
    versions: list[object] = []
    async with asyncio.timeout(PATIENCE_S):
        while (news := await told.get()) is not False:
            versions.append(news)
    for _ in range(2):
        await asyncio.to_thread(trace_elsewhere, service)
    async with service.store.reading() as connection:
        cursor = await connection.execute("SELECT id FROM transaction_info ORDER BY id")
        written = [row[0] for row in await cursor.fetchall()]
    async with serving(service.store, tmp_path / "second") as (url, _):
        where.append(url)
        async with asyncio.timeout(PATIENCE_S):
            assert await told.get() is True
            while versions[-1] != written[-1]:
                versions.append(await told.get())
        await asyncio.to_thread(instance.close)
    assert versions == written[written.index(versions[0]) :]


async def test_the_embedded_service_is_started_once(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    def story() -> None:
        assert running_service(folder) is None
        with cj.connect(data_dir=folder) as first, cj.connect(data_dir=folder) as second:
            assert first.username == "admin"
            assert first.url == second.url
            token = (folder / "admin.token").read_text().strip()
            assert token not in repr(first) + first._repr_html_() + repr(first.http.__dict__)
            assert first == second
            written = pickle.dumps(first)
            assert token.encode() not in written
            assert pickle.loads(written) == first
            assert first.create_project("Larva").neurons.empty

    try:
        await asyncio.to_thread(story)
    finally:
        stop = [sys.executable, "-m", "catmaid_server", "stop", "--data-dir", str(folder)]
        await asyncio.to_thread(subprocess.run, stop, check=True, stdout=subprocess.DEVNULL)


async def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    occupied = tmp_path / "data"
    occupied.write_text("not a folder")
    with pytest.raises(cj.Unreachable, match="cannot be started"):
        await asyncio.to_thread(cj.connect, data_dir=occupied)
