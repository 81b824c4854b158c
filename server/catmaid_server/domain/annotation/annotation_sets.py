"""The annotations of a neuron as a set: who annotated it with what, read, replaced and merged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.permissions import LOCKED, editable_owners
from catmaid_server.domain.accounts.users import User

sql = load("annotation/annotation_sets")

STABLE = "stable"


async def annotations_of(connection: Connection, neuron_id: int) -> dict[str, int]:
    """Annotator's user id by annotation name."""
    cursor = await connection.execute(sql.annotations_of, {"neuron_id": neuron_id})
    return dict(await cursor.fetchall())


async def times_of(connection: Connection, neuron_ids: Sequence[int]) -> dict[str, datetime]:
    """When neurons were annotated, by annotation name; the earliest time of each."""
    return dict(await fetch_all(connection, sql.times_of, neuron_ids=list(neuron_ids)))


async def replace(
    tx: Connection,
    user: User,
    project_id: int,
    neuron_id: int,
    wanted: Mapping[str, int],
    times: Mapping[str, datetime] | None = None,
) -> None:
    """Let a neuron have exactly these annotations (annotator's user id by name); locks of others stay.

    `times` are those of annotations that are added, by name; others are of now.
    """
    cursor = await tx.execute(sql.links_of, {"neuron_id": neuron_id})
    links = list(await cursor.fetchall())
    editable = await editable_owners(tx, user, {owner for _, _, owner in links})
    dropped = [
        link_id for link_id, name, owner in links if name not in wanted and (name != LOCKED or owner in editable)
    ]
    await tx.execute(sql.delete_links, {"ids": dropped})
    await add(
        tx,
        project_id,
        neuron_id,
        {name: annotator for name, annotator in wanted.items() if name not in {present for _, present, _ in links}},
        times,
    )


async def add(
    tx: Connection,
    project_id: int,
    neuron_id: int,
    wanted: Mapping[str, int],
    times: Mapping[str, datetime] | None = None,
) -> None:
    """Annotate a neuron on behalf of the given users; annotations that do not exist yet are made.

    `times` are when they annotated, by name; without one it is now.
    """
    for name, annotator in wanted.items():
        await tx.execute(
            sql.annotate,
            {
                "project_id": project_id,
                "neuron_id": neuron_id,
                "name": name,
                "user_id": annotator,
                "time": (times or {}).get(name),
            },
        )


async def begin_earlier(tx: Connection, neuron_id: int, times: Mapping[str, datetime]) -> None:
    """Let annotations of a neuron (by name) be of these times, where those are earlier."""
    values = {"neuron_id": neuron_id, "names": list(times), "times": list(times.values())}
    await tx.execute(sql.begin_earlier, values)
