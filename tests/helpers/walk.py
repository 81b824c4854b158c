"""Random edits of one project, to see what holds whatever people do."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import Any

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.annotation import annotation_sets, neuron_deletion
from catmaid_server.domain.errors import DomainError
from catmaid_server.domain.projects import projects
from catmaid_server.domain.reviews import reviews
from catmaid_server.domain.tracing import connectors, labels, moves, radii, skeletons, treenodes
from catmaid_server.domain.tracing.states import State

UNCHECKED = State('{"nocheck": true}')


async def new_walk(store: Store, seed: int) -> Walk:
    """A walk in a new project of two users."""
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        await users.create_user(tx, "tracer")
        tracer = await users.require_user(tx, "tracer")
        project_id = await projects.create_project(tx, "Walk", owner_id=admin.id)
    return Walk(store, project_id, [admin, admin, tracer], seed)


class Walk:
    """Random edits of one project, by two users, through the functions that routes call."""

    def __init__(self, store: Store, project_id: int, authors: list[User], seed: int) -> None:
        self.store = store
        self.project_id = project_id
        self.authors = authors
        self.random = random.Random(seed)
        self.edits: list[Callable[[Connection, User], Awaitable[object]]] = [
            *[self.create] * 8, self.insert, self.move, self.delete, self.delete, self.split,
            self.join, self.join, self.reroot, self.label, self.unlabel, self.link, self.link, self.unlink,
            self.connector, self.delete_connector, self.radius, self.confidence, self.annotate, self.review,
            self.set_parent, self.delete_neuron,
        ]  # fmt: skip

    async def step(self) -> None:
        """One edit: it writes one version or, if it is not possible, nothing."""
        author = self.random.choice(self.authors)
        try:
            async with self.store.writing(user_id=author.id, project_id=self.project_id, label="walk") as tx:
                await self.random.choice(self.edits)(tx, author)
        except (DomainError, IndexError):
            pass

    async def pick(self, tx: Connection, query: Any) -> tuple[Any, ...]:
        """One of the rows that there are; `IndexError` if there is none."""
        return self.random.choice(await (await tx.execute(query)).fetchall())

    async def node(self, tx: Connection) -> int:
        return int((await self.pick(tx, "SELECT id FROM treenode ORDER BY id"))[0])

    def place(self) -> dict[str, Any]:
        return {axis: float(self.random.randrange(1000)) for axis in "xyz"}

    async def create(self, tx: Connection, author: User) -> None:
        nodes = await (await tx.execute("SELECT id FROM treenode ORDER BY id")).fetchall()
        if not nodes or self.random.random() < 0.2:
            await treenodes.create_root(tx, author, self.project_id, **self.place(), radius=-1, confidence=5)
        else:
            await treenodes.create_child(
                tx,
                author,
                self.project_id,
                self.random.choice(nodes)[0],
                UNCHECKED,
                **self.place(),
                radius=-1,
                confidence=self.random.randint(1, 5),
            )

    async def insert(self, tx: Connection, author: User) -> None:
        child, parent = await self.pick(tx, "SELECT id, parent_id FROM treenode WHERE parent_id IS NOT NULL ORDER BY 1")
        await treenodes.insert_on_edge(
            tx, author, self.project_id, parent, child, UNCHECKED, **self.place(), radius=3, confidence=4
        )

    async def move(self, tx: Connection, author: User) -> None:
        nodes = {await self.node(tx) for _ in range(2)}
        at = [(node, *self.place().values()) for node in nodes]
        linked = await (await tx.execute("SELECT id FROM connector ORDER BY id LIMIT 1")).fetchall()
        await moves.move(
            tx,
            author,
            self.project_id,
            UNCHECKED,
            at,
            [(connector, *self.place().values()) for (connector,) in linked],
        )

    async def delete(self, tx: Connection, author: User) -> None:
        await treenodes.delete_treenode(tx, author, self.project_id, await self.node(tx), '{"nocheck": true}')

    async def split(self, tx: Connection, author: User) -> None:
        await skeletons.split(tx, author, self.project_id, await self.node(tx))

    async def join(self, tx: Connection, author: User) -> None:
        await skeletons.join(tx, author, self.project_id, await self.node(tx), await self.node(tx))

    async def reroot(self, tx: Connection, author: User) -> None:
        await skeletons.reroot(tx, author, self.project_id, await self.node(tx))

    async def label(self, tx: Connection, author: User) -> None:
        names = self.random.sample(["soma", "ends", "uncertain end", "microtubules end"], 2)
        await labels.set_labels(
            tx,
            author,
            self.project_id,
            labels.LabelTarget.TREENODE,
            await self.node(tx),
            names,
            delete_existing=self.random.random() < 0.5,
        )

    async def unlabel(self, tx: Connection, author: User) -> None:
        node, name = await self.pick(
            tx, "SELECT l.treenode_id, label.name FROM node_label l JOIN label ON label.id = l.label_id ORDER BY l.id"
        )
        await labels.remove_label(tx, author, self.project_id, labels.LabelTarget.TREENODE, node, name)

    async def connector(self, tx: Connection, author: User) -> None:
        await connectors.create_connector(tx, author, self.project_id, **self.place())

    async def delete_connector(self, tx: Connection, author: User) -> None:
        (connector,) = await self.pick(tx, "SELECT id FROM connector ORDER BY id")
        await connectors.delete_connector(tx, author, self.project_id, connector, '{"nocheck": true}')

    async def link(self, tx: Connection, author: User) -> None:
        (connector,) = await self.pick(tx, "SELECT id FROM connector ORDER BY id")
        await connectors.create_link(
            tx,
            author,
            self.project_id,
            await self.node(tx),
            connector,
            self.random.choice(["presynaptic_to", "postsynaptic_to"]),
            UNCHECKED,
        )

    async def unlink(self, tx: Connection, author: User) -> None:
        connector, node = await self.pick(tx, "SELECT connector_id, treenode_id FROM connector_link ORDER BY id")
        await connectors.delete_link(tx, author, self.project_id, connector, node, UNCHECKED)

    async def radius(self, tx: Connection, author: User) -> None:
        await radii.set_radius(tx, author, self.project_id, {await self.node(tx): self.random.random()})

    async def confidence(self, tx: Connection, author: User) -> None:
        await treenodes.set_confidence(
            tx,
            author,
            self.project_id,
            await self.node(tx),
            self.random.randint(1, 5),
            UNCHECKED,
            to_connector=self.random.random() < 0.3,
        )

    async def annotate(self, tx: Connection, author: User) -> None:
        (neuron,) = await self.pick(tx, "SELECT id FROM neuron ORDER BY id")
        await annotation_sets.replace(
            tx,
            author,
            self.project_id,
            neuron,
            dict.fromkeys(self.random.sample(["DN", "left", "stable"], 1), author.id),
        )

    async def review(self, tx: Connection, author: User) -> None:
        await reviews.mark(tx, self.project_id, [await self.node(tx)], author.id)

    async def set_parent(self, tx: Connection, author: User) -> None:
        await treenodes.set_parent(tx, author, self.project_id, await self.node(tx), await self.node(tx), UNCHECKED)

    async def delete_neuron(self, tx: Connection, author: User) -> None:
        if self.random.random() < 0.3:
            (neuron,) = await self.pick(tx, "SELECT id FROM neuron ORDER BY id")
            await neuron_deletion.delete_neuron(tx, self.project_id, author, neuron)
