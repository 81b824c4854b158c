"""Groups of image stacks: those that are shown together."""

from __future__ import annotations

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput

sql = load("space/stack_groups")

RELATIONS = ("view", "channel")


async def join_group(tx: Connection, project_id: int, stack_id: int, title: str, relation: str) -> None:
    """Put a stack into the project's group of a title, which is made if there is none.

    Raises `InvalidInput` for a relation that does not exist.
    """
    if relation not in RELATIONS:
        raise InvalidInput(f"A stack is in a group as view or channel, not as {relation!r}.")
    values = {"project_id": project_id, "title": title, "stack_id": stack_id, "relation": relation}
    row = await (await tx.execute(sql.find_group, values)).fetchone()
    if row is None:
        row = await (await tx.execute(sql.create_group, values)).fetchone()
    assert row is not None
    await tx.execute(sql.add_member, values | {"stack_group_id": row[0]})


async def stack_at(connection: Connection, project_id: int, title: str, address: str) -> int | None:
    """Id of a project's stack with a title and a mirror at an address."""
    values = {"project_id": project_id, "title": title, "address": address}
    row = await (await connection.execute(sql.stack_at, values)).fetchone()
    return None if row is None else int(row[0])
