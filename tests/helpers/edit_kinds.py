"""One request of each kind that writes what people make in a project, made up from what there is.

`EDITS` names them; `Editor` sends them. What is refused changes nothing, so a walk over all of them needs no plan.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import aiohttp

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.http import keys
from tests.helpers.edit_choice import IDS, Choice, EditKind
from tests.helpers.project_edits import PROJECT_EDITS
from tests.helpers.service import Actor, Service
from tests.helpers.tracing_edits import TRACING_EDITS

ONE_REQUEST = {"Connection": "close"}
"""A connection that is used again may be closed by the service at that moment, on a busy machine."""

EDITS: dict[str, EditKind] = TRACING_EDITS | PROJECT_EDITS
"""Names of edits, and how a request is made up; `{0}` in its path is the project."""

HISTORY_EDITS: dict[str, EditKind] = {
    "undo": lambda c: ("POST", "versions/undo", {}),
    "redo": lambda c: ("POST", "versions/redo", {}),
}
"""Edits that take others back."""


@dataclass
class Editor:
    """Sends edits to one project as several users, the first of whom is an administrator."""

    store: Store
    project_id: int
    actors: list[Actor]
    random: random.Random

    async def set_up_ontology(self) -> None:
        """A brain with lobes, of which there are at most two, to classify things by."""
        admin, path = self.actors[0], f"/{self.project_id}"
        await admin.post(f"{path}/classification/{self.project_id}/setup/rebuild")
        for name in ("brain", "lobe"):
            await admin.post(f"{path}/ontology/classes/add", classname=name)
        ids: dict[str, int] = {}
        for what in ("classes", "relations"):
            ids |= dict(await admin.get(f"{path}/ontology/{what}"))
        for a, relation, b in (("brain", "is_a", "classification_root"), ("lobe", "part_of", "brain")):
            await admin.post(f"{path}/ontology/links/add", classaid=ids[a], classbid=ids[b], relid=ids[relation])

    async def choice(self) -> Choice:
        """What there is now."""
        async with self.store.reading() as connection:
            cursor = await connection.execute(IDS, {"project_id": self.project_id})
            row = await cursor.fetchone()
            assert row is not None
            assert cursor.description is not None
            return Choice(dict(zip((column.name for column in cursor.description), row, strict=True)), self.random)

    async def edit(self, kind: str, actor: Actor | None = None) -> int | None:
        """Send an edit of a kind, as anybody; the version that it wrote, None if it was not possible."""
        try:
            method, path, form = (EDITS | HISTORY_EDITS)[kind](await self.choice())
        except LookupError:
            return None
        path = f"/{self.project_id}/{path.format(self.project_id)}"
        sent = aiohttp.FormData()
        for name, value in form.items():
            sent.add_field(
                name,
                *((value,) if isinstance(value, bytes) else (str(value),)),
                filename="cell.swc" if isinstance(value, bytes) else None,
            )
        async with self.store.reading() as connection:
            before = await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchall()
        status, body = await (actor or self.random.choice(self.actors)).request(
            method, path, data=sent, headers=ONE_REQUEST
        )
        assert status < 500, (path, form, body)
        async with self.store.reading() as connection:
            after = await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchall()
        return int(after[0][0]) if status < 400 and after != before else None

    async def walk(self, steps: int) -> None:
        """Edits of all kinds by anybody; half of them place, move and delete nodes."""
        kinds = [*EDITS, *HISTORY_EDITS]
        often = ["create"] * 8 + ["move", "insert", "link", "connector", "join", "undo", "redo"]
        for _ in range(steps):
            await self.edit(self.random.choice(often if self.random.random() < 0.5 else kinds))


async def new_editor(service: Service, seed: int = 0) -> Editor:
    """The administrator, the tracer and another who may annotate, in the project of a service, with an image stack."""
    store, project_id, admin = service.store, service.project_id, service.admin
    async with store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        other = await users.create_user(tx, "other")
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token", "can_import"):
            await users.grant(tx, project_id, permission, to="other")
        token = await users.issue_token(tx, other)
        await tx.execute(
            "INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x, resolution_y, resolution_z)"
            " VALUES ('a stack', 1000, 1000, 10, 1, 1, 1)"
        )
        await tx.execute(
            "INSERT INTO project_stack (project_id, stack_id) SELECT %s, max(id) FROM stack", (project_id,)
        )
    service.app[keys.ACCESS].forget()
    actors = [admin, service.tracer, Actor(admin.session, service.url, token)]
    made = Editor(store, project_id, actors, random.Random(seed))
    await made.set_up_ontology()
    return made
