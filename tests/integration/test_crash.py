"""A thousand edits of all kinds while service and database are killed in the midst: the store holds what was answered.

A model in memory follows the answers. An edit without an answer is sent again under its key until there is one, so
that at the end model and store must agree to the last row: nothing lost, nothing twice, nothing by halves.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import psycopg
import pytest

from catmaid_server import service
from catmaid_server.postgres.cluster import Cluster
from catmaid_server.service.folder import ServiceFolder
from catmaid_server.service.settings import Settings
from tests.helpers.patience import PATIENCE_S

EDITS = 1000
UNCHECKED = '{"nocheck": true}'
NODE_KINDS = ("root", "child", "move", "delete", "connector", "link", "label", "split", "join")
WEIGHTS = (6, 38, 14, 6, 8, 8, 8, 6, 6)

Form = dict[str, Any]


@dataclass
class Client:
    """Sends edits until they are answered."""

    folder: ServiceFolder
    session: aiohttp.ClientSession
    project_id: int = 0
    repeated: int = 0

    async def post(self, path: str, form: Form) -> Any:
        key = str(uuid.uuid4())
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    answered, answer = await self._send(path, form, key)
                except aiohttp.ClientError:
                    answered = False
                if answered:
                    return answer
                self.repeated += 1
                await asyncio.sleep(0.02)

    async def _send(self, path: str, form: Form, key: str) -> tuple[bool, Any]:
        record = self.folder.read_record()
        if record is None:
            return False, None
        token = self.folder.admin_token.read_text().strip()
        headers = {"X-Authorization": f"Token {token}", "Idempotency-Key": key}
        async with self.session.post(f"{record.url}/{path}", data=form, headers=headers) as response:
            if response.status >= 500:
                return False, None
            answer = await response.json()
            assert response.status == 200, (path, form, answer)
            return True, answer

    async def edit(self, path: str, **form: Any) -> Any:
        return await self.post(f"{self.project_id}/{path}", {name: str(value) for name, value in form.items()})


@dataclass
class Model:
    """What the store must hold, by the answers."""

    chance: random.Random
    parents: dict[int, int] = field(default_factory=dict)
    places: dict[int, tuple[float, float, float]] = field(default_factory=dict)
    connectors: set[int] = field(default_factory=set)
    links: set[tuple[int, int, str]] = field(default_factory=set)
    labels: Counter[tuple[int, str]] = field(default_factory=Counter)

    def root_of(self, node: int) -> int:
        while self.parents[node] != -1:
            node = self.parents[node]
        return node

    def place(self) -> tuple[float, float, float]:
        x, y, z = (float(self.chance.randrange(0, 100_000)) for _ in "xyz")
        return x, y, z

    def any_node(self, fits: Callable[[int], bool] = lambda node: True) -> int | None:
        found = [node for node in self.parents if fits(node)]
        return self.chance.choice(found) if found else None

    def leaf(self) -> int | None:
        inner, linked = set(self.parents.values()), {node for node, *_ in self.links}
        return self.any_node(lambda node: node not in inner and self.parents[node] != -1 and node not in linked)

    def reroot(self, node: int) -> None:
        above = -1
        while node != -1:
            self.parents[node], above, node = above, node, self.parents[node]


async def one_edit(client: Client, model: Model) -> str:
    """Make one edit of a kind that is possible; returns which."""
    (kind,) = model.chance.choices(NODE_KINDS, WEIGHTS)
    node = {"root": lambda: -1, "delete": model.leaf}.get(kind, model.any_node)()
    if kind == "split":
        node = model.any_node(lambda one: model.parents[one] != -1)
    if node is None or (kind == "link" and not model.connectors):
        kind, node = "root", -1
    if kind in ("root", "child"):
        await create(client, model, node)
    elif kind == "connector":
        x, y, z = model.place()
        answer = await client.edit("connector/create", x=x, y=y, z=z, confidence=5)
        model.connectors.add(answer["connector_id"])
    elif kind == "join":
        await join(client, model, node)
    else:
        await CHANGES[kind](client, model, node)
    return kind


async def create(client: Client, model: Model, parent: int) -> None:
    x, y, z = model.place()
    answer = await client.edit(
        "treenode/create", parent_id=parent, x=x, y=y, z=z, radius=-1, confidence=5, state=UNCHECKED
    )
    node = answer["treenode_id"]
    assert node not in model.parents
    model.parents[node], model.places[node] = parent, (x, y, z)


async def move(client: Client, model: Model, node: int) -> None:
    place = model.place()
    form = {f"t[0][{index}]": value for index, value in enumerate((node, *place))}
    await client.edit("node/update", **form, state=UNCHECKED)
    model.places[node] = place


async def delete(client: Client, model: Model, node: int) -> None:
    await client.edit("treenode/delete", treenode_id=node, state=UNCHECKED)
    del model.parents[node], model.places[node]
    for tagged in [key for key in model.labels if key[0] == node]:
        del model.labels[tagged]


async def link(client: Client, model: Model, node: int) -> None:
    connector = model.chance.choice(sorted(model.connectors))
    edge = (node, connector, "postsynaptic_to")
    if edge in model.links:
        await label(client, model, node)
        return
    await client.edit("link/create", from_id=node, to_id=connector, link_type=edge[2], state=UNCHECKED)
    model.links.add(edge)


async def label(client: Client, model: Model, node: int) -> None:
    name = model.chance.choice(("ends", "soma", "uncertain end"))
    await client.edit(f"label/treenode/{node}/update", tags=name, delete_existing="false")
    model.labels[node, name] = 1


async def split(client: Client, model: Model, node: int) -> None:
    await client.edit("skeleton/split", treenode_id=node, state=UNCHECKED)
    model.parents[node] = -1


async def join(client: Client, model: Model, node: int) -> None:
    other = model.any_node(lambda one: model.root_of(one) != model.root_of(node))
    if other is None:
        await create(client, model, -1)
        return
    await client.edit("skeleton/join", from_id=node, to_id=other, state=UNCHECKED)
    model.reroot(other)
    model.parents[other] = node


CHANGES = {"move": move, "delete": delete, "link": link, "label": label, "split": split}


@pytest.fixture
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    chosen = Settings(data_dir=tmp_path_factory.mktemp("crash"))
    await asyncio.to_thread(service.start, chosen)
    yield chosen
    await asyncio.to_thread(service.stop, chosen)


async def kill_service(settings: Settings) -> None:
    """Kill the service's first process, and start another when all of it is gone."""
    folder = ServiceFolder(settings.folder)
    record = folder.read_record()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    while folder.is_locked():
        await asyncio.sleep(0.01)
    await asyncio.to_thread(service.start, settings)


async def kill_database(settings: Settings) -> None:
    """Kill postgres; the service starts it again by itself."""
    pid = Cluster(settings.folder).running_pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


async def test_the_store_holds_what_was_answered(settings: Settings) -> None:
    model, kinds = Model(random.Random(7)), Counter[str]()
    kills = {EDITS // 3: kill_service, 2 * EDITS // 3: kill_database}
    timeout = aiohttp.ClientTimeout(total=20)
    async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.TaskGroup() as killing:
        client = Client(ServiceFolder(settings.folder), session)
        client.project_id = (await client.post("projects/", {"title": "Crash"}))["id"]
        for number in range(EDITS):
            if number in kills:
                killing.create_task(kills[number](settings))
            kinds[await one_edit(client, model)] += 1
    assert client.repeated > 0, "the kills were noticed"
    assert set(kinds) == set(NODE_KINDS)
    check_store(Cluster(settings.folder).start(), model)


def check_store(dsn: str, model: Model) -> None:
    with psycopg.connect(dsn) as connection:
        nodes = connection.execute("SELECT id, coalesce(parent_id, -1), x, y, z, skeleton_id FROM treenode").fetchall()
        links = connection.execute(
            "SELECT l.treenode_id, l.connector_id, r.name FROM connector_link l JOIN relation r ON r.id = l.relation_id"
        ).fetchall()
        labels = connection.execute(
            "SELECT n.treenode_id, l.name FROM node_label n JOIN label l ON l.id = n.label_id"
        ).fetchall()
        connectors = connection.execute("SELECT id FROM connector").fetchall()
        skeletons = connection.execute("SELECT s.id, n.id FROM skeleton s LEFT JOIN neuron n ON n.id = s.neuron_id")
        modelled = skeletons.fetchall()
        neurons = connection.execute("SELECT id FROM neuron").fetchall()
        versions = connection.execute(
            "SELECT count(*) FROM transaction_info WHERE project_id IS NOT NULL AND label NOT LIKE 'projects.%'"
        )
        mismatches = connection.execute("SELECT * FROM derived_mismatches").fetchall()
        written = versions.fetchone()
    assert {row[0]: row[1] for row in nodes} == model.parents
    assert {row[0]: tuple(row[2:5]) for row in nodes} == model.places
    assert Counter(links) == Counter(model.links)
    assert Counter(labels) == model.labels
    assert {row[0] for row in connectors} == model.connectors
    roots = {row[0]: row[5] for row in nodes if row[1] == -1}
    assert all(roots[model.root_of(row[0])] == row[5] for row in nodes), "each arbor is one skeleton"
    assert sorted(roots.values()) == sorted(skeleton for skeleton, _ in modelled), "each skeleton is one arbor"
    assert sorted(neuron for _, neuron in modelled) == sorted(row[0] for row in neurons)
    assert written == (EDITS,), "one version for each edit"
    assert mismatches == []
